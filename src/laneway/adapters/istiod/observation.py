"""A step of a change under observation: joined before it is written, confirmed behind it.

Comes in: a Watching, and istiod's replicas. Goes out: a Liveness. Every replica has observers of
its own and is asked who follows, as each serves other proxies. istiod's mistakes and absence are
never exceptions here: they are what is answered.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Sequence
from contextlib import asynccontextmanager, suppress

from laneway.adapters.istiod.links import Links, NoAccessError
from laneway.adapters.istiod.listing import Listing
from laneway.adapters.istiod.observer import Observer, joined
from laneway.core.live.following import IstiodReport, ListedProxy, Push, by_proxy, missing
from laneway.core.live.liveness import NO_ISTIOD, Liveness, Missing, Reason, State
from laneway.core.live.watching import Watching
from laneway.core.resources.meta import Ref

JOINING = 5.0
"""Seconds that observers have to join: then the step is written without those that are late."""
QUIET = 2.0
"""Seconds between two looks at what was there before: twenty times what istiod gathers changes."""
SURE = 45.0
"""The same, when a connection that takes nothing is gone by then: istiod asks each after 30 seconds
whether it is there, and waits 10 for an answer."""
FIRST_LOOK, LAST_LOOK = 0.001, 0.5
"""Seconds between looks at who follows, longer and longer; only the second comes at once."""


Gone = Callable[[], Collection[str]]
"""Tells which proxies are no longer expected."""


class Seat:
    """One replica under observation."""

    def __init__(self, links: Links, watching: Watching, changed: asyncio.Event) -> None:
        self.links, self.listing = links, Listing(links)
        self.observers = [Observer(links, one, changed.set) for one in watching.watches]
        self.trouble_with_list, self.is_told = "", True

    @property
    def name(self) -> str:
        """The replica's name."""
        return self.links.replica.name

    @property
    def pushes(self) -> dict[Ref, Push]:
        """Since which push each object is sent, as far as it was seen."""
        return {ref: push for one in self.observers for ref, push in one.pushes.items()}

    @property
    def trouble(self) -> str:
        """Why it is not seen to send anything, empty where it answers."""
        refused = next((one.trouble for one in self.observers if one.trouble), "")
        return f"{self.name}: {refused}" if refused else ""

    @property
    def is_refused(self) -> bool:
        """Whether it does not let anybody look."""
        return any(one.is_refused for one in self.observers)

    async def report(self, spaces: Collection[str]) -> IstiodReport:
        """Ask who follows; where that cannot be asked, nobody is listed."""
        listed: list[ListedProxy] = []
        try:
            listed = await self.listing.ask(spaces)
            self.trouble_with_list, self.is_told = "", True
        except NoAccessError as refused:
            self.trouble_with_list, self.is_told = f"{self.name}: {refused}", False
        except OSError as problem:
            said = str(problem) or "no answer in time"
            self.trouble_with_list = f"{self.name}: {said}"
        return IstiodReport(self.name, self.pushes, by_proxy(listed))


