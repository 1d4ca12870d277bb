"""Who has to look at what, so that a step of a change is known to be sent; and who has to follow.

Comes in: a step, the objects before it, the mesh, and the proxies expected. Goes out: a Watching.
istiod makes every push from one state of everything, for all proxies; so one class of proxies that
is sent an object's new state tells the push from which on all are, and as few classes look as see
all objects between them. Only proxies for which something of an object differs have to follow:
istiod sends the others nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from laneway.core.changes.given import own_objects
from laneway.core.changes.order import ChangeStep
from laneway.core.changes.routes import hosts_of
from laneway.core.changes.seen_rules import SeenRules, selector_of
from laneway.core.changes.subsets import host_of
from laneway.core.emit.manifest import Manifest
from laneway.core.live.looks import Clearness, Looks, States
from laneway.core.live.proxies import AlikeProxies, ExpectedProxy, classes
from laneway.core.live.sights import Sight
from laneway.core.live.spelled import is_in_mesh
from laneway.core.live.telling import Seen, Telling
from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.names import Host
from laneway.core.resources.meta import Ref
from laneway.core.routing.plan.route_plan import RoutePlan
from laneway.core.routing.plan.told_apart import asked_about

MOST = 8
"""Observers that are joined to one istiod at once."""
Before = Mapping[Ref, Manifest]
Move = tuple[ChangeStep, Before]
"""A step, and the objects of Laneway's as they lie in the cluster before it."""


class Lookout(Struct, frozen=True):
    """What one observer looks at, in the place of a proxy; all of it is of one kind of object."""

    proxy: ExpectedProxy
    sights: tuple[Sight, ...]


class Concerned(Struct, frozen=True):
    """Proxies that have to follow, and the objects of which something differs for them."""

    proxies: tuple[ExpectedProxy, ...]
    refs: tuple[Ref, ...]


class Watching(Struct, frozen=True):
    """All that is to be looked at.

    `seen` are the objects of which some proxy is sent anything, `unseen` the others, `unwatched`
    those that are seen and of which nothing tells whether they are sent.
    """

    watches: tuple[Lookout, ...] = ()
    following: tuple[Concerned, ...] = ()
    unwatched: tuple[Ref, ...] = ()
    seen: frozenset[Ref] = frozenset()
    unseen: frozenset[Ref] = frozenset()

    @property
    def refs(self) -> frozenset[Ref]:
        """The objects that are looked for; in order, these have to be the last."""
        return frozenset(sight.ref for watch in self.watches for sight in watch.sights)


class World(Struct, frozen=True):
    """What is around a step: the mesh and the plan that is wanted, and who is expected.

    `seat` is the only namespace in whose name an observer may join; empty is any.
    """

    mesh: Mesh
    plan: RoutePlan
    proxies: tuple[ExpectedProxy, ...]
    seat: str = ""


def watching(moves: Iterable[Move], world: World, *, in_order: bool = False) -> Watching:
    """Return who looks at what of steps that are written at once, and who has to follow.

    Moves are steps, each with the objects of Laneway's before it; they are gone through several
    times. What was written already, by a process that is no more, is watched as a step that writes
    it, with nothing before.

    With `in_order` few objects are looked for, and tell of all: whoever writes has to write these,
    or remove them, behind all others; see `telling.py`.
    """
    mesh, plan, seat = world.mesh, world.plan, world.seat

    def each() -> Iterator[_Moved]:
        return (_moved(step, before, world) for step, before in moves)

    again = each if in_order else list(each()).__iter__
    asked, eyes = set[tuple[str, str]](), set[bool]()
    for one in again():
        asked |= _asked(mesh, plan, one)
        eyes.update(_eyes(one.states))
    found = classes((one for one in world.proxies if one.is_gateway in eyes), frozenset(asked))
    seats = [replace(one.first, namespace=seat) for one in found] if seat else []
    places = classes(seats, frozenset(asked)) if seat else found
    refs, removed = set[Ref](), set[Ref]()
    seen: dict[tuple[int, Ref], Clearness] = {}
    by_seat: dict[tuple[int, Ref], Clearness] = {} if seat else seen
    for one in again():
        refs.update(one.step.refs)
        removed.update(one.step.removes)
        seen |= _seen(one, found)
        if in_order:
            seen |= dict.fromkeys(_sent_beside(one, seen), Clearness.NAMELESS)
        if seat:
            by_seat |= _seen(one, places)
    telling = Telling(seen, by_seat, removed if in_order else None)
    marks = telling.marks()
    chosen = list(_chosen(places, {key: one for key, one in by_seat.items() if key[1] in marks}))
    sights: list[list[Sight]] = [[] for _ in chosen]
    for one in again():
        for mine, (at, some) in zip(sights, chosen, strict=True):
            mine.extend(_sights(one, some, places[at].first))
    watches = tuple(
        Lookout(places[at].first, tuple(mine)) for (at, _), mine in zip(chosen, sights, strict=True)
    )
    watched = {sight.ref for mine in sights for sight in mine}
    shown, told = dict.fromkeys(ref for _, ref in seen), telling.told(watched)
    unwatched = tuple(ref for ref in shown if ref not in told)
    following = tuple(_following(found, seen, watched))
    return Watching(watches, following, unwatched, frozenset(shown), frozenset(refs - shown.keys()))


