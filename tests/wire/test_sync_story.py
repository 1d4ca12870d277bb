"""A release by pushes alone: each stage keeps its shares, each request its version, none fails."""

from collections.abc import Callable

import pytest

from tests.sync.story import story
from tests.wire.remote import GitRemote, Sync

pytestmark = pytest.mark.envoy
REQUESTS = 320
"""At each stage here; `./dev figures sync` sends 2,000."""


def test_a_release_by_pushes_from_one_to_one_to_full_promotion_and_back(
    remote: GitRemote, sync: Callable[..., Sync]
) -> None:
    mesh = sync(remote).ready()

    told = story(remote, mesh, REQUESTS)

    assert [fault for stage in told.stages for fault in stage.wrong] == []
    assert told.failed == []
    assert [len(stage.met) for stage in told.stages] == [2, 3, 3, 3, 1, 3, 2, 2]
