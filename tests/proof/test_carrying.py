"""What a request carries when it leaves a proxy: headers filled in from others, or lost."""

from __future__ import annotations

import pytest

from laneway.core.mesh.names import Host
from laneway.core.mesh.propagation import LISTS, Propagation
from laneway.core.proof.carrying import unread
from laneway.core.resources.meta import Ref
from laneway.core.routing.plan.route_plan import (
    Destination,
    Forward,
    HeaderEdits,
    Headers,
    Origin,
    Rule,
    Share,
)
from tests.laws.objects import Object
from tests.proof.shop import (
    CART,
    HEADER,
    ORDER,
    Edit,
    against,
    permissive,
    proof_of,
    routes,
)


def last(edits: Object, match: Object | None = None) -> Edit:
    """Return an edit that gives the baseline's route of a service header edits."""

    def edit(out: list[Object]) -> None:
        route = routes(out, ORDER)[-1]
        if match is not None:
            routes(out, ORDER).append({"route": route["route"]})
            route["match"] = [match]
        route["headers"] = {"request": edits}

    return edit


@pytest.mark.parametrize(
    ("baggage", "match", "sent"),
    [
        ("%REQ(x-bag)%", None, ["x-lane=s2"]),
        ("user=%REQ(x-user)%", None, [",x-lane=s2"]),
        (f"{HEADER}=%REQ(x-user)%;kept", None, ["s2"]),
        ("user=%REQ(x-user)%", {"headers": {"x-user": {"prefix": "u"}}}, ["u,x-lane=s2"]),
        ("user=%REQ(x-user)%", {"headers": {"x-user": {"exact": "u"}}}, [",x-lane=s2", "u"]),
    ],
)
def test_baggage_that_is_filled_in_lets_a_client_name_a_lane(
    baggage: str, match: Object | None, sent: list[str]
) -> None:
    proof = proof_of(permissive("baggage"), last({"set": {"baggage": baggage}}, match))

    found = against(proof, "isolated")

    assert "leaves as a request of lane s2" in found.why
    assert [value for _, value in found.request.headers] == sent


@pytest.mark.parametrize(
    ("pairs", "sent"),
    [("YQ==:%REQ(x-user)%", ",eC1sYW5l:czI="), ("eC1sYW5l:%REQ(x-user)%", "czI=")],
)
def test_pairs_that_are_filled_in_let_a_client_name_a_lane(pairs: str, sent: str) -> None:
    edits = last({"set": {"sw8-correlation": pairs}})

    found = against(proof_of(permissive("sw8-correlation"), edits), "isolated")

    assert "leaves as a request of lane s2" in found.why
    assert [value for _, value in found.request.headers] == [sent]


def test_an_entry_whose_baggage_takes_in_another_header_lets_a_second_lane_through() -> None:
    def fill(out: list[Object]) -> None:
        for route in routes(out, "*"):
            edits = route["route"][0]["headers"]["request"]["set"]
            edits["baggage"] = f"{HEADER}={edits[HEADER]},user=%REQ(x-other)%"

    found = against(proof_of(permissive("baggage"), fill), "isolated")

    assert f",{HEADER}=" in dict(found.request.headers)["x-other"]


@pytest.mark.parametrize(
    "value", ["s%REQ(x-n)%", "%REQ(x-a)%%REQ(x-b)%", "%REQ(x-user):2%", "%DOWNSTREAM_PEER_URI_SAN%"]
)
def test_a_lane_that_is_put_together_is_not_guessed(value: str) -> None:
    proof = proof_of(permissive(), last({"set": {HEADER: value}}))

    assert proof.verdict == "undecided"
    assert any(value in doubt.why for doubt in proof.doubts)


def test_a_lane_that_an_entry_puts_together_is_not_taken_for_written() -> None:
    def extend(out: list[Object]) -> None:
        for route in routes(out, "*"):
            route["route"][0]["headers"]["request"]["set"][HEADER] += "%REQ(x-more)%"

    assert proof_of(permissive(), extend).verdict == "undecided"


