"""Keeps what others may read of a mesh that follows a repository: `sync/status.json`.

Comes in: what is known of commits, and how the mesh stands. Goes out: the status, written when it
says something new; and what a process of earlier times wrote there. Objects are compared anew only
when one of the two sides, or a program, has changed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from laneway.apps.local.mesh.runner import Runner
from laneway.apps.local.record.state import WorkloadRecord
from laneway.apps.local.record.synced import SyncFolder, SyncWish
from laneway.core.mesh.snapshot import Snapshot
from laneway.core.resources.meta import Ref
from laneway.core.syncing.healths import Programs, healths
from laneway.core.syncing.report import SyncReport, tracked_of
from laneway.core.syncing.states import ObjectState, object_states
from laneway.core.syncing.tracking import Tracked


class _Compared(Struct, frozen=True):
    """States of objects, and what they were worked out from."""

    wanted: Snapshot
    live: Snapshot
    programs: Mapping[Ref, Programs]
    states: tuple[ObjectState, ...]

    def of(self, wanted: Snapshot, live: Snapshot, programs: Mapping[Ref, Programs]) -> bool:
        """Whether these are what the states were worked out from."""
        return self.wanted is wanted and self.live is live and self.programs == programs


class SyncStatus:
    """The status of one mesh. `application` is what it follows, told as it is.

    `left_by` gives what a killed mesh, told to follow the same, left serving.
    """

    def __init__(
        self,
        folder: SyncFolder,
        application: Mapping[str, Any],
        left_by: Callable[[], Snapshot] = Snapshot,
    ) -> None:
        self._folder = folder
        self._application = application
        self._left_by = left_by
        self._compared: _Compared | None = None
        self._written: dict[str, Any] | None = None

    def begin(self) -> None:
        """Make the folder."""
        self._folder.begin()

    def tracked(self) -> Tracked:
        """Return what is known from an earlier process that followed the same."""
        found = self._folder.read()
        if found is None or found["application"] != self._application:
            return Tracked()
        return tracked_of(found)

    def left(self) -> Snapshot:
        """Return what an earlier mesh left serving."""
        return self._left_by()

    def wishes(self) -> list[SyncWish]:
        """Return the wishes that nobody has answered yet."""
        return list(self._folder.wishes())

    def note(self, tracked: Tracked, runner: Runner) -> None:
        """Write how all stands, if that is new."""
        state = runner.loop.state
        states = self._states(tracked, runner)
        is_on_its_way = state.wanted is not state.live.revision
        report = SyncReport(self._application, tracked, states, is_on_its_way)
        if (status := report.as_value()) != self._written:
            self._folder.write(status)
            self._written = status

    def _states(self, tracked: Tracked, runner: Runner) -> tuple[ObjectState, ...]:
        compilation = runner.loop.state.live.revision.compilation
        live, programs = compilation.snapshot, programs_of(runner.target.supervisor.records())
        wanted, before = tracked.newest_snapshot or live, self._compared
        if before and before.of(wanted, live, programs):
            return before.states
        states = object_states(wanted, live, healths(compilation, programs))
        self._compared = _Compared(wanted, live, programs, states)
        return states


def programs_of(records: Sequence[WorkloadRecord]) -> dict[Ref, Programs]:
    """Return how the programs of each workload stand."""
    found: dict[Ref, list[WorkloadRecord]] = {}
    for one in records:
        found.setdefault(Ref(one.kind, one.namespace, one.workload), []).append(one)
    return {ref: _programs(ones) for ref, ones in found.items()}


def _programs(records: Sequence[WorkloadRecord]) -> Programs:
    """Count states. One that starts again because it ended is not better for that."""
    states = [one.state for one in records]
    ended = [one for one in records if one.state == "ended" or _starts_again(one)]
    return Programs(
        all=len(records),
        ready=states.count("ready"),
        ended=len(ended),
        stopped=states.count("stopped") + states.count("stopping"),
        reason=next((one.reason for one in ended), ""),
    )


def _starts_again(one: WorkloadRecord) -> bool:
    return one.state == "starting" and bool(one.reason)
