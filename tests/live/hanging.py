"""A proxy that does not follow keeps "live" from being said, whatever is the matter with it.

Comes in: an istiod and a number of changes. Goes out: how often it was said though a proxy was
stopped, had left or was cut off, and how often another one was named. What is the matter is drawn.
"""

from __future__ import annotations

import random
import signal
from contextlib import ExitStack

from msgspec import Struct

from tests.cluster.control_plane import Istiod
from tests.cluster.crowd import Crowd
from tests.engines import engine
from tests.live.applying import Applying, workloads
from tests.live.relay import Relay
from tests.live.town import Way, callers, town, way

LATE = "cart-v2"
WAYS = ("stopped", "left", "cut off")
SOON = 0.4
"""Seconds that a change gets: four times what it takes where nobody hangs."""


class Hung(Struct):
    """Changes while one proxy hung; `wrong` is how often that was not told, or told of others."""

    number: int = 0
    wrong: int = 0
    by_way: dict[str, int] = {}

    def __str__(self) -> str:
        """Say it in one line."""
        ways = ", ".join(f"{count} {way}" for way, count in sorted(self.by_way.items()))
        return f"{self.number} changes with a proxy {ways}; {self.wrong} told otherwise"


async def hanging(apply: Applying, istiod: Istiod, number: int, seed: int) -> Hung:
    """Have one proxy of a lane hang at each change of the lane's routes."""
    dice, found = random.Random(seed), Hung()  # noqa: S311 - a drawing that can be done again
    away = way(town(2), town(1))
    back = way(town(1), town(2))
    apply.limit, others = SOON, [one for one in callers(2) if one.name != LATE]
    with Crowd(engine("crowd"), istiod) as crowd:
        crowd.join(workloads(others))
        for _ in range(number):
            trouble = dice.choice(WAYS)
            told = await _with(trouble, apply, istiod, (away, back))
            found.number += 1
            found.by_way[trouble] = found.by_way.get(trouble, 0) + 1
            found.wrong += told != [f"{LATE}.shop"]
    return found


async def _with(trouble: str, apply: Applying, istiod: Istiod, ways: tuple[Way, Way]) -> list[str]:
    """Change a lane's routes while its proxy is in trouble; return who was said to be behind."""
    away, back = ways
    with ExitStack() as opened:
        relay = opened.enter_context(Relay(istiod.grpc))
        late = opened.enter_context(
            Crowd(engine("crowd"), Istiod(istiod.version, relay.port, istiod.http))
        )
        late.join([one for one in workloads(callers(2)) if one.name == LATE])
        routes = next(at for at, (step, _) in enumerate(away.taken) if step.phase == "mesh routes")
        for at in range(routes):
            await apply.step(away, at, callers(2))
        assert late.process is not None
        if trouble == "stopped":
            late.process.send_signal(signal.SIGSTOP)
        elif trouble == "left":
            late.close()
        else:
            relay.hold()
        taken = await apply.step(away, routes, callers(2))
        if trouble == "stopped":
            late.process.send_signal(signal.SIGCONT)
        relay.go_on()
        for at in range(routes + 1, len(away.taken)):
            await apply.step(away, at, callers(2))
        await apply.take(back, callers(2))
    return [one.proxy for one in taken.liveness.missing]
