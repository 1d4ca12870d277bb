"""Which DestinationRules callers of a namespace see for a host, by Istio's own look-up.

Comes in: rules, oldest first, and who looks. Goes out: the rules that are merged into what these
callers see. The caller's namespace is searched first, then the service's, then the root one; the
first with any rule for the host wins whole, and inside it the narrowest host does, even where its
rule is exported to others only. Only rules whose exportTo is written alike are merged.
https://istio.io/latest/docs/ops/best-practices/traffic-management/#cross-namespace-configuration
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from laneway.core.mesh.hosts import covers
from laneway.core.mesh.names import ROOT_NAMESPACE, Host, resolve_host
from laneway.core.resources.istio.networking import DestinationRule


def rule_host(rule: DestinationRule) -> Host:
    """Return the host of a DestinationRule, made absolute in its namespace."""
    return resolve_host(rule.host, rule.meta.namespace)


def exported(rule: DestinationRule) -> tuple[str, ...] | None:
    """Return a rule's exportTo word by word, None without one: a rule beside it has to copy it."""
    return rule.export_to


def exports(rule: DestinationRule) -> frozenset[str]:
    """Return a rule's exportTo as it is written, which is how Istio compares it; empty: none."""
    return frozenset(rule.export_to or ())


def rules_seen(
    rules: Sequence[DestinationRule], host: Host, home: str, namespace: str
) -> list[DestinationRule]:
    """Return the rules that callers of a namespace see of a host, merged in this order.

    `home` is the service's namespace. The root namespace's own callers find there first what is
    for them alone.
    """
    if namespace == ROOT_NAMESPACE:
        own = [rule for rule in rules if rule.meta.namespace == namespace and is_private(rule)]
    else:
        own = [rule for rule in rules if rule.meta.namespace == namespace and _is_local(rule)]
    found = merging(narrowest(host, own))
    for space in (home, ROOT_NAMESPACE) if not found else ():
        far = [rule for rule in rules if rule.meta.namespace == space and not is_private(rule)]
        found = [one for one in merging(narrowest(host, far)) if _reaches(one[0], namespace)]
        if found:
            break
    return found[-1] if found else []


def _is_local(rule: DestinationRule) -> bool:
    spaces = exports(rule)
    return not spaces or bool(spaces & {"*", ".", rule.meta.namespace})


def is_private(rule: DestinationRule) -> bool:
    """Whether a rule is exported to its own namespace and to no other."""
    return exports(rule) in (frozenset("."), frozenset([rule.meta.namespace]))


def _reaches(rule: DestinationRule, namespace: str) -> bool:
    spaces = exports(rule)
    return not spaces or bool(spaces & {"*", namespace})


def narrowest(host: Host, rules: Iterable[DestinationRule]) -> list[DestinationRule]:
    """Return the rules of the most specific host that covers this one."""
    covering = [rule for rule in rules if covers(rule_host(rule), host)]
    longest = max((len(rule_host(rule)) for rule in covering), default=0)
    exact = [rule for rule in covering if rule_host(rule) == host]
    return exact or [rule for rule in covering if len(rule_host(rule)) == longest]


def merging(rules: Iterable[DestinationRule]) -> list[list[DestinationRule]]:
    """Put rules of one host and namespace into those that Istio merges.

    A rule is merged into each one that is exported alike or, if that says so at all, to fewer. Of
    several results callers see the last.
    """
    merged: list[list[DestinationRule]] = []
    for rule in rules:
        alone = True
        for one in merged:
            older = exports(one[0])
            alone = exports(rule) != older and not (older and older < exports(rule))
            if not alone:
                one.append(rule)
        if alone:
            merged.append([rule])
    return merged


def merged_last(rules: Iterable[DestinationRule]) -> list[DestinationRule]:
    """Return the rules of one host that callers see where all of them are exported to them."""
    return next(reversed(merging(rules)), [])


def named_in(rules: Iterable[DestinationRule]) -> frozenset[str]:
    """Return the namespaces that rules are exported to by name."""
    return frozenset(space for rule in rules for space in exports(rule) - {"*", ".", "~"})
