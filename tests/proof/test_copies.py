"""Copies of requests: which mirrors get any, and where they lead."""

from __future__ import annotations

import pytest

from laneway.core.proof.verdict import Proof
from tests.laws import objects
from tests.laws.objects import Object, host_of
from tests.proof.shop import ORDER, against, proof_of, routes, strict

OTHER: Object = {"host": ORDER, "subset": "s2"}


@pytest.mark.parametrize(
    "mirroring",
    [
        {"mirror": OTHER, "mirrorPercentage": {}},
        {"mirror": OTHER, "mirrorPercent": 0},
        {"mirrors": [{"destination": OTHER, "percentage": {}}]},
    ],
)
def test_a_share_that_is_written_without_a_value_is_none(mirroring: Object) -> None:
    proof = proof_of(strict(), lambda out: routes(out, ORDER)[0].update(mirroring))

    assert proof.verdict == "proven"


def test_a_mirror_without_a_port_leads_to_the_port_of_the_request() -> None:
    """Another port of the mirrored service has no cluster by that number, so nobody is copied."""
    mesh = strict()
    cart = next(one for one in mesh if one["kind"] == "Service")
    cart["spec"]["ports"] = [{"port": 81, "name": "http", "protocol": "TCP"}]
    copied: Object = {"mirror": {"host": "cart", "subset": "s2"}}
    named: Object = {"mirror": {"host": "cart", "subset": "s2", "port": {"number": 81}}}

    def mirrored(block: Object) -> Proof:
        return proof_of(mesh, lambda out: routes(out, ORDER)[0].update(block))

    assert mirrored(copied).verdict == "proven"
    assert mirrored(named).verdict == "counter-example"


def test_a_mirror_that_a_root_hands_down_is_meant_in_the_roots_namespace() -> None:
    far = objects.virtual_service(
        "routes",
        "clients",
        [],
        http=[{"route": [{"destination": {"host": ORDER, "subset": "s1"}}]}],
    )
    handed: Object = {"delegate": {"name": "routes", "namespace": "clients"}}

    def root(out: list[Object]) -> None:
        last = routes(out, ORDER)[-1]
        del last["route"]
        last |= handed | {"mirror": {"host": "cart", "subset": "s2"}}

    found = against(proof_of(strict(), root, more=[far]), "isolated")

    assert "mirrored" in found.why
    assert found.spot.host == host_of("order", "default")