class _Moved(Struct, frozen=True):
    """One step: the states of what it is about, and how these look."""

    step: ChangeStep
    states: Mapping[Ref, States]
    looks: Looks


def _moved(step: ChangeStep, before: Before, world: World) -> _Moved:
    changed = {one.ref: (before.get(one.ref), one) for one in step.writes}
    removed = {ref: (before.get(ref), None) for ref in step.removes}
    states: dict[Ref, States] = {
        ref: pair for ref, pair in {**changed, **removed}.items() if _says_something(*pair)
    }
    return _Moved(step, states, Looks(world.mesh, world.plan, _rules(world.mesh, before, states)))


def _says_something(old: Manifest | None, new: Manifest | None) -> bool:
    """Whether a write is more than metadata: istiod pushes nothing where the spec is the same."""
    return (old.body.get("spec") if old else None) != (new.body.get("spec") if new else None)


def _seen(moved: _Moved, found: Sequence[AlikeProxies]) -> Seen:
    """Return how well each class sees each object of which it sees anything.

    The looks themselves are not kept: those of all classes at all objects weigh more than these.
    """
    return {
        (at, ref): look.clearness
        for at, one in enumerate(found)
        for ref, pair in moved.states.items()
        if (look := moved.looks.at(ref, pair, one.first)).is_seen
    }


def _sent_beside(moved: _Moved, seen: Seen) -> Iterator[tuple[int, Ref]]:
    """Yield the rules, each seen by others, that proxies are sent beside one that they see.

    istiod sends what changes by a rule to all who are sent any rule of its namespace and host,
    whomever it selects; so a push with the last of these reaches those whose own came before.
    https://github.com/istio/istio/blob/master/pilot/pkg/model/sidecar.go (selectDestinationRules)
    """
    families: dict[tuple[str, str], dict[Ref, None]] = {}
    shown = {ref for _, ref in seen}
    for ref, pair in moved.states.items():
        for one in pair if ref.kind == "DestinationRule" and ref in shown else ():
            if one is not None:
                families.setdefault((ref.namespace, host_of(one)), {})[ref] = None
    for refs in families.values():
        for at in {at for at, ref in seen if ref in refs}:
            yield from ((at, ref) for ref in refs if (at, ref) not in seen)


def _sights(moved: _Moved, refs: Iterable[Ref], proxy: ExpectedProxy) -> Iterator[Sight]:
    """Yield what tells the new states of some objects in what a proxy is sent."""
    for ref in refs:
        if ref in moved.states:
            yield from moved.looks.at(ref, moved.states[ref], proxy).sights


def _eyes(states: Mapping[Ref, States]) -> Iterator[bool]:
    """Yield who may be sent anything of some objects, sidecars (False) or gateways (True)."""
    there = [one for pair in states.values() for one in pair if one is not None]
    routes = [one for one in there if one.ref.kind == "VirtualService"]
    both = len(routes) < len(there)
    if both or any(map(is_in_mesh, routes)):
        yield False
    if both or any(one.body["spec"].get("gateways") for one in routes):
        yield True


