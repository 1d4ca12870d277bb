"""Requests without a rest from processes of their own, each with the moment at which it began.

Comes in: a port of this machine. Goes out: what every request came to, the versions that answered
or what went wrong. Moments are those of the machine's steady clock, which all its processes share.
"""

from __future__ import annotations

import http.client
import multiprocessing
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event

from tests.wire.laneway_up import VERSION

Met = tuple[float, str, float]
"""When a request began, what it came to (versions with blanks between, or a problem), its end."""
PATIENCE = 10.0
_FRESH = multiprocessing.get_context("spawn")


class Load:
    """Requests that are under way; `met` is filled at the end."""

    def __init__(self) -> None:
        self.met: list[Met] = []


@contextmanager
def under_load(port: int, path: str, processes: int) -> Iterator[Load]:
    """Have processes ask for the length of a block."""
    load, over = Load(), _FRESH.Event()
    ends = [_FRESH.Pipe(duplex=False) for _ in range(processes)]
    running = [
        _FRESH.Process(target=_ask, args=(port, path, over, told), daemon=True) for _, told in ends
    ]
    for one in running:
        one.start()
    try:
        for heard, _ in ends:
            heard.recv()  # it is there
        yield load
    finally:
        over.set()
        for heard, _ in ends:
            with suppress(EOFError):
                load.met += heard.recv()
        for one in running:
            one.join(PATIENCE)
            one.kill()


def _ask(port: int, path: str, over: Event, told: Connection) -> None:
    met: list[Met] = []
    told.send("ready")
    while not over.is_set():
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as kept:
            for _ in range(50):
                begun = time.monotonic()
                met.append((begun, _one(kept, path), time.monotonic()))
                if over.is_set():
                    break
    told.send(met)


def _one(kept: http.client.HTTPConnection, path: str) -> str:
    try:
        kept.request("GET", path)
        answer = kept.getresponse()
        text = answer.read().decode()
    except (OSError, http.client.HTTPException) as problem:
        kept.close()
        return repr(problem)
    if answer.status != 200:
        return str(answer.status)
    return " ".join(version for _, version, _ in VERSION.findall(text))
