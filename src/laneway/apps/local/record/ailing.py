"""The pods of a mesh on this machine that cannot answer, as the doctor tells of them.

Comes in: a mesh's record. Goes out: each program that is not ready, why, and what to do about it.
What is being stopped on purpose is none of them, nor are proxies, nor what only begins: a mesh that
starts, and a program that was never ready yet. One that never will be is told as a refused edit.
"""

from __future__ import annotations

from laneway.apps.local.record.state import MeshRecord, WorkloadRecord
from laneway.core.resources.meta import Ref
from laneway.core.rules.questions.words import times
from laneway.core.views.pods_down import AilingPod

_WELL = ("ready", "stopping")


def ailing_pods(record: MeshRecord) -> tuple[AilingPod, ...]:
    """Return the pods of a mesh that are not ready."""
    if record.state == "starting":
        return ()
    return tuple(
        _ailing(record.name, one)
        for one in record.workloads
        if one.workload and one.name and one.state not in _WELL
        if one.state != "starting" or one.reason
    )


def _ailing(mesh: str, one: WorkloadRecord) -> AilingPod:
    made = Ref(one.kind, one.namespace, one.workload)
    if one.state == "stopped":
        known = one.workload if one.namespace == "default" else f"{one.namespace}/{one.workload}"
        command, fix = f"laneway start --name {mesh} {known}", "Start it again."
        return AilingPod(one.namespace, one.name, "somebody stopped it", command, fix, made)
    again = f", started again {times(one.restarts)}" if one.restarts else ""
    why = f"its program ended ({one.reason}){again}"
    fix = "Look into its log why it ends; it is started again by itself."
    command = f"laneway logs --name {mesh} {one.replica}"
    return AilingPod(one.namespace, one.name, why, command, fix, made)
