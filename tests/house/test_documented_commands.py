"""Every command that a page shows in a block marked `console run` is run and gives what is shown.

Pages are run from the root of the repository, each in a home of its own, so that a mesh of the
person who runs the tests is never touched. Whatever a page leaves running is ended. There is no
cluster behind `kubectl`: a stand-in holds the strict lanes' example.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.console import Command, commands_of, matches

ROOT = Path(__file__).parents[2]
PAGES = [
    page
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
    if list(commands_of(page.read_text()))
] + sorted((ROOT / "examples").glob("*/README.md"))


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[dict[str, str]]:
    """An environment in which `laneway` is this one; every mesh in it is ended at the end."""
    bin_folder = tmp_path / "bin"
    bin_folder.mkdir()
    for name in ("kubectl", *(() if shutil.which("curl") else ("curl",))):
        stand_in = bin_folder / name
        words = f"{sys.executable} {ROOT}/tests/house/{name}.py"
        stand_in.write_text(f'#!/bin/sh\nexec {words} "$@"\n')
        stand_in.chmod(0o755)
    own = Path(sys.executable).parent
    path = os.pathsep.join([str(bin_folder), str(own), os.environ["PATH"]])
    variables = {**os.environ, "PATH": path}
    yield variables
    subprocess.run(["laneway", "down", "--all"], env=variables, check=True, capture_output=True)


def free_ports() -> int:
    """Return a port that is free together with the one after it."""
    for _ in range(100):
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = int(first.getsockname()[1])
            try:
                second.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port
    raise AssertionError("no two free ports side by side")


def run(command: Command, port: int, environment: dict[str, str]) -> str:
    """Run a command on ports that are free; return how its output differs from the page."""
    text = command.text.replace("laneway up", f"laneway up --port {port}")
    text = text.replace("localhost:8080", f"localhost:{port}")
    text = text.replace("localhost:8081", f"localhost:{port + 1}")
    ended = subprocess.run(
        ["sh", "-c", text],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    told = ended.stdout.replace(str(port), "8080").replace(str(port + 1), "8081")
    if matches(command.output, told.splitlines()):
        return ""
    return (
        f"$ {command.text}\n{told}\n(exit {ended.returncode}; on standard error:)\n{ended.stderr}"
    )


@pytest.mark.envoy
@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_commands_of_the_page_give_what_it_shows(page: Path, environment: dict[str, str]) -> None:
    port = free_ports()
    for command in commands_of(page.read_text()):
        difference = run(command, port, environment)

        assert difference == ""


def test_every_example_shows_how_it_is_run() -> None:
    folders = [folder for folder in sorted((ROOT / "examples").iterdir()) if folder.is_dir()]
    silent = [
        folder.name
        for folder in folders
        if not any(
            command.text.startswith(("laneway up", "cd "))
            for command in commands_of((folder / "README.md").read_text())
        )
    ]

    assert folders
    assert silent == []
