"""A chain of three services in four permissive lanes, behind one Envoy of four workers.

Comes in: what the programs pass on. Goes out: a running mesh. Programs are written in Go, and Envoy
is started with the number of workers that is wanted, which `laneway up` leaves to the machine.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct

from laneway.adapters.envoy import EnvoyFleet, Settings
from laneway.core.compile import compile_snapshot
from laneway.core.emit.envoy.configure import envoy_config
from laneway.core.emit.placement import Placement, PortPlace, Replica
from laneway.core.mesh.mesh import Caller
from laneway.core.resources.kubernetes.workloads import Workload
from tests.snapshot import snapshot_of_texts
from tests.wire.chains import Chain
from tests.wire.local_mesh import free_port

LANES = {"s1": "mocka mockb mockc", "s2": "mocka mockc", "s3": "mockb", "s4": "mockc"}
PROMISED = {lane: ",".join(Chain(LANES).promised(lane)) for lane in LANES}
WORKERS = 4


class TracedChain(Struct, frozen=True):
    """A mesh that runs. `passed_on` is the header its programs forward."""

    url: str
    envoy: int
    fleet: EnvoyFleet
    passed_on: str


@contextmanager
def traced_chain(folder: Path, wire: Path, passed_on: str, network: int) -> Iterator[TracedChain]:
    """Run the chain for the length of a block, on addresses 127.NETWORK.0.*."""
    yaml = Chain(LANES, trace_header=passed_on).yaml
    compilation = compile_snapshot(snapshot_of_texts([("mesh.yaml", yaml)]))
    replicas = [
        _placed(workload, f"127.{network}.0.{number + 1}")
        for number, workload in enumerate(compilation.mesh.workloads)
    ]
    port = free_port("127.0.0.1")
    ports = {(one.selector, one.port): port for one in compilation.plan.gateway_ports}
    placement = Placement(tuple(replicas), ports)
    config = envoy_config(compilation.mesh, compilation.plan, placement)
    fleet = EnvoyFleet(folder, Settings(concurrency=WORKERS))
    programs = [
        _started(wire, workload, replica)
        for workload, replica in zip(compilation.mesh.workloads, replicas, strict=True)
    ]
    try:
        applied = asyncio.run(fleet.apply(config))
        if not applied.ok:
            raise RuntimeError(applied.rejected)
        (envoy,) = fleet.processes().values()
        yield TracedChain(f"http://127.0.0.1:{port}/mock", envoy, fleet, passed_on)
    finally:
        asyncio.run(fleet.down())
        for program in programs:
            program.kill()
            program.wait()


def _placed(workload: Workload, address: str) -> Replica:
    place = PortPlace(8000, free_port(address), free_port(address), "http")
    ref, caller = workload.meta.ref, Caller.of(workload)
    return Replica(f"{ref.name}-0", ref, caller, address, (place,), free_port(address))


def _started(wire: Path, workload: Workload, replica: Replica) -> subprocess.Popen[bytes]:
    told = {
        name: value for container in workload.containers for name, value in container.environment
    }
    environment = (
        os.environ
        | told
        | {
            "HOST": replica.address,
            "PORT": str(replica.ports[0].program),
            "HTTP_PROXY": f"http://{replica.address}:{replica.outbound}",
        }
    )
    return subprocess.Popen([str(wire), "hop"], env=environment)
