"""`laneway up`: a mesh from the first look at its files to the last of its processes.

Comes in: a folder for its state and the options. Goes out: an exit code: 0 it ran and ended when it
was told to, 1 its files are in error, 2 a path is not there, 3 the machine failed it. Only wiring:
the adapters are made here and handed to the loop.
"""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
import time
from collections.abc import Sequence

from laneway.adapters.files import Reader
from laneway.adapters.processes import (
    Claims,
    first_unprivileged_port,
    identify,
    listening_sockets,
    own_age,
    stop_marked,
)
from laneway.apps.local.machine.holders import holder_text
from laneway.apps.local.machine.takeover import Leftover, leftover
from laneway.apps.local.mesh.announcer import Announcer
from laneway.apps.local.mesh.browsing import opened_console
from laneway.apps.local.mesh.configuration import Options
from laneway.apps.local.mesh.detach import Release, in_background
from laneway.apps.local.mesh.first_seconds import first_seconds
from laneway.apps.local.mesh.input import Files, Input
from laneway.apps.local.mesh.intercepting import opened_pods
from laneway.apps.local.mesh.offering import OFFER, is_possible, would_serve
from laneway.apps.local.mesh.pods import Pods
from laneway.apps.local.mesh.proxies import EnvoyProxies
from laneway.apps.local.mesh.recorder import Recorder, opened, serving
from laneway.apps.local.mesh.runner import Runner, StartError
from laneway.apps.local.mesh.supervisor import Supervisor
from laneway.apps.local.mesh.target import LocalTarget
from laneway.apps.local.record.outside import look
from laneway.apps.local.record.refusal import STDIN
from laneway.apps.local.record.state import FolderLock, MeshFolder, MeshRecord, boot_id
from laneway.apps.local.record.stopped import LOOK_AGAIN, let_up, read_stopped
from laneway.apps.terminal.mesh_text import summary
from laneway.apps.terminal.screen import Screen, findings_on, table_width_of
from laneway.apps.terminal.tables import duration
from laneway.core.compile import compile_snapshot
from laneway.core.findings.finding import Finding
from laneway.core.findings.input import about_nothing, is_path_missing
from laneway.core.fleet.allocator import Allocator
from laneway.core.fleet.placing import NoRoomError, Taken
from laneway.core.gate import Revision, is_safe, revision_of
from laneway.loop.seams import Clock, Wake

FINE, ERRORS, MISSING, FAILED = 0, 1, 2, 3


def up(folder: MeshFolder, options: Options, *, detach: bool) -> int:
    """Run a mesh until it is told to stop; with `detach` return as soon as it is ready."""
    gc.disable()  # until all is ready: what is made until then stays
    stdin = sys.stdin.buffer.read() if STDIN in options.paths else None
    reader = Reader(options.paths, stdin, all_files=options.all_files, packages=True)
    launch = Launch(folder, options, Files(reader))
    return in_background(launch.run_alone) if detach else launch.run_alone(None)


def finding_text(findings: Sequence[Finding]) -> str:
    """Return findings as people read them."""
    return findings_on(findings, sys.stderr)


