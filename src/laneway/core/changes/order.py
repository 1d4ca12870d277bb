"""The steps in which a ChangeSet is applied without a request losing its lane.

Comes in: a ChangeSet. Goes out: steps, each to be live everywhere before the next begins. Make
before break: subsets first, then routes in the mesh, then entries; what goes is taken away in the
opposite order, once no request that came in by the old entries is in flight. An object that both
gains and loses something is written twice: first with both, then as it shall be. Where rules are
for single callers, `by_caller.py` says what stands in between.
https://istio.io/latest/docs/ops/best-practices/traffic-management/#avoid-503-errors-while-reconfiguring-service-routes
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Literal

from msgspec import Struct

from laneway.core.changes.by_caller import ByCaller, has_selectors
from laneway.core.changes.covering import Covering
from laneway.core.changes.diff import Change, ChangeSet
from laneway.core.changes.routes import hosts_of, is_entry, merged, renamed, switched, with_routes
from laneway.core.changes.seen_rules import selector_of
from laneway.core.changes.subsets import (
    Names,
    SideBySide,
    alike,
    host_of,
    side_by_side,
    with_subsets,
)
from laneway.core.emit.manifest import Manifest
from laneway.core.resources.meta import Ref

Phase = Literal["subsets", "mesh routes", "entry routes"]


class ChangeStep(Struct, frozen=True):
    """Objects to write and objects to remove, in any order, writes first.

    With `drain` the requests that are in flight when the step's turn comes have to end first; how
    long that may take is for whoever applies it to bound.
    """

    phase: Phase
    writes: tuple[Manifest, ...] = ()
    removes: tuple[Ref, ...] = ()
    drain: bool = False

    @property
    def refs(self) -> tuple[Ref, ...]:
        """All that it writes or removes."""
        return (*(one.ref for one in self.writes), *self.removes)


Stages = tuple[tuple[ChangeStep, ...], ...]
"""The steps of a change by what they are for: as many stages in any, of which some are empty."""


def steps(changes: ChangeSet) -> tuple[ChangeStep, ...]:
    """Order a ChangeSet. Without changes there is no step."""
    return tuple(chain.from_iterable(_Transition(changes).stages())) if changes else ()


def stages_alone(changes: ChangeSet) -> Stages | None:
    """Return the stages of changes that are a part of a larger change, all objects of some hosts.

    A stage has to be live in all parts before the next one begins in any. None where the steps
    depend on objects of other hosts, or on those that stay as they are: where a name comes to mean
    other pods, and where rules are for single callers.
    """
    way = _Transition(changes)
    if way.by_caller is not None or way.next:
        return None
    return tuple(tuple(stage) for stage in way.stages())


class _Transition:
    """One way from what is live to what is desired. `live` follows the steps."""

    def __init__(self, changes: ChangeSet) -> None:
        gone = {one.ref: one.before for one in changes.changes if one.before is not None}
        self.live: dict[Ref, Manifest] = {m.ref: m for m in changes.kept} | gone
        kinds = _by_kind(changes.changes)
        self.rules = kinds.pop("DestinationRule", [])
        routed = kinds.pop("VirtualService", [])
        self.entries = [one for one in routed if is_entry(_any(one))]
        self.mesh = [one for one in routed if not is_entry(_any(one))]
        self.others = [one for found in kinds.values() for one in found]
        self.covering = Covering()
        self.by_caller = _by_caller(changes)
        in_place = self.by_caller.specific if self.by_caller else frozenset[str]()
        reshaped = self.by_caller.reshaped if self.by_caller else ()
        self.between = alike(side_by_side(self.rules, in_place), reshaped)
        self.last = _names(self.between, "last")
        self.next = _names(self.between, "next")
        needed = bool(self.next) or self.by_caller is not None
        kept = [m for m in changes.kept if m.ref.kind == "VirtualService"] if needed else []
        self.kept_entries = [m for m in kept if is_entry(m)]
        self.kept_mesh = [m for m in kept if not is_entry(m)]
        self.neutral = self.by_caller.neutral(self.next, self.covering) if self.by_caller else {}
        self.passing = [one for one in self.kept_mesh if one.ref in self.neutral]
        self.kept_rules = [m for m in changes.kept if m.ref.kind == "DestinationRule"]

    def stages(self) -> Iterator[Iterable[ChangeStep]]:
        """Widen, switch the entries, narrow; each stage is to be gone through before the next."""
        if self.by_caller is None:
            wide = [*_after(self.others), *self.wide_rules(relabeled=False)]
            yield self.step("subsets", wide)
        else:
            yield self.rules_by_caller(self.by_caller)
        yield self.step("mesh routes", self.wide_mesh(switch=False))
        stayed = [one for one in self.kept_mesh if one.ref not in self.neutral]
        mesh = [*self.wide_mesh(switch=True), *self.by_next(stayed)]
        yield self.step("mesh routes", mesh)
        entries = self.by_next([*_after(self.entries), *self.kept_entries])
        yield self.step("entry routes", entries, _deleted(self.entries))
        yield self.step("subsets", self.relabeled()) if self.next else ()
        mesh = [*_after(self.mesh), *self.kept_mesh]
        yield self.step("mesh routes", mesh, _deleted(self.mesh), drain=True)
        yield self.step("entry routes", [*_after(self.entries), *self.kept_entries])
        yield self.last_rules()

    def last_rules(self) -> Iterator[ChangeStep]:
        """Narrow the rules, and take away what goes.

        While routes ask who calls, callers in no lane need theirs to the last; where rules alone
        tell callers apart, a caller in a lane may not be left with that one. What stands beside a
        wildcard, since that hides it, outlives the wildcard.
        """
        narrow = [*_after(self.rules), *(self.kept_rules if self.by_caller else ())]
        gone = [ref for ref in _deleted(self.rules) if ref in self.live]
        beside: list[Ref] = []
        if self.by_caller is not None:
            beside = [ref for ref in gone if self.by_caller.is_for_all(self.live[ref])]
            gone = [ref for ref in gone if ref not in beside]
            tells = self.by_caller.tells_apart
            going = {ref: self.live[ref] for ref in gone}
            first = [ref for ref, one in going.items() if (selector_of(one) is None) is tells(one)]
            if first and len(first) < len(gone):
                yield from self.step("subsets", narrow, first, drain=True)
                gone = [ref for ref in gone if ref not in first]
        if beside and gone:
            yield from self.step("subsets", narrow, gone, drain=True)
            gone = []
        gone = [*gone, *beside, *_deleted(self.others)]
        yield from self.step("subsets", narrow, gone, drain=True)

    def rules_by_caller(self, between: ByCaller) -> Iterator[ChangeStep]:
        """Write the rules of both states, and take away those that the new routes may not meet.

        Where a rule for others comes to hide what was there, the one for callers in no lane is
        first and goes last: routes name nothing meanwhile that depends on the caller. Elsewhere it
        comes last, so that nobody is led to a lane of others. Before there is any route nobody is
        led anywhere, and what comes may come in any order. Where no name changes its meaning and
        the rules that decide stay so, those of a lane that comes need none of the others first.
        """
        coming = [one.after for one in self.rules if one.after and one.before is None]
        there = [one for one in map(_any, self.rules) if one.ref in self.live]
        if not between.is_routed:
            yield from self.step("subsets", [*_after(self.others), *self.bridged(coming)])
        beside = [one for one in coming if between.is_for_all(one)]
        yield from self.step("subsets", [*_after(self.others), *self.bridged(beside)])
        for_some = [one for one in coming if selector_of(one) is not None]
        at_once = for_some if not (between.reshaped or self.next or self.last) else []
        yield from self.step("subsets", self.bridged([*there, *self.kept_rules, *at_once]))
        yield from self.step("mesh routes", self.neutral.values())
        for_all = [one for one in coming if selector_of(one) is None]
        hiding = [one for one in for_all if between.is_reshaping(one)]
        last = [one for one in for_all if not between.is_reshaping(one)]
        early = [one for one in self.rules if one.before and between.goes_early(one.before)]
        some = [one.ref for one in early if selector_of(_any(one)) is not None]
        others = [one.ref for one in early if selector_of(_any(one)) is None]
        if for_some:
            yield from self.step("subsets", self.bridged(hiding))
            hiding = []
        now = [*self.bridged([*hiding, *for_some])]
        if some:
            yield from self.step("subsets", now, some)
            now = []
        yield from self.step("subsets", now, others)
        yield from self.step("subsets", self.bridged(last))

    def relabeled(self) -> Iterator[Manifest]:
        """Yield the rules with both names for what is relabeled, and its own as it shall be."""
        if self.by_caller is None:
            return self.wide_rules(relabeled=True)
        there = [_any(one) for one in self.rules if _any(one).ref in self.live]
        return self.bridged([*there, *self.kept_rules], relabeled=True)

    def bridged(self, rules: Iterable[Manifest], *, relabeled: bool = False) -> Iterator[Manifest]:
        """Yield rules with the names of both states, where rules are for single callers."""
        if self.by_caller is not None:
            for rule in rules:
                yield self.by_caller.bridged(rule, self.between, relabeled=relabeled)

    def step(
        self,
        phase: Phase,
        wanted: Iterable[Manifest],
        removes: Iterable[Ref] = (),
        *,
        drain: bool = False,
    ) -> Iterator[ChangeStep]:
        """Yield a step of what is not live yet, if there is anything."""
        writes = tuple(m for m in wanted if not _is_live(m, self.live))
        removed = tuple(removes)
        self.live |= {m.ref: m for m in writes}
        for ref in removed:
            del self.live[ref]
        if writes or removed:
            yield ChangeStep(phase, writes, removed, drain)

    def wide_rules(self, *, relabeled: bool) -> Iterator[Manifest]:
        """Yield every changing DestinationRule with the old and the new subsets of its host."""
        for change in self.rules:
            rule = _any(change)
            between = self.between[host_of(rule)]
            yield with_subsets(rule, between.subsets(relabeled=relabeled))

    def wide_mesh(self, *, switch: bool) -> Iterator[Manifest]:
        """Yield every changing mesh VirtualService with the old and the new routes of its hosts.

        Where both have a route for the same callers, `switch` says whether the new one speaks.
        Every service knows all callers before any of them switches: a request that one service
        sends on as the new lanes want it is understood by the next.
        """
        by_hosts: dict[tuple[str, ...], list[Change]] = {}
        through = [Change("update", one.ref, (), one, one) for one in self.passing]
        for change in (*self.mesh, *through):
            # one without hosts is delegated to, and is met by its name
            by_hosts.setdefault(hosts_of(_any(change)) or (str(change.ref),), []).append(change)
        for found in by_hosts.values():
            old = [self.before(one.before) for one in found if one.before is not None]
            new = [renamed(one.after, self.next) for one in found if one.after is not None]
            if self.by_caller and new and self.by_caller.is_taken_up_at_once(new[0], old):
                yield from new
            elif old and new:
                routes = merged(old[0], new[0], self.covering)
                routes = switched(routes, new[0], self.covering) if switch else routes
                yield from (with_routes(_any(one), routes) for one in found)
            else:
                yield from [*old, *new]

    def before(self, virtual_service: Manifest) -> Manifest:
        """Return the routes of before by names that are there and mean what they meant."""
        return self.neutral.get(virtual_service.ref) or renamed(virtual_service, self.last)

    def by_next(self, virtual_services: Iterable[Manifest]) -> Iterator[Manifest]:
        """Yield the VirtualServices with the names for what subsets mean afterwards."""
        return (renamed(one, self.next) for one in virtual_services)


def _by_caller(changes: ChangeSet) -> ByCaller | None:
    """Return both states where any has rules for single callers."""
    kept = {one.ref: one for one in changes.kept}
    before = kept | {one.ref: one.before for one in changes.changes if one.before is not None}
    after = kept | {one.ref: one.after for one in changes.changes if one.after is not None}
    if not has_selectors([*before.values(), *after.values()]):
        return None
    return ByCaller(before, after)


def _any(change: Change) -> Manifest:
    """Return the object as it shall be, or as it was if it goes."""
    found = change.after or change.before
    if found is None:
        raise ValueError(f"a change of {change.ref} from nothing to nothing")
    return found


def _after(changes: Iterable[Change]) -> list[Manifest]:
    return [one.after for one in changes if one.after is not None]


def _deleted(changes: Iterable[Change]) -> list[Ref]:
    return [one.ref for one in changes if one.after is None]


def _by_kind(changes: Iterable[Change]) -> dict[str, list[Change]]:
    found: dict[str, list[Change]] = {}
    for change in changes:
        found.setdefault(change.ref.kind, []).append(change)
    return found


def _names(between: Mapping[str, SideBySide], meaning: Literal["last", "next"]) -> Names:
    return {
        (host, name): alias
        for host, found in between.items()
        for name, alias in (found.last if meaning == "last" else found.next).items()
    }


def _is_live(manifest: Manifest, live: Mapping[Ref, Manifest]) -> bool:
    found = live.get(manifest.ref)
    return found is not None and (found is manifest or found.body == manifest.body)
