"""Verifies a running mesh: sends the requests, reads the counters, has each probe judged.

Comes in: the mesh's folder and what is wanted. Goes out: a Report; nothing is printed. Everything
about the mesh is read from what it keeps for others to look at: the input that is live, where its
replicas are, and the proxies' own counters.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from laneway.adapters.envoy import Fleet
from laneway.adapters.files import read_paths
from laneway.apps.local.outside import look
from laneway.apps.local.placing import GATEWAY_ADDRESS
from laneway.apps.local.served import placement_of
from laneway.apps.local.state import MeshFolder, MeshRecord
from laneway.apps.local.verify.judging import Judge, unprobed_row
from laneway.apps.local.verify.ledger import Counters, Ledger
from laneway.apps.local.verify.report import Report
from laneway.apps.local.verify.row import Row
from laneway.apps.local.verify.sending import Address, send
from laneway.apps.local.verify.wording import number, probe_text
from laneway.core.compile import Compilation, compile_snapshot
from laneway.core.emit.envoy.configure import envoy_config
from laneway.core.findings.codes.verifying import (
    CHANGED_MEANWHILE,
    LANE_NOT_ENTERED,
    OTHER_TRAFFIC,
)
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.routing.plan import GatewayPort
from laneway.core.routing.probes import Probe, Probes, asked, probes
from laneway.core.routing.request import Request
from laneway.core.rules.questions.words import counted, listing

REQUESTS = 100
PATIENCE = 2.0
"""Seconds to wait for counters to be quiet. A mesh that never is gets this time once."""


class CannotVerifyError(Exception):
    """The mesh does not run, or cannot be reached; the text says which."""


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
    running = _Running.of(folder)
    try:
        wanted = _wanted(running.compilation, wish)
        rows = list(running.rows(wanted, wish.requests, told))
    finally:
        running.fleet.leave()
    rows += [unprobed_row(running.compilation.mesh, one) for one in wanted.unprobed]
    further = list(_not_entered(running.compilation.mesh, wish, wanted))
    if strangers := sum(row.strangers for row in rows):
        count = number(strangers, "request")
        further.append(finding(OTHER_TRAFFIC, None, folder.name, count=count))
    if not running.is_as_before():
        further.append(finding(CHANGED_MEANWHILE, None, folder.name, mesh=folder.name))
    urls = tuple(one.url for one in running.record.gateways)
    return Report(folder.name, urls, tuple(rows), time.monotonic() - begun, tuple(further))


def _wanted(compilation: Compilation, wish: Wish) -> Probes:
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


@dataclass(slots=True)
class _Running:
    """A mesh as it runs now."""

    folder: MeshFolder
    record: MeshRecord
    compilation: Compilation
    text: bytes
    fleet: Fleet
    ledger: Ledger
    patience: float = PATIENCE

    @classmethod
    def of(cls, folder: MeshFolder) -> _Running:
        """Look a mesh up. Raises CannotVerifyError."""
        record = look(folder).record
        if record is None or record.state != "ready":
            state = "is not running" if record is None else "is still starting"
            raise CannotVerifyError(f"mesh {folder.name} {state}; `laneway up` starts one")
        text = folder.input.read_bytes()
        compilation = compile_snapshot(read_paths([str(folder.input)]))
        placement = placement_of(record)
        config = envoy_config(
            compilation.mesh, compilation.plan, placement, per_workload=record.per_workload
        )
        fleet = Fleet(folder.proxies)
        if len(fleet.adopt()) < len(config.proxies):
            fleet.leave()
            raise CannotVerifyError(f"not all proxies of mesh {folder.name} run; see `laneway ps`")
        return cls(folder, record, compilation, text, fleet, Ledger(config, placement))

    def is_as_before(self) -> bool:
        """Whether the mesh still serves what it served at the beginning."""
        record = look(self.folder).record
        if record is None or self.folder.input.read_bytes() != self.text:
            return False
        return (record.replicas, record.gateways) == (self.record.replicas, self.record.gateways)

    def rows(self, wanted: Probes, count: int, told: Told) -> Iterator[Row]:
        """Send every probe and have it judged."""
        judge = Judge.of(self.compilation.mesh, self.compilation.plan, self.ledger)
        total = count * len(wanted.sent)
        before = self._quiet(None) if wanted.sent else {}
        for position, probe in enumerate(wanted.sent):
            text = probe_text(probe)

            def progressed(done: int, start: int = position * count, text: str = text) -> None:
                told(Progress(text, start + done, total))

            sent = send(self._address(probe), _on_wire(probe.request), count, progressed)
            after = self._quiet(before)
            yield judge.row(probe, sent, self.ledger.seen(before, after))
            before = after

    def _address(self, probe: Probe) -> Address:
        for one in self.record.gateways:
            here = (tuple(sorted(one.selector.items())), one.port)
            if here == (probe.gateway.selector, probe.gateway.port):
                return GATEWAY_ADDRESS, one.local
        raise CannotVerifyError(f"port {probe.gateway.port} of the gateway has no place here")

    def _quiet(self, before: Counters | None) -> Counters:
        """Read counters until two readings are equal and all that has begun has ended.

        A mesh that others keep busy never is quiet; the second time it is given less.
        """
        until = time.monotonic() + self.patience
        last = self.fleet.counters(self.ledger.names())
        while True:
            now = self.fleet.counters(self.ledger.names())
            if now == last and (before is None or self.ledger.is_quiet(before, now)):
                return now
            if time.monotonic() > until:
                self.patience = PATIENCE / 10
                return now
            last = now


def _on_wire(request: Request) -> Request:
    """Return a request as a client sends it: with some host, since HTTP/1.1 wants one."""
    return request if request.host else replace(request, host="localhost")
