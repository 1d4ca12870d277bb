"""The loop, with proxies that only remember: what goes live, what stays, what is told."""

import asyncio
import io
import threading
import time
from collections.abc import AsyncIterator, Callable, Collection, Coroutine
from pathlib import Path

import pytest
from msgspec import Struct

from laneway.adapters.processes import ProcessId, Program
from laneway.apps.local.mesh.announcer import Announcer
from laneway.apps.local.mesh.proxies import Ailing, ProxyError
from laneway.apps.local.mesh.runner import Runner, StartError
from laneway.apps.local.mesh.supervisor import Stopped, Supervisor
from laneway.apps.local.mesh.target import LocalTarget
from laneway.apps.local.record.state import MeshFolder
from laneway.apps.local.record.stopped import StoppedNames
from laneway.apps.terminal.screen import Screen
from laneway.core.compile import compile_snapshot
from laneway.core.emit.placement import Placement
from laneway.core.fleet.allocator import Allocator
from laneway.core.fleet.commands import Commands
from laneway.core.fleet.placing import Taken
from laneway.core.gate import Revision, revision_of
from laneway.core.mesh.snapshot import Snapshot
from laneway.loop.seams import Clock
from laneway.loop.step import Confirmed
from tests.snapshot import snapshot_of_texts
from tests.wire.lanes import deployment

GATEWAY = """
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {{name: gateway, namespace: default}}
spec:
  selector: {{istio: ingressgateway}}
  servers:
"""
SERVER = "  - {{port: {{number: {0}, name: http-{0}, protocol: HTTP}}, hosts: ['*']}}\n"


def _gateway(*ports: int) -> Snapshot:
    text = GATEWAY.format() + "".join(SERVER.format(port) for port in ports)
    return snapshot_of_texts([("gateway.yaml", text)])


BROKEN = snapshot_of_texts([("gateway.yaml", "kind: Gateway\nspec: [")])


class Remembering(Struct, dict=True):
    """Proxies that remember what they were given, and refuse what they are told to."""

    live: list[list[int]] = []
    """The gateway ports of each configuration that went live."""

    refuse: str = ""
    ailing: tuple[Ailing, ...] = ()
    is_down: bool = False
    is_serving: bool = False

    async def apply(self, revision: Revision, placement: Placement) -> Confirmed:
        del placement
        if self.refuse:
            raise ProxyError(self.refuse)
        self.live.append([port.port for port in revision.compilation.plan.gateway_ports])
        return Confirmed(1, 0.004, time.time())

    async def until_well(self, seconds: float) -> tuple[Ailing, ...]:
        del seconds
        return self.ailing

    async def watch(self, told: Callable[[str], None]) -> None:
        told("envoy ended")
        await asyncio.Event().wait()

    async def down(self) -> None:
        self.is_down = True


class Stage:
    """A loop without programs, fed one state of the files after the other."""

    def __init__(self, folder: Path) -> None:
        self.said = io.StringIO()
        self.proxies = Remembering()
        announcer = Announcer(
            Screen(self.said, self.said),
            lambda findings: "\n".join(found.message for found in findings),
        )
        self.files: asyncio.Queue[Snapshot] = asyncio.Queue()
        self.idle = asyncio.Event()
        target = LocalTarget(
            Supervisor(MeshFolder(folder), {}, lambda: 0.0),
            self.proxies,
            Allocator("shop", 8080, Taken, lambda _: True),
            announcer,
        )
        commands = Commands((("mock", ("mock",)),))
        self.runner = Runner(target, commands, Clock(), self._noted)

    def _noted(self, runner: Runner) -> None:
        if self.files.empty() and runner.loop.newest is None:
            self.idle.set()

    async def feed(self, snapshot: Snapshot) -> None:
        """Let the files say something else, and wait until the loop has done all it can."""
        self.idle.clear()
        self.files.put_nowait(snapshot)
        await self.idle.wait()

    async def start(self, snapshot: Snapshot) -> None:
        await self.runner.start(revision_of(compile_snapshot(snapshot), self.runner.commands))

    async def snapshots(self) -> AsyncIterator[Snapshot]:
        while True:
            yield await self.files.get()

    def play(self, scene: Callable[["Stage"], Coroutine[None, None, None]]) -> "Stage":
        """Start with one gateway port, play a scene, and end."""

        async def whole() -> None:
            await self.start(_gateway(80))
            following = asyncio.create_task(self.runner.loop.run(self.snapshots()))
            await scene(self)
            self.runner.target.wake.stop()
            await following
            await self.runner.target.down()

        asyncio.run(whole())
        return self


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


