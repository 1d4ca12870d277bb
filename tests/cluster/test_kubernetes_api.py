"""What the adapter says of the Kubernetes API is what a real API server does."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest

from laneway.adapters.kube import (
    Client,
    Conflict,
    Counted,
    Expired,
    Extent,
    Following,
    Invalid,
    NotFound,
)
from tests.cluster.api_client import (
    CONFIG_MAPS,
    EVENTS,
    ROUTES,
    SPACE,
    Objects,
    config_map,
    followed,
    named,
    route,
    run,
    until,
)
from tests.cluster.control_plane import ControlPlane
from tests.cluster.lanes import asked

pytestmark = pytest.mark.cluster


def test_the_server_says_what_it_has(plane: ControlPlane) -> None:
    async def test(client: Client) -> None:
        kinds = await client.kinds()
        virtual_service = kinds["networking.istio.io", "VirtualService"]
        assert (virtual_service.version, virtual_service.resource) == ("v1", "virtualservices")
        assert "status" in virtual_service.subresources
        assert {"list", "watch", "patch"} <= virtual_service.verbs
        assert not kinds["", "Namespace"].is_namespaced
        assert kinds["apps", "Deployment"].path("a", "b") == (
            "/apis/apps/v1/namespaces/a/deployments/b"
        )
        assert client.requests[Counted("discover", "", 200)] == 2

    run(plane, test)


def test_a_field_of_somebody_else_is_a_conflict_that_names_them(plane: ControlPlane) -> None:
    async def test(client: Client) -> None:
        text = json.dumps(config_map("shared", a="theirs", b="theirs"))
        asked(plane, "apply", "--server-side", "--field-manager=argo", "-f=-", told=text)
        with pytest.raises(Conflict) as caught:
            await client.apply(CONFIG_MAPS, config_map("shared", a="ours", b="ours"))
        assert caught.value.fields == (".data.a", ".data.b")
        assert caught.value.managers == ("argo",)
        assert caught.value.is_applied
        asked(plane, "patch", "-n=asked", "configmap", "shared", '--patch={"data":{"c":"edited"}}')
        with pytest.raises(Conflict) as caught:
            await client.apply(CONFIG_MAPS, config_map("shared", c="ours"))
        assert caught.value.managers == ("kubectl-patch",)
        assert not caught.value.is_applied
        await client.apply(CONFIG_MAPS, config_map("shared", a="theirs"))
        taken = json.loads(await client.take(CONFIG_MAPS, config_map("shared", b="ours")))
        assert taken["data"] == {"a": "theirs", "b": "ours", "c": "edited"}

    run(plane, test)


def test_what_is_applied_twice_is_written_once(plane: ControlPlane) -> None:
    async def test(client: Client) -> None:
        first = json.loads(await client.apply(CONFIG_MAPS, config_map("twice", a="1")))
        again = json.loads(await client.apply(CONFIG_MAPS, config_map("twice", a="1")))
        dry = await client.apply(CONFIG_MAPS, config_map("twice", a="2"), dry_run=True)
        found = json.loads(await client.get(CONFIG_MAPS, SPACE, "twice"))
        version = first["metadata"]["resourceVersion"]
        assert again["metadata"]["resourceVersion"] == version
        assert found["metadata"]["resourceVersion"] == version
        assert json.loads(dry)["data"] == {"a": "2"}

    run(plane, test)


def test_an_object_that_is_wrong_is_told_by_field(plane: ControlPlane) -> None:
    async def test(client: Client) -> None:
        wrong = route("wrong", "shop")
        wrong["spec"]["http"][0]["roote"] = []
        with pytest.raises(Invalid, match=r"roote"):
            await client.apply(ROUTES, wrong)
        with pytest.raises(Invalid, match=r"\.data\.a: expected string"):
            await client.apply(CONFIG_MAPS, named(CONFIG_MAPS, "w", SPACE, data={"a": 1}))
        with pytest.raises(Invalid, match=r"metadata\.name"):
            await client.apply(CONFIG_MAPS, config_map("Wrong_Name"))
        with pytest.raises(NotFound, match="nowhere"):
            await client.apply(CONFIG_MAPS, named(CONFIG_MAPS, "a", "nowhere"))

    run(plane, test)


def test_a_status_is_written_apart(plane: ControlPlane) -> None:
    async def test(client: Client) -> None:
        await client.apply(ROUTES, route("with-status", "shop"))
        status = {"conditions": [{"type": "Seen", "status": "True"}]}
        body = named(ROUTES, "with-status", SPACE, status=status)
        found = json.loads(await client.apply(ROUTES, body, subresource="status"))
        assert found["status"]["conditions"][0]["type"] == "Seen"
        body = named(ROUTES, "with-status", SPACE, status={"validationMessages": None})
        found = json.loads(await client.merge(ROUTES, body, subresource="status"))
        assert found["spec"]["hosts"] == ["shop"]
        await client.delete(ROUTES, SPACE, "with-status")

    run(plane, test)


def test_a_status_that_was_merged_is_ours_by_force_alone(plane: ControlPlane) -> None:
    def seen(reason: str) -> Objects:
        status = {"conditions": [{"type": "Seen", "status": "True", "reason": reason}]}
        return named(ROUTES, "merged-status", SPACE, status=status)

    async def test(client: Client) -> None:
        await client.apply(ROUTES, route("merged-status", "shop"))
        await client.merge(ROUTES, seen("Merged"), subresource="status")
        with pytest.raises(Conflict) as refused:
            await client.apply(ROUTES, seen("Applied"), subresource="status")
        assert refused.value.managers == ("laneway",)
        await client.take(ROUTES, seen("Taken"), subresource="status")
        await client.apply(ROUTES, seen("Applied"), subresource="status")
        await client.delete(ROUTES, SPACE, "merged-status")

    run(plane, test)


def test_only_what_was_seen_is_deleted(plane: ControlPlane) -> None:
    async def test(client: Client) -> None:
        made = json.loads(await client.apply(CONFIG_MAPS, config_map("mortal")))["metadata"]
        with pytest.raises(Conflict):
            await client.delete(CONFIG_MAPS, SPACE, "mortal", uid="another")
        with pytest.raises(Conflict):
            await client.delete(CONFIG_MAPS, SPACE, "mortal", resource_version="1")
        seen = {"uid": made["uid"], "resource_version": made["resourceVersion"]}
        await client.delete(CONFIG_MAPS, SPACE, "mortal", **seen)
        await client.delete(CONFIG_MAPS, SPACE, "mortal", **seen)
        with pytest.raises(NotFound):
            await client.get(CONFIG_MAPS, SPACE, "mortal")

    run(plane, test)


def test_an_event_is_created(plane: ControlPlane) -> None:
    async def test(client: Client) -> None:
        with suppress(Conflict):
            await client.create(
                EVENTS,
                named(
                    EVENTS,
                    "seen.1",
                    SPACE,
                    eventTime="2026-01-01T00:00:00.000000Z",
                    action="Seen",
                    reason="Seen",
                    type="Normal",
                    note="it is",
                    reportingController="laneway",
                    reportingInstance="one",
                    regarding={"kind": "ConfigMap", "namespace": SPACE, "name": "a"},
                ),
            )
        assert b"it is" in await client.get(EVENTS, SPACE, "seen.1")

    run(plane, test)


def test_a_list_is_read_by_pages_and_by_labels(plane: ControlPlane) -> None:
    async def test(client: Client) -> None:
        for number in range(3):
            body = config_map(f"listed-{number}", text="long")
            body["metadata"]["labels"] = {"listed": "yes", "number": str(number)}
            await client.apply(CONFIG_MAPS, body)
        labels = "listed=yes,number!=1"
        found = [
            json.loads(one)
            async for one in client.listed(CONFIG_MAPS, namespace=SPACE, selector=labels)
        ]
        assert [one["metadata"]["name"] for one in found] == ["listed-0", "listed-2"]
        short = [
            json.loads(one)
            async for one in client.listed(
                CONFIG_MAPS, namespace=SPACE, selector=labels, is_metadata_only=True
            )
        ]
        assert [one["metadata"]["labels"]["number"] for one in short] == ["0", "2"]
        assert all("data" not in one for one in short)

    run(plane, test)


@pytest.mark.parametrize("paged", [False, True], ids=["streamed", "paged"])
@pytest.mark.parametrize("is_metadata_only", [False, True], ids=["whole", "metadata"])
def test_what_is_followed_is_as_kubectl_made_it(
    plane: ControlPlane,
    paged: bool,  # noqa: FBT001 - a column of a table
    is_metadata_only: bool,  # noqa: FBT001 - as above
) -> None:
    async def test(client: Client) -> None:
        body = config_map("followed", a="1")
        body["metadata"]["labels"] = {"followed": "yes"}
        await client.apply(CONFIG_MAPS, body)
        extent = Extent(SPACE, "followed=yes", is_metadata_only)
        place = (SPACE, "followed")
        async with followed(client, extent, paged=paged) as following:
            assert set(following.objects) == {place}
            assert ("data" in following.objects[place]) is not is_metadata_only
            body["metadata"]["labels"]["more"] = "so"
            await client.apply(CONFIG_MAPS, body)
            await until(lambda: "more" in following.objects[place]["metadata"]["labels"])
            await client.delete(CONFIG_MAPS, *place)
            await until(lambda: not following.objects)
            assert following.readings == 1
            assert following.stale_since is None

    run(plane, test)


def test_a_version_that_the_server_forgot_is_expired(plane: ControlPlane) -> None:
    async def test(client: Client) -> None:
        following = Following(client, ROUTES, json.loads)
        following._version = "1"  # noqa: SLF001 - as after long silence
        problem = await following._tried()  # noqa: SLF001 - one turn
        assert isinstance(problem, Expired)

    run(plane, test)
