"""A mesh on this machine as a ground: what its files say, and what its proxies serve.

Comes in: the mesh's folder. Goes out: a state whenever its record, its live input or its files
change. The mesh knows nothing of it: all is read from what it keeps for others to look at, so that
a console may come, go and be started again at any time.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing, suppress
from pathlib import Path
from typing import Any

from msgspec import Struct

from laneway.adapters.files import Reader, read_paths
from laneway.adapters.files.watch import follow
from laneway.apps.console.editing.delivery import WRITTEN, EditDelivery
from laneway.apps.console.grounds.mesh_input import MeshInput
from laneway.apps.console.seams import (
    About,
    Changed,
    EditingWay,
    GatewayAddress,
    GroupStanding,
    RepositoryFollowed,
    Sender,
    ShownState,
)
from laneway.apps.local.record.ailing import ailing_pods
from laneway.apps.local.record.counted import RequestCounter
from laneway.apps.local.record.outside import SeenMesh, look
from laneway.apps.local.record.state import GatewayRecord, MeshFolder, MeshRecord
from laneway.apps.local.record.unrouted import UnroutedLog
from laneway.apps.local.verify.asked import SentInquiry, ask_through
from laneway.core.compile import Compilation, compile_snapshot
from laneway.core.mesh.snapshot import Snapshot
from laneway.core.views.topology.topology import Topology
from laneway.core.views.traffic.counts import Counts, ToldCounts

LOOK = 0.25
"""Seconds between two looks at the files in which a mesh says how it is."""
_GONE = "the mesh is not running; `laneway up` starts one"
_ORPHANED = "the process that ran the mesh was killed: it serves on, and follows no edit"

Stamps = tuple[tuple[int, int] | None, ...]


class _CompiledMesh(Struct):
    """What was compiled last."""

    written: Compilation | None = None
    live: Compilation | None = None
    live_stamp: tuple[int, int] | None = None


class LoggedTraffic:
    """What goes through the mesh, by its proxies' log of requests."""

    pause = 1
    asks_others = False

    def __init__(self, folder: MeshFolder) -> None:
        """Count from now on."""
        self._counter = RequestCounter(folder)
        self._of: Topology | None = None

    @property
    def window(self) -> float:
        """Seconds that a look tells of."""
        return self._counter.window

    async def look(self, compilation: Compilation, shown: Topology, now: float) -> ToldCounts:
        """Return what was counted."""
        return ToldCounts(await asyncio.to_thread(self._look, compilation, shown, now))

    def _look(self, compilation: Compilation, shown: Topology, now: float) -> Counts | None:
        if shown is not self._of:
            self._counter.show(compilation, shown)
            self._of = shown
        return self._counter.look(now)


