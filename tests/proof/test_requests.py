"""Requests that are easily forgotten: one that meets no rule but a spoiled one is still found."""

from __future__ import annotations

import pytest

from tests.laws.objects import Object
from tests.proof.shop import ORDER, Edit, against, proof_of, routes, strict


def in_front(host: str, *matches: Object) -> Edit:
    """Return an edit that leads what meets a match to any pod, before all other routes."""
    route: Object = {"match": list(matches), "route": [{"destination": {"host": ORDER}}]}
    return lambda found: routes(found, host).insert(0, route)


def test_a_query_may_hold_a_question_mark() -> None:
    asked: Object = {"queryParams": {"next": {"regex": r"/a\?b"}}}

    found = against(proof_of(strict(), in_front(ORDER, asked)), "isolated")

    assert found.request.path == "/?next=/a?b"


@pytest.mark.parametrize("spelling", ["10.0.0.2", f"{ORDER}.", "order.default:80", "10.0.0.2:80"])
def test_a_service_is_called_by_its_address_and_by_a_name_that_ends_in_a_dot(spelling: str) -> None:
    spoiled = in_front(ORDER, {"authority": {"exact": spelling}})

    found = against(proof_of(strict(), spoiled), "isolated")

    assert found.request.host == spelling


def test_on_a_sniffed_port_the_host_may_be_any() -> None:
    mesh = strict()
    for one in mesh:
        if one["kind"] == "Service":
            one["spec"]["ports"] = [{"port": 80, "name": "web", "protocol": "TCP"}]
    spoiled = in_front(ORDER, {"authority": {"prefix": "shop_a."}})

    found = against(proof_of(mesh, spoiled), "isolated")

    assert found.request.host.startswith("shop_a.")


@pytest.mark.parametrize(
    ("header", "verdict"), [("user-agent", "proven"), ("x-app", "counter-example")]
)
def test_lines_that_envoy_puts_on_one_meet_one_condition_at_most(header: str, verdict: str) -> None:
    asked: Object = {"headers": {header: {"exact": "a"}, header.upper(): {"exact": "b"}}}

    assert proof_of(strict(), in_front(ORDER, asked)).verdict == verdict
