"""Whether a lane is still needed, by its annotation: a condition of its status.

Comes in: a lane and the time of day. Goes out: the condition, and when it will be another one. A
lane whose time is over is marked and goes on serving: nobody but its authors takes it away.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from laneway.core.keeping.conditions import Condition, condition
from laneway.core.keeping.events import Told
from laneway.core.keeping.names import EXPIRED
from laneway.core.mesh.lane_notes import LATE, lifetime
from laneway.core.resources.lanes.swim_lanes import Lane


def expiry(lane: Lane, now: datetime) -> Condition | None:
    """Return the condition of a lane that is meant to be there for a time."""
    moments = list(_moments(lane))
    if not moments:
        return None
    late, end = moments
    words = f"needed until {end:%Y-%m-%dT%H:%M:%SZ}"
    if now >= end:
        return condition(EXPIRED, "True", "TimeOver", words)
    return condition(EXPIRED, "False", "EndsSoon" if now >= late else "InTime", words)


def until_another(lanes: Iterable[Lane], now: datetime) -> float | None:
    """Return the seconds until one of the lanes has another condition; None where none will."""
    waits = [(one - now).total_seconds() for lane in lanes for one in _moments(lane)]
    return min((wait for wait in waits if wait > 0), default=None)


def of_expiry(lane: str, old: Condition | None, new: Condition | None) -> Told | None:
    """Return the event of a lane that nears its end, or that has come to it."""
    if new is None or new["reason"] == "InTime" or (old or {}).get("reason") == new["reason"]:
        return None
    return Told(is_warning=True, reason=new["reason"], message=f"lane {lane}: {new['message']}")


def _moments(lane: Lane) -> Iterator[datetime]:
    """Yield when the end of a lane is told, and its end; nothing where it has none."""
    length = lifetime(lane)
    if length is not None and lane.meta.created:
        begun = datetime.fromisoformat(lane.meta.created)
        yield from (begun + timedelta(seconds=length * share) for share in (LATE, 1))