class MeshGround:
    """A mesh by its folder."""

    def __init__(self, folder: MeshFolder, delivery: EditDelivery = WRITTEN) -> None:
        """Nothing is read before `run`."""
        self.folder = folder
        self._input = MeshInput(folder, delivery)
        self.seen: ShownState | None = None
        self.traffic = LoggedTraffic(folder)
        self._kept = _CompiledMesh()
        self._snapshot: Snapshot | None = None
        self._unrouted = UnroutedLog(folder)
        self._woken = asyncio.Event()

    @property
    def about(self) -> About:
        """The mesh's name, and the paths it is read from."""
        record = self.folder.read()
        return About("mesh", self.folder.name, tuple(record.paths) if record else ())

    @property
    def way(self) -> EditingWay | None:
        """How what the mesh is made of is edited: its files, or a work tree of its repository."""
        return self._input.way

    @property
    def why_no_way(self) -> str:
        """Why nothing is edited."""
        return self._input.why_no_way

    @property
    def followed(self) -> RepositoryFollowed | None:
        """The repository that the mesh follows."""
        return self._input.followed

    @property
    def sender(self) -> Sender | None:
        """Who sends requests through the gateways of the mesh, as long as it runs."""
        seen = self.seen
        if seen is None or look(self.folder).condition == "gone":
            return None

        async def send(wish: SentInquiry) -> dict[str, Any]:
            return await ask_through(self.folder, seen.served, wish)

        return send

    async def run(self, changed: Changed) -> None:
        """Look for ever; each change is a new state."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._follow_files())
            stamps: Stamps = ()
            while True:
                now, is_other = await asyncio.to_thread(self._glance)
                if now != stamps or is_other or self._woken.is_set():
                    self._woken.clear()
                    stamps = now
                    await self._look(changed)
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._woken.wait(), LOOK)

    async def _look(self, changed: Changed) -> None:
        found = await asyncio.to_thread(self._state)
        if found is not None:
            self.seen = found
            changed()

    def _glance(self) -> tuple[Stamps, bool]:
        """Return what changes with a mesh, and whether requests without a route are others."""
        mesh, seen, is_other = look(self.folder), self.seen, False
        told = {"running": 1, "orphaned": 2, "gone": 3}[mesh.condition]
        if mesh.record is not None and seen is not None:
            self._unrouted.look(mesh.record, time.time())
            is_other = self._unrouted.told(seen.served.plan) != seen.unrouted
        return (_stamp(self.folder.record), _stamp(self.folder.input), (told, 0)), is_other

    def _state(self) -> ShownState | None:
        mesh, kept = look(self.folder), self._kept
        if mesh.record is None:
            return self._without_mesh()
        stamp = _stamp(self.folder.input)
        if stamp is not None and stamp != kept.live_stamp:
            live = read_paths([str(self.folder.input)], namespace=mesh.record.namespace)
            kept.live, kept.live_stamp = compile_snapshot(live, kept.live), stamp
        if self._snapshot is not None:
            kept.written = compile_snapshot(self._snapshot, kept.written)
        written = kept.written or kept.live
        return None if written is None else self._of(mesh, mesh.record, written)

    def _of(self, mesh: SeenMesh, record: MeshRecord, written: Compilation) -> ShownState:
        trouble = record.trouble or (_ORPHANED if mesh.condition == "orphaned" else "")
        return ShownState(
            self._next,
            written,
            self._kept.live,
            [_address(one) for one in record.gateways],
            self._standings(record),
            record.refused,
            trouble,
            down=ailing_pods(record),
            unrouted=self._unrouted.told((self._kept.live or written).plan),
        )

    def _without_mesh(self) -> ShownState | None:
        written = self._kept.written or self._kept.live
        return None if written is None else ShownState(self._next, written, trouble=_GONE)

    @property
    def _next(self) -> int:
        return self.seen.revision + 1 if self.seen else 1

    def _standings(self, record: MeshRecord) -> dict[str, GroupStanding]:
        """Say of each group whether it is live: as the mesh is, which goes live as a whole."""
        live = self._kept.live
        if live is None or record.state != "ready":
            return {}
        since = None
        with suppress(OSError):
            since = self.folder.input.stat().st_mtime
        return {group.name: GroupStanding("live", "", since) for group in live.mesh.groups}

    async def _follow_files(self) -> None:
        """Read the files that a mesh is made of, as long as it is made of these."""
        while True:
            paths = await asyncio.to_thread(self._input.paths)
            reading = asyncio.create_task(self._read(paths))
            try:
                while paths == await asyncio.to_thread(self._input.paths):
                    done, _ = await asyncio.wait([reading], timeout=LOOK)
                    for one in done:
                        one.result()  # why it ended is told
            finally:
                reading.cancel()
                await asyncio.gather(reading, return_exceptions=True)

    async def _read(self, paths: tuple[str, ...]) -> None:
        record = await asyncio.to_thread(self.folder.read)
        if not paths or record is None:
            await asyncio.Event().wait()
            return
        reader = Reader(paths, namespace=record.namespace, packages=True)
        async with aclosing(follow(reader)) as snapshots:
            async for snapshot in snapshots:
                self._snapshot = snapshot
                self._woken.set()


def _address(one: GatewayRecord) -> GatewayAddress:
    return GatewayAddress(tuple(one.gateways), one.selector, one.port, one.url)


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino
