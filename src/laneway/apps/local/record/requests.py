"""The requests that went through a mesh, as its proxies wrote them down.

Comes in: a mesh's folder. Goes out: rows, oldest first, that tell who called whom in which lane and
how it ended, or the proxies' own lines with pods by name. A log that was begun anew goes on; what
is older than the one before it is gone.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from laneway.adapters.envoy.admin import Admin, Unreachable
from laneway.adapters.envoy.files import SOCKET
from laneway.apps.local.record.logs import Logs, follow, is_replica
from laneway.apps.local.record.state import MeshFolder
from laneway.apps.terminal.tables import GAP, lines_of_row
from laneway.core.emit.envoy.cluster_names import destination_of
from laneway.core.emit.envoy.request_log import CARRIED, NAMED, OLDER_REQUESTS_FILE
from laneway.core.emit.envoy.tunnels import TUNNELS
from laneway.core.mesh.propagation import LISTS
from laneway.core.routing.plan.members import Members

HEAD = ("TIME", "CALLER", "LANE", "REQUEST", "ROUTE", "POD", "STATUS", "MS")
_GIVE_WAY = tuple(HEAD.index(name) for name in ("CALLER", "REQUEST", "ROUTE", "POD"))
_LATER = tuple("x" * size for size in (12, 12, 4, 20, 16, 12, 6, 4))
"""A row as it may come later."""

NARROWEST = 6
"""Characters below which no column goes; in a narrower screen lines break."""

WRITTEN_WITHIN = 1.0
"""Seconds after which a proxy that is not done with writing is no longer waited for."""

PAUSE = 0.02
_NONE = (None, "", "-")
_BUFFERED = r"^filesystem\.write_total_buffered$"

Line = Mapping[str, Any]


def request_logs(folder: MeshFolder) -> list[Path]:
    """Return the files in which proxies write requests down, older ones first."""
    links = sorted(folder.logs.glob("*.jsonl"))
    older = (link.resolve().with_name(OLDER_REQUESTS_FILE) for link in links if link.is_symlink())
    return [*(path for path in older if path.is_file()), *links]


class Requests(Struct, frozen=True):
    """The requests of a mesh. With a `workload` only those that it sent or answered."""

    folder: MeshFolder
    workload: str = ""

    def there(self, tail: int | None) -> tuple[list[Line], Logs]:
        """Return what is written down, the last lines of it with `tail`, and how to go on."""
        logs = Logs(lambda: request_logs(self.folder))
        found = sorted(self._known(logs.there(None, whole=False)), key=_time)
        return found if tail is None else found[len(found) - min(tail, len(found)) :], logs

    def added(self, logs: Logs, pause: Callable[[], bool]) -> Iterator[Line]:
        """Yield what is added, as it comes."""
        yield from self._known(follow(logs.readers, pause))

    def fresh(self, logs: Logs) -> Iterator[Line]:
        """Yield what was added since the last time, without waiting for more."""
        yield from self._known(logs.fresh())

    def _known(self, lines: Iterator[tuple[str, str]]) -> Iterator[Line]:
        record = self.folder.read()
        pods = {one["address"]: one["name"] for one in (record.replicas if record else ())}
        for _, text in lines:
            line = _read(text)
            if line is None or line.get("route") == TUNNELS:
                continue
            address = _address(line)
            if address and address not in pods and self.folder.record.exists():
                record = self.folder.read()  # the mesh has replaced a pod meanwhile
                pods |= {one["address"]: one["name"] for one in (record.replicas if record else ())}
                pods.setdefault(address, line["pod"])  # nobody has it, and nobody asks again
            told = {name: value for name, value in line.items() if name not in (NAMED, CARRIED)}
            named = {**told, "lane": _lane(line), "pod": pods.get(address, line.get("pod"))}
            if not self.workload or self._concerns(named):
                yield named

    def _concerns(self, line: Line) -> bool:
        names = (str(line.get("caller") or ""), str(line.get("pod") or ""))
        return any(is_replica(name, self.workload) for name in names)


def _read(text: str) -> Line | None:
    try:
        found = msgspec.json.decode(text)
    except ValueError:
        return None  # torn: the disk was full, or somebody cut the file
    return found if isinstance(found, dict) else None


def _time(line: Line) -> str:
    return str(line.get("time"))


def _address(line: Line) -> str:
    return str(line.get("pod") or "").rpartition(":")[0]


def _lane(line: Line) -> str | None:
    """Return the lane of a request: its rule's, or the subset that a share of its rule chose."""
    if lane := line.get("lane"):
        return str(lane)
    if name := line.get(NAMED):
        return _carried(str(name), line.get(CARRIED) or {})
    return destination_of(str(line.get("cluster") or "")).subset or None


def _carried(name: str, carried: Mapping[str, Any]) -> str | None:
    """Return the lane that a header held, a list by the name of another header of lanes."""
    held = str(carried.get(name) or "")
    if name not in LISTS:
        return held or None
    told = (Members(name, key).named(held) for key in carried if key not in LISTS)
    return next((lane for lane in told if lane), None)


def row_of(line: Line) -> tuple[str, ...]:
    """Return a line as a row of the table; times are those of this machine's zone."""
    moment = datetime.fromisoformat(_time(line)).astimezone()
    ending = [str(line.get(name)) for name in ("status", "flags") if line.get(name) not in _NONE]
    cells = (
        moment.strftime("%H:%M:%S.") + f"{moment.microsecond // 1000:03}",
        line.get("caller"),
        line.get("lane"),
        f"{line.get('method')} {line.get('host')}{line.get('path') or ''}",
        line.get("route"),
        line.get("pod"),
        " ".join(ending),
        line.get("ms"),
    )
    return tuple("-" if cell in _NONE else str(cell) for cell in cells)


class RequestTable:
    """A table whose rows may come one after the other: its columns are settled by the first."""

    def __init__(
        self, rows: Sequence[tuple[str, ...]], width: int, *, growing: bool = False
    ) -> None:
        """Settle columns for rows that are known, in a screen of some width.

        `growing` leaves room for rows that come later. Names give way before figures do.
        """
        cells = [HEAD, *rows, *([_LATER] if growing else [])]
        self._widths = [max(len(row[at]) for row in cells) for at in range(len(HEAD))]
        self._is_endless = width == sys.maxsize
        room = width - len(GAP) * (len(HEAD) - 1)
        while sum(self._widths) > room:
            widest = max(_GIVE_WAY, key=self._widths.__getitem__)
            if self._widths[widest] <= NARROWEST:
                break
            self._widths[widest] -= 1

    def lines(self, row: tuple[str, ...]) -> Iterator[str]:
        """Return the lines of a row; where no screen sets a width it is one."""
        if self._is_endless:
            padded = (cell.ljust(width) for cell, width in zip(row, self._widths, strict=True))
            yield GAP.join(padded).rstrip()
        else:
            yield from lines_of_row(row, self._widths)


def wait_until_written(folder: MeshFolder) -> None:
    """Wait until the proxies have written what they keep back for a moment, within bounds."""
    for socket in folder.proxies.glob(f"*/{SOCKET}"):
        admin = Admin(socket)
        until = time.monotonic() + WRITTEN_WITHIN
        with suppress(Unreachable):
            while any(admin.gauges(_BUFFERED).values()) and time.monotonic() < until:
                time.sleep(PAUSE)
        admin.close()
