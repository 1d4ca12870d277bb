"""A live mesh that changes its layout under load, by the steps that `laneway render` prints.

Comes in: an example that runs on a cluster. Goes out: what requests of each lane came to meanwhile.
Each step is applied as a user does it: the objects that are printed, then, once these are live, the
`kubectl delete` lines that are told beside them. Load does not rest between steps.
"""

from __future__ import annotations

import http.client
import re
import shlex
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from typing import Any

from msgspec import Struct

from tests.cluster.control_plane import ControlPlane
from tests.cluster.lanes import Lanes, Versions, asked
from tests.cluster.live import Live
from tests.wire.laneway_up import laneway

LANES = {f"s{number}": (f"v{number}",) * 3 for number in (1, 2, 3)}
"""Which versions answer the lanes of the example of strict ones."""
HEADERS = {lane: {"x-asm-prefer-tag": lane} for lane in LANES}
STEP = re.compile(r"^Step (\d+) of (\d+) ", re.MULTILINE)
DELETE = "kubectl delete "
AT_ONCE = 10
"""Requests over one connection; many connections see every state of the gateway."""


class Load(Struct):
    """What requests came to so far, by lane."""

    met: dict[str, Counter[Any]]

    def wrong(self, lanes: Mapping[str, Versions]) -> dict[str, Counter[Any]]:
        """Return what was met by lanes that is not theirs: other versions, or a status."""
        return {
            lane: bad
            for lane, chain in lanes.items()
            if (bad := Counter({key: n for key, n in self.met[lane].items() if key != chain}))
        }

    @property
    def number(self) -> int:
        """How many requests were answered, or were not."""
        return sum(sum(one.values()) for one in self.met.values())


@contextmanager
def under_load(lanes: Lanes, headers: Mapping[str, Mapping[str, str]]) -> Iterator[Load]:
    """Ask for one lane after the other without a rest for the length of a block."""
    load, over = Load({lane: Counter() for lane in headers}), threading.Event()

    def ask() -> None:
        for lane in cycle(headers):
            if over.is_set():
                return
            try:
                load.met[lane] += lanes.ask(AT_ONCE, headers[lane])
            except (OSError, http.client.HTTPException) as problem:
                load.met[lane][repr(problem)] += 1

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield load
    finally:
        over.set()
        thread.join()


def change(plane: ControlPlane, live: Live, example: Path, there: str, back: str) -> None:
    """Take a mesh from one layout to another, step by step; each is live before the next."""
    step, last = 0, 1
    while step < last:
        words = ("--layout", there, "--from", back, "--step", str(step + 1))
        printed = laneway("render", *words, str(example))
        assert printed.returncode == 0, printed.stderr
        found = STEP.search(printed.stderr)
        assert found, printed.stderr
        step, last = int(found[1]), int(found[2])
        asked(plane, "apply", "-f", "-", told=printed.stdout)
        live.wait()
        for line in printed.stderr.splitlines():
            if line.startswith(DELETE):
                asked(plane, *shlex.split(line)[1:])
                live.wait()
