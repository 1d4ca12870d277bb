"""One `laneway up` in a process of its own, with what it says and what its Envoy takes.

Comes in: a folder of manifests. Goes out: a mesh that is ready, and figures read from the kernel.
It is run and asked as a user would; its state lies in a folder that goes with it.
"""

from __future__ import annotations

import json
import os
import queue
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from benchmarks.timing import laneway, warm_environment
from msgspec import Struct, field

NAME = "bench"
READY = re.compile(r"was ready after")
LIVE = re.compile(r"live (?:in .* )?after ([0-9.]+) (ms|s)\b")
PATIENCE = 120.0
"""Seconds after which a mesh that says nothing counts as broken."""


class MeshError(Exception):
    """The mesh did not do what was waited for; the text is what it said last."""


class LocalMesh(Struct):
    """A mesh that runs. `port` is its first gateway's."""

    process: subprocess.Popen[str]
    port: int
    environment: dict[str, str]
    lines: queue.Queue[str] = field(default_factory=queue.Queue)

    @property
    def url(self) -> str:
        """The URL of the first gateway."""
        return f"http://127.0.0.1:{self.port}"

    def wait_for(self, pattern: re.Pattern[str]) -> re.Match[str]:
        """Return the match of the next line that has one."""
        line = ""
        while True:
            try:
                line = self.lines.get(timeout=PATIENCE)
            except queue.Empty:
                raise MeshError(line) from None
            if found := pattern.search(line):
                return found
            if line == "" and self.process.poll() is not None:
                raise MeshError(f"ended with {self.process.returncode}")

    def until_right(self, path: str, words: Sequence[str]) -> None:
        """Ask until an answer holds all words."""
        ends = time.monotonic() + PATIENCE
        while time.monotonic() < ends:
            try:
                with urlopen(self.url + path, timeout=5) as answer:  # noqa: S310 - it is http
                    said = answer.read().decode()
            except (URLError, OSError):
                said = ""
            if all(word in said for word in words):
                return
            time.sleep(0.005)
        raise MeshError(f"{path} is never answered with {words}")

    def workloads(self) -> list[dict[str, str | int]]:
        """Return the programs of the mesh as `laneway ps` lists them."""
        asked = [str(laneway()), "ps", NAME, "-o", "json"]
        said = subprocess.run(
            asked, env=self.environment, capture_output=True, text=True, check=True
        )
        found: list[dict[str, str | int]] = json.loads(said.stdout)[0]["workloads"]
        return found

    def envoy(self) -> int:
        """Return the process id of the mesh's one Envoy."""
        return next(int(one["pid"]) for one in self.workloads() if one["replica"] == "envoy")


@contextmanager
def running(folder: Path, *options: str) -> Iterator[LocalMesh]:
    """Start a mesh and end it afterwards; it is yielded as soon as its process runs."""
    state = tempfile.mkdtemp(prefix="laneway-bench-")
    environment = warm_environment() | {
        "HOME": state,
        "XDG_STATE_HOME": state,
        "NO_COLOR": "1",
    }
    port = free_port()
    words = [str(laneway()), "up", "--port", str(port), "--name", NAME, *options, str(folder)]
    pipe = subprocess.PIPE
    process = subprocess.Popen(
        words, stdout=pipe, stderr=subprocess.DEVNULL, text=True, env=environment, cwd=state
    )
    mesh = LocalMesh(process, port, environment)
    threading.Thread(target=_listen, args=(mesh,), daemon=True).start()
    try:
        yield mesh
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(PATIENCE)
        shutil.rmtree(state, ignore_errors=True)


def _listen(mesh: LocalMesh) -> None:
    if mesh.process.stdout is not None:
        for line in mesh.process.stdout:
            mesh.lines.put(line)
    mesh.lines.put("")


def free_port() -> int:
    """Return a local port that nobody has."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def milliseconds(found: re.Match[str]) -> float:
    """Return the time a line of the mesh speaks of."""
    return float(found[1]) * (1000 if found[2] == "s" else 1)


def processor_seconds(pid: int) -> float:
    """Return the processor time a process has taken so far."""
    after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")


def megabytes(pid: int) -> float:
    """Return the largest resident set a process has had."""
    status = Path(f"/proc/{pid}/status").read_text()
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else 0.0
