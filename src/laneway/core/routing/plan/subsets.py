"""Which pods a lane's name stands for, and where the DestinationRule that says so must stand.

Istio looks a DestinationRule up in the caller's namespace, then the service's, then the root one,
and the first namespace with any rule for the host wins whole; only there are rules of the same host
merged. So lanes' subsets stand in the service's namespace, and once more beside every user's rule
that would hide them. Which subsets each caller then sees is worked out by that same look-up.
https://istio.io/latest/docs/ops/best-practices/traffic-management/#cross-namespace-configuration
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from laneway.core.mesh.destination_rules import (
    MergedRule,
    exported,
    for_everybody,
    is_private,
    merged_last,
    merged_seen,
    named_in,
    narrowest,
    rule_host,
)
from laneway.core.mesh.mesh import Group, MeshService
from laneway.core.mesh.names import ROOT_NAMESPACE, Host, LaneName
from laneway.core.mesh.patches import NO_PATCH, Patch, merged
from laneway.core.resources.istio.networking import DestinationRule, SubsetRule
from laneway.core.resources.istio.policy_fit import unfit
from laneway.core.resources.matching import is_dns_label
from laneway.core.resources.meta import Meta, Ref
from laneway.core.routing.plan.lane_subsets import LaneSubsets, RulePlace, Subset, SubsetView


class SeenAlike(Struct):
    """What is the same for many services: views by namespace and rules, and the subsets of rules.

    Rules and lists of subsets are known by identity, so it lives no longer than they do.
    """

    views: dict[tuple[str, tuple[int, ...]], tuple[SubsetView, ...]] = {}
    declared: dict[tuple[int, ...], tuple[Subset, ...]] = {}


def twins(subsets: tuple[Subset, ...]) -> tuple[Subset, ...]:
    """Return each lane's subset and beside it one named like its tag's value, as the vendor does.

    There is no twin for a selector of several labels, for a value that is no legal name, nor where
    a lane has that name already.

    >>> [s.name for s in twins((Subset("s1", (("tag", "v1"),)), Subset("v2", (("tag", "v2"),))))]
    ['s1', 'v1', 'v2']
    """
    taken = {subset.name for subset in subsets}
    found: list[Subset] = []
    for subset in subsets:
        found.append(subset)
        value = subset.labels[0][1] if len(subset.labels) == 1 else ""
        if value and value not in taken and is_dns_label(value):
            taken.add(value)
            found.append(Subset(value, subset.labels))
    return tuple(found)


def needed(
    group: Group, host: Host, subsets: tuple[Subset, ...], asked: frozenset[str]
) -> tuple[Subset, ...]:
    """Return the subsets of a service that routes name, and those that a user's route asks for.

    Every subset costs each proxy a cluster: a lane that leaves the service out has none, and twins
    nobody names are not declared. A user's route that names such a lane, or one without a ready
    pod, meets the pods of the lane that answers for it.
    """
    if asked and not asked <= (lanes := {subset.name for subset in subsets}):
        subsets = tuple(one for one in twins(subsets) if one.name in lanes or one.name in asked)
    if group.baseline is not None:
        subsets = tuple(_permissive(group, host, subsets, asked))
    return subsets


def _permissive(
    group: Group, host: Host, subsets: tuple[Subset, ...], asked: frozenset[str]
) -> Iterator[Subset]:
    """Yield what a permissive group declares: the subset of each lane, its twin behind it."""
    answering = group.answering(host)
    labels = {subset.name: subset.labels for subset in subsets}
    declaring = {lane.name for lane in group.lanes if host not in lane.undeclared}
    lane = subsets[0].name
    for subset in subsets:
        if subset.name in answering:
            lane = subset.name
        if subset.name in asked:
            yield Subset(subset.name, labels[answering[LaneName(lane)]])
        elif subset.name in declaring or subset.name == group.baseline:
            yield subset


def lane_subsets(
    service: MeshService,
    group: str,
    subsets: tuple[Subset, ...],
    written: Sequence[DestinationRule],
    patch: Patch = NO_PATCH,
) -> LaneSubsets:
    """Return the subsets of a service's lanes and every place their rule has to stand.

    The patch's policy goes to places where no user's rule speaks of the very host: two policies of
    one host do not merge.
    """
    home = _home(service, written)
    spaces = {rule.meta.namespace for rule in written if _is_nearer(rule)} - {home.namespace}
    beside = (
        _beside(service.host, space, [one for one in written if _is_nearer(one)])
        for space in sorted(spaces)
    )
    places = tuple(_patched(place, patch) for place in (home, *beside))
    return LaneSubsets(service.host, group, subsets, places)


def _is_nearer(rule: DestinationRule) -> bool:
    """Whether callers of a rule's namespace find it before those of the service's namespace.

    In the root namespace, gateways and others find there first what is for them alone.
    """
    return rule.meta.namespace != ROOT_NAMESPACE or is_private(rule)


def _patched(place: RulePlace, patch: Patch) -> RulePlace:
    """Put a policy on top of the copied one; a part that does not fit with it takes its place."""
    if not patch.traffic_policy or place.shared_with is not None:
        return place
    policy = merged(place.traffic_policy, patch.traffic_policy)
    over = {
        name: value for name, value in patch.traffic_policy.items() if unfit(name, policy[name])
    }
    return replace(place, traffic_policy={**policy, **over})


def _home(service: MeshService, written: Sequence[DestinationRule]) -> RulePlace:
    """Return the main place: the service's namespace, which Istio searches before the root one."""
    near = [rule for rule in written if rule.meta.namespace == service.namespace]
    root = [
        rule for rule in written if rule.meta.namespace == ROOT_NAMESPACE and not is_private(rule)
    ]
    exact = for_everybody([rule for rule in near if rule_host(rule) == service.host])
    if exact:
        return RulePlace(service.namespace, exported(exact[-1]), shared_with=exact[0].meta.ref)
    return _hiding(service.host, RulePlace(service.namespace), near or root)


