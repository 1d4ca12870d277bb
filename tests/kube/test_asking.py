"""A question is put until there is an answer, for a bounded time, and not twice where it counts."""

from __future__ import annotations

import asyncio

import pytest

from laneway.adapters.kube import (
    Counted,
    Expired,
    NoAccess,
    Unavailable,
)
from laneway.adapters.kube.answers import status_of
from laneway.adapters.kube.credentials import Presented
from tests.kube.fake_server import CONFIG_MAPS, Cut, FakeServer, Fault, Late, Refuse, Silence, Stuck
from tests.kube.virtual_time import now, run

BODY = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "namespace": "shop"}}


@pytest.mark.parametrize(
    "fault", [Refuse(500), Refuse(503), Cut(), Cut(60), Stuck(60), Silence(), Late(20)]
)
def test_what_fails_once_is_asked_again(fault: Fault) -> None:
    async def main() -> None:
        server = FakeServer()
        server.put("a")
        server.faults.append(fault)
        async with server.client() as client:
            assert b'"name": "a"' in await client.get(CONFIG_MAPS, "shop", "a")
        assert server.verbs() == ["GET", "GET"]
        await server.stop()

    run(main())


def test_the_server_says_when_to_ask_again() -> None:
    async def main() -> None:
        server = FakeServer()
        server.put("a")
        server.faults += [
            Refuse(429, headers={"retry-after": "7"}),
            Refuse(429, details={"retryAfterSeconds": 5}),
        ]
        begun = now()
        async with server.client() as client:
            await client.get(CONFIG_MAPS, "shop", "a")
            assert now() - begun == pytest.approx(12, abs=0.01)
            assert client.requests == {
                Counted("get", "configmaps", 429): 2,
                Counted("get", "configmaps", 200): 1,
            }
        await server.stop()

    run(main())


@pytest.mark.parametrize("fault", [Refuse(500), Refuse(429), Cut(), Silence()])
def test_who_never_answers_is_given_up(fault: Fault) -> None:
    async def main() -> None:
        server = FakeServer()
        server.fault_for = lambda _: fault
        begun = now()
        async with server.client() as client:
            with pytest.raises(Unavailable, match="get /api/v1/namespaces/shop/configmaps/a"):
                await client.get(CONFIG_MAPS, "shop", "a")
        assert 20 < now() - begun < 75
        assert len(server.asked) < 12
        await server.stop()

    run(main())


@pytest.mark.parametrize("fault", [Refuse(500), Cut(), Cut(50), Silence(), Late(20)])
def test_what_may_have_been_done_is_not_done_again(fault: Fault) -> None:
    async def main() -> None:
        server = FakeServer()
        server.faults.append(fault)
        async with server.client() as client:
            with pytest.raises(Unavailable):
                await client.create(CONFIG_MAPS, BODY)
        assert server.verbs() == ["POST"]
        await server.stop()

    run(main())


def test_what_was_turned_away_at_the_door_is_asked_again() -> None:
    async def main() -> None:
        server = FakeServer()
        server.faults.append(Refuse(429))
        async with server.client() as client:
            await client.create(CONFIG_MAPS, BODY)
        assert server.verbs() == ["POST", "POST"]
        await server.stop()

    run(main())


class Renewed:
    """Credentials of which another is to be had after each refusal."""

    def __init__(self, *tokens: str) -> None:
        self.tokens = list(tokens)

    async def present(self) -> Presented:
        return Presented(f"Bearer {self.tokens[0]}")

    def refused(self, presented: Presented) -> bool:
        assert presented.authorization == f"Bearer {self.tokens.pop(0)}"
        return bool(self.tokens)


def test_a_token_that_is_refused_is_taken_anew_once() -> None:
    async def main() -> None:
        server = FakeServer()
        server.put("a")
        server.fault_for = lambda asked: (
            Refuse(401) if asked.headers["authorization"] != "Bearer second" else None
        )
        async with server.client(Renewed("first", "second")) as client:
            await client.get(CONFIG_MAPS, "shop", "a")
            await client.get(CONFIG_MAPS, "shop", "a")
        assert [one.headers["authorization"] for one in server.asked] == [
            "Bearer first",
            "Bearer second",
            "Bearer second",
        ]
        await server.stop()

    run(main())


