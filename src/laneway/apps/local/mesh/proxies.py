"""The proxies of a mesh on real Envoy.

Comes in: an edit and the places of its replicas. Goes out: Envoy that serves it. Here the core's
configuration meets the adapter that runs it; nothing is decided.
"""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from laneway.adapters.envoy import Applied, EnvoyStartError, Restarted, Settings
from laneway.adapters.envoy import EnvoyFleet as Envoys
from laneway.adapters.processes import identify
from laneway.adapters.processes.identity import MARK
from laneway.apps.local.mesh.supervisor import LONGEST_LOG, ending
from laneway.apps.local.record.state import MeshFolder, WorkloadRecord
from laneway.apps.terminal.tables import duration
from laneway.core.changes.stages import LET_OUT
from laneway.core.emit.envoy.cluster_names import OWN, destination_of
from laneway.core.emit.envoy.config import ONE_PROXY, OUTER_PROXY, EnvoyConfig, Unexecuted
from laneway.core.emit.envoy.configure import envoy_config
from laneway.core.emit.envoy.request_log import REQUESTS_FILE
from laneway.core.emit.placement import Placement
from laneway.core.gate import Revision
from laneway.loop.step import Confirmed

LOG = "envoy"
LOG_PAUSE = 10.0
"""Seconds between two looks at the length of logs of requests."""

_TOTAL, _WELL = ".membership_total", ".membership_healthy"
_PAUSE = 0.02
"""Seconds between two looks at whether pods are well."""


class ProxyError(Exception):
    """The proxies cannot run, or did not take a configuration; the text says why."""


class Ailing(Struct, frozen=True):
    """A service's pods in a lane of which not all are well, so that others may answer for it."""

    host: str
    lane: str
    well: int
    all: int


class Proxies(Protocol):
    """What a mesh asks of its proxies, whether they are Envoys or only remember."""

    @property
    def is_serving(self) -> bool:
        """Whether any runs already: before the first configuration, for a mesh that was killed."""

    async def apply(self, revision: Revision, placement: Placement) -> Confirmed:
        """Bring a configuration live in safe order; the first one starts the proxies.

        When it returns, nothing is sent any more to replicas that the placement leaves out, and
        what had been sent to them is answered. Raises ProxyError, and then what was live stays.
        """

    async def until_well(self, seconds: float) -> tuple[Ailing, ...]:
        """Wait until requests go to all pods that are asked whether they are well.

        Returns which are not after so many seconds.
        """

    async def watch(self, told: Callable[[str], None]) -> None:
        """Start proxies again that end by themselves and tell of it, until cancelled."""

    async def down(self) -> None:
        """End all proxies."""


