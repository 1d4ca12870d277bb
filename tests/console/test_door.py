"""Who is let in, and what is answered to whom."""

from __future__ import annotations

import asyncio
import json
import os
import time
from pathlib import Path

import pytest

from laneway.adapters.files import Reader
from laneway.apps.console.api.calls import ApiCall, CallAsked, CallRefused
from laneway.apps.console.api.overview import CALLS
from laneway.apps.console.editing.folder import FolderEditing
from laneway.apps.console.keys import Keys
from laneway.apps.console.run import keys_of, new_link
from laneway.apps.console.seams import About
from laneway.apps.console.serving import listening
from tests.console.serving import ORIGIN, ServedConsole, console


async def _written(asked: CallAsked) -> dict[str, str]:
    if asked.words.get("how") == "wrongly":
        raise CallRefused(409, "It is another by now")
    return {"by": asked.by}


WRITE = ApiCall(
    "POST", "/write", "Write", _written, dict[str, str], takes=dict[str, int], writes=True
)


@pytest.fixture
def served(tmp_path: Path) -> ServedConsole:
    return console(tmp_path, (*CALLS, WRITE))


def test_a_link_opens_once_and_leaves_no_token_in_the_address(served: ServedConsole) -> None:
    async def walk() -> None:
        token = served.keys.new_link()
        first = await served.client.get("/enter", params={"token": token})
        served.client.cookies.clear()
        second = await served.client.get("/enter", params={"token": token})

        assert (first.status_code, first.headers["location"]) == (303, "/")
        cookie = first.headers["set-cookie"]
        assert cookie.startswith(f"laneway-{served.keys.instance}=")
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie
        assert second.status_code == 403
        assert "set-cookie" not in second.headers

    asyncio.run(walk())


def test_an_old_link_opens_nothing(served: ServedConsole) -> None:
    token = served.keys.new_link()
    for file in (served.keys.folder / "links").iterdir():
        os.utime(file, (time.time() - 601, time.time() - 601))

    assert served.keys.session_for(token) is None


@pytest.mark.parametrize("cookie", ["", "laneway=x", "laneway-{}=made-up", "laneway-{}=../links/x"])
def test_without_a_session_of_ours_nothing_is_told(served: ServedConsole, cookie: str) -> None:
    async def walk() -> None:
        headers = {"cookie": cookie.format(served.keys.instance)} if cookie else {}
        for path in ("/about", "/mesh", "/events", "/openapi.json"):
            answer = await served.client.get(f"/api/v1{path}", headers=headers)
            assert answer.status_code == 401
            assert "still" not in answer.text

    asyncio.run(walk())


def test_a_session_holds_though_its_server_is_another(
    served: ServedConsole, tmp_path: Path
) -> None:
    async def walk() -> None:
        await served.come_in()
        again = console(tmp_path, CALLS)
        again.client.cookies = served.client.cookies
        assert (await again.client.get("/api/v1/about")).status_code == 200

    asyncio.run(walk())


@pytest.mark.parametrize(
    "host", ["evil.example:8420", "127.0.0.1", "127.0.0.1:9", "localhost:8420"]
)
def test_no_other_name_is_answered(served: ServedConsole, host: str) -> None:
    async def walk() -> None:
        await served.come_in()
        for path in ("/", "/api/v1/about", "/page/app.js", "/enter"):
            answer = await served.client.get(path, headers={"host": host})
            assert answer.status_code == 421

    asyncio.run(walk())


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "http://127.0.0.1:9999"},
        {"origin": "https://127.0.0.1:8420"},
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": ORIGIN, "sec-fetch-site": "cross-site"},
        {"origin": ORIGIN, "sec-fetch-site": "same-site"},
    ],
)
def test_only_its_own_pages_write(served: ServedConsole, headers: dict[str, str]) -> None:
    async def walk() -> None:
        await served.come_in()
        answer = await served.client.post("/api/v1/write", json={"a": 1}, headers=headers)
        assert answer.status_code == 403
        assert served.audit.getvalue() == ""

    asyncio.run(walk())


