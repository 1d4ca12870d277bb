"""Keeps the record of a running mesh, for `laneway ps` and all others who look from outside.

Comes in: the loop, after each of its looks. Goes out: `mesh.json` and the input that is live, each
written only when it says something new.
"""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from laneway.apps.local.mesh.proxies import EnvoyProxies
from laneway.apps.local.mesh.runner import Runner
from laneway.apps.local.record.state import GatewayRecord, MeshFolder, MeshRecord
from laneway.core.emit.placement import Replica
from laneway.core.fleet.allocator import Opened
from laneway.core.mesh.one_file import one_file
from laneway.core.mesh.snapshot import Snapshot


class Recorder(Struct):
    """The record of one mesh. `head` is what stays the same while it runs."""

    folder: MeshFolder
    proxies: EnvoyProxies
    head: MeshRecord
    last: MeshRecord | None = None
    kept: Snapshot | None = None
    ids: frozenset[str] | None = None
    replicas: list[Replica] = []
    """The replicas of `ids`: edits that move nobody are the most frequent ones."""

    def note(self, runner: Runner) -> None:
        """Write how the mesh stands, if that is new."""
        live = runner.loop.state.live
        if live.pods != self.ids:
            self.ids = live.pods
            self.replicas = serving(runner)
        record = replace(
            self.head,
            state="ready" if runner.is_up else "starting",
            gateways=[_gateway_record(one) for one in opened(runner)],
            workloads=[*runner.target.supervisor.records(), *self.proxies.records()],
            replicas=self.replicas,
            interception=runner.target.allocator.interception(),
            trouble=runner.target.trouble,
            refused=refusal.as_value() if (refusal := runner.target.announcer.refusal) else None,
        )
        if record != self.last:
            self.folder.write(record)
            self.last = record
        if live.revision.compilation.snapshot is not self.kept:
            self.kept = live.revision.compilation.snapshot
            self.folder.write_input(one_file(self.kept))


def serving(runner: Runner) -> list[Replica]:
    """Return the replicas that the proxies serve."""
    pods = runner.loop.state.live.pods
    instances = runner.target.supervisor.instances.values()
    return [runner.target.allocator.replica(one) for one in instances if one.id in pods]


def opened(runner: Runner) -> list[Opened]:
    """Return the gateway ports that are live, with their URLs."""
    live = runner.loop.state.live
    return runner.target.allocator.opened(live.revision.compilation.plan)


def _gateway_record(one: Opened) -> GatewayRecord:
    return GatewayRecord(
        selector=dict(one.port.selector),
        port=one.port.port,
        gateways=list(one.port.gateways),
        local=one.local,
        url=one.url,
    )
