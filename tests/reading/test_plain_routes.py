"""Routes of the plainest form are read in one move, and say what the reader of any route says."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from laneway.core.findings.finding import Finding
from laneway.core.resources.istio.networking import HttpRoute, VirtualService
from laneway.core.resources.read import read_objects

HOST = "mockb.default.svc.cluster.local"


def mappings(**values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=values)


def routes(odd: bool) -> st.SearchStrategy[dict[str, Any]]:  # noqa: FBT001 - of two kinds
    """Return routes of plain values; odd ones may have any flaw, or say nothing."""

    def some(plain: list[Any], flaws: list[Any]) -> st.SearchStrategy[Any]:
        return st.sampled_from([*plain, *flaws] if odd else plain)

    name = some(["s1", "s2", ""], [7, None])
    port = some([{"number": 8000}, {}, None], [{"number": 70000}, {"number": True}, {"nubmer": 1}])
    share = {
        "destination": st.fixed_dictionaries(
            {"host": some([HOST, "mockb"], ["", None, 5])}, optional={"subset": name, "port": port}
        )
    }
    weight = some([0, 40, 100, None], [-1, 2**31, 1.5, "50", False])
    match = some(
        [[{"sourceLabels": {"version": "v1"}}], [{"uri": {"prefix": "/a"}}, {}], [], None],
        [[{"sourceLabels": {"version": 1}}], [{"sourcLabels": {}}], [{"uri": {}}], {}, [1]],
    )
    shares = st.lists(st.fixed_dictionaries(share, optional={"weight": weight}), max_size=2)
    return mappings(name=name, match=match, route=shares | st.none() if odd else shares)


ROUTES = st.lists(routes(odd=False), max_size=3) | st.lists(routes(odd=True), max_size=3)
FULL: dict[str, Any] = {"timeout": "1s", "route": [{"destination": {"host": HOST}}]}
"""A route that says more: beside it all are read one by one."""


def read(*routes: Any) -> tuple[tuple[HttpRoute, ...], list[Finding]]:
    """Return the routes of a VirtualService, and what is told of them."""
    head = {"apiVersion": "networking.istio.io/v1", "kind": "VirtualService"}
    meta = {"metadata": {"name": "mockb", "namespace": "default"}}
    found = read_objects("", [{**head, **meta, "spec": {"hosts": [HOST], "http": list(routes)}}])
    (service,) = found.resources
    assert isinstance(service, VirtualService)
    return service.http, list(found.findings)


@given(ROUTES)
@example([{"route": [{"destination": {"host": HOST, "port": {"number": 70000}}}]}])
@example([{"route": [{"destination": {"host": HOST}, "weight": 2**31}]}])
def test_a_route_is_read_alike_whatever_stands_beside_it(written: list[dict[str, Any]]) -> None:
    alone, told = read(*written)
    beside, told_beside = read(*written, FULL)

    assert (alone, told) == (beside[:-1], told_beside)


@pytest.mark.parametrize(
    "route",
    [
        {"match": [{"sourcLabels": {"version": "v1"}}]},
        {"route": [{"destination": {"host": HOST, "subst": "s1"}}]},
        {"route": [{"destination": {"host": HOST, "port": {"nubmer": 8000}}}]},
    ],
)
def test_a_misspelled_field_of_a_plain_route_is_told(route: dict[str, Any]) -> None:
    plain = {"name": "s1", "match": [], "route": [{"destination": {"host": HOST}}]}

    _, told = read(plain, {**plain, **route})

    assert "LW1116" in {one.code.id for one in told}


def test_a_misspelled_field_that_many_rules_share_is_told_of_each() -> None:
    rule = {"apiVersion": "networking.istio.io/v1", "kind": "DestinationRule"}
    spec = {"host": HOST, "subsets": [{"name": "s1", "lables": {"version": "v1"}}]}
    rules = [{**rule, "metadata": {"name": name}, "spec": spec} for name in ("one", "two")]

    told = read_objects("", rules).findings

    assert [one.code.id for one in told] == ["LW1116", "LW1116"]
