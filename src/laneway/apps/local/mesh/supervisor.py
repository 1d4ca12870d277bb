"""The processes of the fleet: what `fleet` decides is done here, and what happens is noted.

Comes in: instances and program keys to start or stop. Goes out: the standing of every program, and
what happened since the last look. Nothing is decided here; every look asks the processes anew.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from functools import cached_property
from signal import Signals

from msgspec import Struct

from laneway.adapters.processes import (
    UNSEEN,
    CannotStart,
    Parents,
    Program,
    Started,
    accepts,
    stop_marked,
    stop_processes,
)
from laneway.apps.local.mesh.pods import Pods
from laneway.apps.local.mesh.programs import program_of
from laneway.apps.local.record.state import MeshFolder, WorkloadRecord
from laneway.core.fleet.next_step import Instance, ProgramKey
from laneway.core.fleet.standing import (
    Standing,
    became_ready,
    begun,
    came_to_an_end,
    told_to_stop,
)
from laneway.core.fleet.wanted import WantedProgram

GRACE = 5.0
"""Seconds a program has to end after the polite signal; requests have ended before it is sent."""

LONGEST_LOG = 16 * 1024 * 1024
"""Bytes at which a program's log begins anew: a mesh may run for weeks."""


class Ended(Struct, frozen=True):
    """A program ended by itself, or could not be started."""

    instance: Instance
    container: str
    standing: Standing


class Recovered(Struct, frozen=True):
    """A program that had ended, or was stopped, accepts connections again."""

    instance: Instance


class Stopped(Struct, frozen=True):
    """All programs of an instance that somebody stopped have ended."""

    instance: Instance


Event = Ended | Recovered | Stopped


