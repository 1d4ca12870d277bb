"""What was written before is asked about, and what was answered is kept.

Comes in: groups of which it is not known who has their objects. Goes out: a Liveness of each; those
of which no proxy is sent anything are told from the others. It is apart from the way of a change:
nothing is written here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from laneway.apps.operator.caches import Caches
from laneway.apps.operator.seams import Confirming, StepWatching
from laneway.apps.operator.ways import lying
from laneway.apps.operator.writing import ObjectWriting
from laneway.core.keeping.confirmed import SeenLive
from laneway.core.keeping.own_objects import OwnObject
from laneway.core.keeping.wanted import WantedObjects
from laneway.core.live.audience import NOBODY, Audience
from laneway.core.live.liveness import NOTHING_TO_SEE, Liveness
from laneway.core.live.watching import MOST
from laneway.loop.seams import Clock

ASKED_AT_ONCE = 400
"""Objects about which istiod is asked together, where it is not known whether they are live."""


class Reconfirming:
    """Asks about the objects of one cluster."""

    def __init__(
        self,
        caches: Caches,
        confirming: Confirming,
        writing: ObjectWriting,
        seen: SeenLive,
        clock: Clock,
    ) -> None:
        self._caches = caches
        self._confirming = confirming
        self._writing = writing
        self._seen = seen
        self._clock = clock

    async def ask(self, objects: WantedObjects, groups: frozenset[str]) -> Liveness | None:
        """See whether what lies there is live, of groups of which it is not known."""
        there = self._caches.own(self._clock.now())
        asked = [own for own in there.values() if not groups.isdisjoint(own.groups)]
        who, seen, live, audience = self._seen.who_lacks(groups), set[str](), None, NOBODY
        for at, some in enumerate(_together(asked)):
            lie = await lying(objects, some, self._writing)
            async with self._confirming.written(lie, objects.compilation, who) as watching:
                live = (await watching.confirm()).after(live)
            seen.update(*(own.groups for own in some if own.ref not in watching.unseen))
            audience = audience if at else watching.audience
        if live is not None:
            self._take(groups & seen, live, Audience(istiods=audience.istiods))
            self._take(groups - seen, NOTHING_TO_SEE, audience)
        return live

    def saw_step(
        self,
        watching: StepWatching,
        live: Liveness,
        seen: frozenset[str],
        unseen: frozenset[str],
    ) -> None:
        """Take what was answered about a step; `unseen` are the groups nothing of it shows of."""
        self._take(seen, live, Audience(istiods=watching.audience.istiods))
        self._seen.take_unseen(unseen, self._caches.own(self._clock.now()))

    def _take(self, groups: frozenset[str], live: Liveness, looked_at: Audience) -> None:
        now = self._clock.now()
        self._seen.take(groups, live, self._caches.own(now), now)
        self._seen.looked_at |= dict.fromkeys(groups, looked_at)


def _together(asked: Iterable[OwnObject]) -> Iterator[list[OwnObject]]:
    """Yield what is asked about together; of rules for single callers no more than can be seen."""
    apart: dict[bool, list[OwnObject]] = {}
    for own in asked:
        apart.setdefault(own.is_for_some, []).append(own)
    for is_for_some, some in apart.items():
        size = MOST if is_for_some else ASKED_AT_ONCE
        yield from (some[at : at + size] for at in range(0, len(some), size))
