"""Which DestinationRules a caller sees for a host, by Istio's own look-up.

Comes in: rules, oldest first, and who looks. Goes out: the rules that are merged into what this
caller sees. The caller's namespace is searched first, then the service's, then the root one; the
first with any rule for the host wins whole, and inside it the narrowest host does, even where its
rule is for other callers. Of what is left a rule with a `workloadSelector` goes to the callers of
its namespace that it selects, before those for everybody. Only rules whose exportTo is written
alike are merged.
https://istio.io/latest/docs/ops/best-practices/traffic-management/#cross-namespace-configuration
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from laneway.core.mesh.hosts import covers
from laneway.core.mesh.mesh import Caller
from laneway.core.mesh.names import ROOT_NAMESPACE, Host, resolve_host
from laneway.core.resources.istio.networking import DestinationRule
from laneway.core.resources.matching import Labels

PRIVATE = frozenset(".")


class MergedRule(Struct):
    """Rules that Istio merges into one, the oldest first.

    `selector` says which callers it is for; without one it is for all that no other one selects.
    """

    rules: list[DestinationRule]
    selector: Labels | None


def selects(selector: Labels | None, caller: Caller) -> bool:
    """Whether a rule with a selector, or None, is for a caller of its namespace."""
    return selector is None or all(pair in caller.labels for pair in selector)


def rule_host(rule: DestinationRule) -> Host:
    """Return the host of a DestinationRule, made absolute in its namespace."""
    return resolve_host(rule.host, rule.meta.namespace)


def exported(rule: DestinationRule) -> tuple[str, ...] | None:
    """Return a rule's exportTo word by word, None without one: a rule beside it has to copy it."""
    return rule.export_to


def exports(rule: DestinationRule) -> frozenset[str]:
    """Return a rule's exportTo as it is written, which is how Istio compares it; empty: none.

    A rule for some workloads is private whatever it says.
    """
    return frozenset(rule.export_to or ()) if rule.workload_selector is None else PRIVATE


def rules_seen(
    rules: Sequence[DestinationRule], host: Host, home: str, caller: Caller
) -> list[DestinationRule]:
    """Return the rules that a caller sees of a host, merged in this order.

    `home` is the service's namespace.
    """
    found = merged_seen(rules, host, home, caller.namespace)
    return next((one.rules for one in found if selects(one.selector, caller)), [])


def merged_seen(
    rules: Sequence[DestinationRule], host: Host, home: str, namespace: str
) -> list[MergedRule]:
    """Return what callers of a namespace see of a host: each the first entry that selects it.

    Where every entry has a selector, callers that none selects see no rule at all. The root
    namespace's own callers find there first what is for them alone.
    """
    if namespace == ROOT_NAMESPACE:
        own = [rule for rule in rules if rule.meta.namespace == namespace and is_private(rule)]
    else:
        own = [rule for rule in rules if rule.meta.namespace == namespace and _is_local(rule)]
    found = merging(narrowest(host, own))
    for space in (home, ROOT_NAMESPACE) if not found else ():
        far = [rule for rule in rules if rule.meta.namespace == space and not is_private(rule)]
        found = [one for one in merging(narrowest(host, far)) if _reaches(one.rules[0], namespace)]
        if found:
            break
    selecting: dict[Labels, MergedRule] = {}
    for one in found:
        if one.selector is not None:
            selecting.setdefault(one.selector, one)
    return [*selecting.values(), *(one for one in found[-1:] if one.selector is None)]


def _is_local(rule: DestinationRule) -> bool:
    spaces = exports(rule)
    return not spaces or bool(spaces & {"*", ".", rule.meta.namespace})


def is_private(rule: DestinationRule) -> bool:
    """Whether a rule is exported to its own namespace and to no other."""
    return exports(rule) in (PRIVATE, frozenset([rule.meta.namespace]))


def _reaches(rule: DestinationRule, namespace: str) -> bool:
    spaces = exports(rule)
    return not spaces or bool(spaces & {"*", namespace})


def narrowest(host: Host, rules: Iterable[DestinationRule]) -> list[DestinationRule]:
    """Return the rules of the most specific host that covers this one."""
    named = [(rule_host(rule), rule) for rule in rules]
    exact = [rule for own, rule in named if own == host]
    if exact:
        return exact
    covering = [(len(own), rule) for own, rule in named if covers(own, host)]
    longest = max((length for length, _ in covering), default=0)
    return [rule for length, rule in covering if length == longest]


def merging(rules: Iterable[DestinationRule]) -> list[MergedRule]:
    """Put rules of one host and namespace into those that Istio merges, selectors first.

    A rule is merged into each one that is exported alike or, if that says so at all, to fewer; with
    a selector only into those of the same one. A private rule for everybody is merged into those
    with a selector, and then does not stand for itself. Of several results for everybody callers
    see the last.
    https://github.com/istio/istio/blob/master/pilot/pkg/model/destination_rule.go
    """
    merged: list[MergedRule] = []
    for rule in sorted(rules, key=lambda rule: rule.workload_selector is None):
        selector, alone = rule.workload_selector, True
        for one in merged:
            older = exports(one.rules[0])
            alike = exports(rule) == older
            parted = None not in (selector, one.selector) and selector != one.selector
            alone = parted or not alike
            if parted or not (alike or (older and older < exports(rule))):
                continue
            if selector == one.selector:
                alone = False
            one.rules.append(rule)
        if alone:
            merged.append(MergedRule([rule], selector))
    return merged


def for_everybody(rules: Sequence[DestinationRule]) -> list[DestinationRule]:
    """Return the rules of a namespace that are for callers whom no selector selects.

    A private one beside one with a selector for the same host is not.
    """
    if all(rule.workload_selector is None for rule in rules):
        return list(rules)
    by_host: dict[Host, list[DestinationRule]] = {}
    for rule in rules:
        by_host.setdefault(rule_host(rule), []).append(rule)
    merged = (one for some in by_host.values() for one in merging(some) if one.selector is None)
    standing = {id(rule) for one in merged for rule in one.rules}
    return [rule for rule in rules if id(rule) in standing]


def merged_last(rules: Iterable[DestinationRule]) -> list[DestinationRule]:
    """Return the rules of one host that callers see where all of them are exported to them.

    Callers whom a selector selects may see others.
    """
    last = next(reversed(merging(rules)), None)
    return last.rules if last is not None and last.selector is None else []


def named_in(rules: Iterable[DestinationRule]) -> frozenset[str]:
    """Return the namespaces that rules are exported to by name."""
    return frozenset(space for rule in rules for space in exports(rule) - {"*", ".", "~"})
