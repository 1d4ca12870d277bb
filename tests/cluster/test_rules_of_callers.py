"""A DestinationRule of a caller's own (`workloadSelector`) gives it the clusters of an exact rule.

Two namespaces hold the same services and lanes: in one each host has a rule with a subset for every
lane, in the other each lane's callers have a rule for all hosts, in which one name stands for their
own lane. Mutual TLS is automatic and strict, and one of two ports is TCP. What istiod sends is
held against each other; no certificate is needed for that, and no Envoy.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from msgspec import Struct

from tests.agree.cluster import PodPlace, endpoint_slice, pod
from tests.agree.oracle import Workload
from tests.cluster.children import Children
from tests.cluster.control_plane import (
    MESH,
    VERSIONS,
    ControlPlane,
    Istiod,
    free_ports,
    start_istiod,
    until_ready,
)
from tests.cluster.crowd import Crowd
from tests.cluster.writer import Writer
from tests.conftest import Had
from tests.engines import engine
from tests.laws import objects
from tests.laws.objects import Object, host_of

pytestmark = pytest.mark.cluster

Json = dict[str, Any]
EXACT, OWN = "rules-exact", "rules-own"
SUBNETS = {EXACT: 1, OWN: 2}
PORTS = {8000: "http", 9000: "tcp"}
LANES = (1, 2)
EAST = Workload("east", "10.93.9.1", "istio-system", "router", {"istio": "east"})


class Sent(Struct, frozen=True):
    """What proxies were sent, by kind, proxy and name."""

    clusters: dict[str, Json]
    endpoints: dict[str, Json]
    listeners: dict[str, Json]

    def pods(self, proxy: str, cluster: str) -> dict[str, Any]:
        """Return the addresses of a cluster as a proxy has it, each with what is told of TLS."""
        found = self.endpoints[proxy][cluster].get("endpoints", ())
        return {
            one["endpoint"]["address"]["socketAddress"]["address"]: one["metadata"]
            for place in found
            for one in place.get("lbEndpoints", ())
        }


@pytest.fixture(scope="module")
def written(plane: ControlPlane) -> Iterator[ControlPlane]:
    """The two namespaces, in the API server; gone afterwards."""
    writer = Writer(plane.api)
    found = [*_mesh(), *_exact(), *_own()]
    for item in found:
        writer.create(item)
        if item["kind"] == "Pod":
            writer.merge({key: item[key] for key in item if key != "spec"}, "/status")
    yield plane
    for item in reversed(found):
        writer.delete(item)
    writer.close()


@pytest.fixture(scope="module", params=VERSIONS)
def sent(
    written: ControlPlane,
    had: Had,
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Sent]:
    """What an istiod with automatic mutual TLS sends the callers of both, and a gateway."""
    program = had(lambda: engine("crowd"))
    children = Children(tmp_path_factory.mktemp("rules"))
    istiod = Istiod(request.param, *free_ports(2))
    start_istiod(written, children, istiod, MESH | {"enableAutoMtls": True})
    try:
        until_ready(children, istiod)
        with Crowd(program, istiod) as crowd:
            crowd.join([*_callers(), EAST])
            yield Sent(*map(crowd.shown, ("clusters", "endpoints", "listeners")))
    finally:
        children.kill()


@pytest.mark.parametrize("port", PORTS)
@pytest.mark.parametrize("lane", LANES)
def test_ones_own_rule_gives_the_cluster_of_an_exact_rule(sent: Sent, lane: int, port: int) -> None:
    by_exact, by_own = _cluster(EXACT, f"s{lane}", port), _cluster(OWN, "lane", port)
    exact = sent.clusters[f"{EXACT}-{lane}"][by_exact]
    own = sent.clusters[f"{OWN}-{lane}"][by_own]

    assert [one["name"] for one in exact["transportSocketMatches"]] == [
        "tlsMode-istio",
        "tlsMode-disabled",
    ]
    assert _renamed(own, OWN, "lane") == _renamed(exact, EXACT, f"s{lane}")
    pods = sent.pods(f"{OWN}-{lane}", by_own)
    assert list(pods) == [_place(OWN, lane).address]
    assert [*pods.values()] == [*sent.pods(f"{EXACT}-{lane}", by_exact).values()]


def test_a_connection_to_a_tcp_port_goes_where_the_callers_rule_says(sent: Sent) -> None:
    door = f"10.96.{SUBNETS[OWN]}.7_9000"
    for caller, lane in ((f"{OWN}-1", 1), (f"{OWN}-2", 2), (f"{OWN}-none", 1)):
        (chain,) = sent.listeners[caller][door]["filterChains"]
        cluster = chain["filters"][-1]["typedConfig"]["cluster"]
        assert cluster == _cluster(OWN, "lane", 9000)
        assert [*sent.pods(caller, cluster)] == [_place(OWN, lane).address]


def test_a_caller_has_no_cluster_of_another_lane(sent: Sent) -> None:
    for lane in LANES:
        mine = (
            name for name in sent.clusters[f"{OWN}-{lane}"] if name.endswith(host_of("shop", OWN))
        )
        assert sorted(mine) == sorted(
            _cluster(OWN, subset, port) for port in PORTS for subset in ("", "lane")
        )


def test_a_gateway_that_goes_by_server_names_cannot_tell_lanes_of_one_name_apart(
    sent: Sent,
) -> None:
    """A gateway between networks (AUTO_PASSTHROUGH) has one cluster for a name of a subset."""
    by_lane = {lane: [*sent.pods("east", _by_server_name(EXACT, f"s{lane}"))] for lane in LANES}
    assert by_lane == {lane: [_place(EXACT, lane).address] for lane in LANES}

    told = sent.clusters[f"{OWN}-2"][_cluster(OWN, "lane", 8000)]["transportSocketMatches"][0]
    name = told["transportSocket"]["typedConfig"]["sni"]
    assert name == _by_server_name(OWN, "lane")
    assert [*sent.pods("east", name)] == [_place(OWN, 1).address]


def _renamed(cluster: Json, space: str, subset: str) -> Json:
    """Return a cluster without the names that differ by design."""
    text = json.dumps({**cluster, "metadata": None}, sort_keys=True)
    text = text.replace(f"|{subset}|", "|SUBSET|").replace(f"_.{subset}_.", "_.SUBSET_.")
    found: Json = json.loads(text.replace(space, "SPACE"))
    return found


def _cluster(space: str, subset: str, port: int) -> str:
    return f"outbound|{port}|{subset}|{host_of('shop', space)}"


def _by_server_name(space: str, subset: str) -> str:
    return f"outbound_.8000_.{subset}_.{host_of('shop', space)}"


def _place(space: str, lane: int) -> PodPlace:
    labels = {"app": "shop", "version": f"v{lane}", "security.istio.io/tlsMode": "istio"}
    address = f"10.93.{SUBNETS[space]}.{lane}"
    return PodPlace(f"{space}/shop-v{lane}", f"shop-v{lane}", address, labels)


def _callers() -> Iterator[Workload]:
    for space, subnet in SUBNETS.items():
        for lane in LANES:
            at = _place(space, lane)
            yield Workload(f"{space}-{lane}", at.address, space, labels=at.labels)
        yield Workload(f"{space}-none", f"10.93.{subnet}.9", space, labels={"app": "else"})


def _mesh() -> Iterator[Object]:
    ports = [{"name": name, "port": port, "targetPort": port} for port, name in PORTS.items()]
    for space, subnet in SUBNETS.items():
        service = objects.service("shop", space, ports, cluster_ip=f"10.96.{subnet}.7")
        behind = endpoint_slice(service, places := [_place(space, lane) for lane in LANES])
        del service["spec"]["selector"]  # the slice is ours, not the controller's
        yield from (objects.namespace(space), service, *map(pod, places), behind)
        strict = {"metadata": objects.head("strict", space), "spec": {"mtls": {"mode": "STRICT"}}}
        yield {"apiVersion": "security.istio.io/v1", "kind": "PeerAuthentication", **strict}
    east = objects.gateway("east", EAST.labels, 15443, ["*.local"])
    east["spec"]["servers"][0] |= {
        "port": {"number": 15443, "name": "tls", "protocol": "TLS"},
        "tls": {"mode": "AUTO_PASSTHROUGH"},
    }
    yield east


def _exact() -> Iterator[Object]:
    host = host_of("shop", EXACT)
    subsets = [{"name": f"s{lane}", "labels": _version(lane)} for lane in LANES]
    yield objects.destination_rule("shop", EXACT, host, subsets=subsets)
    routes = {
        kind: [
            *(_to(host, f"s{lane}", port, sourceLabels=_version(lane)) for lane in LANES),
            _to(host, "s1", port),
        ]
        for port, kind in PORTS.items()
    }
    yield objects.virtual_service("shop", EXACT, [host], **routes)


def _own() -> Iterator[Object]:
    host = host_of("shop", OWN)
    for lane in (*LANES, 0):
        subsets = [{"name": "lane", "labels": _version(lane or 1)}]
        of = {"workloadSelector": {"matchLabels": _version(lane)}} if lane else {}
        wide = f"*.{OWN}.svc.cluster.local"
        yield objects.destination_rule(f"lane-{lane}", OWN, wide, subsets=subsets, **of)
    routes = {kind: [_to(host, "lane", port)] for port, kind in PORTS.items()}
    yield objects.virtual_service("shop", OWN, [host], **routes)


def _to(host: str, subset: str, port: int, **met: object) -> Object:
    to = {"host": host, "subset": subset, "port": {"number": port}}
    return {"match": [{"port": port, **met}], "route": [{"destination": to}]}


def _version(lane: int) -> dict[str, str]:
    return {"version": f"v{lane}"}
