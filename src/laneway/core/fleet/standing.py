"""When a program that ended is started again, and that one told to stop is not.

A step function with time as data: (what is known of a program, what happened, now) → what is known
then. The pause doubles with each end in a row, so that a program that cannot run costs nothing,
and is forgotten once it has been ready for a while.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

Phase = Literal["starting", "ready", "ended", "stopping", "stopped"]

FIRST_PAUSE = 0.1
LONGEST_PAUSE = 10.0
STEADY_AFTER = 10.0
"""Seconds a program must have been ready before its next end counts as the first again."""


class Standing(Struct, frozen=True):
    """What is known of one program. Times are seconds of a steady clock.

    `since` is the time of the last change of phase, `ends` the number of ends in a row, `restarts`
    the number of all, `reason` how it ended last, `retry_at` when it may be started again.
    `is_back` says that it is not the program's first start.
    """

    phase: Phase
    since: float
    ends: int = 0
    restarts: int = 0
    reason: str = ""
    retry_at: float = 0.0
    is_back: bool = False


def pause_after(ends: int, first: float = FIRST_PAUSE, longest: float = LONGEST_PAUSE) -> float:
    """Return the seconds to wait after so many ends in a row.

    >>> [pause_after(ends) for ends in (1, 2, 3, 20)]
    [0.1, 0.2, 0.4, 10.0]
    """
    return min(first * 2.0 ** min(ends - 1, 16), longest)


def begun(standing: Standing | None, now: float) -> Standing:
    """Return the standing of a program that was just started, for the first time or again.

    One that somebody stopped begins without a past: its ends were not its own.
    """
    if standing is None:
        return Standing("starting", now)
    if standing.phase == "stopped":
        return Standing("starting", now, restarts=standing.restarts, is_back=True)
    restarts = standing.restarts + 1
    return replace(standing, phase="starting", since=now, restarts=restarts, is_back=True)


def became_ready(standing: Standing, now: float) -> Standing:
    """Return the standing of a program that now accepts connections."""
    return replace(standing, phase="ready", since=now)


def came_to_an_end(standing: Standing, reason: str, now: float) -> Standing:
    """Return the standing of a program that ended by itself."""
    steady = standing.phase == "ready" and now - standing.since >= STEADY_AFTER
    ends = 1 if steady else standing.ends + 1
    return replace(
        standing,
        phase="ended",
        since=now,
        ends=ends,
        reason=reason,
        retry_at=now + pause_after(ends),
    )


def told_to_stop(standing: Standing | None, now: float, *, runs: bool) -> Standing:
    """Return the standing of a program that was stopped; `runs` says whether it has yet to end."""
    restarts = standing.restarts if standing else 0
    return Standing("stopping" if runs else "stopped", now, restarts=restarts)
