"""The requests of a mesh on this machine that no route took, as its proxies wrote them down.

Comes in: a mesh's folder. Goes out: what came in the last minutes, also before anybody looked. Only
what is added is read, and of that only lines in which a proxy says that it had no route.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec

from laneway.apps.local.record.logs import Logs
from laneway.apps.local.record.requests import request_logs
from laneway.apps.local.record.state import MeshFolder, MeshRecord
from laneway.core.emit.envoy.request_log import NO_ROUTE_FLAG
from laneway.core.routing.plan.route_plan import RoutePlan
from laneway.core.views.unrouted import UnroutedRequest, UnroutedTally

_WORD = f'"{NO_ROUTE_FLAG}'
"""How the flags of such a line begin: other lines are not even decoded."""


class UnroutedLog:
    """Reads them as they come."""

    def __init__(self, folder: MeshFolder) -> None:
        """Nothing is read before the first look."""
        self._folder = folder
        self._mesh: tuple[int, int] | None = None
        self._logs = Logs(list)
        self._tally = UnroutedTally()

    def look(self, record: MeshRecord, now: float) -> None:
        """Read what was added up to a time in seconds since 1970."""
        if self._mesh != (record.pid, record.started):  # another mesh writes its logs anew
            self._mesh = record.pid, record.started
            self._logs = Logs(lambda: request_logs(self._folder))
            self._tally = UnroutedTally()
        self._tally.add(self._lines(), now)

    def told(self, plan: RoutePlan) -> tuple[UnroutedRequest, ...]:
        """Return what is known, by the gateways of a plan."""
        return self._tally.told(plan)

    def _lines(self) -> Iterator[tuple[float, dict[str, Any]]]:
        for _, text in self._logs.fresh():
            if _WORD in text:
                try:
                    line = msgspec.json.decode(text, type=dict[str, Any])
                    yield datetime.fromisoformat(str(line.get("time"))).timestamp(), line
                except ValueError:
                    continue  # torn: the disk was full, or somebody cut the file