def test_who_is_refused_twice_has_no_access() -> None:
    async def main() -> None:
        server = FakeServer()
        server.fault_for = lambda _: Refuse(401)
        async with server.client(Renewed("first", "second", "third")) as client:
            with pytest.raises(NoAccess, match="does not take the credentials of the fake"):
                await client.get(CONFIG_MAPS, "shop", "a")
        assert len(server.asked) == 2
        await server.stop()

    run(main())


def test_a_connection_serves_many_questions() -> None:
    async def main() -> None:
        server = FakeServer()
        server.put("a")
        async with server.client() as client:
            for _ in range(5):
                await client.get(CONFIG_MAPS, "shop", "a")
            assert server.dials == 1
            await asyncio.sleep(40)  # longer than what lies between may remember it
            await client.get(CONFIG_MAPS, "shop", "a")
            assert server.dials == 2
        await server.stop()

    run(main())


def test_many_questions_at_once_leave_few_connections() -> None:
    async def main() -> None:
        server = FakeServer()
        server.put("a")
        async with server.client() as client:
            for _ in range(2):
                async with asyncio.TaskGroup() as tasks:
                    for _ in range(10):
                        tasks.create_task(client.get(CONFIG_MAPS, "shop", "a"))
            assert server.dials == 10 + 2
        await server.stop()

    run(main())


def test_another_certificate_needs_another_connection() -> None:
    class Certified:
        certificate = "one"

        async def present(self) -> Presented:
            return Presented("", self.certificate, "key")

        def refused(self, presented: Presented) -> bool:
            raise NotImplementedError

    async def main() -> None:
        server = FakeServer()
        server.put("a")
        who = Certified()
        async with server.client(who) as client:
            await client.get(CONFIG_MAPS, "shop", "a")
            who.certificate = "two"
            await client.get(CONFIG_MAPS, "shop", "a")
        assert server.dials == 2
        await server.stop()

    run(main())


def test_a_connection_that_was_closed_meanwhile_is_not_asked() -> None:
    async def main() -> None:
        server = FakeServer()
        server.put("a")
        async with server.client() as client:
            await client.get(CONFIG_MAPS, "shop", "a")
            server.cut_all()
            await asyncio.sleep(1)
            await client.create(CONFIG_MAPS, {**BODY, "metadata": {"name": "b"}})
        assert server.verbs() == ["GET", "POST"]
        await server.stop()

    run(main())


def test_a_list_comes_one_object_at_a_time_page_by_page() -> None:
    async def main() -> None:
        server = FakeServer()
        for number in range(501):
            server.put(f"m{number:03}")
        async with server.client() as client:
            names = [one async for one in client.listed(CONFIG_MAPS, selector="a=b")]
        assert len(names) == 501
        assert {one.query["labelSelector"] for one in server.asked} == {"a=b"}
        assert [one.query.get("continue") for one in server.asked] == [None, "250", "500"]
        await server.stop()

    run(main())


def test_a_list_whose_moment_is_forgotten_is_no_list() -> None:
    async def main() -> None:
        server = FakeServer()
        for number in range(300):
            server.put(f"m{number:03}")
        server.fault_for = lambda asked: Refuse(410) if "continue" in asked.query else None
        async with server.client() as client:
            with pytest.raises(Expired):
                _ = [one async for one in client.listed(CONFIG_MAPS)]
        await server.stop()

    run(main())


@pytest.mark.parametrize(
    ("body", "message"),
    [(b'{"message":"no"}', "no"), (b"<html>no</html>", "<html>no</html>"), (b"[]", "[]")],
)
def test_a_proxy_refuses_in_words_of_its_own(body: bytes, message: str) -> None:
    status = status_of(503, body)

    assert (status.code, status.message) == (503, message)
