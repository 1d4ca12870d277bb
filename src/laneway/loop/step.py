"""What to do next: bring live what is wanted and ready, then let go of what it replaces.

Comes in: what the loop knows and how its target stands. Goes out: what it knows then, and commands
in their order; where one fails, those after it are not carried out. Pure, and a matter of what is
there: nothing says how it came about, and asked twice it says the same twice. So a loop goes on
from any state, be it another loop's.
"""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from laneway.core.gate import Refused, Revision, Same
from laneway.core.mesh.snapshot import Snapshot


class Serving(Struct, frozen=True):
    """A revision, and the ids of the pods that serve it."""

    revision: Revision
    pods: frozenset[str]

    def is_same(self, other: Serving | None) -> bool:
        """Whether this is the very same revision, served by the same pods."""
        return other is not None and self.revision is other.revision and self.pods == other.pods


class State(Struct, frozen=True):
    """What a loop knows.

    `wanted` is the newest revision that passed the gate, `live` what the target confirmed last.
    `refused` is an input that did not pass, `failed` what the target did not take: neither is tried
    again, and whatever is newer takes its place.
    """

    wanted: Revision
    live: Serving
    refused: Snapshot | None = None
    failed: Serving | None = None


class Readiness(Struct, frozen=True):
    """How a target stands towards the wanted revision.

    `pods` are the ids of those that can serve. `settled` says that they can serve the wanted
    revision; until then they serve the live one. `spare` are the ids of what is not needed any
    more once that is so, `wake_at` is when time alone will change this, if ever. What serves is not
    `intact` where others have a hand in the target and it is not as it was confirmed.
    """

    pods: frozenset[str]
    settled: bool
    spare: frozenset[str] = frozenset()
    wake_at: float | None = None
    intact: bool = True


class Confirmed(Struct, frozen=True):
    """A change that is live: in how many proxies, and seconds from its begin until it was.

    It was begun at `begun`, in seconds since 1970. `cut_off` counts requests that had not ended
    when what they used was removed.
    """

    proxies: int
    seconds: float
    begun: float
    cut_off: int = 0


class Edited(Struct, frozen=True):
    """A newer revision passed the gate and is wanted from now on."""

    before: Revision
    after: Revision


class Live(Struct, frozen=True):
    """What is wanted is live."""

    before: Revision
    after: Revision
    confirmed: Confirmed


class NotLive(Struct, frozen=True):
    """A revision could not be judged, made ready for or applied. What was live stays."""

    error: Exception


class NotFollowed(Struct, frozen=True):
    """The source has ended. What is live goes on alone."""

    error: OSError


News = Same | Refused | Edited | Live | NotLive | NotFollowed
"""What a door may want to tell."""


class Apply(Struct, frozen=True):
    """Have the target bring something live, in safe order."""

    serving: Serving


class Retire(Struct, frozen=True):
    """Have the target end what nothing is sent to any more."""

    spare: frozenset[str]


Command = Apply | Retire | News
"""What to do; news is passed on to the door."""


def step(state: State, seen: Readiness | NotLive) -> tuple[State, tuple[Command, ...]]:
    """Decide on the next step. Where the target cannot make ready, what is live is wanted again."""
    if isinstance(seen, NotLive):
        refused = state.wanted.compilation.snapshot
        return replace(state, wanted=state.live.revision, refused=refused), (seen,)
    due = Serving(state.wanted if seen.settled else state.live.revision, seen.pods)
    if due.is_same(state.failed):
        return state, ()
    is_live = seen.intact and due.is_same(state.live)
    commands: list[Command] = [] if is_live else [Apply(due)]
    if seen.spare:
        commands.append(Retire(seen.spare))
    return state, tuple(commands)
