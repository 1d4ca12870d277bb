"""Which of several VirtualServices speaks for a service of the mesh, by name or by a wildcard."""

from __future__ import annotations

import pytest

from tests.agree.comparing import against_istio
from tests.agree.drawing import Drawn
from tests.agree.oracle import Oracle
from tests.laws import objects
from tests.laws.asks import Ask
from tests.laws.objects import Object, host_of

ORDER = host_of("order", "default")
NEAR, FAR = "*.default.svc.cluster.local", "*.svc.cluster.local"


def _to(version: str, match: Object) -> Object:
    return {"match": [match], "route": [{"destination": {"host": ORDER, "subset": version}}]}


ONE = _to("v1", {"uri": {"prefix": "/a"}})
TWO = _to("v2", {"uri": {"prefix": "/b"}})
NOBODYS = _to("v1", {"sourceLabels": {"app": "nobody"}})


def _mesh(*speaking: tuple[str, Object, str]) -> list[Object]:
    ports: list[Object] = [{"port": 80, "targetPort": 80, "name": "http", "protocol": "TCP"}]
    subsets = [{"name": tag, "labels": {"version": tag}} for tag in ("v1", "v2")]
    found = [
        objects.service("order", "default", ports, cluster_ip="10.0.0.1"),
        objects.destination_rule("order", "default", ORDER, subsets=subsets),
        objects.deployment("guest", "default", {"app": "guest"}),
        objects.deployment("guest", "clients", {"app": "guest"}),
    ]
    for tag in ("v1", "v2"):
        labels = {"app": "order", "version": tag}
        found.append(objects.deployment(f"order-{tag}", "default", labels))
    for number, (host, route, space) in enumerate(speaking):
        seen = {"exportTo": ["."]} if space == "clients" else {}
        name = f"speaks-{number}"
        found.append(objects.virtual_service(name, space, [host], http=[route], **seen))
    return found


@pytest.mark.engine
@pytest.mark.parametrize(
    "speaking",
    [
        [(FAR, ONE, "default"), (ORDER, TWO, "default")],
        [(FAR, ONE, "default"), (NEAR, TWO, "default")],
        [(NEAR, NOBODYS, "default"), (NEAR, TWO, "default")],
        [(NEAR, ONE, "default"), (ORDER, NOBODYS, "default")],
        [(ORDER, NOBODYS, "default"), (ORDER, TWO, "default")],
        [(FAR, ONE, "default"), (NEAR, TWO, "clients")],
        [(FAR, ONE, "default"), (ORDER, NOBODYS, "clients")],
        [(NEAR, ONE, "default"), (FAR, TWO, "clients")],
        [("Order.Default.svc.cluster.local", ONE, "default"), (ORDER, TWO, "default")],
        [("ORDER", ONE, "default")],
        [("*.Default.svc.cluster.local", ONE, "default")],
    ],
)
def test_the_narrowest_host_a_caller_sees_speaks_for_a_service(
    speaking: list[tuple[str, Object, str]], oracle: Oracle
) -> None:
    asks = [
        Ask(f"{space}/guest", "", ORDER, 80, path)
        for space in ("default", "clients")
        for path in ("/a", "/b", "/")
    ]

    result = against_istio([Drawn(_mesh(*speaking), tuple(asks))], oracle)

    assert result.apart == []
    assert result.decisions == len(asks)
