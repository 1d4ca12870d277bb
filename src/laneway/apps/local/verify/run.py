"""Verifies a running mesh: sends the requests, reads the counters, has each probe judged.

Comes in: the mesh's folder and what is wanted. Goes out: a Report; nothing is printed. Everything
about the mesh is read from what it keeps for others to look at: the input that is live, where its
replicas are, and the proxies' own counters.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from laneway.apps.local.state import MeshFolder
from laneway.apps.local.verify.judging import Judge, unprobed_row
from laneway.apps.local.verify.refused import refused_edit
from laneway.apps.local.verify.report import Report
from laneway.apps.local.verify.row import Row
from laneway.apps.local.verify.running import Running, on_wire
from laneway.apps.local.verify.sending import send
from laneway.apps.local.verify.wording import number, probe_text
from laneway.core.compile import Compilation
from laneway.core.findings.codes.verifying import (
    CHANGED_MEANWHILE,
    LANE_NOT_ENTERED,
    OTHER_TRAFFIC,
)
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.routing.plan import GatewayPort
from laneway.core.routing.probes import Probes, asked, probes
from laneway.core.routing.request import Request
from laneway.core.rules.questions.words import counted, listing

REQUESTS = 100


class WrongWishError(ValueError):
    """Something is asked for that the mesh does not have; the text says what there is."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What to send: how many of each, only for one lane, only to one gateway, or one of one's own.

    `own` is a request of the user's; its `port` is the gateway's, the first one if it has none.
    """

    requests: int = REQUESTS
    lane: str = ""
    own: Request | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far verifying is: the request under way, and how many of all are done."""

    request: str
    done: int
    total: int


Told = Callable[[Progress], None]


def verify(folder: MeshFolder, wish: Wish, told: Told = lambda _: None) -> Report:
    """Verify a mesh. Raises CannotVerifyError and WrongWishError."""
    begun = time.monotonic()
    running = Running.of(folder)
    try:
        wanted = probes_wanted(running.compilation, wish)
        rows = list(_rows(running, wanted, wish.requests, told))
    finally:
        running.fleet.leave()
    rows += [unprobed_row(running.compilation.mesh, one) for one in wanted.unprobed]
    further = list(_not_entered(running.compilation.mesh, wish, wanted))
    further += refused_edit(running.record)
    if strangers := sum(row.strangers for row in rows):
        count = number(strangers, "request")
        further.append(finding(OTHER_TRAFFIC, None, folder.name, count=count))
    if not running.is_as_before():
        further.append(finding(CHANGED_MEANWHILE, None, folder.name, mesh=folder.name))
    urls = tuple(one.url for one in running.record.gateways)
    return Report(folder.name, urls, tuple(rows), time.monotonic() - begun, tuple(further))


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


def _not_entered(mesh: Mesh, wish: Wish, wanted: Probes) -> Iterator[Finding]:
    """Yield which lanes nothing was sent into, if that was not wished for."""
    entered = {lane for probe in wanted.sent if probe.purpose == "rule" for lane in probe.lanes}
    lanes = [lane.name for group in mesh.groups for lane in group.lanes]
    left = [name for name in lanes if name not in entered and wish.lane in ("", name)]
    if left and wish.own is None:
        yield finding(LANE_NOT_ENTERED, None, listing(left), lanes=counted("lane", left))


def _port(ports: tuple[GatewayPort, ...], number: int | None) -> GatewayPort:
    for port in ports:
        if number in (None, port.port):
            return port
    known = ", ".join(str(port.port) for port in ports) or "none"
    raise WrongWishError(f"no gateway has port {number}; there are: {known}")


def _rows(running: Running, wanted: Probes, count: int, told: Told) -> Iterator[Row]:
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
        yield judge.row(probe, sent, running.ledger.seen(before, after))
        before = after
