"""A mesh that follows a repository: the real loop, proxies that remember, a repository that is one.

The repository says what it is told to say; every look is asked for, so none waits for its time.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest

from laneway.apps.local.mesh.runner import Runner
from laneway.apps.local.record.refusal import Provenance
from laneway.apps.local.record.synced import SyncFolder
from laneway.apps.local.sync.following import CommitInput, Wakings
from laneway.apps.local.sync.keeping import SyncStatus
from laneway.core.compile import compile_snapshot
from laneway.core.findings.codes.syncing import NOTHING_IN_COMMIT
from laneway.core.findings.finding import unplaced
from laneway.core.gate import revision_of
from laneway.core.mesh.snapshot import Snapshot
from laneway.core.syncing.due import SyncPolicy
from laneway.core.syncing.looking import Commit, Fetched, Looked, Unreached, Untaken
from laneway.core.syncing.tracking import Tracked
from tests.snapshot import snapshot_of_texts
from tests.steps.test_runner import GATEWAY, SERVER, Stage

AUTOMATED, BY_HAND = SyncPolicy(automated=True, prune=True), SyncPolicy()
WHY = unplaced(NOTHING_IN_COMMIT, commit="x", objects="y")
DEADLINE = 20.0


def _commit(number: int, *ports: int, text: str = "") -> Fetched:
    spelled = text or GATEWAY.format() + "".join(SERVER.format(port) for port in ports)
    name = Commit(f"{number:040}", f"step {number}")
    return Fetched(name, snapshot_of_texts([("gateway.yaml", spelled)]))


ONE, TWO, THREE = _commit(1, 80), _commit(2, 80, 81), _commit(3, 82)
BROKEN = _commit(9, text="kind: Gateway\nspec: [")
EMPTY = Fetched(Commit("e" * 40), Snapshot())


class Said:
    """A repository that says what it is told to, and keeps what was fetched."""

    def __init__(self, newest: Looked) -> None:
        self.newest: Looked | Exception = newest
        self.fetched: dict[str, Fetched] = {}
        self.kept: frozenset[str] = frozenset()
        self.looks = 0

    def look(self) -> Looked:
        self.looks += 1
        if isinstance(self.newest, Exception):
            raise self.newest
        if isinstance(self.newest, Fetched):
            self.fetched[self.newest.commit.id] = self.newest
        return self.newest

    def earlier(self, commit: str) -> Fetched | None:
        return self.fetched.get(commit)

    def keep_only(self, commits: frozenset[str]) -> None:
        self.kept = commits


class Told(SyncStatus):
    """A status that tells whenever it may have changed."""

    changed: asyncio.Event

    def note(self, tracked: Tracked, runner: Runner) -> None:
        try:
            super().note(tracked, runner)
        finally:
            self.changed.set()


class Followed(Stage):
    """A mesh without programs whose input is a repository."""

    def __init__(self, path: Path, policy: SyncPolicy, newest: Looked) -> None:
        super().__init__(path / "mesh")
        self.folder = SyncFolder(path / "sync")
        self.repository = Said(newest)
        status = Told(self.folder, {"name": "shop", "automated": policy.automated})
        self.changed = status.changed = asyncio.Event()
        self.following = CommitInput(self.repository, policy, status, Provenance(), Wakings(3600.0))

    def _noted(self, runner: Runner) -> None:
        self.following.note(runner)

    def status(self) -> dict[str, Any]:
        return self.folder.read() or {}

    async def says(
        self, newest: Looked | Exception, until: Callable[[dict[str, Any]], object]
    ) -> None:
        """Have the repository say something, and wait until the status is as wanted."""
        self.repository.newest = newest
        self.following.look_again()
        await self.until(until)

    async def until(self, is_so: Callable[[dict[str, Any]], object]) -> None:
        async with asyncio.timeout(DEADLINE):
            while not is_so(self.status()):
                self.changed.clear()
                await self.changed.wait()

    def follow(self, scene: Callable[["Followed"], Coroutine[None, None, None]]) -> "Followed":
        """Begin with what is due first, play a scene, and end."""

        async def whole() -> None:
            snapshot = next(iter(self.following.first()))
            await self.runner.start(revision_of(compile_snapshot(snapshot), self.runner.commands))
            running = asyncio.create_task(self.runner.loop.run(self.following.follow()))
            await scene(self)
            self.runner.target.wake.stop()
            await running
            await self.runner.target.down()

        asyncio.run(whole())
        return self


def _is_live(commit: Commit) -> Callable[[dict[str, Any]], bool]:
    def is_so(status: dict[str, Any]) -> bool:
        live = status.get("live")
        return live is not None and live["revision"]["id"] == commit.id

    return is_so


def _live(number: int) -> Callable[[dict[str, Any]], bool]:
    return _is_live(Commit(f"{number:040}"))


def _is_refused(status: dict[str, Any]) -> bool:
    return status.get("refused") is not None


def test_each_commit_is_applied_as_it_comes(tmp_path: Path) -> None:
    async def scene(stage: Followed) -> None:
        await stage.until(_live(1))
        await stage.says(TWO, _live(2))
        await stage.says(THREE, _live(3))
        await stage.says(THREE, lambda _: stage.repository.kept == {THREE.commit.id})

    stage = Followed(tmp_path, AUTOMATED, ONE).follow(scene)

    assert stage.proxies.live == [[80], [80, 81], [82]]
    status = stage.status()
    assert (status["sync"]["status"], status["health"]["status"]) == ("Synced", "Healthy")
    assert status["live"]["changed"] == ["Gateway default/gateway changed"]
    assert "commit 0000000000 (step 3) is live" in stage.said.getvalue()


def test_nobody_looks_unless_there_is_a_reason_to(tmp_path: Path) -> None:
    async def scene(stage: Followed) -> None:
        await stage.says(TWO, _live(2))
        before = stage.repository.looks
        for _ in range(50):  # each as long as a look
            await asyncio.to_thread(int)
        assert stage.repository.looks - before <= 1

    Followed(tmp_path, AUTOMATED, ONE).follow(scene)


def test_a_commit_that_changes_no_object_is_live_without_any_work(tmp_path: Path) -> None:
    readme = Fetched(Commit("b" * 40), ONE.snapshot)

    async def scene(stage: Followed) -> None:
        await stage.until(_live(1))
        await stage.says(readme, _is_live(readme.commit))

    stage = Followed(tmp_path, AUTOMATED, ONE).follow(scene)

    assert stage.proxies.live == [[80]]


def test_a_broken_commit_is_told_and_a_newer_one_takes_its_place_at_once(tmp_path: Path) -> None:
    async def scene(stage: Followed) -> None:
        await stage.until(_live(1))
        await stage.says(BROKEN, _is_refused)
        refused = stage.status()
        assert refused["refused"]["revision"]["id"] == BROKEN.commit.id
        assert "gateway.yaml" in refused["refused"]["reasons"][0]
        assert _live(1)(refused)
        assert refused["sync"]["status"] == "OutOfSync"
        await stage.says(THREE, _live(3))

    stage = Followed(tmp_path, AUTOMATED, ONE).follow(scene)

    assert stage.status()["refused"] is None
    assert stage.proxies.live == [[80], [82]]


def test_what_a_commit_takes_back_is_the_state_before(tmp_path: Path) -> None:
    again = Fetched(Commit("a" * 40), ONE.snapshot)

    async def scene(stage: Followed) -> None:
        await stage.says(BROKEN, _is_refused)
        await stage.says(again, _is_live(again.commit))

    stage = Followed(tmp_path, AUTOMATED, ONE).follow(scene)

    assert stage.proxies.live == [[80]]
    assert stage.runner.target.announcer.refusal is None


def test_a_commit_that_is_not_taken_is_told_and_what_serves_goes_on(tmp_path: Path) -> None:
    async def scene(stage: Followed) -> None:
        await stage.until(_live(1))
        await stage.says(Untaken(TWO.commit, (WHY,)), _is_refused)

    stage = Followed(tmp_path, AUTOMATED, ONE).follow(scene)

    assert stage.proxies.live == [[80]]
    assert stage.status()["refused"]["reasons"] == [WHY.message]
    assert stage.said.getvalue().count(WHY.message) == 1


def test_a_commit_without_objects_removes_nothing(tmp_path: Path) -> None:
    async def scene(stage: Followed) -> None:
        await stage.until(_live(1))
        await stage.says(EMPTY, _is_refused)

    stage = Followed(tmp_path, AUTOMATED, ONE).follow(scene)

    assert stage.proxies.live == [[80]]
    assert "Gateway default/gateway would be removed" in stage.status()["refused"]["reasons"][0]


def test_where_nobody_answers_what_serves_goes_on_and_that_is_told_once(tmp_path: Path) -> None:
    async def scene(stage: Followed) -> None:
        await stage.until(_live(1))
        silent = Unreached((WHY,))
        await stage.says(silent, lambda status: status["repository"]["trouble"])
        before = stage.repository.looks
        await stage.says(silent, lambda _: stage.repository.looks > before)
        await stage.says(TWO, _live(2))

    stage = Followed(tmp_path, AUTOMATED, ONE).follow(scene)

    said = stage.said.getvalue()
    assert (said.count(WHY.message), said.count("answers again")) == (1, 1)


def test_a_bug_that_a_commit_brings_to_light_ends_nothing_and_is_told_once(
    tmp_path: Path,
) -> None:
    async def scene(stage: Followed) -> None:
        await stage.until(_live(1))
        for _ in range(2):
            await stage.says(KeyError("tree"), lambda _: "KeyError" in stage.said.getvalue())
        await stage.says(TWO, _live(2))

    stage = Followed(tmp_path, AUTOMATED, ONE).follow(scene)

    assert stage.proxies.live == [[80], [80, 81]]
    assert stage.said.getvalue().count("This is a bug in Laneway") == 1


def test_a_status_that_cannot_be_written_keeps_no_commit_from_being_followed(
    tmp_path: Path,
) -> None:
    async def scene(stage: Followed) -> None:
        await stage.until(_live(1))
        stage.folder.status.unlink()
        stage.folder.status.with_suffix(".partly").mkdir()
        await stage.says(TWO, lambda _: stage.proxies.live[-1] == [80, 81])
        await stage.says(THREE, lambda _: stage.proxies.live[-1] == [82])

    Followed(tmp_path, AUTOMATED, ONE).follow(scene)


def test_without_automation_nothing_serves_until_somebody_syncs(tmp_path: Path) -> None:
    async def scene(stage: Followed) -> None:
        await stage.until(lambda status: status.get("sync"))
        waiting = stage.status()
        assert (waiting["live"], waiting["sync"]["status"]) == (None, "OutOfSync")
        assert waiting["health"]["status"] == "Missing"
        await _synced(stage)
        assert _live(1)(stage.status())
        await stage.says(TWO, lambda status: status["sync"]["revision"]["id"] == TWO.commit.id)
        assert stage.status()["sync"]["status"] == "OutOfSync"
        await _synced(stage)

    stage = Followed(tmp_path, BY_HAND, ONE).follow(scene)

    assert _live(2)(stage.status())
    assert stage.proxies.live == [[], [80], [80, 81]]


async def _synced(stage: Followed) -> None:
    wish = stage.folder.ask(prune=False)
    newest = stage.repository.newest
    assert isinstance(newest, Fetched)
    await stage.says(newest, lambda _: not wish.is_open)
    await stage.until(_is_live(newest.commit))


def test_what_git_lacks_stays_and_is_told_until_somebody_prunes(tmp_path: Path) -> None:
    other = snapshot_of_texts([("other.yaml", GATEWAY.format().replace("gateway,", "other,", 1))])
    fewer = Fetched(TWO.commit, other)

    async def scene(stage: Followed) -> None:
        await stage.until(_live(1))
        await stage.says(fewer, _live(2))
        kept = {one["name"]: one["requiresPruning"] for one in stage.status()["resources"]}
        assert kept == {"gateway": True, "other": False}
        assert stage.status()["sync"]["status"] == "OutOfSync"
        wish = stage.folder.ask(prune=True)
        await stage.says(fewer, lambda _: not wish.is_open)
        await stage.until(lambda status: status["sync"]["status"] == "Synced")

    stage = Followed(tmp_path, SyncPolicy(automated=True), ONE).follow(scene)

    assert [one["name"] for one in stage.status()["resources"]] == ["other"]


def _first(stage: Followed) -> Iterator[Snapshot]:
    return iter(stage.following.first())


def test_a_mesh_begins_with_the_commit_that_served_last_where_the_newest_cannot(
    tmp_path: Path,
) -> None:
    Followed(tmp_path, AUTOMATED, ONE).follow(lambda stage: stage.until(_live(1)))

    again = Followed(tmp_path, AUTOMATED, BROKEN)
    again.repository.fetched = {ONE.commit.id: ONE}
    assert list(_first(again)) == [BROKEN.snapshot, ONE.snapshot]

    silent = Followed(tmp_path, AUTOMATED, Unreached((WHY,)))
    silent.repository.fetched = {ONE.commit.id: ONE}
    assert next(_first(silent)) is ONE.snapshot


def test_an_approval_outlives_the_process(tmp_path: Path) -> None:
    Followed(tmp_path, BY_HAND, ONE).follow(_synced)

    again = Followed(tmp_path, BY_HAND, TWO)
    again.repository.fetched = {ONE.commit.id: ONE}

    assert next(_first(again)) is ONE.snapshot


def test_what_was_kept_of_another_application_is_not_this_ones(tmp_path: Path) -> None:
    Followed(tmp_path, BY_HAND, ONE).follow(_synced)

    other = Followed(tmp_path, AUTOMATED, Unreached((WHY,)))
    other.repository.fetched = {ONE.commit.id: ONE}

    with pytest.raises(OSError, match="no object that is followed"):
        next(_first(other))


def test_a_first_commit_that_is_not_taken_says_why(tmp_path: Path) -> None:
    [first] = _first(Followed(tmp_path, AUTOMATED, Untaken(TWO.commit, (WHY,))))

    assert first.findings == (WHY,)
    assert first.unread
