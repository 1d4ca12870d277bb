"""Verifies a running mesh: sends the requests, reads the counters, has each probe judged.

Comes in: the mesh's folder and what is wanted. Goes out: a Report; nothing is printed. Everything
about the mesh is read from what it keeps for others to look at: the input that is live, where its
replicas are, and the proxies' own counters.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence

from msgspec import Struct

from laneway.apps.local.record.state import MeshFolder
from laneway.apps.local.verify.refused import refused_edit
from laneway.apps.local.verify.running import Running, on_wire
from laneway.apps.local.verify.sending import send
from laneway.core.compile import Compilation
from laneway.core.findings.codes.verifying import CHANGED_MEANWHILE, LANE_NOT_ENTERED, OTHER_TRAFFIC
from laneway.core.findings.finding import Finding, unplaced
from laneway.core.judging.calling import Calling
from laneway.core.judging.coverage import NOTHING_ASKED, Covered, within_reach
from laneway.core.judging.judge import Judge, unprobed_row
from laneway.core.judging.report import Report
from laneway.core.judging.row import Row
from laneway.core.judging.trail import MeshUnderTest
from laneway.core.judging.wording import number, probe_text
from laneway.core.mesh.mesh import Mesh
from laneway.core.routing.ask.request import Request
from laneway.core.routing.plan.route_plan import GatewayPort
from laneway.core.rules.questions.words import counted, listing
from laneway.core.search.probes import Probes, asked, probes

REQUESTS = 100


class WrongWishError(ValueError):
    """Something is asked for that the mesh does not have; the text says what there is."""


class Wish(Struct, frozen=True):
    """What to send: how many of each, only for one lane, only to one gateway, or one of one's own.

    `own` is a request of the user's; its `port` is the gateway's, the first one if it has none.
    `streamed` is a path whose answer comes in pieces, tried beside the others.
    """

    requests: int = REQUESTS
    lane: str = ""
    own: Request | None = None
    streamed: str = ""


class Progress(Struct, frozen=True):
    """How far verifying is: the request under way, and how many of all are done."""

    request: str
    done: int
    total: int


Told = Callable[[Progress], None]


def verify(folder: MeshFolder, wish: Wish, told: Told = lambda _: None) -> Report:
    """Verify a mesh. Raises CannotVerifyError and WrongWishError."""
    begun = time.monotonic()
    running = Running.of(folder)
    mesh = running.compilation.mesh
    calling = Calling(MeshUnderTest.of(mesh, running.ledger))
    try:
        wanted = probes_wanted(running.compilation, wish)
        rows = list(_rows(running, wanted, wish.requests, told, calling))
    finally:
        running.fleet.leave()
    rows += [unprobed_row(mesh, one) for one in wanted.unprobed]
    covered = _covered(mesh, wish, wanted, rows)
    broken = {lane for row in rows if not row.is_kept for lane in row.lanes}
    others = {pair for row in rows for pair in row.stood_in}
    further = [*_not_entered(mesh, wish, wanted), *covered.findings(broken, others)]
    further += calling.findings()
    further += refused_edit(running.record)
    if strangers := sum(row.strangers for row in rows):
        count = number(strangers, "request")
        further.append(unplaced(OTHER_TRAFFIC, folder.name, count=count))
    if not running.is_as_before():
        further.append(unplaced(CHANGED_MEANWHILE, folder.name, mesh=folder.name))
    urls = tuple(one.url for one in running.record.gateways)
    seconds = time.monotonic() - begun
    return Report(folder.name, urls, tuple(rows), seconds, tuple(further), covered)


def probes_wanted(compilation: Compilation, wish: Wish) -> Probes:
    """Return what is to be sent. Raises WrongWishError."""
    mesh, plan = compilation.mesh, compilation.plan
    lanes = [lane.name for group in mesh.groups for lane in group.lanes]
    if wish.lane and wish.lane not in lanes:
        known = ", ".join(lanes) or "none"
        raise WrongWishError(f"there is no lane {wish.lane}; there are: {known}")
    if wish.own is not None:
        port = _port(plan.gateway_ports, wish.own.port)
        return Probes((asked(mesh, plan, port, wish.own, wish.lane),), ())
    found = probes(mesh, plan)
    if not wish.lane:
        return found
    return Probes(
        tuple(probe for probe in found.sent if wish.lane in probe.lanes),
        tuple(one for one in found.unprobed if wish.lane in one.lanes),
    )


def _covered(mesh: Mesh, wish: Wish, wanted: Probes, rows: Sequence[Row]) -> Covered:
    """Return how far the lanes that rules lead into were met; a request of one's own is one way."""
    if wish.own is not None:
        return NOTHING_ASKED
    found = {pair for row in rows for pair in row.met}
    return Covered.of(within_reach(mesh, lanes_led_into(wanted, wish)), found)


def lanes_led_into(wanted: Probes, wish: Wish) -> frozenset[str]:
    """Return the lanes that rules at gateways lead into, also those no request was found for."""
    led = {lane for one in wanted.sent if one.purpose == "rule" for lane in one.lanes}
    led |= {lane for one in wanted.unprobed for lane in one.lanes}
    return frozenset(lane for lane in led if wish.lane in ("", lane))


def _not_entered(mesh: Mesh, wish: Wish, wanted: Probes) -> Iterator[Finding]:
    """Yield which lanes nothing was sent into, if that was not wished for."""
    led = lanes_led_into(wanted, wish)
    lanes = [lane.name for group in mesh.groups for lane in group.lanes]
    left = [name for name in lanes if name not in led and wish.lane in ("", name)]
    if left and wish.own is None:
        yield unplaced(LANE_NOT_ENTERED, listing(left), lanes=counted("lane", left))


def _port(ports: tuple[GatewayPort, ...], number: int | None) -> GatewayPort:
    for port in ports:
        if number in (None, port.port):
            return port
    known = ", ".join(str(port.port) for port in ports) or "none"
    raise WrongWishError(f"no gateway has port {number}; there are: {known}")


def _rows(
    running: Running, wanted: Probes, count: int, told: Told, calling: Calling
) -> Iterator[Row]:
    """Send every probe and have it judged."""
    judge = Judge.of(running.compilation.mesh, running.compilation.plan, running.ledger)
    total = count * len(wanted.sent)
    before = running.quiet(None) if wanted.sent else {}
    for position, probe in enumerate(wanted.sent):
        text = probe_text(probe)

        def progressed(done: int, start: int = position * count, text: str = text) -> None:
            told(Progress(text, start + done, total))

        sent = send(running.address(probe), on_wire(probe.request), count, progressed)
        after = running.quiet(before)
        seen = running.ledger.seen(before, after)
        calling.note(seen)
        yield judge.row(probe, sent, seen)
        before = after
