"""What a console costs that nobody but a client of its events looks at: a core's share, memory.

Comes in: the measures of a mesh, requests a second. Goes out: figures beside what is asked of them.
`server` starts a console beside a mesh whose recorded log is replayed a second at a time, hears its
events, and reads of the system what the process took. `replay` fills ten minutes of a recording out
of the same adapter and adds up what it holds.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from laneway.apps.console.picture import Picture
from laneway.apps.console.seams import ShownState
from laneway.apps.local.record.counted import RequestCounter
from laneway.core.compile import Compilation
from laneway.core.views.recording import SECONDS
from laneway.core.views.topology.topology import Topology
from laneway.core.views.traffic.counts import ToldCounts
from tests.browser.consoles import started
from tests.console.figure import Figure
from tests.console.replayed import NAME, Replayed, replayed
from tests.topology.towns import Town
from tests.traffic.weighing import bytes_of

WARM = 15
"""Seconds until the window that is told is full, and all is as it stays."""
TICKS = os.sysconf("SC_CLK_TCK")


def server(town: Town, requests: int, seconds: float) -> Iterator[Figure]:
    """Yield what a console takes at one update a second."""
    with tempfile.TemporaryDirectory() as home:
        mesh = replayed(Path(home), town)
        yield Figure("the mesh", f"{mesh.measures}, {requests} requests/s at its gateway")
        told = {"XDG_STATE_HOME": home}
        with _going_on(mesh, requests), started(("--name", NAME), told) as (process, link):
            heard: list[int] = []
            listener = threading.Thread(target=_listen, args=(link, heard), daemon=True)
            listener.start()
            time.sleep(WARM)
            before, updates, begun = _worked(process.pid), len(heard), time.monotonic()
            time.sleep(seconds)
            lasted = time.monotonic() - begun
            share = (_worked(process.pid) - before) / lasted
            peak = _peak(process.pid)
            rate = (len(heard) - updates) / lasted
        listener.join()
    size = sum(heard) / max(1, len(heard)) / 1000
    yield Figure("updates heard", f"{rate:.2f}/s, {size:.0f} KB each", "1/s")
    yield Figure("of a core", f"{share:.1%}", "≤ 15 %")
    yield Figure("most memory", f"{peak / 1e6:.0f} MB", "≤ 150 MB")


@contextmanager
def _going_on(mesh: Replayed, requests: int) -> Iterator[None]:
    """Have the log of a mesh go on, a second of its recording each second."""
    recording, over = mesh.recording(60, requests), threading.Event()

    def go_on() -> None:
        at = 0
        while not over.wait(1 - time.time() % 1):
            mesh.add(recording[at % len(recording)])
            at += 1

    writer = threading.Thread(target=go_on)
    writer.start()
    try:
        yield
    finally:
        over.set()
        writer.join()


def _listen(link: str, heard: list[int]) -> None:
    """Note how large each update of the traffic was, until the console ends."""
    origin = link.partition("/enter")[0]
    with httpx.Client(base_url=origin, follow_redirects=True, timeout=60) as client:
        client.get(link)
        name = ""
        try:
            with client.stream("GET", "/api/v1/events") as events:
                for line in events.iter_lines():
                    if line.startswith("event: "):
                        name = line
                    elif name == "event: traffic" and line.startswith("data: "):
                        heard.append(len(line))
        except httpx.HTTPError:
            return


def _worked(pid: int) -> float:
    """Return the seconds that processors worked for a process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _peak(pid: int) -> int:
    """Return the most bytes of memory that a process ever held."""
    status = Path(f"/proc/{pid}/status").read_text()
    found = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(found.split()[1]) * 1024


class _Replaying:
    """Counts what is added to a log just before it is asked."""

    pause = 1
    asks_others = False

    def __init__(self, mesh: Replayed, requests: int) -> None:
        self._mesh = mesh
        self._recording = mesh.recording(60, requests)
        self._counter = RequestCounter(mesh.folder)
        self._counter.show(mesh.compilation, mesh.shown)
        self.window = self._counter.window
        self._counter.look(0)

    async def look(self, compilation: Compilation, shown: Topology, now: float) -> ToldCounts:
        del compilation, shown
        self._mesh.add(self._recording[int(now) % len(self._recording)])
        return ToldCounts(self._counter.look(now))


def replay(town: Town, requests: int) -> Iterator[Figure]:
    """Yield what ten minutes of a mesh's traffic take, and how long a look back does."""
    with tempfile.TemporaryDirectory() as home:
        mesh = replayed(Path(home), town)
        yield Figure("the mesh", f"{mesh.measures}, {requests} requests/s at its gateway")
        picture, source = Picture(), _Replaying(mesh, requests)
        seen = ShownState(1, mesh.compilation)
        picture.shown(seen)
        asyncio.run(_watched(picture, seen, source))
        span = picture.recording.span
        assert span
        yield Figure("seconds held", f"{span[1] - span[0] + 1}", "600")
        yield Figure("memory", f"{bytes_of(picture.recording) / 1e6:.1f} MB", "≤ 20 MB")
        yield Figure("a second of it", f"{_took(lambda: picture.at(span[1] - 1)):.0f} ms work")


async def _watched(picture: Picture, seen: ShownState, source: _Replaying) -> None:
    for second in range(1, SECONDS + 1):
        await picture.look(seen, source, second)


def _took(act: Callable[[], object]) -> float:
    begun = time.process_time()
    act()
    return (time.process_time() - begun) * 1000
