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
from laneway.core.emit.manifest import Manifest
from laneway.core.live.looks import Clearness, Looks, States
from laneway.core.live.proxies import AlikeProxies, ExpectedProxy, classes
from laneway.core.live.sights import Sight
from laneway.core.live.spelled import is_in_mesh
from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.names import Host
from laneway.core.resources.meta import Ref
from laneway.core.routing.plan.route_plan import RoutePlan
from laneway.core.routing.plan.told_apart import asked_about

MOST = 8
"""Observers that are joined to one istiod at once."""
Before = Mapping[Ref, Manifest]
Seen = Mapping[tuple[int, Ref], Clearness]
"""How well objects are seen, by the number of a class."""


class Lookout(Struct, frozen=True):
    """What one observer looks at, in the place of a proxy; all of it is of one kind of object."""

    proxy: ExpectedProxy
    sights: tuple[Sight, ...]


class Concerned(Struct, frozen=True):
    """Proxies that have to follow, and the objects of which something differs for them."""

    proxies: tuple[ExpectedProxy, ...]
    refs: tuple[Ref, ...]


class Watching(Struct, frozen=True):
    """All that is to be looked at. `unwatched` are objects that are seen, but by no name."""

    watches: tuple[Lookout, ...] = ()
    following: tuple[Concerned, ...] = ()
    unwatched: tuple[Ref, ...] = ()

    @property
    def refs(self) -> frozenset[Ref]:
        """The objects that are looked for."""
        return frozenset(sight.ref for watch in self.watches for sight in watch.sights)

    @property
    def seen(self) -> frozenset[Ref]:
        """The objects of which some proxy is sent anything."""
        return frozenset(ref for some in self.following for ref in some.refs).union(self.unwatched)


class World(Struct, frozen=True):
    """What is around a step: the mesh and the plan that is wanted, and who is expected.

    `seat` is the only namespace in whose name an observer may join; empty is any.
    """

    mesh: Mesh
    plan: RoutePlan
    proxies: tuple[ExpectedProxy, ...]
    seat: str = ""


def watching(step: ChangeStep, before: Before, world: World) -> Watching:
    """Return who looks at what of a step, and who has to follow.

    `before` are the objects of Laneway's as they lie in the cluster. What was written already, by a
    process that is no more, is watched as a step that writes it, with nothing before.
    """
    changed = {one.ref: (before.get(one.ref), one) for one in step.writes}
    removed = {ref: (before.get(ref), None) for ref in step.removes}
    states: dict[Ref, States] = {
        ref: pair for ref, pair in {**changed, **removed}.items() if _says_something(*pair)
    }
    mesh, plan, seat = world.mesh, world.plan, world.seat
    rules = _rules(mesh, before, states)
    looks = Looks(mesh, plan, rules)
    asked = _asked(mesh, plan, states, rules)
    found = classes(_able_to_see(world.proxies, states), asked)
    seen = _seen(looks, states, found)
    seats = [replace(one.first, namespace=seat) for one in found] if seat else []
    places = classes(seats, asked) if seat else found
    by_seat = _seen(looks, states, places) if seat else seen
    watches = tuple(
        Lookout(places[at].first, tuple(_sights(looks, states, refs, places[at].first)))
        for at, refs in _chosen(places, by_seat)
    )
    watched = {sight.ref for watch in watches for sight in watch.sights}
    shown = {ref for _, ref in seen}
    unwatched = tuple(ref for ref in states if ref in shown - watched)
    return Watching(watches, tuple(_following(found, seen, watched)), unwatched)


def _says_something(old: Manifest | None, new: Manifest | None) -> bool:
    """Whether a write is more than metadata: istiod pushes nothing where the spec is the same."""
    return (old.body.get("spec") if old else None) != (new.body.get("spec") if new else None)


def _seen(looks: Looks, states: Mapping[Ref, States], found: Sequence[AlikeProxies]) -> Seen:
    """Return how well each class sees each object of which it sees anything.

    The looks themselves are not kept: those of all classes at all objects weigh more than these.
    """
    return {
        (at, ref): look.clearness
        for at, one in enumerate(found)
        for ref, pair in states.items()
        if (look := looks.at(ref, pair, one.first)).is_seen
    }


def _sights(
    looks: Looks, states: Mapping[Ref, States], refs: Iterable[Ref], proxy: ExpectedProxy
) -> Iterator[Sight]:
    """Yield what tells the new states of some objects in what a proxy is sent."""
    for ref in refs:
        yield from looks.at(ref, states[ref], proxy).sights


def _able_to_see(
    proxies: Iterable[ExpectedProxy], states: Mapping[Ref, States]
) -> Iterator[ExpectedProxy]:
    """Yield those who may be sent anything of some objects: routes are for gateways or sidecars."""
    there = [one for pair in states.values() for one in pair if one is not None]
    routes = [one for one in there if one.ref.kind == "VirtualService"]
    both = len(routes) < len(there)
    sidecars = both or any(map(is_in_mesh, routes))
    doors = both or any(one.body["spec"].get("gateways") for one in routes)
    return (one for one in proxies if (doors if one.is_gateway else sidecars))


def _asked(
    mesh: Mesh, plan: RoutePlan, states: Mapping[Ref, States], rules: Sequence[SeenRules]
) -> frozenset[tuple[str, str]]:
    """Return every label that tells proxies apart in what they are sent of some objects.

    Where only other objects tell them apart, they are alike here.
    """
    there = [one for pair in states.values() for one in pair if one is not None]
    routed = (one for one in there if one.ref.kind == "VirtualService")
    asked = set(asked_about(mesh, plan, {Host(host) for one in routed for host in hosts_of(one)}))
    for gateway in mesh.gateways.values():
        asked |= set(gateway.selector)
    for one in (rule for state in rules for rule in state.manifests):
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
