"""What a status says already, for whoever begins anew or tells what changed.

Comes in: the status of a group or lane as it lies in the cluster. Goes out: one of its conditions.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from laneway.core.keeping.conditions import Condition


def condition_of(status: Mapping[str, Any], kind: str) -> Condition | None:
    """Return a condition that a status has."""
    found = status.get("conditions") or ()
    return next((dict(one) for one in found if one.get("type") == kind), None)
