"""Several DestinationRules of a user's for one lane service: which of them says what."""

from __future__ import annotations

from laneway.core.mesh.mesh import Caller
from laneway.core.mesh.names import service_host
from laneway.core.routing.plan.lane_subsets import RulePlace
from laneway.core.routing.plan.route_plan import RoutePlan
from tests.verify.simulated import compiled
from tests.wire.chains import Chain

MOCKA = service_host("mocka", "default")
RULE = """---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: %s, namespace: %s, creationTimestamp: '2026-01-0%dT00:00:00Z'}
spec:
  host: '%s'
  exportTo: ['%s']
  trafficPolicy: {loadBalancer: {simple: %s}}
  subsets: [{name: own, labels: {from: %s}}]
"""


def _planned(host: str, space: str, last_for: str = "*") -> RoutePlan:
    """Plan lanes beside two rules of a namespace, of which `first` is the older."""
    first = RULE % ("first", space, 1, host, "*", "RANDOM", "first")
    second = RULE % ("second", space, 2, host, last_for, "ROUND_ROBIN", "second")
    return compiled(Chain({"s1": "mocka", "s2": "mocka"}).yaml + second + first).plan


def _place(host: str, space: str, last_for: str = "*") -> RulePlace:
    """Return where the lanes' own rule stands in a namespace."""
    places = _planned(host, space, last_for).lane_subsets[MOCKA].places
    return next(place for place in places if place.namespace == space)


def test_of_rules_for_the_service_the_first_is_named_and_the_last_says_who_sees_them() -> None:
    for space in ("default", "client"):
        place = _place(MOCKA, space, ".")

        assert place.shared_with is not None
        assert (place.shared_with.name, place.exported) == ("first", (".",))


def test_of_rules_that_are_hidden_the_first_is_copied() -> None:
    for space in ("default", "client"):
        place = _place("*.default.svc.cluster.local", space)

        assert place.hides is not None
        assert place.hides.name == "first"
        assert place.traffic_policy == {"loadBalancer": {"simple": "RANDOM"}}
        assert [subset.labels for subset in place.copied] == [(("from", "first"),)]


def test_callers_see_the_first_subset_of_a_name_and_the_first_policy() -> None:
    view = _planned(MOCKA, "default").view(MOCKA, Caller("default", ()))

    assert view is not None
    assert view.policy_from is not None
    assert view.policy_from.name == "first"
    assert {one.name: one.labels for one in view.subsets}["own"] == (("from", "first"),)


def test_of_rules_for_the_service_in_the_root_namespace_the_first_is_named() -> None:
    place = _planned(MOCKA, "istio-system").lane_subsets[MOCKA].places[0]

    assert place.shared_with is not None
    assert (place.namespace, place.shared_with.name) == ("default", "first")
