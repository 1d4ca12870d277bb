"""Who may bind the hosts of a gateway, as Istio's translation of the same objects has it."""

from __future__ import annotations

import pytest

from tests.agree.comparing import against_istio
from tests.agree.drawing import Drawn
from tests.agree.oracle import Oracle
from tests.laws import objects
from tests.laws.asks import Ask
from tests.laws.objects import Object, host_of

DOOR = "istio=ingressgateway"
HOSTS = ("a.test", "b.test", "deep.a.test", "elsewhere")
SPACES = ("istio-system", "default", "team")


def _mesh(served: list[str], wanted: list[str]) -> list[Object]:
    """Return one VirtualService per namespace, each with a path of its own, and a lane."""
    ports: list[Object] = [{"port": 80, "targetPort": 80, "name": "http", "protocol": "TCP"}]
    labels = {"app": "order", "version": "v1"}
    gateway = {"name": "ingressgateway", "namespace": "istio-system", "type": "ASM"}
    rule: Object = {"name": "r", "online": True, "hosts": wanted, "match": {"uri": {"exact": "/"}}}
    rule["route"] = {"destination": {"host": host_of("order", "default")}}
    found = [
        objects.gateway("ingressgateway", {"istio": "ingressgateway"}, 80, served),
        objects.service("order", "default", ports, cluster_ip="10.0.0.1"),
        objects.deployment("order-v1", "default", labels),
        objects.lane_group("shop", [objects.reference("order", "default")], {"gateway": gateway}),
        objects.lane("s1", "shop", {"version": "v1"}, ingressRules=[rule]),
    ]
    for space in SPACES:
        route: Object = {"match": [{"uri": {"exact": f"/{space}"}}]}
        route["route"] = [{"destination": {"host": host_of("order", "default")}}]
        found.append(
            objects.virtual_service(
                "own", space, wanted, gateways=["istio-system/ingressgateway"], http=[route]
            )
        )
    return found


@pytest.mark.engine
@pytest.mark.parametrize("wanted", [["*"], ["a.test", "b.test"], ["*.a.test"]])
@pytest.mark.parametrize(
    "served",
    [
        ["*"],
        ["*/*"],
        ["./*"],
        ["team/*"],
        ["default/a.test", "team/b.test"],
        ["./a.test", "default/*.a.test", "*/b.test"],
        ["team/*.a.test", "team/a.test", "./a.test"],
    ],
)
def test_only_admitted_namespaces_serve_a_host(
    served: list[str], wanted: list[str], oracle: Oracle
) -> None:
    paths = ["/", *(f"/{space}" for space in SPACES)]
    asks = tuple(Ask("", DOOR, host, 80, path) for host in HOSTS for path in paths)

    result = against_istio([Drawn(_mesh(served, wanted), asks)], oracle)

    assert result.apart == []
    assert result.decisions == len(asks)


@pytest.mark.engine
@pytest.mark.parametrize("served", [["*"], ["A.test"], ["a.test", "*.A.test"], ["*.test"]])
def test_hosts_are_one_whatever_their_letter_case(served: list[str], oracle: Oracle) -> None:
    mesh = _mesh(served, ["a.test"])
    own = [thing for thing in mesh if thing["kind"] == "VirtualService"]
    for thing, host in zip(own, ("A.test", "a.test", "*.A.test"), strict=True):
        thing["spec"]["hosts"] = [host]
    paths = ["/", *(f"/{space}" for space in SPACES)]
    asks = tuple(Ask("", DOOR, host, 80, path) for host in (*HOSTS, "A.TEST") for path in paths)

    result = against_istio([Drawn(mesh, asks)], oracle)

    assert result.apart == []
    assert result.decisions == len(asks)