def test_an_edit_goes_live_and_is_told(stage: Stage) -> None:
    async def scene(stage: Stage) -> None:
        await stage.feed(_gateway(80, 81))

    stage.play(scene)

    assert stage.proxies.live == [[80], [80, 81]]
    assert "Gateway default/gateway changed: live after" in stage.said.getvalue()
    assert "opened http://127.0.0.1:8081  (default/gateway, port 81)" in stage.said.getvalue()
    assert stage.proxies.is_down


def test_an_edit_is_noted_before_it_is_told(stage: Stage) -> None:
    whole, notes = stage.runner.noted, []

    def noted(runner: Runner) -> None:
        ports = len(runner.loop.state.live.revision.compilation.plan.gateway_ports)
        notes.append((ports, "live after" in stage.said.getvalue()))
        whole(runner)

    async def scene(stage: Stage) -> None:
        stage.runner.noted = noted
        await stage.feed(_gateway(80, 81))

    stage.play(scene)

    assert next(told for ports, told in notes if ports == 2) is False
    assert notes[-1] == (2, True)


def test_files_that_say_the_same_change_nothing(stage: Stage) -> None:
    async def scene(stage: Stage) -> None:
        await stage.feed(stage.runner.loop.state.wanted.compilation.snapshot)

    stage.play(scene)

    assert stage.proxies.live == [[80]]
    assert "live after" not in stage.said.getvalue()


def test_what_cannot_be_read_leaves_the_last_good_configuration(stage: Stage) -> None:
    async def scene(stage: Stage) -> None:
        await stage.feed(BROKEN)
        await stage.feed(_gateway(80, 82))

    stage.play(scene)

    assert stage.proxies.live == [[80], [80, 82]]
    assert stage.said.getvalue().count("not live: the last good configuration") == 1


def test_a_state_that_was_refused_is_refused_again_in_silence(stage: Stage) -> None:
    async def scene(stage: Stage) -> None:
        await stage.feed(BROKEN)
        await stage.feed(BROKEN)

    assert stage.play(scene).said.getvalue().count("not live") == 1


def test_files_that_are_fixed_as_they_were_are_told(stage: Stage) -> None:
    async def scene(stage: Stage) -> None:
        await stage.feed(BROKEN)
        await stage.feed(_gateway(80))

    assert "the files say again what is live" in stage.play(scene).said.getvalue()


def test_what_proxies_reject_is_told_and_not_offered_twice(stage: Stage) -> None:
    async def scene(stage: Stage) -> None:
        stage.proxies.refuse = "mesh rejects listeners: no"
        await stage.feed(_gateway(80, 81))
        stage.proxies.refuse = ""
        stage.runner.target.wake.set()
        await stage.feed(stage.runner.loop.state.wanted.compilation.snapshot)

    stage.play(scene)

    assert stage.proxies.live == [[80]]
    assert stage.said.getvalue().count("mesh rejects listeners: no") == 1


def test_the_edit_after_a_rejected_one_goes_live(stage: Stage) -> None:
    async def scene(stage: Stage) -> None:
        stage.proxies.refuse = "mesh rejects listeners: no"
        await stage.feed(_gateway(80, 81))
        stage.proxies.refuse = ""
        await stage.feed(_gateway(80, 82))

    assert stage.play(scene).proxies.live == [[80], [80, 82]]


