"""Which lane each logged request is of, by the request at the gateway that it belongs to.

Comes in: lines of the proxies' log of requests, and the time. Goes out: each line once, with its
lane and whether the proxy took it for another one. A call inside the mesh is written down before
the request at the gateway that led to it has ended, so lines wait for it, but not for long: a
program that passes no request id on, or that calls by itself, has its proxy's word.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from laneway.core.emit.envoy.request_log import GATEWAY_CALLER

HELD = 2.0
"""Seconds for which a line waits; proxies write all they have several times a second."""
_REMEMBERED = 10.0
_MOST = 50_000
"""Lines that wait at most; in a flood the oldest wait less."""

LogLine = Mapping[str, Any]


class JoinedLine(Struct, frozen=True):
    """A line with the lane of its request, empty for none; `lost` if it went on in another one."""

    line: LogLine
    lane: str
    lost: bool = False


class LogJoin:
    """Joins lines as they come; `groups` has the group of each lane."""

    def __init__(self, groups: Mapping[str, str]) -> None:
        """Begin with nothing waiting."""
        self.groups = groups
        self._waiting: dict[str, list[LogLine]] = {}
        self._since: dict[str, float] = {}
        self._lanes: dict[str, tuple[float, str]] = {}
        self._count = 0

    def joined(self, lines: Iterable[LogLine], now: float) -> Iterator[JoinedLine]:
        """Take new lines, and yield those whose lane is settled at a time in seconds."""
        for line in lines:
            name = str(line.get("id") or "")
            if line.get("caller") == GATEWAY_CALLER:
                yield from self._settle(line, name, now)
            elif name in self._lanes:
                yield self._of(line, self._lanes[name][1])
            elif name in ("", "-"):
                yield self._of(line, "")
            else:
                self._waiting.setdefault(name, []).append(line)
                self._since.setdefault(name, now)
                self._count += 1
        yield from self._give_up(now)
        self._forget(now)

    def _settle(self, line: LogLine, name: str, now: float) -> Iterator[JoinedLine]:
        lane = str(line.get("lane") or "")
        yield JoinedLine(line, lane)
        self._lanes[name] = (now, lane)
        yield from (self._of(one, lane) for one in self._taken(name))

    def _taken(self, name: str) -> list[LogLine]:
        found = self._waiting.pop(name, [])
        self._since.pop(name, None)
        self._count -= len(found)
        return found

    def _give_up(self, now: float) -> Iterator[JoinedLine]:
        """Yield the lines that waited long enough, the oldest first."""
        while self._since:
            name, since = next(iter(self._since.items()))
            if now - since < HELD and self._count <= _MOST:
                return
            yield from (self._of(one, "") for one in self._taken(name))

    def _forget(self, now: float) -> None:
        while self._lanes:
            name, (since, _) = next(iter(self._lanes.items()))
            if now - since < _REMEMBERED:
                return
            del self._lanes[name]

    def _of(self, line: LogLine, first: str) -> JoinedLine:
        """Return a line as one of the lane in which its request came in, if that speaks of it."""
        own = str(line.get("lane") or "")
        if not first or self.groups.get(own, self.groups.get(first)) != self.groups.get(first):
            return JoinedLine(line, own)
        return JoinedLine(line, first, lost=own != first)
