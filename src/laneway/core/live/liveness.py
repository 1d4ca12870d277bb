"""What is known of whether a step of a change is live, and how that is said.

`live` is said only where it is proven (see `following.py`); who is behind is named. What could not
be asked is unknown, and then somebody has to say how long to wait instead.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

Reason = Literal[
    "Live",
    "NothingToSee",
    "ChangeNotSeen",
    "ProxiesBehind",
    "NoAccessToIstiod",
    "NotObservable",
]
"""Names of what became of it, for conditions and events. They stay."""

State = Literal["live", "waiting", "unknown"]
NAMED = 3
"""Proxies that are named in a sentence; the others are counted."""

NOT_CONNECTED = "not connected"
"""What is said of a proxy that no istiod lists."""

ACCESS = (
    "istiod does not say which proxies follow. Install Laneway in istio-system; or name its "
    "namespace in istiod's variable DEBUG_ENDPOINT_AUTH_ALLOWED_NAMESPACES; in a namespace of its "
    "own alone it sees only that istiod sends a change, never that proxies took it"
)
"""How access is got, in the order in which it is worth trying."""

NO_ISTIOD = (
    "no istiod was found: none of the pods that are ready is labeled app: istiod; where it is "
    "elsewhere, name it with --istiod"
)
"""What is said where nobody is there to be asked."""


class Missing(Struct, frozen=True):
    """A proxy that is not known to follow, and why."""

    proxy: str
    why: str

    @property
    def is_connected(self) -> bool:
        """Whether some istiod lists it."""
        return self.why != NOT_CONNECTED

    def __str__(self) -> str:
        """Say it, as a part of a sentence."""
        return f"{self.proxy} {self.why}"


class Liveness(Struct, frozen=True):
    """Whether a step is live. `seconds` is how long it took since the question was put.

    `expected` proxies have to follow, `live` of them do. `sent` is when every istiod was seen to
    send it, in seconds as well; None: not yet, or nobody could look. `detail` says more.
    """

    state: State
    reason: Reason
    expected: int = 0
    live: int = 0
    seconds: float = 0.0
    missing: tuple[Missing, ...] = ()
    sent: float | None = None
    detail: str = ""

    @property
    def is_live(self) -> bool:
        """Whether it is proven to be live."""
        return self.state == "live"

    def after(self, earlier: Liveness | None) -> Liveness:
        """Return what holds of a change of which an earlier step was answered for, too.

        Who lacked that one is still missing; what was not known stays unknown.

        >>> lacking = Liveness("waiting", "ProxiesBehind", 12, 11, 9.0, (Missing("a.b", "gone"),))
        >>> Liveness("live", "Live", 11, 11, 0.1).after(lacking).words
        '11 of 12 proxies; a.b gone'
        """
        if earlier is None:
            return self
        worst = min(self, earlier, key=Liveness._rank)
        if worst.state != "waiting":
            return replace(worst, seconds=self.seconds)
        missing = {one.proxy: one for one in (*earlier.missing, *self.missing)}
        expected = max(self.expected, earlier.expected)
        return replace(
            worst,
            expected=expected,
            live=expected - len(missing) if missing else worst.live,
            seconds=self.seconds,
            missing=tuple(missing.values()),
        )

    def _rank(self) -> tuple[int, bool]:
        return ("waiting", "unknown", "live").index(self.state), self.reason == "NothingToSee"

    @property
    def words(self) -> str:
        """Say it in a sentence.

        >>> Liveness("live", "Live", 12, 12, 0.24).words
        '12 of 12 proxies after 240 ms'
        """
        if self.reason == "NothingToSee":
            return "no proxy holds anything of it"
        if self.detail == NO_ISTIOD:
            return NO_ISTIOD
        if self.reason == "NoAccessToIstiod":
            return f"{ACCESS} ({self.detail})" if self.detail else ACCESS
        counted = f"{self.live} of {self.expected} proxies"
        if self.state == "live":
            return f"{counted} after {self.seconds * 1000:.0f} ms"
        named = "; ".join(map(str, self.missing[:NAMED]))
        more = len(self.missing) - NAMED
        rest = f"; and {more} more" if more > 0 else ""
        return "; ".join(part for part in (counted, self.detail, f"{named}{rest}") if part)


NOTHING_TO_SEE = Liveness("live", "NothingToSee")