class Supervisor(Struct, dict=True):
    """All programs of a mesh.

    `clock` gives seconds of a steady clock, `pods` is where they live, if not on this machine's
    network.
    """

    folder: MeshFolder
    environment: Mapping[str, str]
    clock: Callable[[], float]
    instances: dict[str, Instance] = {}
    standings: dict[ProgramKey, Standing] = {}
    running: dict[ProgramKey, Started] = {}
    pods: Pods | None = None

    @cached_property
    def parents(self) -> Parents:
        """The parents of programs, one for each kind of program that needs one."""
        return Parents(f"{self.folder.mark}/parent", self.folder.logs / "parent.log")

    def start(self, keys: Collection[ProgramKey]) -> list[Ended]:
        """Start programs; return those that the machine cannot run."""
        failed = []
        found_ones = [(key, *self._find(key)) for key in keys]
        started = self.parents.start([self._program(one, what) for _, one, what in found_ones])
        for (key, instance, _), found in zip(found_ones, started, strict=True):
            now = self.clock()
            self.standings[key] = begun(self.standings.get(key), now)
            if isinstance(found, CannotStart):
                self.standings[key] = came_to_an_end(self.standings[key], found.reason, now)
                failed.append(Ended(instance, key[1], self.standings[key]))
            else:
                self.running[key] = found
        return failed

    def _program(self, instance: Instance, wanted: WantedProgram) -> Program:
        inside = self.pods.inside(instance) if self.pods else ()
        return program_of(self.folder, instance, wanted, self.environment, inside)

    def _find(self, key: ProgramKey) -> tuple[Instance, WantedProgram]:
        instance = self.instances[key[0]]
        programs = instance.wanted.programs
        return instance, next(one for one in programs if one.container == key[1])

    def observe(self) -> list[Event]:
        """Look at every program once; return what happened since the last look."""
        happened: list[Event] = []
        for key, started in list(self.running.items()):
            code = started.exit_code()
            instance, program = self._find(key)
            if self.standings[key].phase == "stopping":
                continue  # `have_stopped` notes it, when nothing of it is left
            if code is not None:
                happened.append(self._ended(key, instance, code))
            elif self.standings[key].phase == "starting" and self._listens(instance, program, key):
                self.standings[key] = became_ready(self.standings[key], self.clock())
                if self.standings[key].is_back:
                    happened.append(Recovered(instance))
        return happened

    def _listens(self, instance: Instance, program: WantedProgram, key: ProgramKey) -> bool:
        if self.pods is not None:
            return self.pods.listens(instance, program, self.running[key])
        return all(
            accepts(instance.place.address, port) for port in instance.awaited_ports(program)
        )

    def _ended(self, key: ProgramKey, instance: Instance, code: int) -> Ended:
        """Note an end. What the program left behind would hold its port, so it goes too."""
        stop_marked([self.running.pop(key).program.mark])
        self.standings[key] = came_to_an_end(self.standings[key], ending(code), self.clock())
        return Ended(instance, key[1], self.standings[key])

    def halt(self, instances: Collection[Instance]) -> tuple[list[Started], list[Stopped]]:
        """Stop instances; return what of them runs, for `end`, and who is stopped already.

        Programs that have ended by themselves wait for their next start, and then for nothing.
        """
        keys = [key for one in instances for key in one.program_keys()]
        for key in keys:
            runs = key in self.running
            self.standings[key] = told_to_stop(self.standings.get(key), self.clock(), runs=runs)
        idle = [one for one in instances if self.running.keys().isdisjoint(one.program_keys())]
        return [self.running[key] for key in keys if key in self.running], list(map(Stopped, idle))

    def have_stopped(self, ended: Collection[Started]) -> list[Stopped]:
        """Note programs that `end` is done with; return the instances of which none is left.

        Not when they end: `end` goes on to what carries their mark, and a successor carries it too.
        """
        ids = {one.id for one in ended}
        keys = [key for key, one in self.running.items() if one.id in ids]
        for key in keys:
            del self.running[key]
            self.standings[key] = told_to_stop(self.standings[key], self.clock(), runs=False)
        instances = [self.instances[name] for name in dict.fromkeys(name for name, _ in keys)]
        return [
            Stopped(one)
            for one in instances
            if all(self.standings[key].phase == "stopped" for key in one.program_keys())
        ]

    def release(self, instances: Collection[Instance]) -> list[Started]:
        """Forget instances; return what of them runs, for `end`."""
        keys = [key for one in instances for key in one.program_keys()]
        for key in keys:
            self.standings.pop(key, None)
        for instance in instances:
            self.instances.pop(instance.id, None)
        return [self.running.pop(key) for key in keys if key in self.running]

    def begin_long_logs_anew(self) -> None:
        """Empty logs that have grown too long; programs append, and so go on at the beginning."""
        for started in self.running.values():
            with suppress(FileNotFoundError):
                if started.program.log.stat().st_size > LONGEST_LOG:
                    os.truncate(started.program.log, 0)

    def close(self) -> None:
        """Let the parents of programs go, when no program is left."""
        self.parents.close()

    def is_unwatched(self) -> bool:
        """Whether the end of a program wakes nobody: what started it is gone."""
        return self.parents.are_gone_from(self.running.values())

    def is_starting(self) -> bool:
        """Whether any program has been started and is not ready yet."""
        return any(self.standings[key].phase == "starting" for key in self.running)

    def records(self) -> list[WorkloadRecord]:
        """Return what `laneway ps` shows."""
        return [
            self._record(instance, program, key)
            for instance in self.instances.values()
            for program, key in zip(instance.wanted.programs, instance.program_keys(), strict=True)
        ]

    def _record(
        self, instance: Instance, program: WantedProgram, key: ProgramKey
    ) -> WorkloadRecord:
        standing, started = self.standings.get(key), self.running.get(key)
        ref = instance.wanted.workload
        alone = len(instance.wanted.programs) == 1
        return WorkloadRecord(
            replica=instance.id,
            container=program.container,
            workload=ref.name,
            namespace=ref.namespace,
            kind=ref.kind,
            state=standing.phase if standing else "starting",
            address=instance.place.address,
            pid=started.id.pid if started else 0,
            started=started.id.started if started else 0,
            restarts=standing.restarts if standing else 0,
            log=str(self.folder.log_of(instance.id, program.container, alone=alone)),
            reason=standing.reason if standing else "",
            name=instance.wanted.name,
            calls=program.calls,
            alone=self._alone(instance, program),
        )

    def _alone(self, instance: Instance, program: WantedProgram) -> tuple[int, ...]:
        """Return the ports of a program's at which it listens on 127.0.0.1 alone."""
        found = self.pods.alone(instance.id) if self.pods else ()
        return tuple(port for _, port in program.ports if port in found)


def end(started: Collection[Started]) -> None:
    """End programs with all they started. Takes as long as the slowest of them, at most GRACE."""
    stop_processes([one.id for one in started], GRACE)
    stop_marked([one.program.mark for one in started])
    for one in started:
        one.child.wait()


def ending(code: int) -> str:
    """Say how a program ended.

    >>> ending(3), ending(-9)
    ('exit code 3', 'SIGKILL')
    """
    if code == UNSEEN:
        return "an exit code that nobody saw"
    if code >= 0:
        return f"exit code {code}"
    try:
        return Signals(-code).name
    except ValueError:
        return f"signal {-code}"
