"""A running mesh, as those who verify it see it.

Comes in: the mesh's folder. Goes out: its compilation, its gateways' addresses, and counters once
nothing moves any more. Everything is read from what the mesh keeps for others to look at; nothing
is changed by looking.
"""

from __future__ import annotations

import time

from msgspec import Struct
from msgspec.structs import replace

from laneway.adapters.envoy import EnvoyFleet
from laneway.adapters.files import read_paths
from laneway.apps.local.record.outside import look
from laneway.apps.local.record.served import placement_of
from laneway.apps.local.record.state import MeshFolder, MeshRecord
from laneway.apps.local.verify.sending import Address
from laneway.core.compile import Compilation, compile_snapshot
from laneway.core.emit.envoy.configure import envoy_config
from laneway.core.fleet.placing import GATEWAY_ADDRESS
from laneway.core.judging.ledger import Counters, Ledger
from laneway.core.routing.ask.request import Request
from laneway.core.search.probes import Probe

PATIENCE = 2.0
"""Seconds to wait for counters to be quiet. A mesh that never is gets this time once."""


class CannotVerifyError(Exception):
    """The mesh does not run, or cannot be reached; the text says which."""


class Running(Struct):
    """A mesh as it runs now."""

    folder: MeshFolder
    record: MeshRecord
    compilation: Compilation
    text: bytes
    fleet: EnvoyFleet
    ledger: Ledger
    patience: float = PATIENCE

    @classmethod
    def of(cls, folder: MeshFolder) -> Running:
        """Look a mesh up. Raises CannotVerifyError."""
        record = look(folder).record
        if record is None or record.state != "ready":
            state = "is not running" if record is None else "is still starting"
            raise CannotVerifyError(f"mesh {folder.name} {state}; `laneway up` starts one")
        text = folder.input.read_bytes()
        compilation = compile_snapshot(read_paths([str(folder.input)], namespace=record.namespace))
        placement = placement_of(record)
        config = envoy_config(
            compilation.mesh, compilation.plan, placement, per_workload=record.per_workload
        )
        fleet = EnvoyFleet(folder.proxies)
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

    def address(self, probe: Probe) -> Address:
        """Return where a probe's gateway port listens. Raises CannotVerifyError."""
        for one in self.record.gateways:
            here = (tuple(sorted(one.selector.items())), one.port)
            if here == (probe.gateway.selector, probe.gateway.port):
                return GATEWAY_ADDRESS, one.local
        raise CannotVerifyError(f"port {probe.gateway.port} of the gateway has no place here")

    def quiet(self, before: Counters | None) -> Counters:
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


def on_wire(request: Request) -> Request:
    """Return a request as a client sends it: with some host, since HTTP/1.1 wants one."""
    return request if request.host else replace(request, host="localhost")
