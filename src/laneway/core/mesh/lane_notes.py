"""What annotations of Laneway's say of a lane.

Comes in: a lane. Goes out: how long it is meant to be there. Nothing here knows what time it is.
"""

from __future__ import annotations

from laneway.core.resources.istio.durations import milliseconds
from laneway.core.resources.lanes.swim_lanes import Lane

EXPIRES_AFTER_ANNOTATION = "laneway.dev/expires-after"
"""An annotation on a lane: how long after it came in it is not needed any more, such as `72h`."""

LATE = 0.75
"""The share of its time after which the end of a lane is told."""


def lifetime(lane: Lane) -> float | None:
    """Return the seconds that a lane is meant to be there; None where nothing says so.

    What is no duration, or none of any length, says nothing.
    """
    length = milliseconds(lane.meta.annotations.get(EXPIRES_AFTER_ANNOTATION))
    return length / 1000 if length else None
