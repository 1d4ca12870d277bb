"""Programs of workloads: started with their output in a file, stopped with all they started."""

import os
import shlex
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from laneway.adapters.processes import (
    CannotStart,
    Claims,
    ProcessId,
    Program,
    Started,
    accepts,
    find_marked,
    identify,
    is_running,
    listening_sockets,
    start,
    stop_marked,
    stop_processes,
    wait_gone,
)

FOREVER = "sleep 600"
ANYWHERE = "0.0.0.0"  # noqa: S104 - as the kernel spells it


class Room:
    """A folder to run programs in; whatever still runs in the end is stopped and collected."""

    def __init__(self, path: Path) -> None:
        self.mark = str(path)
        self.log = path / "log"
        self.started: list[Started] = []

    def run(self, *command: str) -> Started:
        program = Program(f"{self.mark}/one", command, self.log, {"PATH": os.environ["PATH"]})
        started = start(program)
        assert isinstance(started, Started)
        self.started.append(started)
        return started

    def shell(self, script: str) -> Started:
        return self.run("sh", "-c", script)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    room = Room(tmp_path)
    yield room
    stop_marked([room.mark])
    for started in room.started:
        with suppress(ProcessLookupError):  # one that has just begun shows no mark for a moment
            os.kill(started.id.pid, signal.SIGKILL)
        started.child.wait()


def _lines(path: Path, count: int) -> list[str]:
    """Read a log until it has so many lines; a program that never writes them fails the test."""
    while len(lines := path.read_text().splitlines()) < count:
        os.sched_yield()
    return lines


def test_output_and_errors_go_to_the_log(room: Room) -> None:
    started = room.shell("echo out; echo err >&2")

    wait_gone([started.id], seconds=10)

    assert started.exit_code() == 0
    assert (room.log).read_text() == "out\nerr\n"


def test_a_log_grows_over_restarts(room: Room) -> None:
    for _ in range(2):
        wait_gone([room.shell("echo again").id], seconds=10)

    assert (room.log).read_text() == "again\nagain\n"


def test_a_program_sees_its_own_environment_only(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INHERITED", "yes")

    wait_gone([room.shell('echo "<$INHERITED>"').id], seconds=10)

    assert (room.log).read_text() == "<>\n"


def test_a_missing_command_is_a_value(room: Room) -> None:
    program = Program(f"{room.mark}/one", ("no-such-program",), room.log)

    assert start(program) == CannotStart(program, "no-such-program: command not found")


@pytest.mark.parametrize("environment", [{"A=B": "x"}, {"A": "x\0y"}])
def test_a_variable_no_process_can_be_given_is_a_value(
    room: Room, environment: dict[str, str]
) -> None:
    program = Program(f"{room.mark}/one", ("sh",), room.log, environment)

    assert isinstance(start(program), CannotStart)


def test_a_program_that_ended_tells_how(room: Room) -> None:
    started = room.shell("exit 3")

    wait_gone([started.id], seconds=10)

    assert started.exit_code() == 3


def test_a_program_leads_a_session_of_its_own(room: Room) -> None:
    started = room.run("sleep", "600")

    assert os.getsid(started.id.pid) == started.id.pid


def test_stopping_ends_the_whole_family(room: Room) -> None:
    started = room.shell(f"{FOREVER} & {FOREVER} & echo ready; wait")
    _lines(room.log, 1)
    family = find_marked([room.mark])

    stop_processes([started.id], grace=10)

    assert len(family) == 3
    assert wait_gone(family, seconds=10) == set()


def test_a_program_that_ignores_the_polite_signal_is_killed(room: Room) -> None:
    started = room.shell(f"trap '' TERM; echo ready; {FOREVER}")
    _lines(room.log, 1)

    stop_processes([started.id], grace=0.05)

    assert started.exit_code() == -signal.SIGKILL


def test_a_child_that_left_its_session_is_found_by_its_mark(room: Room) -> None:
    room.shell(f"setsid sh -c 'echo left; {FOREVER}; :' & echo ready")
    _lines(room.log, 2)

    assert stop_marked([room.mark]) >= 1
    assert find_marked([room.mark]) == {}


def test_a_mark_finds_what_is_below_it_and_nothing_beside_it(room: Room) -> None:
    started = room.run("sleep", "600")

    assert find_marked([room.mark]) == {started.id: f"{room.mark}/one"}
    assert find_marked([f"{room.mark}/on"]) == {}


def test_a_number_used_again_is_another_process() -> None:
    own = identify(os.getpid())

    assert own is not None
    assert is_running(own)
    assert not is_running(ProcessId(own.pid, own.started + 1))


def test_a_process_that_waits_to_be_collected_is_gone(room: Room) -> None:
    started = room.shell("exit 0")

    assert wait_gone([started.id], seconds=10) == set()


def test_waiting_ends_with_the_time(room: Room) -> None:
    started = room.run("sleep", "600")

    assert wait_gone([started.id], seconds=0.01) == {started.id}


def test_a_program_is_ready_when_it_accepts_connections() -> None:
    with socket.create_server(("127.77.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert accepts("127.77.0.1", port)
        assert ("127.77.0.1", port) in listening_sockets()

    assert not accepts("127.77.0.1", port)
    assert ("127.77.0.1", port) not in listening_sockets()


def test_every_address_of_a_port_counts_as_taken() -> None:
    with socket.create_server((ANYWHERE, 0)) as server:
        assert (ANYWHERE, server.getsockname()[1]) in listening_sockets()
    if socket.has_ipv6:
        with socket.create_server(("::", 0), family=socket.AF_INET6) as server:
            assert (ANYWHERE, server.getsockname()[1]) in listening_sockets()


def test_a_python_program_gets_its_words_unchanged(room: Room) -> None:
    words = ("a b", "{}", "$HOME", "'")
    code = "import sys, shlex; print(shlex.join(sys.argv[1:]))"

    wait_gone([room.run(sys.executable, "-c", code, *words).id], seconds=30)

    assert room.log.read_text() == shlex.join(words) + "\n"


def test_a_claim_holds_against_others_and_ends_with_its_holder() -> None:
    one, two = Claims(), Claims()

    assert one.claim("test/claim")
    assert one.claim("test/claim")
    assert not two.claim("test/claim")
    one.release()
    assert two.claim("test/claim")
    two.release()
