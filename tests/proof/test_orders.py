"""Orders of age: what is known is kept, what is not known is tried, also two at once."""

from __future__ import annotations

from laneway.core.proof.verdict import Proof
from tests.laws import objects
from tests.laws.objects import Object
from tests.proof.shop import ORDER, Edit, against, proof_of, proven, strict

TO_ANY: Object = {"route": [{"destination": {"host": ORDER}}]}


def dated(thing: Object, day: int) -> Object:
    """Return an object with a time of creation."""
    thing["metadata"]["creationTimestamp"] = f"2026-01-{day:02}T00:00:00Z"
    return thing


def on(day: int) -> Edit:
    """Return an edit that dates all objects."""
    return lambda found: [dated(one, day) for one in found]


def leaking(name: str, **spec: object) -> Object:
    """Return a VirtualService that leads to any pod of a service."""
    return objects.virtual_service(name, "default", [ORDER], **{"http": [TO_ANY], **spec})


STRANGER = objects.virtual_service(
    "stranger", "default", ["else.example.com"], http=[{"route": [{"destination": {"host": "x"}}]}]
)


def told(proof: Proof) -> list[str]:
    """Return the orders that counter-examples to isolation take."""
    return [one.order for one in proof.claims[0].against]


def test_times_decide_also_where_another_object_has_none() -> None:
    older = proof_of(strict(), on(2), more=[dated(leaking("older"), 1), STRANGER])
    younger = proof_of(strict(), on(2), more=[dated(leaking("younger"), 3), STRANGER])

    assert set(told(older)) == {""}
    assert younger.verdict == "proven"


def test_objects_of_one_time_are_ordered_by_name() -> None:
    first = proof_of(strict(), on(2), more=[dated(leaking("a-first"), 2)])
    last = proof_of(strict(), on(2), more=[dated(leaking("zz-last"), 2)])

    assert set(told(first)) == {""}
    assert last.verdict == "proven"


def test_an_order_against_the_known_times_is_not_tried() -> None:
    """Only what has no time may stand anywhere; it takes nobody's requests here."""
    nobody: Object = {"match": [{"sourceLabels": {"nobody": "here"}}], **TO_ANY}

    proof = proof_of(
        strict(), on(2), more=[dated(leaking("younger"), 3), leaking("open", http=[nobody])]
    )

    assert proof.verdict == "proven"
    assert proof.scope.orders == 3


def test_a_route_and_the_subset_it_leads_to_may_both_be_in_doubt() -> None:
    to = [{"route": [{"destination": {"host": ORDER, "subset": name}}]} for name in ("s2", "more")]
    second = leaking(
        "second", http=[{"match": [{"sourceLabels": {"version": "v2"}}], **to[0]}, to[1]]
    )
    rules = [
        objects.destination_rule(
            name, "default", ORDER, subsets=[{"name": "more", "labels": labels}]
        )
        for name, labels in (("one", {"version": "v1"}), ("two", {}))
    ]

    found = against(proof_of(strict(), more=[second, *rules]), "isolated")

    assert "VirtualServices is default/second before" in found.order
    assert "DestinationRules is default/two before default/one" in found.order


def own(name: str, **spec: object) -> Object:
    """Return a DestinationRule of the user's for a lane service."""
    mine = [{"name": name, "labels": {"version": "v1"}}]
    return objects.destination_rule(name, "default", ORDER, subsets=mine, **spec)


def test_a_rule_of_the_users_alone_is_judged_beside_what_is_made_of_the_lanes() -> None:
    proof = proven([*strict(), own("mine")])

    assert (proof.scope.judged, proof.verdict) == ("plan", "proven")


def test_what_is_made_of_the_lanes_may_be_older_than_the_rules_beside_it() -> None:
    proof = proven([*strict(), own("one"), own("two", exportTo=["*"])])

    found = against(proof, "delivered")
    assert proof.scope.judged == "plan"
    assert "default/trafficlabel-dr-" in found.order
