"""At most one leads at any moment, whatever fails; and soon one does."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable

import pytest
from msgspec import Struct

from laneway.adapters.kube import Leading
from laneway.adapters.kube.leading import LEASES
from tests.kube.answering import Asked
from tests.kube.fake_server import Cut, FakeServer, Fault, Late, Refuse, Silence
from tests.kube.virtual_time import now, run

PATH = LEASES.path("laneway", "operator")


class Replica(Struct, eq=False):
    """A process that wants to lead, and when its work ran."""

    leading: Leading
    task: asyncio.Task[None] | None = None
    is_at_work: bool = False
    began: int = 0

    async def work(self) -> None:
        self.is_at_work = True
        self.began += 1
        try:
            await asyncio.Event().wait()
        finally:
            self.is_at_work = False

    def start(self) -> None:
        self.task = asyncio.create_task(self.leading.run(self.work))

    async def stop(self) -> None:
        if self.task is not None:
            self.task.cancel()
            await asyncio.wait({self.task})
            self.task = None


def replica(server: FakeServer, name: str) -> Replica:
    """Return one that has not started yet, with connections of its own."""
    return Replica(Leading(server.client(name=name), "laneway", "operator", name))


async def until(holds: Callable[[], bool], seconds: float) -> float:
    """Wait until something holds; return after how long it did."""
    begun = now()
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110 - virtual
            await asyncio.sleep(0.05)
    return now() - begun


def test_one_leads_and_the_other_waits() -> None:
    async def main() -> None:
        server = FakeServer()
        first, second = replica(server, "first"), replica(server, "second")
        first.start()
        await until(lambda: first.is_at_work, 1)
        second.start()
        await asyncio.sleep(120)

        assert first.leading.is_leading
        assert (first.began, second.began) == (1, 0)
        assert second.leading.holder == "first"
        await first.stop()
        await second.stop()
        await server.stop()

    run(main())


def test_who_leads_writes_at_most_once_in_five_seconds() -> None:
    async def main() -> None:
        server = FakeServer()
        one = replica(server, "one")
        one.start()
        await until(lambda: one.is_at_work, 1)
        before = len(server.asked)
        await asyncio.sleep(300)

        assert server.verbs()[before:].count("PUT") <= 60
        assert len(server.asked) - before <= 60
        await one.stop()
        await server.stop()

    run(main())


def test_who_stops_hands_over() -> None:
    async def main() -> None:
        server = FakeServer()
        first, second = replica(server, "first"), replica(server, "second")
        first.start()
        await until(lambda: first.is_at_work, 1)
        second.start()
        await asyncio.sleep(7)
        await first.stop()

        assert "holderIdentity" not in server.objects[PATH]["spec"]
        assert await until(lambda: second.is_at_work, 10) <= 5.1
        spec = server.objects[PATH]["spec"]
        assert (spec["holderIdentity"], spec["leaseTransitions"]) == ("second", 2)
        await second.stop()
        await server.stop()

    run(main())


def test_who_is_killed_is_followed_after_the_lease_is_over() -> None:
    async def main() -> None:
        server = FakeServer()
        first, second = replica(server, "first"), replica(server, "second")
        first.start()
        await until(lambda: first.is_at_work, 1)
        second.start()
        await asyncio.sleep(1)
        server.shut("first")
        await first.stop()

        assert 14 < await until(lambda: second.is_at_work, 60) <= 30
        await second.stop()
        await server.stop()

    run(main())


def test_work_that_ends_by_itself_releases() -> None:
    async def main() -> None:
        server = FakeServer()

        async def work() -> None:
            await asyncio.sleep(12)

        await Leading(server.client(), "laneway", "operator", "one").run(work)
        assert "holderIdentity" not in server.objects[PATH]["spec"]
        await server.stop()

    run(main())


def test_what_goes_wrong_at_work_is_raised_and_releases() -> None:
    async def main() -> None:
        server = FakeServer()

        async def work() -> None:
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            await Leading(server.client(), "laneway", "operator", "one").run(work)
        assert "holderIdentity" not in server.objects[PATH]["spec"]
        await server.stop()

    run(main())


def test_who_cannot_renew_stops_before_another_may_lead() -> None:
    async def main() -> None:
        server = FakeServer()
        first, second = replica(server, "first"), replica(server, "second")
        first.start()
        await until(lambda: first.is_at_work, 1)
        second.start()
        await asyncio.sleep(1)
        server.fault_for = lambda asked: Silence() if _identity(asked) == "first" else None
        stopped = await until(lambda: not first.is_at_work, 30)
        began = await until(lambda: second.is_at_work, 60)

        assert stopped <= 14
        assert began >= 5
        await second.stop()
        await first.stop()
        await server.stop()

    run(main())


def test_who_never_heard_that_the_lease_was_theirs_takes_it_soon() -> None:
    async def main() -> None:
        server = FakeServer()
        one = replica(server, "one")
        server.faults += [Refuse(404), Late(60)]
        one.start()

        assert 5 < await until(lambda: one.is_at_work, 60) < 12
        assert server.verbs()[:3] == ["GET", "POST", "GET"]
        await one.stop()
        await server.stop()

    run(main())


def test_a_renewal_that_fails_is_tried_again_soon() -> None:
    async def main() -> None:
        server = FakeServer()
        one = replica(server, "one")
        one.start()
        await until(lambda: one.is_at_work, 1)
        server.faults += [Refuse(500)]
        begun = len(server.asked)
        await asyncio.sleep(7)

        assert len(server.asked) == begun + 2
        assert one.began == 1
        server.fault_for = lambda _: Refuse(500)
        await until(lambda: not one.is_at_work, 20)
        assert len(server.asked) < begun + 20
        await one.stop()
        await server.stop()

    run(main())


def test_the_lease_is_released_only_when_work_has_ended() -> None:
    async def main() -> None:
        server = FakeServer()
        holders = []

        async def work() -> None:
            try:
                await asyncio.Event().wait()
            finally:
                await asyncio.sleep(3)
                holders.append(server.objects[PATH]["spec"]["holderIdentity"])

        task = asyncio.create_task(Leading(server.client(), "laneway", "operator", "one").run(work))
        await asyncio.sleep(2)
        task.cancel()
        await asyncio.wait({task})

        assert holders == ["one"]
        assert "holderIdentity" not in server.objects[PATH]["spec"]
        await server.stop()

    run(main())


def test_a_lease_that_somebody_took_is_lost_at_once() -> None:
    async def main() -> None:
        server = FakeServer()
        one = replica(server, "one")
        one.start()
        await until(lambda: one.is_at_work, 1)
        item = server.objects[PATH]
        server.write(PATH, {**item, "spec": {**item["spec"], "holderIdentity": "somebody"}})
        await asyncio.sleep(6)

        assert not one.is_at_work
        assert not one.leading.is_leading
        await asyncio.sleep(10)
        assert one.leading.holder == "somebody"
        await one.stop()
        assert server.objects[PATH]["spec"]["holderIdentity"] == "somebody"
        await server.stop()

    run(main())


@pytest.mark.parametrize("seed", range(3))
def test_two_never_lead_at_once_whatever_fails(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - no secret

    def fault(asked: Asked) -> Fault | None:
        del asked
        drawn = chance.random()
        if drawn < 0.5:
            return None
        late = [Late(chance.uniform(0.1, 12)) for _ in range(3)]
        faults: list[Fault] = [Refuse(500), Refuse(409), Refuse(429), Cut(), Cut(40), Silence()]
        return chance.choice([*faults, *late])

    async def main() -> None:
        server = FakeServer()
        replicas = [replica(server, name) for name in ("one", "two", "three")]
        server.fault_for = fault
        leaders, seen = 0, set()
        for step in range(3_000):
            for one in replicas:
                if one.task is None and chance.random() < 0.05:
                    one.start()
                elif one.task is not None and chance.random() < 0.002:
                    await one.stop()
            await asyncio.sleep(0.1)
            assert len([one for one in replicas if one.leading.is_leading]) <= 1, step
            at_work = [one for one in replicas if one.is_at_work]
            assert len(at_work) <= 1, step
            leaders += len(at_work)
            seen |= {one.leading.identity for one in at_work}
        assert leaders > 300
        assert len(seen) > 1
        for one in replicas:
            await one.stop()
        await server.stop()

    run(main())


def _identity(asked: Asked) -> str:
    return str(asked.body["spec"]["holderIdentity"]) if asked.method == "PUT" else ""