@pytest.mark.parametrize(
    ("name", "value", "is_read"),
    [
        ("x-lane", "100%% sure", True),
        ("x-lane", "%REQ(x-a?x-b)%", True),
        ("X-Lane", "%REQ(x-a)%!", False),
        ("baggage", "x-lane=s1,%REQ(baggage)%,a=%REQ(x-a)%;p=1", True),
        ("baggage", "x-lane=s%REQ(x-a)%", False),
        ("baggage", "x-lane=%REQ(x-a)%2", False),
        ("x-other", "s%REQ(x-a)%", True),
        ("sw8-correlation", "eC1sYW5l:czE=,%REQ(sw8-correlation)%,YQ==:%REQ(x-a)%", True),
        ("sw8-correlation", "eC1sYW5l:cz%REQ(x-a)%", False),
        ("sw8-correlation", "eC1hbmU=%REQ(x-a)%", False),
    ],
)
def test_which_values_are_read(name: str, value: str, is_read: bool) -> None:  # noqa: FBT001 - a case
    share = Share(1, Destination(Host("a"), 80), Headers(HeaderEdits(set=((name, value),))))
    rule = Rule("", (), Forward((share,)), Origin(Ref("VirtualService", "a", "b")))

    carrier = name if name in LISTS else "baggage"

    left = list(unread(Propagation(LISTS[carrier], "x-lane", carrier), rule, share))

    assert left == ([] if is_read else [value])


def test_baggage_that_is_taken_away_loses_the_lane_also_where_the_header_stays() -> None:
    """Programs pass on baggage alone, so the header ends behind them."""
    asked: Object = {"headers": {HEADER: {"exact": "s2"}, "baggage": {"exact": f"{HEADER}=s2"}}}

    def take(out: list[Object]) -> None:
        route = {"match": [asked], "headers": {"request": {"remove": ["baggage"]}}}
        own = next(one for one in routes(out, CART) if one["name"] == "lane-s2-baggage")
        routes(out, CART).insert(0, {**own, **route})

    found = against(proof_of(permissive("baggage"), take), "isolated")

    assert "leaves without its lane" in found.why
    assert len(found.request.headers) == 2


def test_baggage_comes_in_on_one_line() -> None:
    """Of several lines a gateway makes one before it looks at routes."""
    asked: Object = {"headers": {"baggage": {"exact": "a"}, "x-user": {"exact": "u2"}}}

    def by_baggage(out: list[Object]) -> None:
        route = {"match": [asked | {"uri": {"prefix": "/api"}}]}
        routes(out, "*").insert(0, {**routes(out, "*")[-1], **route})

    for claim in proof_of(permissive("baggage"), by_baggage).claims:
        for one in claim.against:
            assert [name for name, _ in one.request.headers].count("baggage") < 2


def test_baggage_of_several_lines_is_looked_at_where_it_carries_no_lane() -> None:
    asked: Object = {"headers": {"baggage": {"exact": "a"}, "Baggage": {"exact": "b"}}}

    def by_line(out: list[Object]) -> None:
        aside = {"match": [asked], "route": [{"destination": {"host": ORDER}}]}
        routes(out, ORDER).insert(0, aside)

    found = against(proof_of(permissive(), by_line), "isolated")

    assert found.request.headers == (("baggage", "a"), ("baggage", "b"))
    assert proof_of(permissive("baggage"), by_line).verdict == "proven"


@pytest.mark.parametrize(
    ("header", "edits", "verdict"),
    [
        ("traceparent", {"set": {"TraceParent": "00-1"}}, "undecided"),
        ("traceparent", {"remove": ["traceparent"]}, "undecided"),
        ("x-request-id", {"remove": ["x-request-id"]}, "proven"),
        ("x-request-id", {"set": {"x-request-id": "1"}}, "undecided"),
        ("x-request-id", {"set": {"traceparent": "00-1"}}, "proven"),
    ],
)
def test_an_edit_of_the_id_that_keeps_a_lane_is_undecided(
    header: str, edits: Object, verdict: str
) -> None:
    assert proof_of(permissive(header), last(edits)).verdict == verdict


def test_header_edits_say_nothing_of_tcp() -> None:
    """Istio refuses them there, and a connection has no headers."""
    mesh = permissive()
    for one in mesh:
        if one["kind"] == "Service" and one["metadata"]["name"] == "order":
            one["spec"]["ports"] = [{"port": 80, "name": "tcp", "protocol": "TCP"}]

    def edit(out: list[Object]) -> None:
        spec = next(one["spec"] for one in out if ORDER in one["spec"].get("hosts", ()))
        for route in spec["tcp"]:
            route["route"][0]["headers"] = {"request": {"set": {HEADER: "%REQ(x-user)%"}}}

    assert proof_of(mesh, edit).verdict == "proven"