def _beside(host: Host, space: str, written: Sequence[DestinationRule]) -> RulePlace:
    """Return a place beside a user's rules of a namespace.

    Beside an exact rule it is merged with it; beside a wildcard it is private to the namespace.
    """
    here = [rule for rule in written if rule.meta.namespace == space]
    exact = for_everybody([rule for rule in here if rule_host(rule) == host])
    if exact:
        return RulePlace(space, exported(exact[-1]), shared_with=exact[0].meta.ref)
    # with `.` Istio would merge it into a rule for some workloads, and nobody else would see it
    narrow = any(rule_host(rule) == host for rule in here)
    return _hiding(host, RulePlace(space, (space if narrow else ".",)), here)


def _hiding(host: Host, place: RulePlace, hidden: Sequence[DestinationRule]) -> RulePlace:
    """Return a place with copies of what applied to a host before a rule there hides it."""
    found = merged_last(narrowest(host, hidden))
    # as Istio merges rules of one host: the first policy counts, and the first subset of a name
    # https://istio.io/latest/docs/ops/best-practices/traffic-management/#split-virtual-services
    hides = next((rule for rule in found if rule.traffic_policy), None)
    subsets: dict[str, SubsetRule] = {}
    for rule in found:
        for subset in rule.subsets:
            subsets.setdefault(subset.name, subset)
    exact = next((rule.meta.ref for rule in found if rule_host(rule) == host), None)
    return replace(
        place,
        traffic_policy=hides.traffic_policy if hides else None,
        copied=tuple(subsets.values()),
        shared_with=exact,
        hides=hides.meta.ref if hides else None,
    )


def views(
    service: MeshService,
    planned: LaneSubsets | None,
    written: Sequence[DestinationRule],
    alike: SeenAlike | None = None,
) -> tuple[SubsetView, ...]:
    """Return what callers see, by namespace; the view with an empty one is for the rest.

    In a namespace those with a selector come first, in the order in which Istio asks them. `alike`
    keeps what was found, for services of which the same rules speak.
    """
    if planned and not written:
        policy = planned.places[0].traffic_policy or {}
        return (SubsetView("", planned.subsets, policy),)
    rules = (*written, *as_rules(planned)) if planned else tuple(written)
    if alike is None:
        return _views(service, rules, SeenAlike())
    key = (service.namespace, tuple(map(id, rules)))
    if key not in alike.views:
        alike.views[key] = _views(service, rules, alike)
    return alike.views[key]


def _views(
    service: MeshService, rules: Sequence[DestinationRule], alike: SeenAlike
) -> tuple[SubsetView, ...]:
    spaces = {rule.meta.namespace for rule in rules} | {service.namespace, ROOT_NAMESPACE}
    rest = _seen(service, "", rules, alike)[-1]
    special = (
        one
        for space in sorted(spaces | named_in(rules))
        for one in _seen(service, space, rules, alike)
    )
    return (
        rest,
        *(
            view
            for view in special
            if view.selector is not None or replace(view, namespace="") != rest
        ),
    )


def as_rules(planned: LaneSubsets, name: str = "") -> list[DestinationRule]:
    """Return the rules that stand at each place, lanes' subsets before copied ones."""
    subsets = tuple(SubsetRule(subset.name, subset.labels) for subset in planned.subsets)
    return [
        DestinationRule(
            Meta(Ref("DestinationRule", place.namespace, name)),
            planned.host,
            subsets + place.copied,
            place.traffic_policy,
            place.exported,
        )
        for place in planned.places
    ]


def _seen(
    service: MeshService, space: str, rules: Sequence[DestinationRule], alike: SeenAlike
) -> list[SubsetView]:
    """Return what callers of a namespace see; the last one is for whom no selector selects.

    An empty namespace stands for all that no rule names.
    """
    found = merged_seen(rules, service.host, service.namespace, space)
    seen = [_merged(space, one, alike) for one in found]
    if not found or found[-1].selector is not None:
        seen.append(SubsetView(space, ()))
    return seen


def _merged(space: str, found: MergedRule, alike: SeenAlike) -> SubsetView:
    """Merge what callers see: the first subset of a name wins, and the first policy."""
    first = next((rule for rule in found.rules if rule.traffic_policy), None)
    policy = first.traffic_policy if first and first.traffic_policy else {}
    author = first.meta.ref if first and first.meta.ref.name else None
    declared = _declared(found.rules, alike)
    return SubsetView(space, declared, policy, author, selector=found.selector)


def _declared(rules: Sequence[DestinationRule], alike: SeenAlike) -> tuple[Subset, ...]:
    key = tuple([id(rule.subsets) for rule in rules])
    declared = alike.declared.get(key)
    if declared is None:
        subsets: dict[str, Subset] = {}
        for rule in rules:
            for subset in rule.subsets:
                subsets.setdefault(subset.name, Subset(subset.name, subset.labels))
        declared = alike.declared[key] = tuple(subsets.values())
    return declared
