"""What is written is written as it was meant, and who else holds it is told."""

from __future__ import annotations

import pytest

from laneway.adapters.kube import (
    Conflict,
    Expired,
    Forbidden,
    Invalid,
    KubeError,
    NotFound,
)
from tests.kube.fake_server import CONFIG_MAPS, FakeServer, Refuse
from tests.kube.virtual_time import run

BODY = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "namespace": "shop"}}


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (400, Invalid),
        (403, Forbidden),
        (404, NotFound),
        (409, Conflict),
        (410, Expired),
        (413, Invalid),
        (415, Invalid),
        (422, Invalid),
    ],
)
def test_a_refusal_is_told_with_the_servers_words(code: int, error: type[KubeError]) -> None:
    async def main() -> None:
        server = FakeServer()
        server.faults.append(Refuse(code, "spec.hosts: Required value"))
        async with server.client() as client:
            with pytest.raises(error, match=r"apply /api/\S+/a: spec.hosts: Required value"):
                await client.apply(CONFIG_MAPS, BODY)
        assert len(server.asked) == 1
        await server.stop()

    run(main())


def test_what_server_side_apply_calls_its_own_failure_is_the_objects() -> None:
    said = "failed to create typed patch object (shop/a; /v1, Kind=ConfigMap): .dato: unknown"

    async def main() -> None:
        server = FakeServer()
        server.faults.append(Refuse(500, said))
        async with server.client() as client:
            with pytest.raises(Invalid, match=r"\.dato"):
                await client.apply(CONFIG_MAPS, BODY)
        assert len(server.asked) == 1
        await server.stop()

    run(main())


def test_a_conflict_tells_fields_and_managers() -> None:
    causes = [
        {
            "reason": "FieldManagerConflict",
            "message": f'conflict with "{who}" using networking.istio.io/v1',
            "field": field,
        }
        for who, field in (("kubectl", ".spec.http"), ("argo", ".spec.hosts"))
    ]

    async def main() -> None:
        server = FakeServer()
        server.faults.append(Refuse(409, "Apply failed", {"causes": causes}))
        async with server.client() as client:
            with pytest.raises(Conflict) as caught:
                await client.apply(CONFIG_MAPS, BODY)
        assert caught.value.fields == (".spec.http", ".spec.hosts")
        assert caught.value.managers == ("argo", "kubectl")
        await server.stop()

    run(main())


def test_a_conflict_about_the_object_itself_names_no_field() -> None:
    causes = [{"reason": "Other", "message": 'conflict with "x"', "field": "metadata"}]

    async def main() -> None:
        server = FakeServer()
        server.faults.append(Refuse(409, "modified", {"causes": causes}))
        async with server.client() as client:
            with pytest.raises(Conflict) as caught:
                await client.apply(CONFIG_MAPS, BODY)
        assert (caught.value.fields, caught.value.managers) == ((), ())
        await server.stop()

    run(main())


def test_an_object_is_written_in_the_version_that_it_names() -> None:
    async def main() -> None:
        server = FakeServer()
        async with server.client() as client:
            await client.apply(CONFIG_MAPS, {**BODY, "apiVersion": "v2"})
            await client.apply(CONFIG_MAPS, {**BODY, "metadata": {"name": "a b/c"}})
        assert [one.path for one in server.asked] == [
            "/api/v2/namespaces/shop/configmaps/a",
            "/api/v1/configmaps/a%20b%2Fc",
        ]
        await server.stop()

    run(main())


def test_applying_forces_nothing_and_names_the_manager() -> None:
    async def main() -> None:
        server = FakeServer()
        async with server.client() as client:
            await client.apply(CONFIG_MAPS, BODY, subresource="status", dry_run=True)
        (asked,) = server.asked
        assert asked.path == "/api/v1/namespaces/shop/configmaps/a/status"
        assert asked.query == {
            "fieldManager": "laneway",
            "fieldValidation": "Ignore",
            "dryRun": "All",
        }
        assert asked.headers["content-type"] == "application/apply-patch+yaml"
        await server.stop()

    run(main())


def test_merging_says_so_and_drops_what_is_unknown() -> None:
    async def main() -> None:
        server = FakeServer()
        async with server.client() as client:
            await client.merge(CONFIG_MAPS, BODY, subresource="status")
        (asked,) = server.asked
        assert asked.headers["content-type"] == "application/merge-patch+json"
        assert asked.query == {"fieldManager": "laneway", "fieldValidation": "Ignore"}
        await server.stop()

    run(main())


def test_what_is_gone_already_is_deleted() -> None:
    async def main() -> None:
        server = FakeServer()
        async with server.client() as client:
            await client.delete(CONFIG_MAPS, "shop", "a")
        await server.stop()

    run(main())


def test_only_what_was_seen_is_deleted() -> None:
    async def main() -> None:
        server = FakeServer()
        server.put("a")
        async with server.client() as client:
            with pytest.raises(Conflict):
                await client.delete(CONFIG_MAPS, "shop", "a", uid="u", resource_version="5")
            assert server.asked[0].body["preconditions"] == {"uid": "u", "resourceVersion": "5"}
            await client.delete(CONFIG_MAPS, "shop", "a", resource_version="101")
        assert server.objects == {}
        await server.stop()

    run(main())
