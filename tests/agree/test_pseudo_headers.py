"""Conditions on parts of a request by the names of headers, and a port in the host."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.agree.comparing import against_envoy, against_istio
from tests.agree.drawing import Drawn
from tests.agree.oracle import Oracle
from tests.laws import objects
from tests.laws.asks import Ask
from tests.laws.objects import Object, host_of

DOOR = "istio=ingressgateway"
ORDER = host_of("order", "default")
MATCHES: tuple[Object, ...] = (
    {"headers": {":method": {"exact": "POST"}}},
    {"withoutHeaders": {":method": {"exact": "POST"}}},
    {"headers": {":path": {"exact": "/a"}}},
    {"headers": {":path": {"prefix": "/a?"}}},
    {"headers": {":path": {"regex": "/a.*b"}}},
    {"headers": {":scheme": {"exact": "http"}}},
    {"headers": {":authority": {"exact": "lamp.test"}}},
    {"headers": {":authority": {"regex": "[a-z.]+:80"}}},
    {"headers": {"host": {"prefix": "order"}}},
    {"authority": {"exact": "lamp.test:80"}},
    {"authority": {"exact": "order:80"}},
    {"withoutHeaders": {"host": {"exact": "lamp.test"}}},
)


def _case(match: Object) -> Drawn:
    """Return a mesh in which one route asks for something, at a gateway and in the mesh."""
    ports: list[Object] = [{"port": 80, "targetPort": 80, "name": "http", "protocol": "TCP"}]
    subsets = [{"name": tag, "labels": {"version": tag}} for tag in ("v1", "v2")]
    http = [
        {"match": [match], "route": [{"destination": {"host": ORDER, "subset": "v1"}}]},
        {"route": [{"destination": {"host": ORDER, "subset": "v2"}}]},
    ]
    door = ["istio-system/ingressgateway"]
    found = [
        objects.gateway("ingressgateway", {"istio": "ingressgateway"}, 80, ["*"]),
        objects.service("order", "default", ports, cluster_ip="10.0.0.1"),
        objects.destination_rule("order", "default", ORDER, subsets=subsets),
        objects.deployment("guest", "default", {"app": "guest"}),
        objects.virtual_service("in-mesh", "default", [ORDER], http=http),
        objects.virtual_service("entry", "default", ["lamp.test"], gateways=door, http=http),
    ]
    for tag in ("v1", "v2"):
        labels = {"app": "order", "version": tag}
        found.append(objects.deployment(f"order-{tag}", "default", labels))
    asks = [
        Ask(caller, "" if caller else DOOR, host, 80, path, method)
        for caller, hosts in (("", ("lamp.test", "lamp.test:80")), ("default/guest", ("order",)))
        for host in hosts
        for path in ("/a", "/a?b", "/b")
        for method in ("GET", "POST")
    ]
    return Drawn(found, tuple(asks))


CASES = [_case(match) for match in MATCHES]


@pytest.mark.engine
def test_istios_translation_reads_parts_of_a_request_alike(oracle: Oracle) -> None:
    result = against_istio(CASES, oracle)

    assert result.apart == []
    assert result.decisions == sum(len(case.asks) for case in CASES)


@pytest.mark.envoy
def test_real_envoy_reads_parts_of_a_request_alike(tmp_path: Path) -> None:
    result = asyncio.run(against_envoy(CASES, tmp_path))

    assert result.apart == []
    assert result.decisions == sum(len(case.asks) for case in CASES)
