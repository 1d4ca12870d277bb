"""What is followed is as the server has it."""

from __future__ import annotations

import asyncio

import msgspec

from laneway.adapters.kube import Following
from tests.kube.fake_server import CONFIG_MAPS, FakeServer
from tests.kube.virtual_time import run
from tests.kube.watched import GONE, Held, Watched, following, watched


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
async def test_a_bookmark_breaks_silence(seen: Watched) -> None:
    asked = len(seen.server.asked)
    for _ in range(4):
        await asyncio.sleep(60)
        seen.server.bookmark()

    assert len(seen.server.asked) == asked
    assert seen.following.stale_since is None


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
