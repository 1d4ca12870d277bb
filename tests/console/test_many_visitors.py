"""Visitors who come by a proxy: each sees what their own rights show, and nobody stays for ever."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from io import StringIO
from typing import Any

import httpx
import pytest
from msgspec import Struct

from laneway.adapters.kube import Access, Client
from laneway.adapters.kube.access import as_bearer
from laneway.adapters.kube.credentials import Constant, Presented
from laneway.adapters.kube.kubeconfig import KubeCluster, KubeUser
from laneway.apps.console.api.calls import ApiCall, CallAsked
from laneway.apps.console.api.injection import CALLS as INJECTION
from laneway.apps.console.api.overview import CALLS
from laneway.apps.console.app import Console
from laneway.apps.console.audit import Audit
from laneway.apps.console.by_proxy import ByProxy
from laneway.apps.console.editing.cluster import MANAGER
from laneway.apps.console.grounds.cluster import UserClusterGround
from laneway.apps.console.sessions import SessionBounds, Sessions
from tests.console.fake_cluster import SERVICE, FakeCluster, shop_and_cart
from tests.console.test_cluster_ground import until

ORIGIN = "https://lanes.example.com"
MESH = f"{ORIGIN}/api/v1/mesh"
NOBODY = Access(
    KubeCluster(server="http://fake:80"), KubeUser(), Constant(Presented()), origin="the fake"
)


async def _by(asked: CallAsked) -> dict[str, str]:
    return {"by": asked.by}


WRITE = ApiCall("POST", "/write", "Write", _by, dict[str, str], writes=True)


class Proxied(Struct):
    """A console for many, and the cluster it stands on."""

    cluster: FakeCluster
    sessions: Sessions
    app: Any
    audit: StringIO
    time: list[float]

    def browser(self, authorization: str = "") -> httpx.AsyncClient:
        """Return a browser, as the proxy passes on what it asks."""
        headers = {"authorization": authorization} if authorization else {}
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app), base_url=ORIGIN, headers=headers
        )


@asynccontextmanager
async def proxied(bounds: SessionBounds | None = None, *namespaces: str) -> AsyncIterator[Proxied]:
    cluster, audit, time = FakeCluster(), StringIO(), [1000.0]
    shop_and_cart(cluster)

    def client(authorization: str) -> Client:
        way = as_bearer(NOBODY, authorization)
        return Client(way, dial=cluster.dial, bound=0.1, manager=MANAGER)

    sessions = Sessions(
        partial(UserClusterGround, "fake"), client, namespaces, bounds, lambda: time[0]
    )
    app = Console(
        ByProxy(sessions, ORIGIN), (*CALLS, *INJECTION, WRITE), (ORIGIN,), Audit(audit), "1.2.3"
    ).app()
    try:
        async with asyncio.timeout(30):
            yield Proxied(cluster, sessions, app, audit, time)
    finally:
        await sessions.close()
        await cluster.stop()


async def seen(browser: httpx.AsyncClient, path: str = MESH) -> httpx.Response:
    """Ask until something is known."""
    while True:
        answer = await browser.get(path)
        if answer.status_code != 503 or "Nothing is known yet" not in answer.text:
            return answer
        await asyncio.sleep(0.02)


def run(walk: Callable[[], Any]) -> None:
    asyncio.run(walk())


def test_two_at_once_see_each_their_own() -> None:
    async def walk() -> None:
        async with proxied(None, "shop", "cart") as console:
            shop = console.browser(console.cluster.user("sue", "shop"))
            cart = console.browser(console.cluster.user("carl", "cart"))
            of_shop, of_cart = await asyncio.gather(seen(shop), seen(cart))

            assert "shop-service" in of_shop.text
            assert "cart" not in of_shop.text
            assert "cart-service" in of_cart.text
            assert "shop" not in of_cart.text

    run(walk)


def test_a_cookie_is_random_and_no_other_host_or_script_has_it() -> None:
    async def walk() -> None:
        async with proxied() as console:
            token = console.cluster.user("ada", everywhere=True)
            cookie = (await console.browser(token).get(MESH)).headers["set-cookie"]

            assert cookie.startswith("__Host-laneway=")
            for word in ("HttpOnly", "SameSite=strict", "Secure", "Path=/", "Max-Age=28800"):
                assert word in cookie
            assert "Domain" not in cookie
            assert "token-of" not in cookie

    run(walk)


def test_calls_of_one_page_that_come_at_once_are_one_session() -> None:
    async def walk() -> None:
        async with proxied() as console:
            browser = console.browser(console.cluster.user("ada", everywhere=True))
            answers = await asyncio.gather(*(browser.get(MESH) for _ in range(5)))

            assert len({one.headers["set-cookie"] for one in answers}) == 1
            assert len(console.sessions) == 1
            assert "set-cookie" not in (await browser.get(MESH)).headers

    run(walk)


@pytest.mark.parametrize("sent", ["", "Basic YTpi", "Bearer made-up"])
def test_without_credentials_that_the_cluster_knows_nothing_is_told(sent: str) -> None:
    async def walk() -> None:
        async with proxied() as console:
            browser = console.browser(sent)
            for path in ("/api/v1/mesh", "/api/v1/about", "/api/v1/events", "/api/v1/openapi.json"):
                answer = await browser.get(path)
                assert answer.status_code == 401
                assert "fake" not in answer.text
                assert "set-cookie" not in answer.headers
            assert len(console.sessions) == 0
            reviews = [one for one in console.cluster.asked if one.method == "POST"]
            assert len(reviews) <= 1

    run(walk)


def test_a_cookie_without_its_credentials_opens_nothing() -> None:
    async def walk() -> None:
        async with proxied() as console:
            browser = console.browser(console.cluster.user("ada", everywhere=True))
            await seen(browser)
            del browser.headers["authorization"]
            assert (await browser.get(MESH)).status_code == 401

    run(walk)


def test_other_credentials_end_the_session_of_a_cookie() -> None:
    async def walk() -> None:
        async with proxied(None, "shop") as console:
            first = console.cluster.user("ada", everywhere=True)
            second = console.cluster.user("sue", "shop")
            browser = console.browser(first)
            assert "cart-service" not in (await seen(browser)).text
            before = dict(browser.cookies)
            browser.headers["authorization"] = second
            answer = await seen(browser)

            assert "shop-service" in answer.text
            assert dict(browser.cookies) != before
            assert len(console.sessions) == 1

    run(walk)


def test_credentials_that_are_revoked_end_the_session_and_its_events() -> None:
    async def walk() -> None:
        async with proxied() as console:
            token = console.cluster.user("ada", everywhere=True)
            browser = console.browser(token)
            await seen(browser)
            session = await console.sessions.begin(token)
            stream = asyncio.create_task(_all_events(session.visit))
            del console.cluster.users[token]
            console.cluster.end_watches()
            await stream
            await until(lambda: len(console.sessions) == 0)
            assert (await browser.get(MESH)).status_code == 401

    run(walk)


async def _all_events(visit: Any) -> list[Any]:
    return [one async for one in visit.broadcast.events()]


def test_events_tell_a_viewer_of_one_namespace_nothing_of_others() -> None:
    async def walk() -> None:
        async with proxied(None, "shop", "cart") as console:
            token = console.cluster.user("sue", "shop")
            await seen(console.browser(token))
            session = await console.sessions.begin(token)
            stream = asyncio.create_task(_all_events(session.visit))
            await asyncio.sleep(0)
            console.cluster.have(SERVICE, "secret", "cart", spec={"selector": {"app": "x"}})
            console.cluster.have(SERVICE, "mine", "shop", spec={"selector": {"app": "x"}})
            await until(lambda: (session.visit.ground.seen or _NONE).revision == 2)
            await console.sessions.close()
            told = [one.encode().decode() for one in await stream]

            assert [one.count("revision") for one in told] == [1] * len(told)
            assert "secret" not in "".join(told)

    run(walk)


class _None(Struct):
    revision: int = 0


_NONE = _None()


@pytest.mark.parametrize("seconds", [601.0, 8 * 3600.0 + 1])
def test_a_session_ends_when_it_is_left_or_old(seconds: float) -> None:
    async def walk() -> None:
        async with proxied() as console:
            token = console.cluster.user("ada", everywhere=True)
            browser = console.browser(token)
            await seen(browser)
            before = dict(browser.cookies)
            console.time[0] += seconds
            console.sessions.sweep()
            assert len(console.sessions) == 0
            await seen(browser)
            assert dict(browser.cookies) != before

    run(walk)


def test_who_looks_stays_and_is_over_after_eight_hours_all_the_same() -> None:
    async def walk() -> None:
        async with proxied() as console:
            token = console.cluster.user("ada", everywhere=True)
            session = await console.sessions.begin(token)
            stream = asyncio.create_task(_all_events(session.visit))
            await until(lambda: session.visit.broadcast.is_heard)
            console.time[0] += 7 * 3600
            console.sessions.sweep()
            assert len(console.sessions) == 1
            console.time[0] += 3601
            console.sessions.sweep()
            assert len(console.sessions) == 0
            await stream

    run(walk)


def test_beyond_its_bound_a_console_says_so_and_those_who_left_make_room() -> None:
    async def walk() -> None:
        async with proxied(SessionBounds(sessions=1)) as console:
            first = await console.sessions.begin(console.cluster.user("ada", everywhere=True))
            stream = asyncio.create_task(_all_events(first.visit))
            await until(lambda: first.visit.broadcast.is_heard)
            browser = console.browser(console.cluster.user("sue", "shop"))
            full = await browser.get(MESH)
            assert full.status_code == 503
            assert "as many visitors as it holds" in full.text
            stream.cancel()
            await asyncio.gather(stream, return_exceptions=True)
            assert (await seen(browser)).status_code == 200
            assert len(console.sessions) == 1

    run(walk)


def test_nobody_makes_room_for_whom_the_cluster_does_not_know() -> None:
    async def walk() -> None:
        async with proxied(SessionBounds(sessions=1)) as console:
            browser = console.browser(console.cluster.user("ada", everywhere=True))
            await seen(browser)
            stranger = await console.browser("Bearer made-up").get(MESH)

            assert stranger.status_code == 401
            assert "set-cookie" not in (await browser.get(MESH)).headers

    run(walk)


def test_who_may_see_more_than_fits_is_told_so_and_not_read_again_at_once() -> None:
    async def walk() -> None:
        async with proxied(SessionBounds(objects=3)) as console:
            browser = console.browser(console.cluster.user("ada", everywhere=True))
            assert "You may see more than fits" in (await _refused(browser)).text
            asked = len(console.cluster.asked)
            answer = await browser.get(MESH)
            assert answer.status_code == 503
            assert "--namespace" in answer.text
            assert len(console.cluster.asked) == asked

    run(walk)


async def _refused(browser: httpx.AsyncClient) -> httpx.Response:
    """Ask until what is read turns out to be too much."""
    while True:
        answer = await seen(browser)
        if answer.status_code != 200:
            return answer
        await asyncio.sleep(0.02)


def test_credentials_stand_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    async def walk() -> None:
        async with proxied() as console:
            token = console.cluster.user("ada", everywhere=True)
            browser = console.browser(token)
            answers = [await seen(browser), await seen(browser, "/api/v1/about")]
            answers.append(await browser.post("/api/v1/write", headers={"origin": ORIGIN}))
            del console.cluster.users[token]
            console.cluster.end_watches()
            await until(lambda: len(console.sessions) == 0)
            answers.append(await browser.get(MESH))
            told = "".join(f"{one.headers}{one.text}" for one in answers)

            assert "token-of" not in told.replace(str(browser.headers), "")
            assert "token-of" not in console.audit.getvalue()
            assert '"by": "ada"' in console.audit.getvalue()

    run(walk)
    assert "token-of" not in caplog.text
    assert "ada came in" in caplog.text


@pytest.mark.parametrize("host", ["lanes.example.com:8443", "127.0.0.1", "evil.example"])
def test_only_the_public_name_is_answered(host: str) -> None:
    async def walk() -> None:
        async with proxied() as console:
            browser = console.browser(console.cluster.user("ada", everywhere=True))
            assert (await browser.get(MESH, headers={"host": host})).status_code == 421
            written = await browser.post("/api/v1/write", headers={"origin": f"https://{host}"})
            assert written.status_code == 403

    run(walk)
