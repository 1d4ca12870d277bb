"""A user's routes for connections beside lanes, as Istio translates the same objects."""

from __future__ import annotations

import pytest

from tests.agree.comparing import against_istio
from tests.agree.drawing import Drawn
from tests.agree.oracle import Oracle
from tests.laws import objects
from tests.laws.asks import Ask
from tests.laws.objects import Object, host_of

ORDER = host_of("order", "default")
TO_ORDER = [{"destination": {"host": ORDER}}]
LANES = ("s1", "s2")


def _mesh(own: Object) -> list[Object]:
    """Return two lanes of one service of HTTP, and a VirtualService of a user's for it."""
    ports: list[Object] = [{"port": 80, "targetPort": 80, "name": "http", "protocol": "TCP"}]
    gateway = {"name": "ingressgateway", "namespace": "istio-system", "type": "ASM"}
    listed = [objects.reference("order", "default")]
    return [
        objects.gateway("ingressgateway", {"istio": "ingressgateway"}, 80, ["*"]),
        objects.service("order", "default", ports, cluster_ip="10.0.0.1"),
        *(
            objects.deployment(f"order-{lane}", "default", {"app": "order", "version": lane})
            for lane in LANES
        ),
        objects.lane_group("shop", listed, {"gateway": gateway}),
        *(objects.lane(lane, "shop", {"version": lane}) for lane in LANES),
        objects.virtual_service("own", "default", [ORDER], **own),
    ]


@pytest.mark.engine
@pytest.mark.parametrize(
    "own",
    [
        {"tcp": [{"route": TO_ORDER}]},
        {"tls": [{"match": [{"sniHosts": [ORDER]}], "route": TO_ORDER}]},
    ],
    ids=["TCP", "TLS"],
)
def test_calls_of_http_keep_their_lane(own: Object, oracle: Oracle) -> None:
    asks = tuple(Ask(f"default/order-{lane}", "", "order", 80, "/") for lane in LANES)

    result = against_istio([Drawn(_mesh(own), asks)], oracle)

    assert result.apart == []
    assert result.decisions == len(asks)
