"""Where a release stands, as the commits of its branch say.

Comes in: the last trailer of a release. Goes out: its stage, attempt and phase, and back. The
trailer is all that is kept: whoever begins anew reads it and the weights, and goes on from there.
https://git-scm.com/docs/git-interpret-trailers
"""

from __future__ import annotations

import re
from typing import Literal

from msgspec import Struct

TRAILER = "Laneway-Release"
Phase = Literal["running", "paused", "aborted", "done"]
_NUMBER = re.compile(r"[0-9]{1,10}")
"""Whoever may push can write a trailer; seconds of ten digits are a time that has a date."""
_PHASES: tuple[Phase, ...] = ("running", "paused", "aborted", "done")


class ReleaseStanding(Struct, frozen=True):
    """A release that has begun. `stage` counts from 1, `since` is when its weights were moved.

    `attempt` is the number of times its counting began, 0 where that waits until somebody has
    merged the stage; `runner` is whoever counts now; `before` is
    the commit whose weights an abort goes back to. `since` is in seconds since 1970.
    """

    name: str
    stage: int
    phase: Phase
    attempt: int
    since: int
    runner: str
    before: str
    digest: str

    def trailer(self) -> str:
        """Return the trailer's value.

        >>> read_standing(EXAMPLE.trailer()) == EXAMPLE
        True
        """
        words = (
            f"stage={self.stage} phase={self.phase} attempt={self.attempt} since={self.since} "
            f"runner={self.runner} before={self.before} plan={self.digest}"
        )
        return f"{self.name} {words}"


EXAMPLE = ReleaseStanding("v3", 2, "running", 1, 1_780_000_000, "shop-1", "0a1b2c", "9f3c")


def read_standing(value: str) -> ReleaseStanding | None:
    """Read a trailer's value; None where it is none."""
    name, _, rest = value.partition(" ")
    words = dict(word.partition("=")[::2] for word in rest.split())
    phase = next((one for one in _PHASES if one == words.get("phase")), None)
    numbers = [words.get(key, "") for key in ("stage", "attempt", "since")]
    if phase is None or not all(map(_NUMBER.fullmatch, numbers)):
        return None
    stage, attempt, since = map(int, numbers)
    if not stage:
        return None
    others = (words.get(key, "") for key in ("runner", "before", "plan"))
    return ReleaseStanding(name, stage, phase, attempt, since, *others)
