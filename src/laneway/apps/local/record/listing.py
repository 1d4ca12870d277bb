"""What `laneway ps` shows: meshes, and the programs in them.

Comes in: what is seen of each mesh. Goes out: tables, or plain values for JSON. An orphaned mesh
cannot keep its record, so its programs are asked directly whether they still run.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import to_builtins
from msgspec.structs import replace

from laneway.adapters.processes import ProcessId, is_running
from laneway.apps.local.record.outside import SeenMesh
from laneway.apps.local.record.refusal import STDIN, RefusedRevision, refusal_text
from laneway.apps.local.record.silent import RECIPES, never_called
from laneway.apps.local.record.state import MeshRecord, WorkloadRecord
from laneway.apps.terminal.tables import duration, table


def mesh_lines(meshes: Sequence[SeenMesh], now: float, width: int) -> list[str]:
    """Return the meshes, what is wrong with them, and the programs of each.

    `now` is in seconds since 1970.
    """
    lines = [*mesh_table(meshes, now, width), *refusal_lines(meshes, now)]
    for seen in meshes:
        lines += ["", *([f"{seen.folder.name}:"] if len(meshes) > 1 else [])]
        lines += workload_table(seen, width)
    return lines


def mesh_table(meshes: Sequence[SeenMesh], now: float, width: int) -> list[str]:
    """Return a line for each mesh; `now` is in seconds since 1970."""
    rows = []
    for seen in meshes:
        if seen.record is not None:
            urls = " ".join(gateway.url for gateway in seen.record.gateways)
            paths = " ".join("standard input" if one == STDIN else one for one in seen.record.paths)
            since = duration(now - seen.record.since)
            rows.append((seen.folder.name, _state(seen), since, urls, paths))
    return table(("MESH", "STATE", "FOR", "URL", "FOLLOWS"), rows, width)


def refusal_lines(meshes: Sequence[SeenMesh], now: float) -> list[str]:
    """Return what to say of meshes that cannot follow their files, or do not; nothing of others."""
    lines = []
    for seen in meshes:
        if seen.record is not None and seen.record.trouble:
            lines += ["", f"Mesh {seen.folder.name}: {seen.record.trouble}."]
        if seen.record is not None and seen.record.refused is not None:
            refusal = RefusedRevision.of_value(seen.record.refused)
            lines += ["", f"Mesh {seen.folder.name} {refusal_text(refusal, now)}."]
            lines.append(f"`{refusal.command}` shows what is wrong.")
    return lines


def _state(seen: SeenMesh) -> str:
    if seen.condition == "running" and seen.record is not None:
        return seen.record.state
    return seen.condition


def workload_table(seen: SeenMesh, width: int) -> list[str]:
    """Return a line for each program of a mesh, its proxies included."""
    if seen.record is None:
        return []
    silent = never_called(seen.folder, seen.record)
    rows = [
        (
            one.replica,
            one.state,
            one.address or "-",
            str(one.restarts),
            str(one.pid or "-"),
            one.reason or _silence(silent.get(one.replica, ())) or _alone(one.alone),
        )
        for one in _as_seen(seen, seen.record)
    ]
    lines = table(("WORKLOAD", "STATE", "ADDRESS", "RESTARTS", "PID", ""), rows, width)
    if silent:
        lines += ["", f"With `laneway up --intercept on` all do; what each needs else: {RECIPES}"]
    return lines


def _silence(services: Sequence[str]) -> str:
    return f"never called {', '.join(services)} through its proxy" if services else ""


def _alone(ports: Sequence[int]) -> str:
    """Say that a program is reached here by a way that a cluster does not have."""
    if not ports:
        return ""
    named = ", ".join(map(str, ports))
    return f"listens on 127.0.0.1 only ({named}): in a cluster nobody would reach it"


def _as_seen(seen: SeenMesh, record: MeshRecord) -> list[WorkloadRecord]:
    if seen.condition == "running":
        return record.workloads
    return [_asked(one) for one in record.workloads]


def _asked(one: WorkloadRecord) -> WorkloadRecord:
    if one.state == "stopped" or is_running(ProcessId(one.pid, one.started)):
        return one
    return replace(one, state="ended", pid=0, started=0)


def as_values(meshes: Sequence[SeenMesh]) -> list[dict[str, Any]]:
    """Return meshes as plain values: the record, and the condition the mesh is in."""
    found = []
    for seen in meshes:
        if seen.record is not None:
            silent = never_called(seen.folder, seen.record)
            workloads = [
                {**to_builtins(one), "neverCalled": list(silent.get(one.replica, ()))}
                for one in _as_seen(seen, seen.record)
            ]
            found.append(
                {**to_builtins(seen.record), "state": _state(seen), "workloads": workloads}
            )
    return found
