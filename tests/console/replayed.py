"""A mesh that nobody runs and whose proxies' log goes on: a recording, for consoles to count.

Comes in: the measures of a mesh. Goes out: its folder as `laneway up` keeps it, with pods, the live
input and a log, and seconds of lines to add to that log, as Envoy writes them. The process that
holds it is the one that made it, so that a console takes the mesh for running.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import asdict

from laneway.adapters.processes import identify
from laneway.apps.local.record.state import MeshFolder, MeshRecord, boot_id
from laneway.core.compile import Compilation
from laneway.core.emit.envoy.cluster_names import cluster_name
from laneway.core.emit.envoy.tables import gateway_table_name
from laneway.core.emit.placement import Replica
from laneway.core.emit.yaml_text import yaml_documents
from laneway.core.mesh.mesh import Caller
from laneway.core.mesh.names import Host
from laneway.core.resources.kubernetes.workloads import Workload
from laneway.core.resources.meta import Ref
from laneway.core.routing.plan.route_plan import Destination
from laneway.core.views.topology.graph import Graph, GraphEdge
from laneway.core.views.topology.topology import Topology, topology
from tests.topology.towns import Town

NAME = "town"
CALLS = 20
"""Calls inside the mesh that a request leads to."""


class Replayed(Struct, frozen=True):
    """A mesh of which a recording is replayed."""

    folder: MeshFolder
    compilation: Compilation
    shown: Topology
    pods: dict[str, tuple[str, str]]
    """By node: the name of a replica of it, and its address."""

    @property
    def measures(self) -> str:
        """Say how large it is."""
        graph = self.shown.graph
        return f"{len(graph.nodes)} nodes, {len(graph.edges)} edges, {len(graph.lanes)} lanes"

    def recording(self, seconds: int, requests: int) -> list[str]:
        """Return the lines of each second, of so many requests at the gateway with their calls."""
        lines = _Lines(self)
        chance = random.Random(7)  # noqa: S311 - no secret
        return ["".join(lines.second(at, requests, chance)) for at in range(seconds)]

    def add(self, lines: str) -> None:
        """Add lines to the log."""
        with (self.folder.logs / "envoy.jsonl").open("a") as log:
            log.write(lines)


def replayed(home: Path, town: Town) -> Replayed:
    """Make the folder of a mesh, and one with the files it is made of, under a state folder."""
    folder, files = MeshFolder(home / "laneway" / NAME), home / "files"
    for one in (folder.logs, files):
        one.mkdir(parents=True)
    text = "".join(yaml_documents(town.objects()))
    (files / "mesh.yaml").write_text(text)
    folder.write_input(text)
    (folder.logs / "envoy.jsonl").touch()
    compilation = town.compiled()
    shown = topology(compilation.mesh, compilation.plan)
    own = identify(os.getpid())
    assert own
    record = MeshRecord(NAME, own.pid, own.started, boot_id(), 0.0, [str(files)], state="ready")
    pods: dict[str, tuple[str, str]] = {}
    for at, workload in enumerate(compilation.mesh.workloads):
        replica = _replica(at, workload)
        record.replicas.append(asdict(replica))
        if node := shown.known.home.get(workload.meta.ref):
            pods[node] = replica.name, replica.address
    folder.write(record)
    return Replayed(folder, compilation, shown, pods)


def _replica(at: int, workload: Workload) -> Replica:
    ref: Ref = workload.meta.ref
    caller = Caller(ref.namespace, tuple(sorted(workload.labels.items())))
    address = f"127.{3 + at // 62_500}.{at // 250 % 250}.{1 + at % 250}"
    return Replica(f"{ref.name}.{ref.namespace}-0", ref, caller, address, (), 15001, sidecar=True)


class _Lines:
    """Writes lines down as proxies do."""

    def __init__(self, mesh: Replayed) -> None:
        graph: Graph = mesh.shown.graph
        self._pods = mesh.pods
        self._nodes = {one.id: one for one in graph.nodes}
        (port,) = mesh.compilation.plan.gateway_ports
        self._table = gateway_table_name(port)
        self._lanes = [one.name for one in graph.lanes]
        self._of: dict[str, list[GraphEdge]] = {name: [] for name in self._lanes}
        self._in: dict[str, GraphEdge] = {}
        for edge in graph.edges:
            for lane in edge.lanes:
                if self._nodes[edge.source].kind == "gateway":
                    self._in[lane] = edge
                else:
                    self._of[lane].append(edge)

    def second(self, at: int, requests: int, chance: random.Random) -> Iterator[str]:
        """Yield the lines of a second."""
        for number in range(requests):
            lane = self._lanes[(at + number) % len(self._lanes)]
            name, calls = f"{at}-{number}", self._of[lane]
            for edge in chance.sample(calls, min(CALLS, len(calls))):
                yield self._line(edge, lane, name, chance)
            yield self._line(self._in[lane], lane, name, chance)

    def _line(self, edge: GraphEdge, lane: str, name: str, chance: random.Random) -> str:
        target = self._nodes[edge.target]
        to = Destination(Host(target.host), 8000, target.lane or "")
        caller = self._pods.get(edge.source)
        who = {"caller": caller[0]} if caller else {"caller": "gateway", "gateway": self._table}
        told = {
            "time": "2026-11-30T12:00:00.000Z",
            "method": "GET",
            "host": f"{target.name}:8000",
            "path": "/",
            "lane": lane,
            "route": f"lane-{lane}",
            "cluster": cluster_name(to),
            "pod": f"{self._pods[edge.target][1]}:8000",
            "status": 503 if chance.random() < 0.01 else 200,
            "flags": "-",
            "ms": chance.randrange(1, 200),
            "id": name,
        }
        return json.dumps(who | told) + "\n"


def steady(recording: Sequence[str]) -> Iterator[str]:
    """Yield the seconds of a recording again and again."""
    while True:
        yield from recording
