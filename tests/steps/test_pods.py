"""A mesh whose programs live in pods: which there are when, and by what a program is ready."""

import asyncio
from collections.abc import Collection, Mapping
from pathlib import Path

import pytest
from msgspec import Struct

from laneway.adapters.processes import ProcessId, Program, Started
from laneway.core.fleet.allocator import Private
from laneway.core.fleet.next_step import Instance
from laneway.core.fleet.private_range import PrivateRange
from laneway.core.fleet.wanted import WantedProgram
from laneway.core.mesh.names import Host
from laneway.core.mesh.snapshot import Snapshot
from tests.snapshot import snapshot_of_texts
from tests.steps.test_runner import Stage
from tests.wire.lanes import deployment

SERVICE = """
apiVersion: v1
kind: Service
metadata: {name: a, namespace: default}
spec: {selector: {app: a}, ports: [{name: http, port: 8000}]}
---
"""


class FakePods(Struct, dict=True):
    """Pods that only remember, in the order of things: what was settled, and what began inside."""

    happened: list[tuple[str, ...]] = []
    known: list[tuple[str, ...]] = []
    changed: asyncio.Event | None = None
    refuse: str = ""
    is_lost: bool = False

    @property
    def private(self) -> Private:
        return Private(PrivateRange("10.88"), lambda name: f"/pods/{name}")

    @property
    def envoy(self) -> tuple[str, ...]:
        return ("enter", "--")

    def inside(self, instance: Instance) -> tuple[str, ...]:
        self.happened.append(("started", instance.id))
        return (f"network=/pods/{instance.id}",)

    def settle(self, instances: Collection[Instance], services: Mapping[Host, str]) -> None:
        if self.refuse:
            raise OSError(self.refuse)
        self.known.append(tuple(services))
        self.happened.append(("settled", *sorted(one.id for one in instances)))
        if self.changed is not None and not instances:
            self.changed.set()

    def know_only(self, services: Mapping[Host, str]) -> None:
        self.known.append(("only", *services))

    def listens(self, instance: Instance, program: WantedProgram, started: Started) -> bool:
        del instance, program
        return started.program.inside != ()

    def alone(self, instance: str) -> tuple[int, ...]:
        return (8000,) if instance else ()

    async def lost(self) -> None:
        if not self.is_lost:
            await asyncio.Event().wait()

    def close(self) -> None:
        self.happened.append(("closed",))


class Running(Struct):
    """A program that runs until it is ended."""

    program: Program
    id: ProcessId = ProcessId(1, 1)
    child: None = None

    def exit_code(self) -> int | None:
        return None


@pytest.fixture
def pods(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Stage, FakePods]:
    monkeypatch.setattr("laneway.adapters.processes.forking.start", Running)
    monkeypatch.setattr("laneway.apps.local.mesh.target.end", lambda _: None)
    stage, found = Stage(tmp_path), FakePods()
    target = stage.runner.target
    target.supervisor.pods, target.allocator.private = found, found.private
    return stage, found


def _with_a() -> Snapshot:
    return snapshot_of_texts([("m", SERVICE + deployment("a", "v1"))])


def test_pods_are_there_before_their_programs_and_go_after_them(
    pods: tuple[Stage, FakePods],
) -> None:
    stage, found = pods
    target = stage.runner.target

    async def whole() -> None:
        found.changed = asyncio.Event()
        await stage.start(_with_a())
        assert [one.alone for one in target.supervisor.records()] == [(8000,)]
        following = asyncio.create_task(stage.runner.loop.run(stage.snapshots()))
        stage.files.put_nowait(snapshot_of_texts([("m", SERVICE)]))
        await asyncio.wait_for(found.changed.wait(), 10)
        target.wake.stop()
        await following
        await target.down()

    asyncio.run(whole())

    assert found.happened[:2] == [("settled", "a-v1-0"), ("started", "a-v1-0")]
    assert found.happened[-2:] == [("settled",), ("closed",)]
    host = "a.default.svc.cluster.local"
    assert found.known[:2] == [(host,), ("only", host)]


def test_an_edit_whose_pods_cannot_be_made_is_not_live_and_starts_nothing(
    pods: tuple[Stage, FakePods],
) -> None:
    stage, found = pods

    async def whole() -> None:
        await stage.start(_with_a())
        following = asyncio.create_task(stage.runner.loop.run(stage.snapshots()))
        found.refuse = "no more room"
        more = SERVICE + deployment("a", "v1") + "---\n" + deployment("a", "v2")
        await stage.feed(snapshot_of_texts([("m", more)]))
        stage.runner.target.wake.stop()
        await following
        await stage.runner.target.down()

    asyncio.run(whole())

    assert "no more room\n" in stage.said.getvalue()
    assert "not live: the last good configuration keeps serving" in stage.said.getvalue()
    assert [one for one in found.happened if one[0] == "started"] == [("started", "a-v1-0")]


def test_a_network_that_is_lost_is_told(pods: tuple[Stage, FakePods]) -> None:
    stage, found = pods
    found.is_lost = True

    async def whole() -> None:
        await stage.start(_with_a())
        following = asyncio.create_task(stage.runner.loop.run(stage.snapshots()))
        await stage.feed(snapshot_of_texts([("m", SERVICE)]))
        stage.runner.target.wake.stop()
        await following
        await stage.runner.target.down()

    asyncio.run(whole())

    assert stage.said.getvalue().count("holds the programs' network was killed") == 1