def _asked(mesh: Mesh, plan: RoutePlan, moved: _Moved) -> frozenset[tuple[str, str]]:
    """Return every label that tells proxies apart in what they are sent of some objects.

    Where only other objects tell them apart, they are alike here.
    """
    there = [one for pair in moved.states.values() for one in pair if one is not None]
    routed = (one for one in there if one.ref.kind == "VirtualService")
    asked = set(asked_about(mesh, plan, {Host(host) for one in routed for host in hosts_of(one)}))
    for gateway in mesh.gateways.values():
        asked |= set(gateway.selector)
    for one in (rule for state in moved.looks.rules for rule in state.manifests):
        asked |= set(selector_of(one) or ())
    for one in there:
        spec = one.body.get("spec") or {}
        asked |= _labels(spec).items()
        for route in spec.get("http") or ():
            for match in route.get("match") or ():
                asked |= (match.get("sourceLabels") or {}).items()
    return frozenset(asked)


def _labels(spec: Mapping[str, Any]) -> Mapping[str, str]:
    """Return the labels by which an object selects the proxies that it is for."""
    selector = spec.get("workloadSelector") or {}
    found: Mapping[str, str] = selector.get("matchLabels") or selector.get("labels") or {}
    return found


def _rules(mesh: Mesh, before: Before, states: Mapping[Ref, States]) -> tuple[SeenRules, SeenRules]:
    """Return the DestinationRules of both states, those of others among them.

    Where the step has none they are not looked at.
    """
    if not any(ref.kind == "DestinationRule" for ref in states):
        return SeenRules(()), SeenRules(())
    old = {one.ref: one for one in own_objects(mesh)} | dict(before)
    new = {ref: one for ref, one in old.items() if ref not in states}
    new |= {ref: pair[1] for ref, pair in states.items() if pair[1] is not None}
    return SeenRules(old.values()), SeenRules(new.values())


def _chosen(found: Sequence[AlikeProxies], seen: Seen) -> Iterator[tuple[int, list[Ref]]]:
    """Yield as few classes as see all objects, those first that need no digest; and what of them.

    A class looks at objects of one kind.
    """
    every = dict.fromkeys(ref for (_, ref), clearness in seen.items() if clearness)
    taken: dict[tuple[int, str], list[Ref]] = {}
    for kind in dict.fromkeys(ref.kind for ref in every):
        missing = {ref: None for ref in every if ref.kind == kind}
        for least in (Clearness.BY_NAME, Clearness.BY_DIGEST):
            while missing and (best := _best(len(found), seen, missing, least)):
                at, refs = best
                if (at, kind) not in taken and len(taken) == MOST:
                    break
                taken.setdefault((at, kind), []).extend(refs)
                for ref in refs:
                    del missing[ref]
    for (at, _), refs in taken.items():
        yield at, refs


def _best(
    number: int, seen: Seen, refs: Collection[Ref], least: Clearness
) -> tuple[int, list[Ref]] | None:
    """Return which of so many classes sees most of some objects clearly enough, and which."""
    by_class = [
        [ref for ref in refs if seen.get((at, ref), Clearness.NAMELESS) >= least]
        for at in range(number)
    ]
    at = max(range(number), key=lambda one: len(by_class[one]), default=0)
    return (at, by_class[at]) if by_class and by_class[at] else None


def _following(
    found: Sequence[AlikeProxies], seen: Seen, watched: Collection[Ref]
) -> Iterator[Concerned]:
    """Yield who has to follow: those for whom something differs that is looked at."""
    by_class: dict[int, list[Ref]] = {}
    for at, ref in seen:
        if ref in watched:
            by_class.setdefault(at, []).append(ref)
    for at, refs in by_class.items():
        yield Concerned(found[at].proxies, tuple(refs))


def written(manifests: Iterable[Manifest]) -> ChangeStep:
    """Return what lies in a cluster as a step, to be watched with nothing before it.

    Told apart by names, clusters and weights: of what else routes say nothing is known then.
    """
    return ChangeStep("entry routes", tuple(manifests))
