"""How long "live" takes beside an independent client's first answer, and what observers cost.

Comes in: an istiod that gathers changes as long as one does that is installed. Goes out: for each
change the time from the API server's answer to the independent client's answer, and to Live; and
istiod's processor time with observers and without.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from statistics import median
from unittest.mock import patch

from msgspec import Struct, field

from laneway.adapters.istiod.links import Talk
from tests.cluster.crowd import Crowd
from tests.cost.processes import taken as spent
from tests.live.applying import Applying, Taken
from tests.live.town import Way, callers, town, way

DOOR = "door"


class Times(Struct):
    """Seconds of each change: an independent client's first answer, and Live.

    `sent` is when observers had seen it, `joined` how long they took to join before it was written.
    """

    client: list[float] = field(default_factory=list)
    live: list[float] = field(default_factory=list)
    sent: list[float] = field(default_factory=list)
    joined: list[float] = field(default_factory=list)
    missed: int = 0

    def __str__(self) -> str:
        """Say them in one line."""
        return (
            f"{len(self.live)} changes, {self.missed} not live; client p50 {_ms(self.client, 50)}, "
            f"p95 {_ms(self.client, 95)}; Live p50 {_ms(self.live, 50)}, p95 {_ms(self.live, 95)}; "
            f"seen to be sent p50 {_ms(self.sent, 50)}; "
            f"joining p50 {_ms(self.joined, 50)}"
        )

    def add(self, found: Sequence[Taken], client: float) -> None:
        """Take a change: the time of all its steps is one."""
        self.client.append(client)
        self.live.append(sum(one.liveness.seconds for one in found))
        self.sent.append(sum(one.liveness.sent or 0.0 for one in found))
        self.joined.append(sum(one.joined for one in found))
        self.missed += not all(one.liveness.is_live for one in found)


def one_step(apply: Applying, crowd: Crowd, number: int) -> Times:
    """Turn an entry a number of times; the independent client is the gateway that joined."""
    found, proxies = Times(), callers(2)
    at = town(2)
    for turn in range(number):
        to = town(2, match={"uri": {"prefix": f"/turn-{turn}"}})
        crowd.watch({DOOR: [f"/turn-{turn}".encode()]})
        taken = asyncio.run(apply.take(way(at, to), proxies))
        found.add(taken, _client(crowd, taken[-1].written))
        at = to
    asyncio.run(apply.take(way(at, town(2)), proxies))
    return found


def lanes(apply: Applying, crowd: Crowd, number: int) -> Times:
    """Add a lane and take it away, again and again; adding is what is timed."""
    found, proxies = Times(), callers(3)
    comes, goes = way(town(2), town(3)), way(town(3), town(2))
    for _ in range(number):
        crowd.watch({DOOR: [b"|s3|"]})
        first = asyncio.run(apply.step(comes, 0, proxies))
        client = _client(crowd, first.written)
        rest = [asyncio.run(apply.step(comes, at, proxies)) for at in range(1, len(comes.taken))]
        found.add([first, *rest], client)
        asyncio.run(apply.take(goes, proxies))
    return found


class Cost(Struct, frozen=True):
    """What a change costs istiod, in milliseconds of processor, and what observers are sent."""

    alone: float
    observed: float
    bytes: float

    def __str__(self) -> str:
        """Say it in one line."""
        return (
            f"{self.alone:.1f} ms of processor a change, {self.observed:.1f} observed, "
            f"{self.bytes / 1024:.1f} KB sent to observers"
        )


def cost(apply: Applying, process: int, number: int) -> Cost:
    """Return what a change costs istiod without observers and with them."""
    other = town(2, match={"uri": {"prefix": "/cost"}})
    there, back = way(town(2), other), way(other, town(2))
    figures = []
    with _counted() as heard:
        for is_observed in (False, True):
            begun = spent(process).processor
            for at in range(number):
                _turn(apply, there if at % 2 == 0 else back, is_observed=is_observed)
            figures.append((spent(process).processor - begun) / number * 1000)
    return Cost(figures[0], figures[1], sum(heard) / number)


@contextmanager
def _counted() -> Iterator[list[int]]:
    """Count the bytes of what observers are told."""
    heard: list[int] = []
    hear = Talk.hear

    async def counted(talk: Talk) -> bytes:
        message = await hear(talk)
        heard.append(len(message))
        return message

    with patch.object(Talk, "hear", counted):
        yield heard


def _turn(apply: Applying, turned: Way, *, is_observed: bool) -> None:
    if is_observed:
        asyncio.run(apply.take(turned, callers(2)))
        return
    step, before = turned.taken[0]
    apply.write(step, before)
    time.sleep(0.2)  # as long as a change takes that is observed


def _client(crowd: Crowd, written: float) -> float:
    """Return how long after the API server's answer the independent client had its own."""
    at = crowd.met()[DOOR]
    return at - (time.time() - time.monotonic()) - written


def _ms(seconds: Sequence[float], part: int) -> str:
    """Say a percentile in milliseconds."""
    if part == 50:
        return f"{median(seconds) * 1000:.0f} ms"
    ordered = sorted(seconds)
    at = min(len(ordered) - 1, round(len(ordered) * part / 100))
    return f"{ordered[at] * 1000:.0f} ms"
