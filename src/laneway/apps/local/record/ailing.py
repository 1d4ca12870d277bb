"""The pods of a mesh on this machine that cannot answer, as the doctor tells of them.

Comes in: a mesh's record. Goes out: each program that is not ready, why, and the command that shows
its log. What is being stopped on purpose is none of them, nor are proxies.
"""

from __future__ import annotations

from laneway.apps.local.record.state import MeshRecord
from laneway.core.views.doctor import AilingPod

_WELL = ("ready", "stopping")


def ailing_pods(record: MeshRecord) -> tuple[AilingPod, ...]:
    """Return the pods of a mesh that are not ready."""
    return tuple(
        AilingPod(
            one.namespace,
            one.replica,
            f"its program is {one.state}{f' ({one.reason})' if one.reason else ''}",
            f"laneway logs --name {record.name} {one.replica}",
        )
        for one in record.workloads
        if one.workload and one.name and one.state not in _WELL
    )
