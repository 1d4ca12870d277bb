"""What of a cluster cannot be read is said, and what that means."""

from __future__ import annotations

import asyncio

import pytest

from laneway.adapters.kube import Forbidden, KubeError, Unavailable
from laneway.apps.operator.unread import LOOK, tell_unread
from tests.operator.model_api import ModelApi
from tests.operator.running import operation
from tests.operator.town import begin
from tests.operator.virtual_time import in_virtual_time

POD, GATEWAY = ("", "Pod"), ("networking.istio.io", "Gateway")


def looked(problem: KubeError, name: tuple[str, str], *, is_read: bool, looks: float) -> None:
    """Have a kind not be read for so many looks, and then be."""
    api = ModelApi()
    begin(api)

    async def telling() -> None:
        caches = operation(api).caches
        for one in caches.followed.values():
            one.is_synced = True  # type: ignore[misc]
        kind = caches.followed[name]
        kind.problem, kind.is_synced = problem, is_read  # type: ignore[misc]
        task = asyncio.create_task(tell_unread(caches))
        await asyncio.sleep(looks * LOOK)
        kind.problem, kind.is_synced = None, True  # type: ignore[misc]
        await asyncio.sleep(5 * LOOK)
        task.cancel()

    in_virtual_time(telling())


@pytest.mark.parametrize(
    ("problem", "name", "is_read", "words"),
    [
        (Forbidden("no"), POD, False, "no; nothing is written before it can be read"),
        (Forbidden("no"), GATEWAY, False, "no; Gateway.networking.istio.io counts as unknown"),
        (Unavailable("no"), GATEWAY, False, "no; nothing is written before it can be read"),
        (Unavailable("no"), POD, True, "no; Pod counts as it was read last"),
    ],
)
def test_what_cannot_be_read_for_a_while_is_told_once_and_that_it_can_again(
    problem: KubeError,
    name: tuple[str, str],
    *,
    is_read: bool,
    words: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")

    looked(problem, name, is_read=is_read, looks=7.5)

    assert caplog.messages == [words, f"{'.'.join(name[::-1]).rstrip('.')} can be read again"]


def test_a_watch_that_ends_and_begins_anew_is_worth_no_word(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")

    looked(Unavailable("cut"), POD, is_read=True, looks=1.5)

    assert caplog.messages == []
