"""How long a push takes until it is live, and the whole story: `./dev figures sync --pushes 50`.

Every figure is from the beginning of `git push`, and from its end, to the moment at which the mesh
says that every proxy has confirmed. The story sends 2,000 requests at each stage, under load.
`./dev figures sync killed` is the story on a cluster whose agents are killed; see `killed.py`.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from laneway.apps.local.record.state import mesh_folder
from laneway.apps.local.record.synced import SyncFolder
from tests.sync import killed
from tests.sync.story import share_out, story
from tests.wire.remote import GitRemote, Sync

EXAMPLE = Path(__file__).parents[2] / "examples" / "gitops"
PATIENCE = 60.0


def main() -> int:
    """Print each figure as soon as it is known; 1 if anything of the story went wrong."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="laneway-sync-") as work:
        os.environ["XDG_STATE_HOME"] = f"{work}/state"
        hooked = until_live(Path(work) / "hook", options.pushes, "3600", is_told=True)
        _print("by webhook", hooked)
        polled = until_live(Path(work) / "poll", options.polls, str(options.poll), is_told=False)
        _print(f"by a poll each {options.poll:g} s", polled)
        return _story(Path(work) / "story", options.requests)


def until_live(folder: Path, count: int, poll: str, *, is_told: bool) -> list[tuple[float, float]]:
    """Return seconds from the begin and from the end of each push until what it says is live."""
    folder.mkdir(parents=True)
    remote = GitRemote(folder, EXAMPLE)
    with closing(_Ended(Sync(remote, "--name", "figures", poll=poll))) as ended:
        mesh = ended.mesh.ready()
        found = []
        for number in range(count):
            share_out(remote, (number % 99 + 1, 99 - number % 99))
            commit = remote.commit(f"Push {number}")
            begun = time.time()
            remote.send()
            pushed = time.time()
            if is_told:
                assert remote.tell(mesh.hook) == 202, "more than are answered in a minute"
            live = _live_at(commit)
            found.append((live - begun, live - pushed))
        return found


class _Ended:
    """A mesh that is ended with a block."""

    def __init__(self, mesh: Sync) -> None:
        self.mesh = mesh

    def close(self) -> None:
        """End it."""
        self.mesh.stop()


def _live_at(commit: str) -> float:
    """Wait until a commit is live, and return since when, as the mesh itself wrote it down."""
    folder = SyncFolder(mesh_folder("figures", os.environ).sync)
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        live = (folder.read() or {}).get("live")
        if live and live["revision"]["id"] == commit:
            return float(live["since"])
        time.sleep(0.001)
    raise AssertionError(f"{commit} is not live after {PATIENCE:.0f} s")


def _print(name: str, found: Sequence[tuple[float, float]]) -> None:
    def at(part: float, of: Callable[[tuple[float, float]], float]) -> str:
        ordered = sorted(map(of, found))
        return f"{ordered[min(len(ordered) - 1, int(part * len(ordered)))] * 1000:.0f}"

    for words, of in (("begin", lambda one: one[0]), ("end", lambda one: one[1])):
        figures = f"p50 {at(0.5, of)} ms, p95 {at(0.95, of)} ms, most {at(1, of)} ms"
        sys.stdout.write(f"{name}, from the {words} of {len(found)} pushes: {figures}\n")
    sys.stdout.flush()


def _story(folder: Path, requests: int) -> int:
    folder.mkdir(parents=True)
    remote = GitRemote(folder, EXAMPLE)
    with closing(_Ended(Sync(remote, "--name", "story"))) as ended:
        told = story(remote, ended.mesh.ready(), requests)
    wrong = [fault for stage in told.stages for fault in stage.wrong] + told.failed
    for stage in told.stages:
        shares = ", ".join(
            f"{''.join(chain[:1])} {count}" for chain, count in sorted(stage.met.items())
        )
        sys.stdout.write(f"{stage.name}: wanted {stage.weights}, met {shares}\n")
    sys.stdout.write(f"under load: {len(told.failed)} of {len(told.answers)} requests failed\n")
    sys.stdout.write("".join(f"wrong: {fault}\n" for fault in wrong))
    return 1 if wrong else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pushes", type=int, default=50)
    parser.add_argument("--polls", type=int, default=20)
    parser.add_argument("--poll", type=float, default=1.0)
    parser.add_argument("--requests", type=int, default=2_000)
    return parser.parse_args()


if __name__ == "__main__":
    if sys.argv[1:2] == ["killed"]:
        sys.exit(killed.main(sys.argv[2:]))
    sys.exit(main())
