"""One implementation in one order of age, looked at whole.

Comes in: an implementation. Goes out: counter-examples that the walk confirms, doubts, and what no
lane governs. Requests at gateways first, then calls in the mesh; proxies that something hides are
left out, and said to be.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from laneway.core.findings.place import Place
from laneway.core.mesh.mesh import Mesh
from laneway.core.proof.apart import apart
from laneway.core.proof.at_entry import AtEntry
from laneway.core.proof.blame import blamed
from laneway.core.proof.callers import callers
from laneway.core.proof.in_mesh import InMesh
from laneway.core.proof.judged import Judged
from laneway.core.proof.landing import Landings
from laneway.core.proof.replay import replay
from laneway.core.proof.scene import Break, Unknown
from laneway.core.proof.undecidable import Clouds
from laneway.core.proof.verdict import CounterExample, Doubt, Note, NotReplayedError, Spot, Who
from laneway.core.resources.meta import Meta, Ref
from laneway.core.routing.plan.narrowing import is_ours
from laneway.core.routing.plan.route_plan import Origin, Rule
from laneway.core.search.values import Values


class Places(Struct):
    """Where rules were written; the objects of the input are indexed when first asked for."""

    mesh: Mesh
    _metas: Mapping[Ref, Meta] | None = None

    def of_rule(self, rule: Rule | None) -> Place | None:
        """Return where a rule stands; None for one that nobody wrote, and for no rule."""
        return None if rule is None else self.of(rule.origin)

    def of(self, origin: Origin) -> Place | None:
        """Return the place of what made a rule."""
        if self._metas is None:
            self._metas = {one.meta.ref: one.meta for one in self.mesh.snapshot.resources}
        meta = self._metas.get(origin.ref)
        return meta.place(*origin.path) if meta else None


class Examination(Struct):
    """Everything that is found out; `order` says which order of objects it takes, if any."""

    judged: Judged
    values: Values
    places: Places
    order: str = ""
    against: list[CounterExample] = []
    doubts: dict[Doubt, None] = {}
    notes: dict[Note, None] = {}
    callers: tuple[Who, ...] = ()
    who: tuple[Who, ...] = ()
    """The callers that can be judged."""

    def run(self) -> None:
        """Look at every request there can be. Raises NotReplayedError for a bug of the proof's."""
        mesh, plan = self.judged.mesh, self.judged.plan
        clouds = Clouds.of(mesh)
        self.callers = callers(mesh, plan)
        self.who, hidden = clouds.clear(self.callers)
        self.doubts |= dict.fromkeys(hidden)
        self.notes |= dict.fromkeys(apart(mesh))
        landings = Landings(mesh, plan)
        self._at_gateways(landings, clouds)
        calls = InMesh(mesh, plan, self.values, self.who, landings)
        for spot, broken, elsewhere in calls.breaks():
            self._take(spot, broken, elsewhere)
        for (origin, group), pods in calls.unbound.items():
            place = self.places.of(origin)
            if pods and not self._is_complete(origin):
                said = f"{min(pods)}{f' and {len(pods) - 1} more' if len(pods) > 1 else ''}"
                why = f"whether {said} ever calls group {group} is not known, and if so it is past"
                self.doubts[Doubt(f"{why} every lane: {origin.ref} hides services", place)] = None
            else:
                what = f"calls to group {group} of pods that {origin.ref} hides it from"
                self.notes[Note(f"{what}, if there are any", place)] = None

    def _is_complete(self, origin: Origin) -> bool:
        """Whether a Sidecar refuses what it hides, and was written knowing whom its pods call."""
        own = (one for one in self.judged.mesh.sidecars if one.meta.ref == origin.ref)
        return any(one.refuses and is_ours(one) for one in own)

    def _at_gateways(self, landings: Landings, clouds: Clouds) -> None:
        mesh, plan = self.judged.mesh, self.judged.plan
        for port in plan.gateway_ports:
            hidden = clouds.over_gateway(port)
            if hidden is not None:
                self.doubts[hidden] = None
        for spot, broken in AtEntry(mesh, plan, self.values, landings).breaks():
            if spot.gateway is None or clouds.over_gateway(spot.gateway) is None:
                self._take(spot, broken, 0)

    def _take(self, spot: Spot, broken: Break | Unknown, elsewhere: int) -> None:
        near = broken.rule if isinstance(broken, Unknown) else broken.near
        place = self.places.of_rule(near)
        if isinstance(broken, Unknown):
            self.doubts[Doubt(broken.why, place, broken.about)] = None
        elif broken.broken == "apart":
            self.notes[Note(broken.why, place)] = None
        else:
            found = CounterExample(
                broken.broken,
                spot,
                broken.found.request,
                broken.wants,
                broken.rule,
                broken.why,
                broken.found.cost,
                self._blamed(spot, broken) or place,
                elsewhere,
                self.order,
            )
            self._confirmed(found)

    def _blamed(self, spot: Spot, broken: Break) -> Place | None:
        """Return the place of what hides from a proxy what it should see, if anything does."""
        if broken.rule is None:
            return None
        origins = blamed(self.judged.mesh, self.judged.plan, spot, broken.rule)
        places = (self.places.of(one) for one in origins)
        return next((place for place in places if place is not None), None)

    def _confirmed(self, found: CounterExample) -> None:
        """Keep a counter-example that the walk confirms.

        Behind a hash an id may meet conditions of its own, and then it says nothing.
        """
        gateway = found.spot.gateway
        try:
            replay(self.judged.mesh, self.judged.plan, found)
        except NotReplayedError:
            if gateway is None or not gateway.tagging:
                raise
            why = "routes ask for a header whose hash decides, and for the tag it gives"
            self.doubts[Doubt(why, found.place)] = None
        else:
            self.against.append(found)
