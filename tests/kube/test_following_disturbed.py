"""Whatever fails between the two, what is known stays, and comes to be what the server has."""

from __future__ import annotations

import asyncio
import random

import msgspec
import pytest

from laneway.adapters.kube import Expired, Following, Forbidden, Unavailable
from tests.kube.fake_server import (
    CONFIG_MAPS,
    Cut,
    FakeServer,
    Fault,
    Late,
    Refuse,
    Silence,
    Stream,
)
from tests.kube.virtual_time import now, run
from tests.kube.watched import BUSY, GONE, Held, Watched, following, watched


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
    seen.server.forget()
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


def test_that_a_kind_may_not_be_read_is_told_once() -> None:
    async def main() -> None:
        server = FakeServer()
        server.fault_for = lambda _: Refuse(403, "may not list")
        told: list[object] = []
        async with server.client() as client:
            kind = Following(client, CONFIG_MAPS, msgspec.json.Decoder(Held).decode)
            task = asyncio.create_task(kind.run(lambda: told.append(kind.problem)))
            await asyncio.sleep(300)
            task.cancel()
        await server.stop()
        assert [type(one) for one in told] == [Forbidden]

    run(main())


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


@pytest.mark.parametrize("can_stream", [True, False], ids=["streamed", "paged"])
@pytest.mark.parametrize("seed", range(2))
def test_whatever_happens_it_comes_to_be_what_the_server_has(
    seed: int,
    can_stream: bool,  # noqa: FBT001 - a column of a table
) -> None:
    chance = random.Random(seed)  # noqa: S311 - no secret
    faults: list[Fault] = [Refuse(code) for code in (410, 429, 500, 503, 403, 404)]
    faults += [Cut(), Cut(90), Cut(300), Silence(), Late(3), Late(40)]
    faults += [Stream(), Stream((GONE,)), Stream((BUSY,))]

    async def main() -> None:
        async with watched(can_stream=can_stream) as seen:
            server = seen.server
            server.fault_for = lambda _: chance.choice(faults) if chance.random() < 0.4 else None
            for _ in range(400):
                _disturb(server, chance)
                await asyncio.sleep(chance.choice([0.0, 0.01, 0.3, 2, 20]))
                assert seen.following.is_synced or not seen.following.objects
            server.fault_for = lambda _: None
            await seen.until_same()
            assert seen.following.readings > 1

    run(main())


def _disturb(server: FakeServer, chance: random.Random) -> None:
    """Do what happens to a server: mostly writes."""
    name = chance.choice("abcdefgh")
    match chance.randrange(12):
        case 0:
            server.end_watches()
        case 1:
            server.cut_all()
        case 2:
            server.forget_watches()
        case 3:
            server.tell(GONE)
        case 4:
            server.forget()
        case 5 | 6 if CONFIG_MAPS.path("shop", name) in server.objects:
            server.remove(name)
        case _:
            server.put(name, v=str(chance.random()))
