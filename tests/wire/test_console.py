"""A console beside a mesh: it shows what the mesh serves, and ends with it."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest

from laneway.adapters.processes import find_marked
from tests.wire.laneway_up import Said, Up, laneway, meshes, state_home

pytestmark = pytest.mark.envoy
Start = Callable[..., Up]


@contextmanager
def visit(link: str) -> Generator[httpx.Client]:
    """Come in by a link."""
    url = httpx.URL(link)
    with httpx.Client(base_url=f"http://{url.host}:{url.port}", timeout=60) as client:
        assert client.get(url).status_code == 303
        yield client


def states(client: httpx.Client) -> Generator[int]:
    """Yield the revisions that a page hears of."""
    with client.stream("GET", "/api/v1/events") as answer:
        for line in answer.iter_lines():
            if line.startswith("data:") and "revision" in line:
                yield json.loads(line.removeprefix("data:"))["revision"]


def _lanes(client: httpx.Client) -> list[str]:
    groups = client.get("/api/v1/mesh").json()["groups"]
    return [lane["name"] for group in groups for lane in group["lanes"]]


def _trouble(client: httpx.Client) -> str:
    return str(client.get("/api/v1/about").json()["trouble"])


def test_a_mesh_is_shown_as_it_serves_and_hears_of_edits(up: Start, sample: Path) -> None:
    mesh = up(sample, "--console").ready()
    link = mesh.until("/enter?token=").rpartition(" ")[2].strip()
    with visit(link) as client, closing(states(client)) as heard:
        first = next(heard)
        about = client.get("/api/v1/about").json()
        for file in sample.glob("*.yaml"):
            text = file.read_text()
            if "kind: ASMSwimLane\n" in text:
                file.write_text(text.replace("  name: v2\n", "  name: v9\n"))
        later = next(number for number in heard if "v9" in _lanes(client))

    assert about["kind"] == "mesh"
    assert about["gateways"][0]["url"] == f"http://127.0.0.1:{mesh.port}"
    assert later > first


def test_a_console_ends_with_its_mesh(up: Start, sample: Path) -> None:
    mesh = up(sample, "-d", "--console")
    link = mesh.until("/enter?token=").rpartition(" ")[2].strip()
    assert mesh.end() == 0
    with visit(link) as client:
        assert client.get("/api/v1/about").status_code == 200
        assert laneway("down").returncode == 0
        with pytest.raises(httpx.TransportError):
            client.get("/api/v1/about")
    assert find_marked([str(state_home())]) == {}


def test_a_console_tells_that_the_process_of_its_mesh_was_killed(up: Start, sample: Path) -> None:
    mesh = up(sample).ready()
    console = Said("console")
    try:
        link = console.until("/enter?token=").strip()
        with visit(link) as client, closing(states(client)) as heard:
            next(heard)
            os.kill(meshes()[0]["pid"], signal.SIGKILL)
            told = next(filter(None, (_trouble(client) for _ in heard)))
        mesh.end()
    finally:
        console.signal(signal.SIGINT)
        assert console.end() == 0

    assert "was killed" in told


def test_another_link_comes_from_another_process(up: Start, sample: Path) -> None:
    up(sample).ready()
    console = Said("console", "--read-only")
    try:
        console.until("/enter?token=")
        link = laneway("console", "--link").stdout.strip()
        with visit(link) as client:
            assert client.get("/api/v1/about").json()["name"] == "default"
    finally:
        console.signal(signal.SIGINT)
        assert console.end() == 0
