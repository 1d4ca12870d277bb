"""The commands of a page, run as its reader would, on ports that are free.

Comes in: a page of the documentation. Goes out: how what its commands say differs from what it
shows. Pages are run from the root of the repository, in the home of a test, so that a mesh of the
person who runs the tests is never touched; whatever a page leaves running is ended. There is no
cluster behind `kubectl`: a stand-in holds the strict lanes' example.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.house.console import Command, commands_of, matches

ROOT = Path(__file__).parents[2]


class Page:
    """A page while it is run: `differences` is empty as long as it shows what is so."""

    def __init__(self, file: Path, environment: dict[str, str]) -> None:
        self.port = free_ports()
        self.differences: list[str] = []
        self._environment = environment
        self._commands = list(commands_of(file.read_text()))

    def until_down(self) -> None:
        """Run the commands before the first one that ends the mesh."""
        while self._commands and self._commands[0].text != "laneway down":
            self._next()

    def rest(self) -> None:
        """Run all commands that are left."""
        while self._commands:
            self._next()

    def _next(self) -> None:
        difference = run(self._commands.pop(0), self.port, self._environment)
        if difference:
            self.differences.append(difference)
            self._commands.clear()


@contextmanager
def environment(path: Path) -> Iterator[dict[str, str]]:
    """An environment in which `laneway` is this one; every mesh in it is ended at the end."""
    bin_folder = path / "bin"
    bin_folder.mkdir()
    for name in ("kubectl", *(() if shutil.which("curl") else ("curl",))):
        stand_in = bin_folder / name
        words = f"{sys.executable} {ROOT}/tests/house/{name}.py"
        stand_in.write_text(f'#!/bin/sh\nexec {words} "$@"\n')
        stand_in.chmod(0o755)
    own = Path(sys.executable).parent
    variables = {
        **os.environ,
        "PATH": os.pathsep.join([str(bin_folder), str(own), os.environ["PATH"]]),
    }
    try:
        yield variables
    finally:
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
    text = text.replace("laneway sync --app", f"laneway sync --port {port} --app")
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
