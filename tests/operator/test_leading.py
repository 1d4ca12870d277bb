"""The lead may be lost at any moment and come back: who has it goes on from what lies there."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from tests.operator.model_api import ModelApi
from tests.operator.order import Watch
from tests.operator.proxies import Proxies
from tests.operator.running import CALM, at_work, operation, ours
from tests.operator.test_killed import said
from tests.operator.town import Act, add_lane, begin, create, relabel, remove_lane, reweight
from tests.operator.virtual_time import in_virtual_time


@pytest.fixture(scope="module")
def settled() -> ModelApi:
    """Return a town of three lanes that are live."""
    api = ModelApi()
    begin(api)
    in_virtual_time(at_work(api, create, add_lane))
    return api


async def lost_and_regained(
    api: ModelApi, seconds: float, proxies: Proxies | None = None, act: Act = relabel
) -> None:
    """Have the lead for a while, lose it in the middle of a change, and get it again."""
    working = operation(api, proxies)
    following = asyncio.create_task(working.caches.run())
    leading = asyncio.create_task(working.run())
    await asyncio.sleep(CALM)
    act(api)
    await asyncio.sleep(seconds)
    await ended(leading)
    assert not working.is_at_work
    calls = len(api.calls)
    await asyncio.sleep(CALM)
    assert len(api.calls) == calls, "it writes without the lead"

    leading = asyncio.create_task(working.run())
    await asyncio.sleep(CALM)
    working.stop()
    await leading
    await ended(following)


async def ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


@pytest.mark.parametrize("seconds", [0.01, 0.05, 0.15, 0.3, 0.45, 0.7])
def test_a_lead_that_is_lost_and_regained_comes_to_the_same_in_order(
    settled: ModelApi, seconds: float
) -> None:
    undisturbed, api = settled.copy(), settled.copy()
    in_virtual_time(at_work(undisturbed, relabel))
    watch = Watch(ours(settled), ours(undisturbed))
    api.wrote = lambda: watch.hold(ours(api))

    in_virtual_time(lost_and_regained(api, seconds))

    assert said(api) == said(undisturbed)


def test_a_step_that_hung_when_the_lead_was_lost_is_asked_about_before_the_next(
    settled: ModelApi,
) -> None:
    api, proxies = settled.copy(), Proxies(seconds=1.0)

    def both(api: ModelApi) -> None:
        """Have a change that is seen live, and one of which the first step is written alone."""
        reweight(api)
        asyncio.get_running_loop().call_later(CALM / 2, remove_lane, api)

    in_virtual_time(lost_and_regained(api, CALM / 2 + 0.5, proxies, both))

    first, rest = ["entry routes"], ["entry routes", "mesh routes", "subsets"]
    assert proxies.asked == [*first, "subsets", "what lies there: 5", *rest]
