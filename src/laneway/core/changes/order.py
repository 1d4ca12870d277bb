"""The steps in which a ChangeSet is applied without a request losing its lane.

Comes in: a ChangeSet. Goes out: steps, each to be live everywhere before the next begins. Make
before break: subsets first, then routes in the mesh, then entries; what goes is taken away in the
opposite order, once no request that came in by the old entries is in flight. An object that both
gains and loses something is written twice: first with both, then as it shall be.
https://istio.io/latest/docs/ops/best-practices/traffic-management/#avoid-503-errors-while-reconfiguring-service-routes
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from msgspec import Struct

from laneway.core.changes.covering import Covering
from laneway.core.changes.diff import Change, ChangeSet
from laneway.core.changes.routes import hosts_of, is_entry, merged, renamed, switched, with_routes
from laneway.core.changes.subsets import Names, SideBySide, host_of, side_by_side, with_subsets
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


def steps(changes: ChangeSet) -> tuple[ChangeStep, ...]:
    """Order a ChangeSet. Without changes there is no step."""
    return tuple(_Transition(changes).steps()) if changes else ()


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
        self.between = side_by_side(self.rules)
        self.last = _names(self.between, "last")
        self.next = _names(self.between, "next")
        kept = [m for m in changes.kept if m.ref.kind == "VirtualService"] if self.next else []
        self.kept_entries = [m for m in kept if is_entry(m)]
        self.kept_mesh = [m for m in kept if not is_entry(m)]

    def steps(self) -> Iterator[ChangeStep]:
        """Widen, switch the entries, narrow."""
        yield from self.step("subsets", [*_after(self.others), *self.wide_rules(relabeled=False)])
        yield from self.step("mesh routes", self.wide_mesh(switch=False))
        mesh = [*self.wide_mesh(switch=True), *self.by_next(self.kept_mesh)]
        yield from self.step("mesh routes", mesh)
        entries = self.by_next([*_after(self.entries), *self.kept_entries])
        yield from self.step("entry routes", entries, _deleted(self.entries))
        if self.next:
            yield from self.step("subsets", self.wide_rules(relabeled=True))
        mesh = [*_after(self.mesh), *self.kept_mesh]
        yield from self.step("mesh routes", mesh, _deleted(self.mesh), drain=True)
        yield from self.step("entry routes", [*_after(self.entries), *self.kept_entries])
        gone = [*_deleted(self.rules), *_deleted(self.others)]
        yield from self.step("subsets", _after(self.rules), gone, drain=True)

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
        for change in self.mesh:  # one without hosts is delegated to, and is met by its name
            by_hosts.setdefault(hosts_of(_any(change)) or (str(change.ref),), []).append(change)
        for found in by_hosts.values():
            old = [renamed(one.before, self.last) for one in found if one.before is not None]
            new = [renamed(one.after, self.next) for one in found if one.after is not None]
            if old and new:
                routes = merged(old[0], new[0], self.covering)
                routes = switched(routes, new[0], self.covering) if switch else routes
                yield from (with_routes(_any(one), routes) for one in found)
            else:
                yield from [*old, *new]

    def by_next(self, virtual_services: Iterable[Manifest]) -> Iterator[Manifest]:
        """Yield the VirtualServices with the names for what subsets mean afterwards."""
        return (renamed(one, self.next) for one in virtual_services)


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
