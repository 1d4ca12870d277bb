"""A console beside an operator at work: what it says of groups is what the operator knows."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from laneway.adapters.kube import Client, access
from laneway.apps.cluster.following import SeenByUser
from laneway.apps.console.grounds.cluster import UserClusterGround
from laneway.apps.console.seams import GroupStanding
from tests.cluster.control_plane import VERSIONS, ControlPlane
from tests.cluster.operated import Operator, applied, kinds, operator

pytestmark = pytest.mark.cluster

STRICT = Path(__file__).parents[2] / "examples" / "strict-lanes"
PATIENCE = 120.0


@pytest.fixture(scope="module")
def working(plane: ControlPlane, entry: int) -> Iterator[Operator]:
    """An operator at work on a cluster with a node."""
    assert entry
    with kinds(plane), operator(plane, VERSIONS[0]) as found:
        yield found


def standing(plane: ControlPlane, holds: Callable[[GroupStanding], bool]) -> GroupStanding:
    """Follow the cluster until what it says of the group holds; return that."""

    async def walk() -> GroupStanding:
        following = SeenByUser(Client(access(str(plane.kubeconfig), environ={})))
        ground, told = UserClusterGround("it", following), asyncio.Event()
        running = asyncio.create_task(ground.run(told.set))
        try:
            async with asyncio.timeout(PATIENCE):
                while True:
                    await told.wait()
                    told.clear()
                    found = ground.seen.standings.get("test") if ground.seen else None
                    if found is not None and holds(found):
                        return found
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running

    return asyncio.run(walk())


def test_a_group_is_live_in_a_console_once_the_operator_saw_it_live(
    plane: ControlPlane, working: Operator
) -> None:
    assert working.children.ended() == {}
    with applied(plane, STRICT, VERSIONS[0]):
        found = standing(plane, lambda one: one.state == "live")

    assert "proxies" in found.why
    assert found.since is not None
