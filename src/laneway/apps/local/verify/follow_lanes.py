"""Follows lanes through a running mesh and says which program loses them.

Comes in: the mesh's folder and what to send, or how long to watch. Goes out: a LaneReport; nothing
is printed. Requests are sent one at a time and counters read in between, so that all that was
counted belongs to one request. Watching sends nothing at all.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from uuid import uuid4

from msgspec import Struct
from msgspec.structs import replace

from laneway.apps.local.record.state import MeshFolder
from laneway.apps.local.verify.carriers import Carriers
from laneway.apps.local.verify.refused import refused_edit
from laneway.apps.local.verify.run import (
    Progress,
    Told,
    Wish,
    WrongWishError,
    lanes_led_into,
    probes_wanted,
)
from laneway.apps.local.verify.running import Running, on_wire
from laneway.apps.local.verify.sending import send
from laneway.core.compile import Compilation
from laneway.core.findings.codes.verifying import CHANGED_MEANWHILE, LANE_NOT_SEEN, OTHER_TRAFFIC
from laneway.core.findings.finding import Finding, unplaced
from laneway.core.judging.calling import Calling
from laneway.core.judging.coverage import Covered, Met, met, stood_in, within_reach
from laneway.core.judging.lane_report import LaneReport
from laneway.core.judging.ledger import Counters
from laneway.core.judging.losing import code_of, loss, saw_text, shown_text
from laneway.core.judging.passages import arrivals, needy, needy_now, passages
from laneway.core.judging.sent_on import SentOn
from laneway.core.judging.sightings import respellings, with_sightings
from laneway.core.judging.tally import Tallied, Tally, Tried, confidence_text
from laneway.core.judging.trail import MeshUnderTest
from laneway.core.judging.trying import FORMS, STREAMED, Form, formed
from laneway.core.judging.wording import number, probe_text
from laneway.core.mesh.membership import owner
from laneway.core.mesh.mesh import Mesh
from laneway.core.resources.meta import Ref
from laneway.core.rules.questions.needing import stands
from laneway.core.rules.questions.words import listing
from laneway.core.search.probes import Probe, asked

REQUESTS = 10
"""How often each request is sent, one at a time."""


def send_and_follow(folder: MeshFolder, wish: Wish, told: Told = lambda _: None) -> LaneReport:
    """Send requests into every permissive lane. Raises CannotVerifyError and WrongWishError."""
    begun = time.monotonic()
    running = Running.of(folder)
    try:
        mesh = _permissive(running)
        wanted = probes_wanted(running.compilation, wish)
        probes = [probe for probe in wanted.sent if _leads_in(mesh, probe)]
        if not probes:
            raise WrongWishError("no request leads into a permissive lane")
        lanes = lanes_led_into(wanted, wish) & _traveling(mesh)
        following = _Following.of(running, mesh, Tally(), lanes)
        streamed = _streamed(running.compilation, probes, wish)
        with Carriers(running) as carriers:
            following.send(probes, streamed, wish.requests, told)
        following.carried = carriers.seen
    finally:
        running.fleet.leave()
    return following.report(len(following.tried), time.monotonic() - begun)


def watch(
    folder: MeshFolder, seconds: float, pause: Callable[[float], None] = time.sleep
) -> LaneReport:
    """Watch live traffic for some time. Raises CannotVerifyError and WrongWishError."""
    running = Running.of(folder)
    try:
        mesh = _permissive(running)
        following = _Following.of(running, mesh, Tally(alone=False), _traveling(mesh))
        following.watch(lambda: pause(seconds))
    finally:
        running.fleet.leave()
    return following.report(0, seconds)


def _permissive(running: Running) -> Mesh:
    mesh = running.compilation.mesh
    if not any(group.propagation for group in mesh.groups):
        raise WrongWishError("there is no permissive group, so no lane travels in requests")
    return mesh


def _traveling(mesh: Mesh) -> frozenset[str]:
    """Return the lanes of permissive groups, which travel in requests."""
    return frozenset(lane.name for one in mesh.groups if one.propagation for lane in one.lanes)


def _streamed(compilation: Compilation, probes: list[Probe], wish: Wish) -> list[Probe]:
    """Return the same requests with the path of a streamed answer. Raises WrongWishError."""
    if not wish.streamed:
        return []
    mesh, plan = compilation.mesh, compilation.plan
    asking = [(one, replace(one.request, path=wish.streamed)) for one in probes]
    found = [asked(mesh, plan, one.gateway, request, "") for one, request in asking]
    leading = [one for one in found if _leads_in(mesh, one)]
    if not leading:
        raise WrongWishError(f"{wish.streamed} leads into no permissive lane")
    return list({(one.gateway.port, probe_text(one)): one for one in leading}.values())


def _leads_in(mesh: Mesh, probe: Probe) -> bool:
    """Whether a request is to come into a permissive group."""
    hosts = [target.destination.host for target in probe.promise.targets]
    groups = (owner(mesh, host) for host in hosts)
    wanted = probe.purpose in ("rule", "asked")
    return wanted and any(group is not None and group.propagation for group in groups)


class _Following(Struct):
    """What is known while lanes are followed. `needing` grows by those who stand in for others.

    `lanes` are those that may be met at every service of their group.
    """

    running: Running
    ground: MeshUnderTest
    tally: Tally
    needing: frozenset[Ref]
    calling: Calling
    lanes: frozenset[str]
    met: frozenset[Met] = frozenset()
    stood_in: frozenset[Met] = frozenset()
    strangers: int = 0
    tried: list[Tried] = []
    carried: tuple[SentOn, ...] = ()

    @classmethod
    def of(cls, running: Running, mesh: Mesh, tally: Tally, lanes: frozenset[str]) -> _Following:
        """Begin to follow."""
        ground = MeshUnderTest.of(mesh, running.ledger)
        return cls(running, ground, tally, needy(ground), Calling(ground), lanes)

    def send(self, probes: list[Probe], streamed: list[Probe], count: int, told: Told) -> None:
        """Send each request so many times, one at a time, in one form after the other."""
        errands = [
            (probe, FORMS[round_ % len(FORMS)] if at < len(probes) else STREAMED)
            for round_ in range(count)
            for at, probe in enumerate((*probes, *streamed))
        ]
        ways = (group.propagation for group in self.ground.mesh.groups)
        carriers = {way.carrier for way in ways if way}
        before = self.running.quiet(None)
        for done, (probe, form) in enumerate(errands, 1):
            tried = _tried(probe, form)
            self.tried.append(tried)
            request = formed(probe.request, form, tried.trace, carriers)
            send(self.running.address(probe), on_wire(request), 1)
            after = self.running.quiet(before)
            strangers = self._note(before, after, tried) - 1
            if strangers > 0:
                self.tally.alone = False
                self.strangers += strangers
            before = after
            told(Progress(tried.text, done, len(errands)))

    def watch(self, wait: Callable[[], None]) -> None:
        """Note what happens meanwhile."""
        names = self.running.ledger.names()
        before = self.running.fleet.counters(names)
        wait()
        self._note(before, self.running.fleet.counters(names))

    def _note(self, before: Counters, after: Counters, tried: Tried | None = None) -> int:
        """Take over what was counted; return how many requests came in at the gateways."""
        seen = self.running.ledger.seen(before, after)
        self.needing |= needy_now(self.ground, seen)
        for ref, count in arrivals(self.ground, seen).items():
            self.tally.came_in[ref] = self.tally.came_in.get(ref, 0) + count
        for passage in passages(self.ground, seen):
            self.tally.add(passage, tried)
        self.calling.note(seen)
        self.met |= met(self.ground, tried.lanes if tried else self.lanes, seen.received)
        self.stood_in |= stood_in(self.ground, seen)
        return sum(seen.entered.values())

    def report(self, sent: int, seconds: float) -> LaneReport:
        """Return what all of it comes to."""
        came_in = sum(self.tally.came_in.values())
        covered = Covered.of(within_reach(self.ground.mesh, self.lanes), self.met)
        found = list(self._findings(passive=not sent))
        if came_in and all(
            one.level != "error" for one in found
        ):  # a lane that is lost is met nowhere behind
            found += covered.findings(told=self.stood_in)
        rows, findings = self._rows(), (*found, *self.calling.findings())
        name = self.running.folder.name
        return LaneReport(name, rows, findings, self.needing, came_in, sent, seconds, covered)

    def _rows(self) -> tuple[Tallied, ...]:
        return with_sightings(self.ground, self.tally.rows(), self.carried, self.tried)

    def _findings(self, *, passive: bool) -> Iterator[Finding]:
        mesh = self.ground.mesh
        found = []
        rows = self._rows()
        for row in rows:
            shown = confidence_text(row.confidence) if passive else shown_text(row)
            if code := code_of(row.passage, self.needing):
                saw = saw_text(row.passage, row.sightings)
                found.append(loss(mesh, row.passage, code, shown, saw))
        yield from sorted(found, key=lambda one: one.level != "error")
        yield from respellings(mesh, rows)
        yield from self._not_seen()
        yield from refused_edit(self.running.record)
        name = self.running.folder.name
        if self.strangers:
            yield unplaced(OTHER_TRAFFIC, name, count=number(self.strangers, "request"))
        if not self.running.is_as_before():
            yield unplaced(CHANGED_MEANWHILE, name, mesh=name)

    def _not_seen(self) -> Iterator[Finding]:
        """Yield the programs that have to pass lanes on and were not asked in any."""
        named = [
            f"{one.workload.namespace}/{one.workload.meta.name}"
            for group in self.ground.mesh.groups
            for one in stands(self.ground.mesh, group)
            if one.calls and not self.tally.came_in.get(one.workload.meta.ref)
        ]
        if named:
            verb = "it passes" if len(named) == 1 else "they pass"
            yield unplaced(LANE_NOT_SEEN, named[0], services=listing(named), it=verb)


def _tried(probe: Probe, form: Form) -> Tried:
    """Return what is tried now; only a form that is not the plain one is told of."""
    is_plain = form == FORMS[0]
    text = probe_text(probe) if is_plain else f"{probe_text(probe)} ({form})"
    return Tried(text, probe.lanes, form, "" if is_plain else uuid4().hex, time.time())
