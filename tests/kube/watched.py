"""Two objects that are followed, and a decorator by which a test takes them.

Comes in: a test. Goes out: the test, run against a server that streams what it has, and against one
that has pages alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import msgspec
import pytest
from msgspec import Struct

from laneway.adapters.kube import Following
from tests.kube.fake_server import CONFIG_MAPS, FakeServer
from tests.kube.virtual_time import now, run

GONE = {"type": "ERROR", "object": {"kind": "Status", "code": 410, "message": "too old"}}
BUSY = {"type": "ERROR", "object": {"kind": "Status", "code": 500, "message": "etcd"}}


class Held(Struct):
    """What a test keeps of a ConfigMap."""

    data: dict[str, str]


class Watched(Struct):
    """A server, who follows it, and how often that one was told of a change."""

    server: FakeServer
    following: Following[Held]
    told: list[float]

    @property
    def values(self) -> dict[str, str]:
        return {name: held.data["v"] for (_, name), held in self.following.objects.items()}

    def is_same(self) -> bool:
        """Whether what is known is what the server has."""
        wanted = {
            (item["metadata"]["namespace"], item["metadata"]["name"]): item["data"]
            for item in self.server.objects.values()
        }
        return {place: held.data for place, held in self.following.objects.items()} == wanted

    async def until_same(self) -> None:
        """Wait until it is, for ten minutes at most."""
        async with asyncio.timeout(600):
            while not self.is_same() or self.following.stale_since is not None:  # noqa: ASYNC110 - virtual
                await asyncio.sleep(0.1)


@asynccontextmanager
async def watched(*, can_stream: bool = True) -> AsyncIterator[Watched]:
    """Two objects, followed."""
    server = FakeServer()
    server.can_stream = can_stream
    server.put("a", v="1")
    server.put("b", v="1")
    async with server.client() as client:
        decode = msgspec.json.Decoder(Held).decode
        following = Following(client, CONFIG_MAPS, decode)
        told: list[float] = []
        task = asyncio.create_task(following.run(lambda: told.append(now())))
        yield Watched(server, following, told)
        assert not task.done()
        task.cancel()
        await asyncio.wait({task})
    await server.stop()


def following(
    test: Callable[[Watched], Awaitable[None]],
) -> Callable[[bool], None]:
    """Have a test take a followed server, which streams lists or has pages alone."""

    @pytest.mark.parametrize("can_stream", [True, False], ids=["streamed", "paged"])
    def tested(can_stream: bool) -> None:  # noqa: FBT001 - a column of a table
        async def main() -> None:
            async with watched(can_stream=can_stream) as seen:
                await seen.until_same()
                await test(seen)

        run(main())

    tested.__name__ = tested.__qualname__ = test.__name__
    return tested