@pytest.mark.parametrize(
    "broken",
    [
        "laneway.apps.local.mesh.runner.compile_snapshot",
        "laneway.core.rules.all.check_all",
        "tests.steps.test_runner.Remembering.apply",
    ],
)
def test_a_bug_in_an_edit_is_told_and_does_not_end_what_serves(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    def bug(*_: object) -> None:
        raise AssertionError("two and two are five")

    async def scene(stage: Stage) -> None:
        with monkeypatch.context() as patched:
            patched.setattr(broken, bug)
            await stage.feed(_gateway(80, 81))
        await stage.feed(_gateway(80, 82))

    stage.play(scene)

    assert stage.proxies.live == [[80], [80, 82]]
    assert "two and two are five" in stage.said.getvalue()
    assert "bug in Laneway" in stage.said.getvalue()


def test_files_that_cannot_be_watched_leave_the_mesh_serving(stage: Stage) -> None:
    told = asyncio.Event()

    async def unwatched() -> AsyncIterator[Snapshot]:
        yield _gateway(80)
        asyncio.get_running_loop().call_soon(told.set)
        raise OSError("inotify watch limit reached")

    async def whole() -> None:
        await stage.start(_gateway(80))
        following = asyncio.create_task(stage.runner.loop.run(unwatched()))
        await told.wait()
        assert not following.done()
        stage.runner.target.wake.stop()
        await following

    asyncio.run(whole())

    assert "inotify watch limit reached" in stage.said.getvalue()


def test_what_proxies_fix_is_told(stage: Stage) -> None:
    async def scene(stage: Stage) -> None:
        await stage.feed(_gateway(80, 81))

    assert "envoy ended" in stage.play(scene).said.getvalue()


def test_proxies_that_do_not_come_up_end_the_start(stage: Stage) -> None:
    stage.proxies.refuse = "Envoy ended at once"

    with pytest.raises(StartError, match="Envoy ended at once"):
        asyncio.run(stage.start(_gateway(80)))


def test_a_start_can_be_stopped(stage: Stage) -> None:
    async def never(revision: Revision, placement: Placement) -> Confirmed:
        del revision, placement
        stage.runner.target.wake.stop()
        await asyncio.Event().wait()
        raise AssertionError

    stage.proxies.apply = never  # type: ignore[method-assign]

    with pytest.raises(StartError, match="stopped before it was ready"):
        asyncio.run(stage.start(_gateway(80)))


def test_a_mesh_is_up_when_its_proxies_know_its_programs_to_be_well(stage: Stage) -> None:
    stage.proxies.ailing = (Ailing("cart", "s2", 0, 1),)
    until_well = stage.proxies.until_well

    async def waited(seconds: float) -> tuple[Ailing, ...]:
        assert not stage.runner.is_up
        return await until_well(seconds)

    stage.proxies.until_well = waited  # type: ignore[method-assign]
    asyncio.run(stage.start(_gateway(80)))

    assert stage.runner.is_up
    assert stage.runner.ailing == stage.proxies.ailing


class Unnoticed:
    """A program whose end nobody is told of, and that looks alive until it was waited for."""

    id = ProcessId(1, 1)
    program = Program("mark", (), Path("log"))
    child = None
    code: int | None = None

    def exit_code(self) -> int | None:
        return self.code


def test_a_stopped_program_is_noted_when_the_one_that_waits_for_it_has_reaped_it(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    rests = threading.Event()

    def reap(started: Collection[Unnoticed]) -> None:
        rests.wait(10)
        for one in started:
            one.code = 0

    monkeypatch.setattr("laneway.adapters.processes.forking.start", lambda _: Unnoticed())
    monkeypatch.setattr("laneway.apps.local.mesh.supervisor.accepts", lambda *_: True)
    monkeypatch.setattr("laneway.apps.local.mesh.target.end", reap)
    runner, stopped = stage.runner, asyncio.Event()
    runner.target.supervisor.clock = time.monotonic

    def noted(runner: Runner) -> None:
        states = [one.state for one in runner.target.supervisor.records()]
        if states == ["stopping"] and not runner.target.wake.is_set():
            asyncio.get_running_loop().call_soon(rests.set)
        elif states == ["stopped"]:
            stopped.set()

    async def whole() -> None:
        await stage.start(snapshot_of_texts([("m", deployment("a", "v1"))]))
        following = asyncio.create_task(runner.loop.run(stage.snapshots()))
        runner.noted, runner.target.stopped = noted, lambda: StoppedNames(frozenset(["a-v1-0"]))
        runner.target.wake.set()
        await asyncio.wait_for(stopped.wait(), 10)
        runner.target.wake.stop()
        await following

    asyncio.run(whole())

    assert "a-v1-0 is stopped" in stage.said.getvalue()


@pytest.mark.parametrize("is_serving", [False, True])
def test_proxies_start_before_programs_but_change_after_them(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, *, is_serving: bool
) -> None:
    begun: list[str] = []
    stage.proxies.is_serving = is_serving
    stage.runner.target.supervisor.clock = time.monotonic

    async def apply(*_: object) -> Confirmed:
        begun.append("proxies")
        return Confirmed(1, 0.004, 0.0)

    def start(_: Program) -> Unnoticed:
        begun.append("a program")
        return Unnoticed()

    monkeypatch.setattr(stage.proxies, "apply", apply)
    monkeypatch.setattr("laneway.adapters.processes.forking.start", start)
    monkeypatch.setattr("laneway.apps.local.mesh.supervisor.accepts", lambda *_: True)

    asyncio.run(stage.start(snapshot_of_texts([("m", deployment("a", "v1"))])))

    assert begun == (["a program", "proxies"] if is_serving else ["proxies", "a program"])


def test_a_program_is_stopped_only_when_what_carries_its_mark_has_ended_too(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its successor carries the mark as well, and would be ended with the rest of it."""
    monkeypatch.setattr("laneway.adapters.processes.forking.start", lambda _: Unnoticed())
    monkeypatch.setattr("laneway.apps.local.mesh.supervisor.accepts", lambda *_: True)
    supervisor = stage.runner.target.supervisor
    supervisor.clock = time.monotonic
    workload = snapshot_of_texts([("m", deployment("a", "v1"))])
    asyncio.run(stage.start(workload))
    [instance] = supervisor.instances.values()

    ending, _ = supervisor.halt([instance])
    monkeypatch.setattr(ending[0], "code", -9)

    assert supervisor.observe() == []
    assert [one.state for one in supervisor.records()] == ["stopping"]
    assert supervisor.have_stopped(ending) == [Stopped(instance)]
    assert [one.state for one in supervisor.records()] == ["stopped"]


def test_a_program_that_ended_before_it_was_stopped_is_told_to_be_stopped(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("laneway.adapters.processes.forking.start", lambda _: Unnoticed())
    monkeypatch.setattr("laneway.apps.local.mesh.supervisor.stop_marked", lambda _: 0)
    monkeypatch.setattr("laneway.apps.local.mesh.supervisor.accepts", lambda *_: True)
    runner, stopped = stage.runner, asyncio.Event()

    def noted(runner: Runner) -> None:
        if [one.state for one in runner.target.supervisor.records()] == ["stopped"]:
            stopped.set()

    async def whole() -> None:
        await stage.start(snapshot_of_texts([("m", deployment("a", "v1"))]))
        [program] = runner.target.supervisor.running.values()
        monkeypatch.setattr(program, "code", 7)
        runner.noted, runner.target.stopped = noted, lambda: StoppedNames(frozenset(["a-v1-0"]))
        following = asyncio.create_task(runner.loop.run(stage.snapshots()))
        await asyncio.wait_for(stopped.wait(), 10)
        runner.target.wake.stop()
        await following

    runner.target.supervisor.clock = time.monotonic
    asyncio.run(whole())

    told = [line.split("  ", 1)[1] for line in stage.said.getvalue().splitlines() if "a-v1" in line]
    assert told == ["a-v1-0 ended (exit code 7): started again in 100 ms", "a-v1-0 is stopped"]
