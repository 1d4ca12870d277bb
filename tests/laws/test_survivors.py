"""Law: a caller holds a part of a hop's rules, in their order, and always at least one.

Istio drops what speaks of others when it writes a proxy's routes. A match that names the mesh is
held by every caller, whatever labels it asks for.
"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from laneway.core.mesh.mesh import Caller, Mesh
from laneway.core.mesh.names import service_host
from laneway.core.mesh.snapshot import Snapshot
from laneway.core.mesh.visibility import Shown
from laneway.core.resources.matching import Match, StringMatch
from laneway.core.resources.meta import Ref
from laneway.core.routing.plan.route_plan import Destination, Forward, Hop, Origin, Rule, Share
from laneway.core.routing.plan.survivors import default_rule, speaks_of, surviving, takes_anything

MESH = Mesh(Snapshot())
HOST = service_host("mocka", "default")
ORIGIN = Origin(Ref("VirtualService", "default", "own"))
TO = Forward((Share(100, Destination(HOST, 8000, "s1")),))

labels = st.dictionaries(st.sampled_from("ab"), st.sampled_from("12")).map(
    lambda found: tuple(sorted(found.items()))
)
matches = st.builds(
    Match,
    uri=st.sampled_from((None, StringMatch("prefix", "/"), StringMatch("exact", "/a"))),
    port=st.sampled_from((None, 8000, 81)),
    source_labels=labels,
    source_namespace=st.sampled_from(("", "default", "other")),
    gateways=st.sampled_from(((), ("mesh",), ("istio-system/gw",))),
)
rules = st.builds(
    Rule,
    name=st.sampled_from("xyz"),
    matches=st.lists(matches, max_size=3).map(tuple),
    action=st.just(TO),
    origin=st.just(ORIGIN),
)
hops = st.builds(
    Hop,
    host=st.just(HOST),
    port=st.just(8000),
    protocol=st.just("http"),
    rules=st.lists(rules, max_size=4).map(tuple),
    shown=st.sampled_from(
        (None, *(Shown("", (), (space,)) for space in ("*", "default", "other")))
    ),
)
callers = st.builds(Caller, namespace=st.sampled_from(("default", "other")), labels=labels)


@given(hops, callers)
def test_what_is_held_is_written_and_speaks_of_the_caller(hop: Hop, caller: Caller) -> None:
    held = surviving(MESH, hop, caller)

    written = iter(hop.rules)
    if held != (default_rule(hop),):
        for rule in held:
            origin = next(one for one in written if one.name == rule.name)
            while not set(rule.matches) <= set(origin.matches):
                origin = next(one for one in written if one.name == rule.name)
    assert held
    assert all(speaks_of(match, 8000, caller) for rule in held for match in rule.matches)


@given(hops, callers)
def test_nothing_stands_after_a_rule_that_takes_any_request(hop: Hop, caller: Caller) -> None:
    held = surviving(MESH, hop, caller)

    assert not any(takes_anything(rule) for rule in held[:-1])


@given(hops, callers)
def test_no_label_a_rule_does_not_ask_for_makes_a_difference(hop: Hop, caller: Caller) -> None:
    more = Caller(caller.namespace, (*caller.labels, ("unasked", "1")))

    assert surviving(MESH, hop, more) == surviving(MESH, hop, caller)


def test_without_a_rule_for_the_caller_all_pods_answer() -> None:
    lane = Rule("lane", (Match(source_labels=(("lane", "v1"),)),), TO, ORIGIN, lane="s1")
    hop = Hop(HOST, 8000, "http", (lane,))

    (rule,) = surviving(MESH, hop, Caller("default", ()))

    assert rule.action == Forward((Share(100, Destination(HOST, 8000)),))
    assert str(rule.origin.ref) == "Service default/mocka"


def test_a_hidden_hop_leaves_the_word_to_the_next_one() -> None:
    rule = Rule("next", (), TO, ORIGIN)
    hidden = Hop(
        HOST, 8000, "http", (Rule("first", (), TO, ORIGIN),), shown=Shown("", (), ("other",))
    )
    hop = replace(hidden, otherwise=Hop(HOST, 8000, "http", (rule,)))

    assert [one.name for one in surviving(MESH, hop, Caller("default", ()))] == ["next"]
    assert [one.name for one in surviving(MESH, hop, Caller("other", ()))] == ["first"]


def test_naming_the_mesh_makes_source_conditions_count_for_nothing() -> None:
    match = Match(gateways=("mesh",), source_labels=(("lane", "v1"),), source_namespace="far")
    elsewhere = Match(gateways=("istio-system/gw",))
    caller = Caller("default", ())

    assert speaks_of(match, 8000, caller)
    assert not speaks_of(elsewhere, 8000, caller)
