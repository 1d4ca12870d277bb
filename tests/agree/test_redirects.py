"""Redirects to https at ports that several Gateways share, against Istio's own translation.

Servers for overlapping hosts, with and without a redirect or a bare tls block, in any order of age,
and routes bound to one of the Gateways or to both: what each host gets is Istio's to say.
"""

from __future__ import annotations

import random

import pytest

from tests.agree.comparing import Compared, against_istio
from tests.agree.drawing import Drawn
from tests.agree.oracle import Oracle
from tests.laws import objects
from tests.laws.asks import Ask
from tests.laws.objects import Object, host_of

ORDER = host_of("order", "default")
HOSTS = (["*"], ["*.test"], ["a.test"], ["a.test", "b.test"], ["istio-system/a.test"], ["./*.test"])
TLS: tuple[Object | None, ...] = (None, {}, {"httpsRedirect": True}, {"httpsRedirect": True})
SPOKEN = (["a.test"], ["b.test"], ["*.test"], ["*"], ["a.test", "c.test"])
ASKED = ("a.test", "b.test", "c.test", "x.c.test", "elsewhere", "A.test")
PORTS: list[Object] = [{"port": 80, "targetPort": 80, "name": "http", "protocol": "TCP"}]
SERVICES = (
    objects.service("order", "default", PORTS, cluster_ip="10.0.0.1"),
    objects.deployment("order", "default", {"app": "order"}),
)


def mesh(draw: random.Random) -> list[Object]:
    """Draw two or three Gateways of one proxy and port, and VirtualServices bound to them."""
    found = list(SERVICES)
    names = [f"door-{number}" for number in range(draw.randint(2, 3))]
    for name in draw.sample(names, len(names)):
        gateway = objects.gateway(name, {"istio": "ingressgateway"}, 80, draw.choice(HOSTS))
        tls = draw.choice(TLS)
        if tls is not None:
            gateway["spec"]["servers"][0]["tls"] = tls
        found.append(gateway)
    for number in range(draw.randint(1, 3)):
        gateways = draw.sample(names, draw.randint(1, len(names)))
        match = {"uri": {"prefix": f"/{number}"}}
        http = [{"match": [match], "route": [{"destination": {"host": ORDER}}]}]
        hosts = draw.choice(SPOKEN)
        own = objects.virtual_service(
            f"own-{number}", "istio-system", hosts, gateways=gateways, http=http
        )
        found.append(own)
    return found


def compared(seed: int, count: int, oracle: Oracle) -> Compared:
    """Compare a number of drawn meshes."""
    draw = random.Random(seed)  # noqa: S311 - the same meshes in every run
    asks = tuple(
        Ask("", "istio=ingressgateway", host, 80, path)
        for host in ASKED
        for path in ("/0", "/1", "/2", "/")
    )
    return against_istio((Drawn(mesh(draw), asks) for _ in range(count)), oracle)


@pytest.mark.engine
def test_every_host_gets_what_istio_answers(oracle: Oracle) -> None:
    result = compared(11, 20, oracle)

    assert result.apart == []
    assert result.decisions > 400