class Observation:
    """Observers that have joined; they leave with the context that gave it."""

    def __init__(self, watching: Watching, seats: Sequence[Seat], changed: asyncio.Event) -> None:
        self._watching, self._seats, self._changed = watching, seats, changed
        proxies = [proxy for some in watching.following for proxy in some.proxies]
        self._expected = {one.id for one in proxies}
        self._spaces = {one.namespace for one in proxies}
        self._begun = self._quiet = 0.0
        self._gone: Gone = frozenset

    async def confirm(
        self, limit: float, gone: Gone = frozenset, quiet: float | None = None
    ) -> Liveness:
        """Return as soon as what was written is live, and after `limit` seconds at the latest.

        Whoever asks has written before. What is waiting then may be asked for again. `gone` tells
        which proxies, by name, are no longer expected: pods end while one waits for them. `quiet`
        seconds stand between two looks at what was there before; SURE makes them a proof.
        """
        self._begun, self._gone = time.monotonic(), gone
        self._quiet = QUIET if quiet is None else quiet
        if not self._watching.following:
            return self._not_observable(0.0) or self._say("live", "NothingToSee")
        if not self._seats:
            return self._unknown(NO_ISTIOD)
        until = self._begun + limit
        if not await self._until_sent(until):
            return self._not_sent()
        sent = time.monotonic() - self._begun
        found = await self._until_followed(until, sent)
        return (self._not_observable(sent) or found) if found.is_live else found

    def _not_observable(self, sent: float) -> Liveness | None:
        """Say that something else is sent of which nobody can tell whether it is; None: nothing."""
        if not self._watching.unwatched:
            return None
        named = ", ".join(map(str, self._watching.unwatched[:3]))
        said = f"no name tells whether {named} is sent"
        return self._say("unknown", "NotObservable", sent=sent, detail=said)

    @property
    def has_seen_any(self) -> bool:
        """Whether anything that is looked for was seen."""
        return any(seat.pushes for seat in self._seats)

    async def _until_sent(self, until: float) -> bool:
        """Wait until every replica that answers is seen to send all that is looked for."""
        refs = self._watching.refs
        while not self._is_sent(refs):
            self._changed.clear()
            left = until - time.monotonic()
            if left <= 0 or self._is_refused():
                return False
            with suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await self._changed.wait()
        return True

    def _is_sent(self, refs: Iterable[Ref]) -> bool:
        wanted = frozenset(refs)
        return all(wanted <= seat.pushes.keys() for seat in self._seats)

    def _is_refused(self) -> bool:
        return all(seat.is_refused for seat in self._seats)

    async def _until_followed(self, until: float, sent: float) -> Liveness:
        """Look at who follows until all do; what was there before is looked at twice."""
        pause, quiet_since = 0.0, 0.0
        while True:
            reports = await asyncio.gather(*(seat.report(self._spaces) for seat in self._seats))
            gone = self._gone()
            late = missing(self._watching.following, reports)
            behind = tuple(one for one in late if one.proxy not in gone)
            if not any(seat.is_told for seat in self._seats):
                return self._unknown(self._troubles(), sent)
            now = time.monotonic()
            settled = any(push.is_settled for one in reports for push in one.pushes.values())
            quiet_since = (quiet_since or now) if not behind else 0.0
            if not behind and (not settled or now - quiet_since >= self._quiet):
                still = self._expected - {*gone}
                return self._say("live", "Live" if still else "NothingToSee", sent=sent)
            if now >= until:
                return self._behind(behind, sent)
            await asyncio.sleep(min(pause, max(0.0, until - now)))
            pause = min(max(pause * 1.5, FIRST_LOOK), LAST_LOOK)

    def _troubles(self) -> str:
        said = ((seat.trouble, seat.trouble_with_list) for seat in self._seats)
        return "; ".join(one for pair in said for one in pair if one)

    def _not_sent(self) -> Liveness:
        if self._is_refused():
            return self._unknown(self._troubles())
        refs = self._watching.refs
        silent = [seat.name for seat in self._seats if not refs <= seat.pushes.keys()]
        said = f"{', '.join(silent)} was not seen to send it"
        more = self._troubles()
        return self._say("waiting", "ChangeNotSeen", detail=f"{said}; {more}" if more else said)

    def _behind(self, behind: tuple[Missing, ...], sent: float) -> Liveness:
        said = self._troubles()
        if not behind:
            said = f"what was there before was not yet looked at for {self._quiet:g} s"
        return self._say("waiting", "ProxiesBehind", behind, sent=sent, detail=said)

    def _unknown(self, why: str, sent: float | None = None) -> Liveness:
        return self._say("unknown", "NoAccessToIstiod", sent=sent, detail=why)

    def _say(
        self,
        state: State,
        reason: Reason,
        behind: tuple[Missing, ...] = (),
        *,
        sent: float | None = None,
        detail: str = "",
    ) -> Liveness:
        took = time.monotonic() - self._begun
        expected = self._expected - {*self._gone()}
        follow = len(expected - {one.proxy for one in behind}) if sent is not None else 0
        return Liveness(state, reason, len(expected), follow, took, behind, sent, detail)


@asynccontextmanager
async def observing(watching: Watching, links: Iterable[Links]) -> AsyncIterator[Observation]:
    """Join every replica; all observers have left when the context ends."""
    changed = asyncio.Event()
    seats = [Seat(one, watching, changed) for one in links] if watching.following else []
    observers = [one for seat in seats for one in seat.observers]
    try:
        async with joined(observers, JOINING):
            yield Observation(watching, seats, changed)
    finally:
        for seat in seats:
            await seat.listing.close()
