"""What is followed is as the server has it, whatever fails between the two."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import msgspec
import pytest
from msgspec import Struct

from laneway.adapters.kube import Expired, Following, Forbidden, Unavailable
from tests.kube.fake_server import CONFIG_MAPS, Cut, FakeServer, Refuse, Silence, Stream
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


@following
async def test_what_is_there_is_told_once(seen: Watched) -> None:
    assert seen.following.is_synced
    assert len(seen.told) == 1


@following
async def test_a_change_arrives_and_is_told(seen: Watched) -> None:
    seen.server.put("a", v="2")
    seen.server.put("c", v="1")
    seen.server.remove("b")
    await seen.until_same()

    assert seen.values == {"a": "2", "c": "1"}
    assert len(seen.told) == 4
    assert seen.following.readings == 1


@following
async def test_an_object_that_did_not_change_stays_the_same(seen: Watched) -> None:
    before = seen.following.objects["shop", "b"]
    seen.server.put("a", v="2")
    seen.server.tell(GONE)
    seen.server.end_watches()
    await asyncio.sleep(60)

    assert seen.following.readings == 2
    assert len(seen.told) == 2
    assert seen.values == {"a": "2", "b": "1"}
    assert seen.following.objects["shop", "b"] is before


@following
async def test_a_watch_that_ends_is_asked_for_again_from_where_it_was(seen: Watched) -> None:
    await asyncio.sleep(200)
    seen.server.bookmark()
    await asyncio.sleep(1)
    reached = str(seen.server.version)
    seen.server.end_watches()
    seen.server.put("a", v="2")
    await seen.until_same()

    assert seen.server.asked[-1].query["resourceVersion"] == reached
    assert seen.following.readings == 1
    assert seen.following.problem is None

    seen.server.end_watches()
    await asyncio.sleep(10)
    assert seen.server.asked[-1].query["resourceVersion"] == str(seen.server.version)


@following
async def test_an_object_of_any_size_is_one_event(seen: Watched) -> None:
    seen.server.put("a", v="2" * 500_000)
    await seen.until_same()

    assert seen.following.readings == 1


@following
async def test_after_a_cut_nothing_is_read_anew(seen: Watched) -> None:
    await asyncio.sleep(10)
    seen.server.cut_all()
    seen.server.put("a", v="2")
    await seen.until_same()

    assert seen.following.readings == 1
    assert len(seen.told) == 2


@following
async def test_silence_is_a_cut(seen: Watched) -> None:
    seen.server.forget_watches()
    begun = now()
    seen.server.put("a", v="2")
    await seen.until_same()

    assert 75 < now() - begun < 100
    assert seen.following.readings == 1


@following
async def test_a_bookmark_breaks_silence(seen: Watched) -> None:
    asked = len(seen.server.asked)
    for _ in range(4):
        await asyncio.sleep(60)
        seen.server.bookmark()

    assert len(seen.server.asked) == asked
    assert seen.following.stale_since is None


@following
async def test_what_the_server_forgot_is_read_anew_and_what_is_known_stays(seen: Watched) -> None:
    await asyncio.sleep(30)
    heard = now()
    seen.server.fault_for = lambda asked: None if asked.method == "HEAD" else Refuse(500)
    seen.server.remove("b")
    seen.server.tell(GONE)
    await asyncio.sleep(60)

    assert isinstance(seen.following.problem, Unavailable | Expired)
    assert seen.following.stale_since == pytest.approx(heard, abs=1)
    assert seen.values == {"a": "1"}

    seen.server.fault_for = lambda _: None
    seen.server.put("c", v="1")
    await seen.until_same()
    assert seen.values == {"a": "1", "c": "1"}
    assert seen.following.problem is None


@following
async def test_a_deletion_nobody_told_of_is_seen_when_all_is_read_anew(seen: Watched) -> None:
    seen.server.is_down = True
    seen.server.cut_all()
    seen.server.remove("b")
    await asyncio.sleep(120)
    assert seen.values == {"a": "1", "b": "1"}
    assert seen.following.stale_since is not None

    seen.server.is_down = False
    seen.server.faults.append(Refuse(410, "too old resource version"))
    await seen.until_same()
    assert seen.values == {"a": "1"}
    assert seen.following.readings == 2


@following
async def test_an_old_version_inside_the_stream_is_read_anew(seen: Watched) -> None:
    seen.server.faults.append(Stream((GONE,)))
    seen.server.end_watches()
    seen.server.put("a", v="2")
    await seen.until_same()

    assert seen.following.readings == 2


@following
async def test_another_error_inside_the_stream_reads_nothing_anew(seen: Watched) -> None:
    seen.server.faults.append(Stream((BUSY,)))
    seen.server.end_watches()
    seen.server.put("a", v="2")
    await seen.until_same()

    assert seen.following.readings == 1


@following
async def test_watches_that_end_at_once_and_say_nothing_are_given_up(seen: Watched) -> None:
    seen.server.fault_for = lambda asked: Stream() if "resourceVersion" in asked.query else None
    begun, asked = now(), len(seen.server.asked)
    seen.server.end_watches()
    seen.server.put("a", v="2")
    await seen.until_same()

    assert seen.values == {"a": "2", "b": "1"}
    assert now() - begun > 1
    assert len(seen.server.asked) - asked < 10


@following
async def test_a_server_that_has_no_time_is_not_pressed(seen: Watched) -> None:
    seen.server.fault_for = lambda _: Refuse(429, "storage is (re)initializing")
    seen.server.end_watches()
    asked = len(seen.server.asked)
    await asyncio.sleep(300)

    assert len(seen.server.asked) - asked < 40
    assert isinstance(seen.following.problem, Unavailable)
    seen.server.fault_for = lambda _: None
    await seen.until_same()
    assert seen.following.readings == 1


@following
async def test_a_right_that_is_taken_away_is_told_and_what_is_known_stays(seen: Watched) -> None:
    seen.server.fault_for = lambda _: Refuse(403, "may not watch")
    seen.server.end_watches()
    await asyncio.sleep(30)

    assert isinstance(seen.following.problem, Forbidden)
    assert seen.values == {"a": "1", "b": "1"}


@following
async def test_an_event_cut_in_its_middle_is_no_event(seen: Watched) -> None:
    seen.server.put("a", v="2" * 5_000)
    await seen.until_same()
    seen.server.faults.append(Cut(2_000))
    seen.server.end_watches()
    seen.server.put("b", v="3" * 5_000)
    await seen.until_same()

    assert seen.following.readings == 1


@following
async def test_a_server_that_takes_connections_and_says_nothing_is_left(seen: Watched) -> None:
    seen.server.faults.append(Silence())
    seen.server.cut_all()
    seen.server.put("a", v="2")
    begun = now()
    await seen.until_same()

    assert 10 < now() - begun < 30


def test_a_reading_that_breaks_off_changes_nothing() -> None:
    async def main() -> None:
        async with watched() as seen:
            await seen.until_same()
            seen.server.remove("b")
            seen.server.put("c", v="1")
            item = seen.server.objects[CONFIG_MAPS.path("shop", "c")]
            seen.server.faults += [Refuse(410), Stream(({"type": "ADDED", "object": item},))]
            await asyncio.sleep(1)
            seen.server.cut_all()
            seen.server.fault_for = lambda _: Refuse(500)
            await asyncio.sleep(20)
            assert seen.values == {"a": "1", "c": "1"}
            assert seen.following.readings == 1

    run(main())


def test_a_server_that_cannot_stream_is_asked_so_once() -> None:
    async def main() -> None:
        async with watched(can_stream=False) as seen:
            await seen.until_same()
            seen.server.tell(GONE)
            await asyncio.sleep(60)
            assert seen.following.readings == 2
            assert len([one for one in seen.server.asked if "sendInitialEvents" in one.query]) == 1

    run(main())


def test_what_is_not_wanted_is_not_kept() -> None:
    async def main() -> None:
        server = FakeServer()
        server.put("a", v="1")
        server.put("b", v="2")
        decoder = msgspec.json.Decoder(Held)

        def ones(text: bytes) -> Held | None:
            held = decoder.decode(text)
            return held if held.data["v"] == "1" else None

        async with server.client() as client:
            following = Following(client, CONFIG_MAPS, ones)
            task = asyncio.create_task(following.run(lambda: None))
            await asyncio.sleep(1)
            assert set(following.objects) == {("shop", "a")}
            server.put("b", v="1")
            server.put("a", v="2")
            await asyncio.sleep(1)
            assert set(following.objects) == {("shop", "b")}
            task.cancel()
        await server.stop()

    run(main())
