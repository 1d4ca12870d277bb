"""What stands in between where rules tell callers apart, so that one name has several meanings.

Comes in: the rules and the mesh routes of two states. Goes out: rules that know the names of both
states, and routes that name lanes by names that mean the same to everybody. Where other rules come
to decide for a host, they come one by one, and a name whose meaning depends on the caller would
mean another lane, or nothing, until all are there. So routes leave such a name before, and take it
up again behind.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from laneway.core.changes.covering import Covering, Route
from laneway.core.changes.routes import hosts_of, merged, renamed, switched, with_routes
from laneway.core.changes.seen_rules import SeenRules, Subset, selector_of
from laneway.core.changes.subsets import LONGEST_NAME, Names, SideBySide, host_of, with_subsets
from laneway.core.emit.manifest import Manifest
from laneway.core.mesh.hosts import covers
from laneway.core.mesh.mesh import Caller
from laneway.core.mesh.names import Host
from laneway.core.resources.matching import Labels
from laneway.core.resources.meta import Ref
from laneway.core.routing.plan.service_names import short_hash


class ByCaller:
    """Two states, at least one of which has rules for single callers."""

    def __init__(self, before: Mapping[Ref, Manifest], after: Mapping[Ref, Manifest]) -> None:
        """Find the hosts for which other rules come to decide."""
        self.before, self.after = before, after
        self.old, self.new = SeenRules(before.values()), SeenRules(after.values())
        self.routed = (_by_host(before.values()), _by_host(after.values()))
        self.spaces = sorted({one.ref.namespace for one in self._rules()})
        hosts = dict.fromkeys((*self.routed[0], *self.routed[1]))
        self.hosts = tuple(hosts)
        self.reshaped = tuple(host for host in hosts if self._is_reshaped(host))
        self.aliases: dict[Host, dict[str, Subset]] = {}

    @property
    def is_routed(self) -> bool:
        """Whether anything is led anywhere before: routes alone name subsets."""
        return any(ref.kind == "VirtualService" for ref in self.before)

    def _rules(self) -> Iterator[Manifest]:
        yield from self.old.manifests
        yield from self.new.manifests

    def _is_reshaped(self, host: Host) -> bool:
        """Whether other rules come to decide, in a namespace where callers are told apart."""
        for space in self.spaces:
            old, new = self.old.family(host, space), self.new.family(host, space)
            told = [one.tells_apart(host, space) for one in (self.old, self.new)]
            if old and new and any(told) and (old != new or not all(told)):
                return True
        return False

    def is_reshaping(self, rule: Manifest) -> bool:
        """Whether a rule speaks of a host for which other rules come to decide."""
        return any(covers(host_of(rule), host) for host in self.reshaped)

    def is_for_all(self, rule: Manifest) -> bool:
        """Whether a rule says of one host the same to everybody, and goes on doing so.

        So do copies of what a wildcard hides. They come before it and go behind it.
        """
        if selector_of(rule) is not None or host_of(rule).startswith("*"):
            return False
        names = {one["name"] for one in rule.body["spec"].get("subsets") or ()}
        return self.specific.isdisjoint(names) and not self.is_reshaping(rule)

    def tells_apart(self, rule: Manifest) -> bool:
        """Whether callers of all hosts that a rule speaks of are told apart by rules afterwards."""
        hosts = [host for host in self.hosts if covers(host_of(rule), host)]
        told = self.new.tells_apart
        return bool(hosts) and all(any(told(one, at) for at in self.spaces) for one in hosts)

    def goes_early(self, rule: Manifest) -> bool:
        """Whether a rule may not stay until the end: it hides the new ones from new routes.

        One of its host alone goes, once routes name nothing that depends on the caller; one of many
        hosts only if that holds for all of them.
        """
        family = (rule.ref.namespace, host_of(rule))
        if family in self._families or not self.is_reshaping(rule):
            return False
        return family[1] in self.leaving or (
            family[1].startswith("*") and not self._is_waited_for(family[1])
        )

    @cached_property
    def _families(self) -> frozenset[tuple[str, str]]:
        """Where rules stand afterwards, and for which host."""
        return frozenset((one.ref.namespace, host_of(one)) for one in self.new.manifests)

    def _is_waited_for(self, pattern: str) -> bool:
        """Whether old routes of some host name what depends on the caller, until they go."""
        return any(
            covers(pattern, host) and host not in self.leaving and self._names_specific(host)
            for host, old in self.routed[0].items()
        )

    @cached_property
    def leaving(self) -> frozenset[Host]:
        """The hosts whose routes leave what depends on the caller before any rule goes."""
        return frozenset(host for host in self.reshaped if all(host in one for one in self.routed))

    def _names_specific(self, host: Host) -> bool:
        return not self.specific.isdisjoint(_named(self.routed[0][host], host))

    @cached_property
    def specific(self) -> frozenset[str]:
        """The subsets' names that mean other pods to other callers, in either state."""
        return frozenset({*self.old.specific(), *self.new.specific()})

    def is_taken_up_at_once(self, new: Manifest, old: Sequence[Manifest]) -> bool:
        """Whether the new rules know every caller that the old routes tell apart.

        The new routes then say the same as both would side by side.
        """
        host = Host(next(iter(hosts_of(new)), ""))
        if host not in self.reshaped:
            return False
        told = [
            match.get("sourceLabels")
            for one in old
            for route in _routes(one)
            for match in route.get("match", ())
        ]
        known = [dict(one) for one in self.new.selectors(host)]
        return self.specific.issuperset(_named(new, host)) and all(
            one in known for one in told if one
        )

    def neutral(self, coming: Names, covering: Covering) -> dict[Ref, Manifest]:
        """Return the routes of before by names that mean the same to everybody.

        `coming` are other names for what new routes name. What the old routes name by themselves
        is left out.
        """
        return dict(self._neutral_routes(coming, covering))

    def _neutral_routes(self, coming: Names, covering: Covering) -> Iterator[tuple[Ref, Manifest]]:
        for host in self.reshaped:
            old, new = self.routed[0].get(host), self.routed[1].get(host)
            if old is None or new is None:
                continue
            names = self.specific & {*_named(old, host)}
            if not names:
                continue
            known = [route.get("match") for route in _routes(new)]
            if all(_is_known(one, known) for one in self.old.selectors(host)):
                later = renamed(new, coming)
                yield (
                    old.ref,
                    with_routes(old, switched(merged(old, later, covering), later, covering)),
                )
            else:
                yield old.ref, self._told_apart(host, old, names)

    def _told_apart(self, host: Host, old: Manifest, names: frozenset[str]) -> Manifest:
        """Return routes that tell callers apart by themselves."""
        aliases = self.aliases.setdefault(host, {})
        space = host.split(".")[1]
        spec = old.body["spec"]
        found: dict[str, list[Route]] = {}
        for section in ("http", "tcp"):
            for route in spec.get(section) or ():
                for labels in (*self.old.selectors(host), ()):
                    seen = self.old.subsets(host, Caller(space, labels))
                    for name in names & seen.keys():
                        alias = _alias(name, seen[name])
                        aliases[alias] = {**seen[name], "name": alias}
                    told = {name: _alias(name, seen[name]) for name in names & seen.keys()}
                    found.setdefault(section, []).append(_for_callers(route, labels, told))
        return with_routes(old, found)

    def bridged(
        self, rule: Manifest, between: Mapping[str, SideBySide], *, relabeled: bool = False
    ) -> Manifest:
        """Return a rule that knows the names of both states.

        What both know under one name keeps its old meaning until it is `relabeled`; what depends on
        the caller is what the rule itself says, and for one that comes or goes what it hides. Its
        own names come first, in its order: one that knows no others is written as it shall be.
        """
        own = {
            one["name"]: one
            for state in (self.after, self.before)
            if rule.ref in state
            for one in state[rule.ref].body["spec"].get("subsets") or ()
        }
        pattern = host_of(rule)
        hosts = [host for host in self.reshaped if covers(pattern, host)]
        named = hosts or ([Host(pattern)] if own.keys() - self.specific else [])
        found: dict[str, Subset] = {}
        for host in named:
            if (both := between.get(host)) is not None:
                for one in both.subsets(relabeled=relabeled):
                    if one["name"] not in self.specific:
                        found.setdefault(one["name"], one)
        for name, one in own.items():
            found.setdefault(name, one)
        caller = Caller(rule.ref.namespace, selector_of(rule) or ())
        for host in hosts:
            old, new = (one.subsets(host, caller) for one in (self.old, self.new))
            for name, one in {**new, **old, **self.aliases.get(host, {})}.items():
                if name not in self.specific:
                    found.setdefault(name, one)
        for name, one in self._hidden_by(rule, pattern, caller):
            found.setdefault(name, one)
        ordered = [found[name] for name in {**own, **found}]
        return with_subsets(self._shown_widely(rule), ordered)

    def _hidden_by(
        self, rule: Manifest, pattern: str, caller: Caller
    ) -> Iterator[tuple[str, Subset]]:
        """Yield what callers see without a rule that comes or goes, by names that depend on them.

        A host may have another group afterwards. Its old routes go by that name to the last, and
        its new ones from the first. Where other rules come to decide, routes name no such thing.
        """
        states = ((self.before, self.old, self.routed[0]), (self.after, self.new, self.routed[1]))
        for there, seen, routed in states:
            for host in routed if rule.ref not in there else ():
                steady = covers(pattern, host) and host not in self.reshaped
                found = seen.subsets(host, caller) if steady else {}
                yield from ((name, one) for name, one in found.items() if name in self.specific)

    def _shown_widely(self, rule: Manifest) -> Manifest:
        """Return a rule as it was exported, if that was to more than its own namespace."""
        was = self.before.get(rule.ref)
        if was is None or rule.ref not in self.after:
            return rule
        old, spec = was.body["spec"].get("exportTo"), rule.body["spec"]
        if old == spec.get("exportTo") or (old and {*old} <= {".", rule.ref.namespace}):
            return rule
        kept = {name: value for name, value in spec.items() if name != "exportTo"}
        return Manifest(rule.ref, {**rule.body, "spec": kept | ({"exportTo": old} if old else {})})


