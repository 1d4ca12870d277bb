"""A control plane that knows its proxies from the pods, and answers for all of them at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager

from msgspec import Struct

from laneway.adapters.istiod import ControlPlane, IstiodCredentials
from laneway.apps.operator.observing import AskingIstiod
from laneway.core.live.liveness import NOTHING_TO_SEE, Liveness
from laneway.core.live.watching import Watching
from laneway.core.resources.meta import Ref
from tests.operator.model_api import Body
from tests.operator.town import pod

LONG = 2.0
"""Seconds that an answer takes: longer than those after which a change is told to be under way."""


def istiod(name: str) -> Body:
    """Return a pod of a control plane; of another name it is another one."""
    made = pod("istiod", name, proxy=False)
    made["metadata"] |= {"namespace": "istio-system", "labels": {"app": "istiod"}}
    return made


class _Answering(Struct):
    """One observation. istiod is asked where any proxy has to follow, and nowhere else."""

    plane: Istiods
    watching: Watching

    async def confirm(self, limit: float, gone: Callable[[], Collection[str]]) -> Liveness:
        del limit, gone
        if not self.watching.following:
            return NOTHING_TO_SEE
        self.plane.asked += 1
        await asyncio.sleep(LONG)
        if self.plane.refuses:
            return Liveness("unknown", "NoAccessToIstiod", detail="refused")
        proxies = {proxy.id for some in self.watching.following for proxy in some.proxies}
        return Liveness("live", "Live", len(proxies), len(proxies), LONG)


class Istiods(ControlPlane):
    """All istiods there are. `looks` counts the observations, `asked` those that asked istiod."""

    def __init__(self) -> None:
        super().__init__(IstiodCredentials())
        self.looks = self.asked = 0
        self.untold: set[Ref] = set()
        """Objects that nobody could have seen to be sent."""
        self.refuses = False

    @asynccontextmanager
    async def observing(self, watching: Watching) -> AsyncIterator[_Answering]:  # type: ignore[override]
        self.looks += 1
        self.untold.update(watching.unwatched)
        yield _Answering(self, watching)


def asking(plane: Istiods) -> AskingIstiod:
    """Return whoever asks these; where there is none a second is waited."""
    return AskingIstiod(plane, wait=1.0)
