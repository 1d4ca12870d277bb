"""Where there is no istiod to ask, a time is waited and nothing is claimed."""

from __future__ import annotations

import asyncio

from laneway.adapters.istiod import ControlPlane, IstiodCredentials
from laneway.apps.operator.observing import AskingIstiod
from laneway.core.changes.order import ChangeStep
from laneway.core.compile import compile_snapshot
from laneway.core.live.liveness import Liveness
from laneway.core.mesh.snapshot import Snapshot
from tests.operator.virtual_time import in_virtual_time


async def asked(wait: float) -> tuple[Liveness, float]:
    """Return what is said of a step, and the seconds it took."""
    asking = AskingIstiod(ControlPlane(IstiodCredentials()), wait)
    loop = asyncio.get_running_loop()
    begun = loop.time()
    step, mesh = ChangeStep("subsets"), compile_snapshot(Snapshot())
    async with asking.observing([(step, {})], mesh) as watching:
        live = await watching.confirm()
    return live, loop.time() - begun


def test_without_an_istiod_it_is_unknown_after_the_stated_time() -> None:
    live, seconds = in_virtual_time(asked(7.0))

    assert (live.state, live.reason) == ("unknown", "NoAccessToIstiod")
    assert seconds == 7.0
