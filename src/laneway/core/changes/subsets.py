"""Subsets while old and new routes live side by side.

Comes in: the changes of DestinationRules. Goes out, per host, the subsets its rules name in
between. Istio takes the first namespace that has a rule for a host and hides all others, so while
rules come, go or move, each of them names every subset, old and new. A subset whose labels change
stands under two further names meanwhile, one for each meaning: if its pods changed under a route
that is in use, requests would leave their lane.
https://istio.io/latest/docs/ops/best-practices/traffic-management/#avoid-503-errors-while-reconfiguring-service-routes
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from itertools import count
from typing import Any

from msgspec import Struct

from laneway.core.changes.diff import Change
from laneway.core.emit.manifest import Manifest
from laneway.core.mesh.names import resolve_host

Subset = Mapping[str, Any]
Names = Mapping[tuple[str, str], str]
"""Other names of subsets, by host and name."""

LONGEST_NAME = 63
"""A subset's name is a DNS-1123 label."""


class SideBySide(Struct, frozen=True):
    """The subsets of one host before and after, by name.

    `last` and `next` give the subsets whose labels change a name for what they meant before and
    one for what they mean afterwards.
    """

    old: Mapping[str, Subset]
    new: Mapping[str, Subset]
    last: Mapping[str, str]
    next: Mapping[str, str]

    def subsets(self, *, relabeled: bool) -> list[Subset]:
        """Return all subsets; `relabeled` says which meaning the changing names have by now."""
        own = [
            self.old[name] if name in self.last and not relabeled else subset
            for name, subset in self.new.items()
        ]
        lost = [subset for name, subset in self.old.items() if name not in self.new]
        last = [{**self.old[name], "name": alias} for name, alias in self.last.items()]
        coming = [{**self.new[name], "name": alias} for name, alias in self.next.items()]
        return [*own, *lost, *last, *coming]


def side_by_side(
    rules: Iterable[Change], in_place: frozenset[str] = frozenset()
) -> dict[str, SideBySide]:
    """Gather the subsets of every host whose DestinationRules change.

    Names that are changed `in_place` have no other ones meanwhile. Where there are any, rules for
    single callers and wildcards are nobody's.
    """
    old: dict[str, dict[str, Subset]] = {}
    new: dict[str, dict[str, Subset]] = {}
    for change in rules:
        for manifest, found in ((change.before, old), (change.after, new)):
            if manifest is not None and not (in_place and _is_for_callers(manifest)):
                named = found.setdefault(host_of(manifest), {})
                for subset in manifest.body["spec"].get("subsets") or ():
                    named.setdefault(subset["name"], subset)
    return {host: _bridged(old.get(host, {}), new.get(host, {}), in_place) for host in (old | new)}


def alike(between: Mapping[str, SideBySide], hosts: Collection[str]) -> dict[str, SideBySide]:
    """Return the same, with one meaning of a name at all of some hosts.

    A wildcard that speaks of all of them has one subset of a name.
    """
    some = [between[host] for host in hosts if host in between]
    old = {name: one.old[name] for one in some for name in one.last}
    last = {name: alias for one in some for name, alias in one.last.items()}
    coming = {name: alias for one in some for name, alias in one.next.items()}
    found = dict(between)
    for host in hosts if old else ():
        one = between.get(host, SideBySide({}, {}, {}, {}))
        named = {name: alias for name, alias in coming.items() if name in one.new}
        found[host] = SideBySide(
            {name: old[name] for name in named} | dict(one.old),
            one.new,
            {name: last[name] for name in named} | dict(one.last),
            named | dict(one.next),
        )
    return found


def with_subsets(rule: Manifest, subsets: list[Subset]) -> Manifest:
    """Return the rule with other subsets; the same rule if they are its own."""
    spec = rule.body["spec"]
    if spec.get("subsets", []) == subsets:
        return rule
    return Manifest(rule.ref, {**rule.body, "spec": {**spec, "subsets": subsets}})


def host_of(rule: Manifest) -> str:
    """Return the fully qualified host a DestinationRule speaks of."""
    return resolve_host(rule.body["spec"]["host"], rule.ref.namespace)


def _is_for_callers(rule: Manifest) -> bool:
    spec = rule.body["spec"]
    return "workloadSelector" in spec or host_of(rule).startswith("*")


def _bridged(
    old: Mapping[str, Subset], new: Mapping[str, Subset], in_place: frozenset[str]
) -> SideBySide:
    changing = [
        name
        for name in old
        if name in new
        and name not in in_place
        and old[name].get("labels") != new[name].get("labels")
    ]
    taken = set(old) | set(new)
    return SideBySide(
        old,
        new,
        {name: _free(name, "last", taken) for name in changing},
        {name: _free(name, "next", taken) for name in changing},
    )


def _free(name: str, word: str, taken: set[str]) -> str:
    """Return a legal name that no subset of the host has, and take it."""
    endings = (f"-{word}{number or ''}" for number in count())
    names = (name[: LONGEST_NAME - len(ending)] + ending for ending in endings)
    alias = next(found for found in names if found not in taken)
    taken.add(alias)
    return alias
