"""`laneway up` as a user runs it: a process of its own, read line by line.

Comes in: paths and flags. Goes out: what it says, as it says it, and answers of its gateway.
Nothing here waits for a time: a test waits for a line, and fails when the process ends without it.
"""

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Self

import pytest
from msgspec import Struct

COMMAND = (sys.executable, "-c", "from laneway.apps.cli import main; main()")
PATIENCE = float(os.environ.get("LANEWAY_PATIENCE", "120"))
"""Seconds after which a command that is waited for is ended; long forms of tests need more."""
EVERYWHERE = os.environ.get("LANEWAY_TEST_INTERCEPT", "")
"""What every mesh is told of `--intercept` that is told nothing else."""
of_variables = pytest.mark.skipif(
    EVERYWHERE not in ("", "off"), reason="it is about programs that heed proxy variables"
)

VERSION = re.compile(r"-> ([\w-]+)\(version: (\w+), ip: ([\d.]+)\)")


def laneway(
    *arguments: str,
    cwd: Path | None = None,
    command: Sequence[str] = COMMAND,
    stdin: int | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run a command of Laneway to its end."""
    return subprocess.run(
        (*command, *_told(arguments)),
        stdin=stdin,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
        cwd=cwd,
    )


def _told(arguments: Sequence[str]) -> Sequence[str]:
    if not EVERYWHERE or "--intercept" in arguments or arguments[:1] != ("up",):
        return arguments
    return (*arguments, "--intercept", EVERYWHERE)


class Hop(Struct, frozen=True):
    """One program's part of an answer of the mock application."""

    app: str
    version: str
    address: str


class Answer(Struct, frozen=True):
    """What the gateway answered."""

    status: int
    body: str

    @property
    def hops(self) -> list[Hop]:
        return [Hop(*found) for found in VERSION.findall(self.body)]

    @property
    def versions(self) -> set[str]:
        return {hop.version for hop in self.hops}


class Said:
    """A running command. Its output is read as it comes, errors among it."""

    def __init__(
        self, *arguments: str, cwd: Path | None = None, command: Sequence[str] = COMMAND
    ) -> None:
        self.process = subprocess.Popen(
            (*command, *_told(arguments)),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=cwd,
        )
        self.said: list[str] = []

    def until(self, words: str) -> str:
        """Read on until a line holds some words, and return it."""
        assert self.process.stdout is not None
        with self._patience():
            for line in self.process.stdout:
                self.said.append(line.rstrip("\n"))
                if words in line:
                    return line
        raise AssertionError(f"it ended without {words!r}:\n" + "\n".join(self.said))

    def signal(self, number: signal.Signals) -> None:
        """Send the process a signal."""
        self.process.send_signal(number)

    def end(self) -> int:
        """Read to the end and return the exit code."""
        assert self.process.stdout is not None
        with self._patience():
            if not self.process.stdout.closed:
                self.said += [line.rstrip("\n") for line in self.process.stdout]
                self.process.stdout.close()
            return self.process.wait()

    @contextmanager
    def _patience(self) -> Iterator[None]:
        """End the command if it is waited for too long."""
        alarm = threading.Timer(PATIENCE, self.process.kill)
        alarm.start()
        try:
            yield
        finally:
            alarm.cancel()


class RunningMesh(Said):
    """A command that runs a mesh."""

    def ready(self) -> Self:
        """Wait until the mesh is up."""
        self.until("was ready after")
        return self

    @property
    def port(self) -> int:
        """The first gateway's local port, as it was printed."""
        return int(next(found[1] for line in self.said if (found := _URL.match(line))))

    def ask(self, path: str = "/mock", headers: dict[str, str] | None = None) -> Answer:
        """Send one request through the gateway."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)) as connection:
            connection.request("GET", path, headers=headers or {})
            response = connection.getresponse()
            return Answer(response.status, response.read().decode())

    def stop(self) -> int:
        """End the mesh as Ctrl-C does, if it still runs; return the exit code."""
        if self.process.poll() is None:
            self.signal(signal.SIGINT)
        return self.end()


class Up(RunningMesh):
    """A running `laneway up`."""

    def __init__(
        self, *arguments: str, cwd: Path | None = None, command: Sequence[str] = COMMAND
    ) -> None:
        super().__init__("up", *arguments, cwd=cwd, command=command)


_URL = re.compile(r"http://127\.0\.0\.1:(\d+)")


def meshes(*arguments: str) -> list[dict[str, Any]]:
    """Return what `laneway ps` tells."""
    found: list[dict[str, Any]] = json.loads(laneway("ps", *arguments, "-o", "json").stdout)
    return found


def workloads(mesh: str = "default") -> dict[str, dict[str, Any]]:
    """Return the programs of a mesh by name."""
    (found,) = meshes(mesh)
    return {one["replica"]: one for one in found["workloads"]}


def state_home() -> Path:
    """The folder in which meshes of this test keep their state."""
    return Path(os.environ["HOME"]) / ".local" / "state" / "laneway"


def files_left(names: Iterable[str] = ("default",)) -> list[str]:
    """Return every file in the state folder of meshes that is no log."""
    return [
        str(path.relative_to(state_home()))
        for name in names
        for path in sorted((state_home() / name).rglob("*"))
        if path.is_file() and path.parent.name != "logs"
    ]