class Launch:
    """One run of `laneway up`: what it was told, and where it speaks."""

    offering: asyncio.Task[None] | None = None

    def __init__(self, folder: MeshFolder, options: Options, source: Input) -> None:
        self.folder = folder
        self.options = options
        self.input = source
        self.begun = time.time() - own_age()  # loading the command is waited for, too
        self.screen = Screen(sys.stdout, sys.stderr)
        self.announcer = Announcer(self.screen, finding_text, source.provenance, folder.name)

    def run_alone(self, release: Release | None) -> int:
        """Run, unless another process runs a mesh of this name; return the exit code."""
        lock = FolderLock.take(self.folder)
        if lock is None:
            self.screen.warn(already_running(self.folder))
            return FAILED
        try:
            self.screen.progress("reading", " ".join(self.options.paths))
            revision = self._first()
            return (
                revision if isinstance(revision, int) else asyncio.run(self.run(revision, release))
            )
        finally:
            lock.release()

    def _first(self) -> Revision | int:
        """Return the first input that can be run; where there is none, tell why of the best one."""
        wrong: list[tuple[int, tuple[Finding, ...]]] = []
        for snapshot in self.input.first():
            if nothing := about_nothing(snapshot.findings):
                wrong.append((MISSING if is_path_missing(nothing) else ERRORS, nothing))
                continue
            revision = revision_of(compile_snapshot(snapshot), self.options.commands)
            if is_safe(revision):
                return revision
            wrong.append((ERRORS, revision.errors))
        code, findings = wrong[0]
        self.screen.warn(finding_text(findings))
        return code

    async def run(self, revision: Revision, release: Release | None) -> int:
        """Give programs a network, if they are to have one, and run the mesh."""
        try:
            pods = opened_pods(self.folder, self.options, self.screen.warn)
        except (NoRoomError, OSError) as error:
            self.screen.warn(str(error))
            return FAILED
        return await self.run_in(pods, revision, release)

    async def run_in(self, pods: Pods | None, revision: Revision, release: Release | None) -> int:
        """Start, tell, follow, and end everything."""
        left = leftover(self.folder)
        let_up(self.folder, read_stopped(self.folder).names)
        inside = pods.envoy if pods else ()
        proxies = EnvoyProxies.of(
            self.folder, per_workload=self.options.per_workload, inside=inside
        )
        runner = self._runner(proxies, left, pods, detached=release is not None)
        self._heed_signals(runner.target.wake)
        try:
            await runner.start(revision)
            if ended := await asyncio.to_thread(left.end):
                self.screen.warn(f"took over from a killed mesh and ended {ended} old processes")
            if self.options.quiet:
                self.screen.show([])  # takes the line of progress away
            else:
                self._tell(runner, revision, proxies, detached=release is not None)
            if moved := runner.target.allocator.moved():
                self.screen.warn(moved)
            gc.freeze()  # what is there now stays; looking through it would delay edits
            gc.enable()
            following = asyncio.create_task(runner.loop.run(self.input.follow()))
            await self._open_console()
            if release is not None:
                await first_seconds(runner, following)
                release(self.folder.logs / "laneway.log")
            await following
        except StartError as error:
            self.screen.warn(str(error))
            return FAILED
        finally:
            await self._end(runner)
        return FINE

    async def _open_console(self) -> None:
        """Start a console if one is wanted, and print its link; a mesh does without as well."""
        if self.options.console:
            try:
                link = await opened_console(self.folder, self.options.console_words)
                self.screen.show([f"The console, once within ten minutes: {link}"])
            except OSError as error:
                self.screen.warn(str(error))

    async def _offer(self) -> None:
        """Say that programs could have a network of their own, if they could."""
        if await is_possible(self.folder.path.parent):
            self.screen.warn(OFFER)

    def _runner(
        self,
        proxies: EnvoyProxies,
        left: Leftover,
        pods: Pods | None,
        *,
        detached: bool,
    ) -> Runner:
        own = identify(os.getpid())
        head = MeshRecord(
            name=self.folder.name,
            pid=os.getpid(),
            started=own.started if own else 0,
            boot=boot_id(),
            since=self.begun,
            paths=list(self.input.provenance.paths),
            detached=detached,
            per_workload=self.options.per_workload,
            namespace=self.input.provenance.namespace,
        )
        lowest = first_unprivileged_port()

        def taken() -> Taken:
            return Taken(listening_sockets() - left.gateways, lowest=lowest)

        clock = Clock()
        target = LocalTarget(
            Supervisor(self.folder, dict(os.environ), clock.now, pods=pods),
            proxies,
            Allocator(
                self.folder.name,
                self.options.port,
                taken,
                Claims().claim,
                left.ids,
                self.options.fixed,
                holder_text,
                pods.private if pods else None,
            ),
            self.announcer,
            lambda: read_stopped(self.folder),
        )
        recorder = Recorder(self.folder, proxies, head)

        def noted(runner: Runner) -> None:
            recorder.note(runner)
            self.input.note(runner)

        return Runner(target, self.options.commands, clock, noted, self.input.written_at)

    def _tell(
        self, runner: Runner, revision: Revision, proxies: EnvoyProxies, *, detached: bool
    ) -> None:
        """Tell what is up, then what of the files is wrong or not carried out here."""
        took = duration(time.time() - self.begun)
        width = table_width_of(sys.stdout)
        self.screen.show(summary(revision.compilation, serving(runner), opened(runner), width))
        name = "" if self.folder.name == "default" else f" --name {self.folder.name}"
        end = f"`laneway down{name}` ends it" if detached else "Ctrl-C ends it"
        provenance = self.input.provenance
        line = (
            f"Mesh {self.folder.name} was ready after {took} and follows {provenance.edits}; {end}."
        )
        self.screen.show(["", line])
        self.announcer.found(revision.compilation.findings, revision.missing, provenance.hint)
        self.announcer.unexecuted(proxies.unexecuted)
        self.announcer.ailing(runner.ailing)
        if self.options.intercept == "off" and would_serve(revision):
            self.offering = asyncio.create_task(self._offer())

    def _heed_signals(self, wake: Wake) -> None:
        """Ctrl-C ends the mesh; a second one no longer lets programs end by themselves."""

        def told_to_stop() -> None:
            if wake.is_told_to_stop:
                stop_marked([self.folder.mark])
            wake.stop()

        def told_to_look_again() -> None:
            wake.set()
            self.input.look_again()

        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, told_to_stop)
        loop.add_signal_handler(signal.SIGCHLD, wake.set)
        loop.add_signal_handler(LOOK_AGAIN, told_to_look_again)

    async def _end(self, runner: Runner) -> None:
        """End everything and leave nothing but logs."""
        if self.offering is not None:
            self.offering.cancel()
        self.screen.progress("stopping")
        await runner.target.down()
        stop_marked([self.folder.mark])
        self.folder.clear()
        self.screen.show([])


def already_running(folder: MeshFolder) -> str:
    """Say who runs a mesh of this name, and what to do about it."""
    record = look(folder).record
    what = f"process {record.pid} follows {' '.join(record.paths)}" if record else "it is starting"
    return (
        f"mesh {folder.name} is already running: {what}\n"
        f"`laneway down --name {folder.name}` stops it, another --name runs one beside it"
    )