class EnvoyProxies(Struct):
    """All Envoys of a mesh; one, or with `per_workload` one for each replica."""

    folder: MeshFolder
    envoys: Envoys
    per_workload: bool = False
    unexecuted: Sequence[Unexecuted] = ()
    restarts: dict[str, int] = {}

    @classmethod
    def of(
        cls, folder: MeshFolder, *, per_workload: bool, inside: tuple[str, ...] = ()
    ) -> EnvoyProxies:
        """Return the proxies of a mesh, those an earlier run left serving among them.

        `inside` are the words of a command that enters the private network of an intercepted mesh;
        of one that was killed nothing is taken over.
        """
        # Envoy inherits the environment, and with the mark it is found even without its files.
        os.environ[MARK] = f"{folder.mark}/envoy"
        found = cls(folder, Envoys(folder.proxies, Settings(inside=inside)), per_workload)
        if not inside:
            found.envoys.adopt()
        return found

    @property
    def is_serving(self) -> bool:
        """Whether an Envoy runs."""
        return bool(self.envoys.processes())

    async def apply(self, revision: Revision, placement: Placement) -> Confirmed:
        """Bring a configuration live. Raises ProxyError."""
        compilation = revision.compilation
        config = envoy_config(
            compilation.mesh, compilation.plan, placement, per_workload=self.per_workload
        )
        begun = time.time()
        try:
            applied = await self.envoys.apply(config)
        except EnvoyStartError as error:
            raise ProxyError(str(error)) from error
        if applied.rejected:
            texts = (
                f"{one.proxy} rejects {one.resource}: {one.message}" for one in applied.rejected
            )
            raise ProxyError("\n".join(texts))
        self.unexecuted = config.unexecuted
        self._name_logs()
        proxies, seconds = _confirming(applied, config), _until_live(applied)
        return Confirmed(proxies, seconds, begun, applied.in_flight)

    async def until_well(self, seconds: float) -> tuple[Ailing, ...]:
        """Wait, within bounds, until Envoy knows all pods to be well that it asks; return the rest.

        It begins before the programs do, so what it knows of them may be older than their start.
        """
        until = time.monotonic() + seconds
        while True:
            left = self._ailing()
            if not left or time.monotonic() >= until:
                return left
            await asyncio.sleep(_PAUSE)

    def _ailing(self) -> tuple[Ailing, ...]:
        pattern = rf"^cluster\.{re.escape(OWN)}.*\.membership_(healthy|total)$"
        found = self.envoys.gauges(pattern)
        totals = {name: count for name, count in found.items() if name.endswith(_TOTAL)}
        counts = (
            (name.removesuffix(_TOTAL), found.get(name.removesuffix(_TOTAL) + _WELL, 0), count)
            for name, count in totals.items()
        )
        return tuple(_of_cluster(name, *both) for name, *both in counts if both[0] < both[1])

    async def watch(self, told: Callable[[str], None]) -> None:
        """Start proxies again that end by themselves, until cancelled."""

        def restarted(one: Restarted) -> None:
            self.restarts[one.proxy] = self.restarts.get(one.proxy, 0) + 1
            how = "" if one.exit_code is None else f" ({ending(one.exit_code)})"
            outcome = f"not up again: {one.error}" if one.error else "serves again"
            pause = duration(one.after_seconds)
            told(f"{log_name(one.proxy)} ended{how}, restarted after {pause}, {outcome}")

        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.envoys.watch(restarted))
            tasks.create_task(self._look_after_requests())

    async def _look_after_requests(self) -> None:
        while True:
            await asyncio.sleep(LOG_PAUSE)
            self.envoys.begin_long_requests_anew(LONGEST_LOG)

    async def down(self) -> None:
        """End all proxies."""
        await self.envoys.down()

    def records(self) -> list[WorkloadRecord]:
        """Return how the proxies stand."""
        processes = self.envoys.processes()
        return [
            self._record(name, processes.get(name, 0), log)
            for name, log in sorted(self.envoys.logs().items())
        ]

    def _record(self, name: str, pid: int, log: Path) -> WorkloadRecord:
        identity = identify(pid) if pid else None
        return WorkloadRecord(
            replica=log_name(name),
            container="",
            workload=name,
            namespace="",
            kind="Envoy",
            state="ready" if identity else "ended",
            address="",
            pid=pid,
            started=identity.started if identity else 0,
            restarts=self.restarts.get(name, 0),
            log=str(log),
        )

    def _name_logs(self) -> None:
        """Give each proxy's logs names among the others."""
        for name, log in self.envoys.logs().items():
            _link(self.folder.logs / f"{log_name(name)}.log", log)
        for name, file in self.envoys.logs(REQUESTS_FILE).items():
            _link(self.folder.logs / f"{log_name(name)}.jsonl", file)


def _link(link: Path, file: Path) -> None:
    if not link.is_symlink():
        link.unlink(missing_ok=True)
        link.symlink_to(file)


def _of_cluster(stat: str, well: int, count: int) -> Ailing:
    to = destination_of(stat)
    return Ailing(to.host, to.subset, well, count)


def log_name(proxy: str) -> str:
    """Return under which name a proxy is listed.

    >>> log_name("mesh"), log_name("cart-0"), log_name("_host")
    ('envoy', 'envoy.cart-0', 'envoy._host')
    """
    return LOG if proxy == ONE_PROXY else f"{LOG}.{proxy}"


def _confirming(applied: Applied, config: EnvoyConfig) -> int:
    """Count the proxies that a change concerned; a change that concerned none is live in all.

    The one before a private network only passes on.
    """
    concerned = {name for step in applied.steps for name in step.proxies} | set(applied.started)
    return len(concerned - {OUTER_PROXY}) or len(config.proxies.keys() - {OUTER_PROXY})


def _until_live(applied: Applied) -> float:
    """Return the seconds until requests go where they should; tidying up comes after that."""
    seconds = 0.0
    for step in applied.steps:
        if step.what == LET_OUT:
            return seconds
        seconds += step.seconds
    return applied.seconds
