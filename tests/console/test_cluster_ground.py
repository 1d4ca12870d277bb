"""A cluster as one user sees it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import msgspec
import pytest

from laneway.adapters.kube import Access, Client, NoAccess
from laneway.adapters.kube.credentials import Constant, Presented
from laneway.adapters.kube.kubeconfig import KubeCluster, KubeUser
from laneway.apps.cluster.following import SeenByUser, TooMuchError
from laneway.apps.console.grounds.cluster import UserClusterGround
from laneway.core.views.mesh import mesh_object
from tests.console.fake_cluster import (
    GATEWAY,
    GROUPS,
    POD,
    SERVICE,
    FakeCluster,
    live,
    shop_and_cart,
)


async def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(20):
        while not holds():  # noqa: ASYNC110 - nothing tells
            await asyncio.sleep(0.01)


def client(cluster: FakeCluster, token: str) -> Client:
    who = Constant(Presented(token))
    way = Access(KubeCluster(server="http://fake:80"), KubeUser(), who, origin="the fake")
    return Client(way, dial=cluster.dial, bound=0.1)


@asynccontextmanager
async def ground(
    cluster: FakeCluster, token: str, *namespaces: str
) -> AsyncIterator[UserClusterGround]:
    """A ground that has seen something."""
    found = UserClusterGround("fake", SeenByUser(client(cluster, token), namespaces, again=0.05))
    running = asyncio.create_task(found.run(lambda: None))
    try:
        await until(lambda: found.seen is not None or running.done())
        if running.done():
            running.result()
        yield found
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await cluster.stop()


def names(found: UserClusterGround) -> set[str]:
    """Return the services that are seen."""
    assert found.seen is not None
    return {host.partition(".")[0] for host in found.seen.compilation.mesh.services}


def shown(found: UserClusterGround) -> str:
    """Return all that is known, as text."""
    assert found.seen is not None
    told = [mesh_object(found.seen.compilation.mesh), found.seen.compilation.findings, found.about]
    return msgspec.json.encode([*told, found.seen.standings, found.seen.trouble]).decode()


def test_who_may_list_all_sees_all_and_how_live_it_is() -> None:
    async def walk() -> None:
        cluster = FakeCluster()
        shop_and_cart(cluster)
        async with ground(cluster, cluster.user("ada", everywhere=True)) as found:
            assert found.seen is not None
            assert names(found) == {"shop-service", "cart-service"}
            (standing,) = found.seen.standings.values()
            assert standing.state == "live"
            assert standing.why == "12 of 12 proxies"
            assert standing.since == datetime(2026, 11, 29, 12, tzinfo=UTC).timestamp()
            spec = cluster.objects[GROUPS.path(name="both")]["spec"]
            cluster.have(GROUPS, "both", spec=spec, status=live("11 of 12", is_live=False))
            await until(lambda: found.seen is not None and found.seen.revision > 1)
            assert found.seen.standings["both"].state == "not live"

    asyncio.run(walk())


def _pod(cluster: FakeCluster, begun: str, **container: object) -> None:
    """Have the pod of the shop be not ready."""
    turned = {"type": "Ready", "status": "False", "lastTransitionTime": begun}
    status = {"podIP": "10.0.0.1", "conditions": [turned]}
    body = cluster.objects[POD.path("shop", "shop-pod")]
    told = [{"name": "app", "state": {}, **container}] if container else []
    cluster.have(
        POD,
        "shop-pod",
        "shop",
        metadata={"labels": body["metadata"]["labels"], "creationTimestamp": begun},
        spec=body["spec"],
        status=status | {"containerStatuses": told},
    )


def test_pods_that_are_down_are_known_and_those_that_begin_only_after_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("laneway.core.views.pod_trouble.LONGEST_BEGIN", 1.5)
    now = datetime.now(UTC).isoformat(timespec="milliseconds")

    async def walk() -> None:
        cluster = FakeCluster()
        shop_and_cart(cluster)
        _pod(cluster, now)
        async with ground(cluster, cluster.user("ada", everywhere=True)) as found:
            assert found.seen is not None
            (pod,) = found.seen.down
            assert (pod.name, pod.begins) == ("shop-pod", True)
            await until(lambda: bool(found.seen and not found.seen.down[0].begins))
            _pod(cluster, now, restartCount=2)
            await until(lambda: bool(found.seen and "2 times" in found.seen.down[0].why))
            _pod(cluster, now, state={"waiting": {"reason": "ErrImagePull"}})
            await until(lambda: bool(found.seen and "image" in found.seen.down[0].why))
            shop_and_cart(cluster)
            await until(lambda: found.seen is not None and found.seen.down == ())

    asyncio.run(walk())


def test_a_group_that_follows_an_edit_is_told_once_it_takes_too_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("laneway.apps.console.grounds.cluster.SETTLING", 0.5)

    async def walk() -> None:
        cluster = FakeCluster()
        shop_and_cart(cluster)
        spec = cluster.objects[GROUPS.path(name="both")]["spec"]
        async with ground(cluster, cluster.user("ada", everywhere=True)) as found:
            cluster.have(GROUPS, "both", spec=spec, status=live("11 of 12", is_live=False))
            await until(lambda: found.seen is not None and found.seen.settling == {"both"})
            assert found.seen is not None
            assert found.seen.standings["both"].state == "not live"
            await until(lambda: found.seen is not None and not found.seen.settling)
            assert found.seen.standings["both"].state == "not live"

    asyncio.run(walk())


@pytest.mark.parametrize("named", [("shop",), ("shop", "cart")])
def test_a_viewer_of_one_namespace_sees_nothing_of_others(named: tuple[str, ...]) -> None:
    async def walk() -> None:
        cluster = FakeCluster()
        shop_and_cart(cluster)
        token = cluster.user("bob", "shop")
        async with ground(cluster, token, *named) as found:
            assert names(found) == {"shop-service"}
            told = shown(found)
            assert "cart" not in told
            assert "asmswimlanegroups.istio.alibabacloud.com" in told
            assert "you may not list them" in told
            lists = [one.path for one in cluster.asked if one.method == "GET"]
            assert [one for one in lists if "cart" in one] == []
            revision = found.seen.revision if found.seen else 0
            cluster.have(SERVICE, "other", "cart", spec={"selector": {"app": "x"}})
            cluster.have(SERVICE, "mine", "shop", spec={"selector": {"app": "x"}})
            await until(lambda: "mine" in names(found))
            assert found.seen is not None
            assert found.seen.revision == revision + 1

    asyncio.run(walk())


def test_rights_that_go_take_what_they_showed() -> None:
    async def walk() -> None:
        cluster = FakeCluster()
        shop_and_cart(cluster)
        token = cluster.user("eve", "shop", "cart")
        async with ground(cluster, token, "shop", "cart") as found:
            assert names(found) == {"shop-service", "cart-service"}
            cluster.users[token].inside = {"shop"}
            await until(lambda: names(found) == {"shop-service"})
            assert "cart" not in shown(found)
            cluster.users[token].inside = {"shop", "cart"}
            await until(lambda: names(found) == {"shop-service", "cart-service"})

    asyncio.run(walk())


def test_credentials_that_are_refused_end_it() -> None:
    async def walk() -> None:
        cluster = FakeCluster()
        token = cluster.user("ada", everywhere=True)
        found = UserClusterGround("fake", SeenByUser(client(cluster, token), again=0.05))
        running = asyncio.create_task(found.run(lambda: None))
        await until(lambda: found.seen is not None)
        del cluster.users[token]
        with pytest.raises(NoAccess):
            await running
        await cluster.stop()

    asyncio.run(walk())


def test_a_server_that_is_away_is_told_and_what_was_seen_stays() -> None:
    async def walk() -> None:
        cluster = FakeCluster()
        shop_and_cart(cluster)
        async with ground(cluster, cluster.user("ada", everywhere=True)) as found:
            cluster.is_down = True
            cluster.cut_all()
            await until(lambda: bool(found.seen and found.seen.trouble))
            assert names(found) == {"shop-service", "cart-service"}
            cluster.is_down = False
            await until(lambda: bool(found.seen and not found.seen.trouble))

    asyncio.run(walk())


def test_more_than_is_kept_for_one_user_is_refused() -> None:
    async def walk() -> None:
        cluster = FakeCluster()
        shop_and_cart(cluster)
        token = cluster.user("ada", everywhere=True)
        following = SeenByUser(client(cluster, token), most=5)
        with pytest.raises(TooMuchError, match="more than 5 objects"):
            await UserClusterGround("fake", following).run(lambda: None)
        await cluster.stop()

    asyncio.run(walk())


@pytest.mark.parametrize(
    ("service", "url"),
    [
        ({"status": {"loadBalancer": {"ingress": [{"ip": "192.0.2.7"}]}}}, "http://192.0.2.7/"),
        ({"spec": {"externalIPs": ["192.0.2.8"]}}, "http://192.0.2.8/"),
        ({}, ""),
    ],
)
def test_gateways_are_reached_where_their_service_says(
    service: dict[str, dict[str, object]], url: str
) -> None:
    async def walk() -> None:
        cluster = FakeCluster()
        shop_and_cart(cluster)
        spec = {
            "selector": {"istio": "gateway", "app": "door"},
            "ports": [{"port": 80, "targetPort": 8080}],
            **service.get("spec", {}),
        }
        cluster.have(SERVICE, "door", "cart", spec=spec, status=service.get("status", {}))
        servers = [{"port": {"number": 80, "name": "http", "protocol": "HTTP"}, "hosts": ["*"]}]
        cluster.have(
            GATEWAY, "door", "cart", spec={"selector": {"istio": "gateway"}, "servers": servers}
        )
        async with ground(cluster, cluster.user("ada", everywhere=True)) as found:
            assert found.seen is not None
            (gateway,) = found.seen.gateways
            assert (gateway.gateways, gateway.port, gateway.url) == (("cart/door",), 80, url)

    asyncio.run(walk())
