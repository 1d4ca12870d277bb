"""Killed at any call and begun again, an operator comes to what an undisturbed one comes to.

At every call of a lane's life, before the call has its effect and after; and where a call gets no
answer. At each write on the way, of the killed one and of its successor, order holds.
"""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.operator.model_api import ModelApi
from tests.operator.order import Watch
from tests.operator.running import at_work, ours
from tests.operator.town import LIFE, Act, begin
from tests.operator.virtual_time import in_virtual_time

TIMES = ("lastTransitionTime", "since")


def said(api: ModelApi) -> dict[Any, Any]:
    """Return all that is said in a cluster, but for versions and times."""
    statuses = {
        name: timeless(body.get("status"))
        for name, body in api.objects.items()
        if name[0].startswith("ASM")
    }
    return {**ours(api), **statuses}


def timeless(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: timeless(one) for key, one in value.items() if key not in TIMES}
    return [timeless(one) for one in value] if isinstance(value, list) else value


async def until_calm(api: ModelApi, *acts: Act) -> None:
    await at_work(api, *acts)


def lived(acts: tuple[Act, ...]) -> ModelApi:
    """Return a cluster after some acts of a life."""
    api = ModelApi()
    begin(api)
    for act in acts:
        api = api.copy()
        in_virtual_time(at_work(api, act))
    return api


@pytest.mark.parametrize("number", range(len(LIFE)), ids=[act.__name__ for act in LIFE])
def test_killed_at_any_call_it_comes_to_the_same_in_order(number: int) -> None:
    act = LIFE[number]
    before = lived(LIFE[:number])
    undisturbed = before.copy()
    in_virtual_time(at_work(undisturbed, act))
    watch = Watch(ours(before), ours(undisturbed))
    assert len(undisturbed.calls) > 3

    for call in range(1, len(undisturbed.calls) + 1):
        for has_effect in (False, True):
            api = before.copy()
            api.kill_at = (call, has_effect)
            api.wrote = lambda api=api: watch.hold(ours(api))  # type: ignore[misc]
            in_virtual_time(killed_and_begun_again(api, act))

            assert said(api) == said(undisturbed), (call, has_effect, undisturbed.calls[call - 1])


@pytest.mark.parametrize("number", [0, 3, 5], ids=["create", "relabel", "delete_group"])
def test_a_call_without_an_answer_changes_nothing_in_the_end(number: int) -> None:
    act = LIFE[number]
    before = lived(LIFE[:number])
    undisturbed = before.copy()
    in_virtual_time(at_work(undisturbed, act))
    watch = Watch(ours(before), ours(undisturbed))

    for call in range(1, len(undisturbed.calls) + 1):
        for has_effect in (False, True):
            api = before.copy()
            api.fail_at = (call, has_effect)
            api.wrote = lambda api=api: watch.hold(ours(api))  # type: ignore[misc]
            in_virtual_time(at_work(api, act))

            assert said(api) == said(undisturbed), (call, has_effect, undisturbed.calls[call - 1])


async def killed_and_begun_again(api: ModelApi, act: Act, **more: object) -> None:
    await at_work(api, act, **more)  # type: ignore[arg-type]
    assert api.killed.is_set()
    api.kill_at, api.killed = None, asyncio.Event()
    await at_work(api, **more)  # type: ignore[arg-type]