def has_selectors(manifests: Iterable[Manifest]) -> bool:
    """Whether any rule is for single callers."""
    return any(
        one.ref.kind == "DestinationRule" and selector_of(one) is not None for one in manifests
    )


def _by_host(manifests: Iterable[Manifest]) -> dict[Host, Manifest]:
    """Return the routes in the mesh by the one host they speak of."""
    found: dict[Host, Manifest] = {}
    for one in manifests:
        if one.ref.kind == "VirtualService" and "gateways" not in one.body["spec"]:
            for host in hosts_of(one):
                found[Host(host)] = one
    return found


def _routes(virtual_service: Manifest) -> Iterator[Route]:
    for section in ("http", "tcp"):
        yield from virtual_service.body["spec"].get(section) or ()


def _named(virtual_service: Manifest, host: Host) -> Iterator[str]:
    """Yield the subsets of a host that routes name."""
    for route in _routes(virtual_service):
        for share in route.get("route") or ():
            to = share["destination"]
            if to["host"] == host and to.get("subset"):
                yield to["subset"]


def _is_known(labels: Labels, matches: Iterable[Any]) -> bool:
    """Whether some route is for callers with these labels."""
    wanted = dict(labels)
    return any(one.get("sourceLabels") == wanted for match in matches if match for one in match)


def _alias(name: str, subset: Subset) -> str:
    """Return a name that stands for these pods, whoever asks."""
    ending = short_hash(repr(sorted(subset["labels"].items())))
    return f"{name[: LONGEST_NAME - 9]}-{ending}"


def _for_callers(route: Route, labels: Labels, names: Mapping[str, str]) -> Route:
    """Return a route for callers with some labels, with subsets under other names."""
    own = dict(route)
    if labels:
        own["match"] = [
            {**match, "sourceLabels": dict(labels)} for match in route.get("match") or [{}]
        ]
        if "name" in own:
            own["name"] = f"{own['name']}-{short_hash(repr(labels))}"
    own["route"] = [
        {
            **share,
            "destination": {
                **share["destination"],
                "subset": names.get(share["destination"]["subset"], share["destination"]["subset"]),
            },
        }
        if "subset" in share["destination"]
        else share
        for share in route.get("route") or ()
    ]
    return own
