"""What callers see of a host by the DestinationRules of one state, manifests as they are.

Comes in: the manifests of a state. Goes out: for a host, a namespace and labels the subsets that
such callers see, and which rules decide. Only what has a subset's name is of interest here: a route
that names one needs it to be there, and to mean what it meant.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from laneway.core.emit.manifest import Manifest
from laneway.core.mesh.destination_rules import MergedRule, merged_seen, rule_host, selects
from laneway.core.mesh.hosts import HostIndex
from laneway.core.mesh.mesh import Caller
from laneway.core.mesh.names import Host
from laneway.core.resources.istio.networking import DestinationRule, SubsetRule
from laneway.core.resources.matching import Labels
from laneway.core.resources.meta import Meta, Ref

Subset = Mapping[str, Any]
Family = tuple[str, str]
"""The namespace and the host of the rules that decide."""


def selector_of(rule: Manifest) -> Labels | None:
    """Return the labels of the callers a rule is for, None where it is for all others."""
    selector = rule.body["spec"].get("workloadSelector")
    if selector is None:
        return None
    return tuple(sorted((selector.get("matchLabels") or {}).items()))


class Deciding(Struct, frozen=True):
    """The rules that decide what a caller sees of a host, and the subsets by name."""

    refs: frozenset[Ref] = frozenset()
    subsets: Mapping[str, Subset] = {}


class SeenRules:
    """The rules of a state; what was looked up once is kept, since many hosts have one answer."""

    def __init__(self, rules: Iterable[Manifest]) -> None:
        """Read the rules."""
        self.manifests = [one for one in rules if one.ref.kind == "DestinationRule"]
        self._read = [_rule(one) for one in self.manifests]
        self._rules = HostIndex(self._read, lambda rule: (rule_host(rule),))
        self._bodies: dict[tuple[str, Labels], Subset] = {}
        for one in self.manifests:
            for subset in one.body["spec"].get("subsets") or ():
                key = (subset["name"], tuple(sorted((subset.get("labels") or {}).items())))
                self._bodies.setdefault(key, subset)
        self._merged: dict[object, list[MergedRule]] = {}
        self._at: dict[tuple[Host, str], list[MergedRule]] = {}
        self._deciding: dict[tuple[int, Labels], Deciding] = {}

    def subsets(self, host: Host, caller: Caller) -> Mapping[str, Subset]:
        """Return the subsets that a caller sees of a host, by name."""
        return self.deciding(host, caller).subsets

    def deciding(self, host: Host, caller: Caller) -> Deciding:
        """Return which rules decide what a caller sees of a host, and what that is."""
        found = self._seen(host, caller.namespace)
        key = (id(found), caller.labels)
        if key not in self._deciding:
            self._deciding[key] = self._first_of(found, caller)
        return self._deciding[key]

    def _first_of(self, found: Iterable[MergedRule], caller: Caller) -> Deciding:
        rules = next((one.rules for one in found if selects(one.selector, caller)), [])
        seen: dict[str, Subset] = {}
        for rule in rules:
            for subset in rule.subsets:
                seen.setdefault(subset.name, self._bodies[subset.name, subset.labels])
        return Deciding(frozenset(rule.meta.ref for rule in rules), seen)

    def family(self, host: Host, namespace: str) -> Family | None:
        """Return which rules decide for callers of a namespace."""
        found = self._seen(host, namespace)
        if not found:
            return None
        rule = found[0].rules[0]
        return rule.meta.namespace, rule_host(rule)

    def specific(self) -> frozenset[str]:
        """Return the names that rules for single callers declare: each may mean other pods."""
        some = (rule for rule in self._read if rule.workload_selector is not None)
        return frozenset(subset.name for rule in some for subset in rule.subsets)

    def tells_apart(self, host: Host, namespace: str) -> bool:
        """Whether callers of a namespace are told apart by the rules they see of a host."""
        return any(one.selector is not None for one in self._seen(host, namespace))

    def selectors(self, host: Host) -> tuple[Labels, ...]:
        """Return the labels by which rules of a host tell callers apart."""
        found = (one.workload_selector for one in self._rules.of(host))
        return tuple(dict.fromkeys(one for one in found if one is not None))

    def _seen(self, host: Host, namespace: str) -> list[MergedRule]:
        if (host, namespace) not in self._at:
            self._at[host, namespace] = self._looked_up(host, namespace)
        return self._at[host, namespace]

    def _looked_up(self, host: Host, namespace: str) -> list[MergedRule]:
        rules = self._rules.of(host)
        home = host.split(".")[1] if host.count(".") > 1 else ""
        key = (tuple(map(id, rules)), home, namespace)
        if key not in self._merged:
            self._merged[key] = merged_seen(rules, host, home, namespace)
        return self._merged[key]


def _rule(manifest: Manifest) -> DestinationRule:
    spec = manifest.body["spec"]
    written: Sequence[str] | None = spec.get("exportTo")
    subsets = tuple(
        SubsetRule(one["name"], tuple(sorted((one.get("labels") or {}).items())))
        for one in spec.get("subsets") or ()
    )
    return DestinationRule(
        Meta(manifest.ref),
        spec["host"],
        subsets,
        export_to=tuple(written) if written is not None else None,
        workload_selector=selector_of(manifest),
    )
