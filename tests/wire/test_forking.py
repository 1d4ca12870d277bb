"""Programs forked by a warmed parent: each a process of its own, however its parent ends."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import pytest
from msgspec.structs import replace

from laneway.adapters.processes import (
    FOLDER,
    UNSEEN,
    CannotStart,
    Parents,
    Program,
    Started,
    find_marked,
    is_running,
    stop_marked,
    wait_gone,
)

SERVE = f"""\
import os, sys, time
sys.path.insert(0, {FOLDER!r})
import parent
environment = parent.fork()
print("hello", environment["app"], len(os.listdir("/proc/self/fd")), flush=True)
if "code" in environment:
    sys.exit(int(environment["code"]))
time.sleep(600)
"""
PARENT = (sys.executable, "-I", "-S", "-c", SERVE, "parent")
FEW = 5
"""Handles that a program has: its three streams, and the list it is looking through."""


class Nursery:
    """A parent in a folder; whatever still runs in the end is stopped."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.parents = Parents(f"{path}/parent", path / "parent.log")

    def program(self, name: str, **variables: str) -> Program:
        log = self.path / f"{name}.log"
        variables = {"app": name, **variables}
        return Program(f"{self.path}/run/{name}", ("alone", name), log, variables, PARENT)

    def run(self, *programs: Program) -> list[Started]:
        started = self.parents.start(programs)
        assert all(isinstance(one, Started) for one in started)
        return [one for one in started if isinstance(one, Started)]

    def parent(self) -> Started:
        [parent] = self.parents.alive.values()
        return parent.started


@pytest.fixture
def nursery(tmp_path: Path) -> Iterator[Nursery]:
    nursery = Nursery(tmp_path)
    yield nursery
    nursery.parents.close()
    stop_marked([str(tmp_path)])


def until_ended(started: Started) -> int:
    """Return how a program ended, as it is told."""
    wait_gone([started.id], 10)
    ends = monotonic() + 10
    while (code := started.exit_code()) is None and monotonic() < ends:
        pass
    assert code is not None
    return code


def until_logged(started: Started) -> str:
    ends = monotonic() + 10
    while not (said := started.program.log.read_text()) and monotonic() < ends:
        pass
    return said


def test_each_is_a_process_with_a_log_an_environment_and_a_session_of_its_own(
    nursery: Nursery,
) -> None:
    one, other = nursery.run(nursery.program("one"), nursery.program("other"))

    for started, name in ((one, "one"), (other, "other")):
        _, app, handles = until_logged(started).split()
        assert app == name
        assert int(handles) < FEW
        assert os.getsid(started.id.pid) == started.id.pid
        assert find_marked([started.program.mark]) == {started.id: started.program.mark}
        process = Path(f"/proc/{started.id.pid}")
        assert process.joinpath("cmdline").read_bytes().rstrip(b"\0") == name.encode()
        assert f"app={name}".encode() in process.joinpath("environ").read_bytes().split(b"\0")


def test_end_of_one_is_told_and_leaves_the_others_alone(nursery: Nursery) -> None:
    ended, killed, kept = nursery.run(
        nursery.program("ended", code="7"), nursery.program("killed"), nursery.program("kept")
    )
    os.kill(killed.id.pid, signal.SIGKILL)

    assert until_ended(ended) == 7
    assert until_ended(killed) == -signal.SIGKILL
    assert kept.exit_code() is None
    assert is_running(kept.id)


def test_end_of_one_wakes_the_side_that_asked(nursery: Nursery) -> None:
    [one] = nursery.run(nursery.program("one"))
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
    try:
        os.kill(one.id.pid, signal.SIGTERM)
        assert signal.sigtimedwait({signal.SIGCHLD}, 10)
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})

    assert until_ended(one) == -signal.SIGTERM


def test_killed_parent_leaves_its_programs_and_their_ends_are_seen(nursery: Nursery) -> None:
    kept, ended = nursery.run(nursery.program("kept"), nursery.program("ended"))
    lost = nursery.parent()
    os.kill(lost.id.pid, signal.SIGKILL)
    wait_gone([lost.id], 10)

    # a killed process is taken down piece by piece: it may be gone before its handles are closed
    ends = monotonic() + 10
    while not nursery.parents.are_gone_from([kept]) and monotonic() < ends:
        assert kept.exit_code() is None
    assert nursery.parents.are_gone_from([kept])
    assert is_running(kept.id)
    os.kill(ended.id.pid, signal.SIGKILL)
    assert until_ended(ended) == UNSEEN

    [new] = nursery.run(nursery.program("new"))
    assert nursery.parent().id != lost.id
    assert not nursery.parents.are_gone_from([new])


def test_programs_go_on_when_the_side_that_asked_is_gone(nursery: Nursery) -> None:
    [one] = nursery.run(nursery.program("one"))
    parent = nursery.parent()

    nursery.parents.close()

    assert wait_gone([parent.id], 10) == set()
    assert is_running(one.id)


def test_program_that_cannot_be_is_refused_and_the_others_start(nursery: Nursery) -> None:
    lost = replace(nursery.program("lost"), log=nursery.path / "no" / "log")

    found = nursery.parents.start(
        [nursery.program("zero", app="a\0b"), lost, nursery.program("equal", **{"a=b": "c"})]
    )
    [good] = nursery.run(nursery.program("good"))

    assert [one.reason for one in found if isinstance(one, CannotStart)] == [
        "alone: embedded null byte",
        "alone: No such file or directory",
        "alone: illegal environment variable name",
    ]
    assert until_logged(good).startswith("hello good")


def test_program_starts_alone_where_its_parent_cannot(nursery: Nursery) -> None:
    alone = Program(
        f"{nursery.path}/run/alone",
        (sys.executable, "-c", "print('alone')"),
        nursery.path / "alone.log",
        parent=("/no/such/program",),
    )

    [started] = nursery.run(alone)

    assert until_ended(started) == 0
    started.child.wait()
    assert alone.log.read_text() == "alone\n"


def test_long_environment_is_the_programs_own_and_keeps_its_mark_in_sight(
    nursery: Nursery,
) -> None:
    [one] = nursery.run(nursery.program("one", long="x" * 100_000))

    assert until_logged(one).startswith("hello one")
    assert find_marked([one.program.mark]) == {one.id: one.program.mark}
