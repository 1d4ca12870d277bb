"""When what was written into a cluster is live in every proxy that has joined an istiod.

Comes in: a running istiod. Goes out: the moment. Marks are written last; a proxy of our own is sent
them by some push, and all is live once every proxy has acknowledged that push or a later one, and
nothing else is on its way. "All in step" alone would be true before istiod has begun to push.
"""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

from msgspec import Struct

from tests.agree.oracle import Workload
from tests.agree.piped import UntranslatableError
from tests.cluster.control_plane import TRIES, ControlPlane, Istiod, said_by
from tests.cluster.crowd import Crowd
from tests.cluster.marking import MARKED, marks, words_of
from tests.cluster.writer import Writer
from tests.engines import engine

WATCHER = Workload("watcher", "10.95.1.1", "default", labels={"app": "watcher"})
KINDS = ("cluster", "endpoint", "listener", "route")
UNIQUE = 36
"""Letters at the end of a nonce that say nothing of its push: those of a UUID."""
PATIENCE = 60.0


class Live(Struct):
    """Tells for one istiod when all that was written so far is live."""

    plane: ControlPlane
    istiod: Istiod
    crowd: Crowd
    number: int = 0

    def wait(self) -> None:
        """Return when all that was written before is live.

        Marks that do not come to all are written anew, a few times.
        """
        assert any(self._comes() for _ in range(TRIES)), said_by(self.plane, self.istiod)

    def _comes(self) -> bool:
        """Write marks, and say whether they come to everybody within a time."""
        self.number += 1
        self.crowd.watch({WATCHER.name: words_of(self.number)})
        with closing(Writer(self.plane.api)) as writer:
            for item in marks(self.number):
                writer.merge(item)
        try:
            self.crowd.met(PATIENCE)
        except UntranslatableError:
            return False
        known = f"{WATCHER.name}.{WATCHER.namespace}"
        mine = next(one for one in self._proxies() if one["proxy"] == known)
        wanted, until = _push(mine["cluster_sent"]), time.monotonic() + PATIENCE
        while not all(_in_step(one, wanted) for one in self._proxies()):
            if time.monotonic() > until:
                return False
            time.sleep(0.01)
        return True

    def _proxies(self) -> list[dict[str, Any]]:
        """Return what istiod says of the proxies that have joined it."""
        url = f"http://127.0.0.1:{self.istiod.http}/debug/syncz"
        with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
            found: list[dict[str, Any]] = json.load(answer)
        return found


@contextmanager
def live(plane: ControlPlane, version: str) -> Iterator[Live]:
    """Watch an istiod of a cluster; marks are gone afterwards, their namespace stays."""
    istiod = plane.istiods[version]
    space, *marked = *MARKED, *marks(0)
    with closing(Writer(plane.api)) as writer:
        writer.ensure(space)
        for item in marked:
            writer.create(item)
    try:
        with Crowd(engine("crowd"), istiod) as crowd:
            crowd.join([WATCHER])
            yield Live(plane, istiod, crowd)
    finally:
        with closing(Writer(plane.api)) as writer:
            for item in reversed(marked):
                writer.delete(item, missing=True)


def _in_step(proxy: dict[str, Any], wanted: tuple[str, int]) -> bool:
    """Whether a proxy has a push or a later one, and has acknowledged all it was sent."""
    settled = all(proxy.get(f"{kind}_sent") == proxy.get(f"{kind}_acked") for kind in KINDS)
    return settled and _push(proxy.get("cluster_acked", "")) >= wanted


def _push(nonce: str) -> tuple[str, int]:
    """Return which push a nonce is of: the time it began at, and its number then.

    >>> _push("2026-11-28T14:40:16Z/1682d829c5-0000-4000-8000-000000000000")
    ('2026-11-28T14:40:16Z', 16)
    """
    began, _, number = nonce[:-UNIQUE].partition("/")
    return began, int(number or 0)
