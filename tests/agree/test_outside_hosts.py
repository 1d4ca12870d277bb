"""Hosts of the mesh that are no service, as Istio's translation of the same objects has them."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from laneway.core.compile import Compilation
from laneway.core.mesh.mesh import Caller
from laneway.core.mesh.names import Host
from laneway.core.mesh.upstreams import named_service
from laneway.core.routing.ask.request import Request
from laneway.core.routing.ask.walk import Decision, call
from laneway.core.routing.plan.unseen import is_past_routes
from tests.agree.by_envoy import envoy_reader
from tests.agree.cluster import cluster_of
from tests.agree.envoy_matching import Request as Sent
from tests.agree.istio_proxy import ORIGINAL_DESTINATION, IstioProxy
from tests.agree.oracle import Oracle
from tests.laws import objects
from tests.laws.asks import Ask
from tests.laws.compiling import compile_mesh
from tests.laws.objects import NETWORKING, Object

ELSEWHERE = "192.0.2.1"
NAMES = ("lamp.test", "a.lamp.test", "order", "order.default", "order.default.svc", "cart.default")
PORTS = (80, 8000)
ORDER, CART = objects.host_of("order", "default"), objects.host_of("cart", "default")
HTTP = {"number": 80, "protocol": "HTTP", "name": "http"}
Speaking = list[tuple[list[str], str]]
"""VirtualServices: their hosts and their namespaces."""


def _mesh(*speaking: tuple[list[str], str]) -> list[Object]:
    """Return two services and VirtualServices, oldest first, each with an answer of its own."""
    found = [
        objects.service(
            name,
            "default",
            [{"port": port, "targetPort": port, "name": "http", "protocol": "TCP"}],
            cluster_ip=f"10.0.0.{port % 7}",
        )
        for name, port in (("order", 80), ("cart", 8000))
    ]
    names = ("order", "cart", "guest")
    found += [objects.deployment(name, "default", {"app": name}) for name in names]
    for number, (hosts, space) in enumerate(speaking):
        http = [{"match": [{"uri": {"prefix": "/"}}], "directResponse": {"status": 210 + number}}]
        name = f"speaks-{number}"
        found.append(objects.virtual_service(name, space, hosts, http=http))
    return found


SPEAKING: tuple[Speaking, ...] = (
    [(["lamp.test"], "default")],
    [(["*.lamp.test"], "default"), (["a.lamp.test"], "default")],
    [(["order.default"], "default"), (["order"], "default")],
    [(["order"], "default"), (["order.default", "lamp.test"], "default")],
    [(["cart", "lamp.test"], "default")],
    [(["order", "cart.default"], "default"), (["cart"], "default")],
    [(["*.default"], "default")],
    [(["Lamp.test"], "default"), (["lamp.test"], "team")],
)


@pytest.mark.engine
@pytest.mark.parametrize("speaking", SPEAKING)
def test_hosts_that_are_no_service_are_decided_where_istio_decides_them(
    speaking: Speaking, oracle: Oracle
) -> None:
    mesh = _mesh(*speaking)
    compilation = compile_mesh(mesh)
    cluster = cluster_of(mesh, compilation)
    told = oracle.translate(cluster.kubernetes, cluster.istio, cluster.proxies)
    proxy = told.proxies["default/guest"]

    assert told.refused == []
    for name in NAMES:
        for port in PORTS:
            _agree(_decided(compilation, name, port), proxy, name, port)


EGRESS: tuple[list[Object], ...] = (
    [{"port": HTTP, "hosts": ["*/lamp.test", f"*/{ORDER}"]}, {"hosts": ["~/*"]}],
    [{"port": HTTP, "hosts": ["*/lamp.test"]}, {"hosts": ["~/*"]}],
    [{"port": HTTP, "hosts": ["*/lamp.test"]}, {"hosts": [f"*/{ORDER}"]}],
    [{"hosts": ["*/lamp.test"]}],
    [{"hosts": ["*/lamp.test", f"*/{ORDER}"]}],
    [{"hosts": ["*/lamp.test", f"*/{CART}"]}],
    [{"hosts": ["*/*"]}],
)
BESIDE: tuple[Speaking, ...] = (
    [(["lamp.test"], "default"), ([ORDER], "default"), ([CART], "default")],
    [([CART, ORDER, "lamp.test"], "default")],
    [(["lamp.test", "*.default.svc.cluster.local"], "default")],
)


@pytest.mark.engine
@pytest.mark.parametrize("speaking", BESIDE)
def test_a_proxy_holds_hosts_it_does_not_know_where_it_listens(
    speaking: Speaking, oracle: Oracle
) -> None:
    for egress in EGRESS:
        mesh = [*_mesh(*speaking), _sidecar(egress)]
        compilation = compile_mesh(mesh)
        cluster = cluster_of(mesh, compilation)
        told = oracle.translate(cluster.kubernetes, cluster.istio, cluster.proxies)

        assert told.refused == []
        for name, port in (("lamp.test", 80), ("lamp.test", 8000), (ORDER, 80), (CART, 8000)):
            ours = _decided(compilation, name, port)
            _agree(ours, told.proxies["default/guest"], name, port)


def _sidecar(egress: list[Object]) -> Object:
    spec = {"workloadSelector": {"labels": {"app": "guest"}}, "egress": egress}
    meta = objects.head("guests", "default")
    return {"apiVersion": NETWORKING, "kind": "Sidecar", "metadata": meta, "spec": spec}


def _agree(ours: Decision, proxy: IstioProxy, name: str, port: int) -> None:
    """Hold the plan's decision against what Istio's translation makes of the same call."""
    theirs = proxy.arrivals(proxy.http(Sent(f"{name}:{port}"), port, ELSEWHERE))
    by_itself = {one.status for one in theirs if one.why == "direct_response"}
    if ours.rule is None or is_past_routes(ours.rule):
        assert list(theirs) == [ORIGINAL_DESTINATION], (name, port)
    elif ours.status is not None:
        assert by_itself == {ours.status}, (name, port)
    else:
        assert not by_itself, (name, port)
        assert ORIGINAL_DESTINATION not in theirs, (name, port)


@pytest.mark.envoy
def test_real_envoy_answers_for_hosts_that_are_no_service(tmp_path: Path) -> None:
    asyncio.run(_ask_envoy(tmp_path))


async def _ask_envoy(folder: Path) -> None:
    answered = 0
    async with envoy_reader(folder / "envoy") as reader:
        for speaking in SPEAKING:
            compilation = compile_mesh(_mesh(*speaking))
            await reader.serve(compilation)
            wanted = {
                (name, port): found.status or "default/order"
                for name in NAMES
                for port in PORTS
                if (found := _decided(compilation, name, port)).rule is not None
                if found.status or name.startswith("order")
            }
            asks = [Ask("default/guest", "", name, port, "/") for name, port in wanted]
            seen = [one[0] for one in await reader.answers(asks) if one is not None]
            assert seen == list(wanted.values()), speaking
            answered += len(seen)
    assert answered > 3 * len(SPEAKING)


def _decided(compilation: Compilation, name: str, port: int) -> Decision:
    """Let the plan decide a call of the guest's."""
    caller = Caller("default", (("app", "guest"),))
    host = named_service(compilation.mesh, name, "default") or Host(name)
    asked = Request(f"{name}:{port}", port=port)
    return call(compilation.mesh, compilation.plan, caller, host, asked)
