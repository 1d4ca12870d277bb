"""What is worth an event: a change that is through, and a group that stands still.

Comes in: what changed of a group. Goes out: at most one event, in Kubernetes' form. Reasons are
those of `names.py`; whoever reads only events knows of every change and every refusal.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from laneway.core.emit.status import API_VERSION
from laneway.core.keeping.names import FIELD_MANAGER, STALLED
from laneway.core.keeping.owners import GROUP_KIND
from laneway.core.keeping.told import condition_of
from laneway.core.live.liveness import Liveness

NAMESPACE = "default"
"""Where events about objects without a namespace stand."""
_LONGEST = 1000


class Told(Struct, frozen=True):
    """An event: whether it is a warning, its reason, its words."""

    is_warning: bool
    reason: str
    message: str


def of_change(written: int, removed: int, live: Liveness | None) -> Told:
    """Return the event of a change that is through."""
    counts = ((written, "written"), (removed, "removed"))
    parts = [f"{one} object{'s' * (one > 1)} {what}" for one, what in counts if one]
    what = ", ".join(parts) or "nothing written"
    if live is None:
        return Told(is_warning=False, reason="Changed", message=what)
    is_behind = live.state == "waiting"
    return Told(is_behind, live.reason, f"{what}; {live.words}")


def of_standstill(old: Mapping[str, Any], new: Mapping[str, Any]) -> Told | None:
    """Return the event of a group that stands still now, if it did not for that reason before."""
    before, now = condition_of(old, STALLED), condition_of(new, STALLED)
    if now is None or now["status"] != "True":
        return None
    known = before or {}
    same = known.get("status") == "True" and all(
        known.get(key) == now[key] for key in ("reason", "message")
    )
    return None if same else Told(is_warning=True, reason=now["reason"], message=now["message"])


def event(told: Told, group: str, uid: str, at: str, number: str) -> dict[str, Any]:
    """Return an event about a group as it is created; `number` makes its name its own.

    https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/
    """
    involved = {"apiVersion": API_VERSION, "kind": GROUP_KIND, "name": group, "uid": uid}
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": f"{group}.{number}", "namespace": NAMESPACE},
        "involvedObject": involved,
        "type": "Warning" if told.is_warning else "Normal",
        "reason": told.reason,
        "message": told.message[:_LONGEST],
        "source": {"component": FIELD_MANAGER},
        "reportingComponent": FIELD_MANAGER,
        "reportingInstance": FIELD_MANAGER,
        "firstTimestamp": at,
        "lastTimestamp": at,
        "count": 1,
    }
