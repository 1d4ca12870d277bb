"""What a mesh in the background still tells at the prompt, and what its record keeps after that."""

import asyncio
import time
from pathlib import Path

import pytest

from laneway.apps.local.mesh.first_seconds import first_seconds
from laneway.apps.local.mesh.runner import Runner
from laneway.core.mesh.snapshot import Snapshot
from tests.snapshot import snapshot_of_texts
from tests.steps.test_runner import BROKEN, Stage, Unnoticed, _gateway
from tests.wire.lanes import deployment

WORSE = snapshot_of_texts(
    [("gateway.yaml", "kind: Gateway\nspec: ["), ("m.yaml", "kind: Gateway\nspec: {")]
)


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


def _watched(stage: Stage, first: Snapshot) -> None:
    """Start, watch the first seconds while the files say something, and end."""

    async def whole() -> None:
        runner = stage.runner
        await stage.start(_gateway(80))
        stage.files.put_nowait(first)
        following = asyncio.create_task(runner.loop.run(stage.snapshots()))
        await first_seconds(runner, following)
        await stage.idle.wait()
        runner.target.wake.stop()
        await following

    asyncio.run(whole())


def test_an_edit_that_is_refused_at_once_is_told_before_the_mesh_goes_to_the_background(
    stage: Stage,
) -> None:
    _watched(stage, BROKEN)

    assert "not live: the last good configuration keeps serving" in stage.said.getvalue()


def test_a_mesh_that_is_well_has_nothing_to_tell(stage: Stage) -> None:
    _watched(stage, _gateway(80))

    assert "not live" not in stage.said.getvalue()


def test_a_program_that_does_not_stay_up_is_told_with_its_log(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("laneway.adapters.processes.forking.start", lambda _: Unnoticed())
    monkeypatch.setattr("laneway.apps.local.mesh.supervisor.stop_marked", lambda _: 0)
    monkeypatch.setattr("laneway.apps.local.mesh.supervisor.accepts", lambda *_: True)
    runner = stage.runner
    runner.target.supervisor.clock = time.monotonic
    log = runner.target.supervisor.folder.log_of("a-v1-0", "main", alone=True)
    log.parent.mkdir(parents=True)
    log.write_text("no database\n")

    async def whole() -> None:
        await stage.start(snapshot_of_texts([("m", deployment("a", "v1"))]))
        [program] = runner.target.supervisor.running.values()
        monkeypatch.setattr(program, "code", 7)
        stage.files.put_nowait(snapshot_of_texts([("m", deployment("a", "v1"))]))
        following = asyncio.create_task(runner.loop.run(stage.snapshots()))
        runner.target.wake.set()
        await first_seconds(runner, following)
        runner.target.wake.stop()
        await following

    asyncio.run(whole())

    assert f"a-v1-0 ended with exit code 7; its log is {log}\n  | no database\n" in (
        stage.said.getvalue()
    )


def test_a_refused_edit_stands_in_the_record_until_the_files_are_fixed(stage: Stage) -> None:
    seen: list[tuple[int, float] | None] = []

    def note(runner: Runner) -> None:
        refusal = runner.target.announcer.refusal
        seen.append((refusal.errors, refusal.since) if refusal else None)

    async def scene(stage: Stage) -> None:
        for snapshot in (BROKEN, WORSE, _gateway(80, 81), BROKEN, _gateway(80, 81)):
            await stage.feed(snapshot)
            note(stage.runner)

    stage.play(scene)

    first, second, fixed, again, as_before = seen
    assert (fixed, as_before) == (None, None)
    assert first is not None
    assert second is not None
    assert again is not None
    assert (first[0], second[0], again[0]) == (1, 2, 1)
    assert first[1] == second[1]


def test_what_was_told_of_a_broken_edit_is_not_told_again(stage: Stage) -> None:
    async def scene(stage: Stage) -> None:
        await stage.feed(BROKEN)
        await stage.feed(WORSE)
        await stage.feed(BROKEN)

    told = stage.play(scene).said.getvalue().splitlines()

    whole = [line for line in told if line.startswith("did not find")]
    assert len(whole) == 2
    assert [line[:15] for line in told if line.startswith(("as before", "gone"))] == [
        "as before: LW10",
        "gone: LW1006 di",
        "as before: LW10",
    ]