def test_each_write_leaves_a_line_whatever_comes_of_it(served: ServedConsole) -> None:
    async def walk() -> None:
        await served.come_in()
        done = await served.client.post("/api/v1/write", json={"a": 1}, headers=served.headers)
        not_json = await served.client.post("/api/v1/write", content="a", headers=served.headers)
        wrong = await served.client.post("/api/v1/write", json={"a": "b"}, headers=served.headers)
        statuses = [one.status_code for one in (done, not_json, wrong)]

        assert statuses == [200, 415, 400]
        assert done.json() == {"by": "somebody"}
        lines = [json.loads(one) for one in served.audit.getvalue().splitlines()]
        assert [one["outcome"].partition(":")[0] for one in lines] == ["done", "refused", "refused"]
        assert {one["by"] for one in lines} == {"somebody"}

    asyncio.run(walk())


def test_a_console_that_only_reads_writes_nothing(tmp_path: Path) -> None:
    async def walk() -> None:
        served = console(tmp_path, (WRITE, *CALLS), read_only=True)
        served.visit.ground.way = FolderEditing(Reader([str(tmp_path)]))  # type: ignore[misc]
        await served.come_in()
        about = (await served.client.get("/api/v1/about")).json()
        assert (about["edits"], about["sends"]) == ("", False)
        assert about["whyNoEdits"] == "This console only reads. It was started with --read-only."
        answer = await served.client.post("/api/v1/write", json={}, headers=served.headers)
        assert answer.status_code == 403
        assert answer.json()["error"]["title"] == "This console only reads"

    asyncio.run(walk())


def test_a_large_body_is_refused(served: ServedConsole) -> None:
    async def walk() -> None:
        await served.come_in()
        headers = served.headers | {"content-type": "application/json"}
        answer = await served.client.post(
            "/api/v1/write", content=b" " * ((1 << 20) + 1), headers=headers
        )
        assert answer.status_code == 413

    asyncio.run(walk())


@pytest.mark.parametrize("path", ["/page/../keys.py", "/page/%2e%2e/keys.py", "/page//etc/passwd"])
def test_no_path_leads_out_of_the_page(served: ServedConsole, path: str) -> None:
    async def walk() -> None:
        answer = await served.client.get(f"{ORIGIN}{path}")
        assert "secrets" not in answer.text
        assert "root:" not in answer.text

    asyncio.run(walk())


def test_every_answer_carries_the_policy(served: ServedConsole) -> None:
    async def walk() -> None:
        for path in ("/", "/page/app.js", "/api/v1/about", "/nowhere", "/enter?token=x"):
            headers = (await served.client.get(path)).headers
            assert headers["content-security-policy"].startswith(
                "default-src 'none'; script-src 'self'"
            )
            assert "unsafe" not in headers["content-security-policy"]
            assert headers["referrer-policy"] == "no-referrer"
            assert headers["x-content-type-options"] == "nosniff"

    asyncio.run(walk())


def test_a_console_is_where_it_was_before(tmp_path: Path) -> None:
    keys = Keys(tmp_path / "keys")
    keys.new_link()
    with listening("127.0.0.1", None, keys.port_before) as first:
        port = first.getsockname()[1] + 40
        keys.serves(f"http://127.0.0.1:{port}")
        with listening("127.0.0.1", None, keys.port_before) as second:
            assert second.getsockname()[1] == port
            with listening("127.0.0.1", None, keys.port_before) as third:
                assert third.getsockname()[1] not in (port, first.getsockname()[1])


def test_a_port_that_is_taken_is_told_of() -> None:
    with listening("127.0.0.1", None, None) as first:
        port = first.getsockname()[1]

        with pytest.raises(OSError, match=f"^port {port} of 127.0.0.1 is taken; choose another"):
            listening("127.0.0.1", port, None)


def test_files_have_one_console_however_they_are_spelled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path / "one")
    here = keys_of(_files("."))

    assert keys_of(_files(str(tmp_path / "one"))) == keys_of(_files("../one/")) == here
    monkeypatch.chdir(tmp_path / "two")
    assert keys_of(_files(".")) != here


def test_a_link_is_made_to_a_console_that_runs_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    about = _files(str(tmp_path))
    with pytest.raises(OSError, match="no console of "):
        new_link(about)

    with listening("127.0.0.1", None, None) as at:
        keys = keys_of(about)
        keys.new_link()
        keys.serves(origin := f"http://127.0.0.1:{at.getsockname()[1]}")
        assert new_link(about).startswith(f"{origin}/enter?token=")

    with pytest.raises(OSError, match="the same command without --link starts one"):
        new_link(about)


def _files(path: str) -> About:
    return About("files", path, (path,))
