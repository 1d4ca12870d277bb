"""A command where a workload's program runs: what it meets, what it ends with, and its own end."""

import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.wire.laneway_up import VERSION, Said, Up, laneway, of_variables

pytestmark = pytest.mark.envoy
Start = Callable[..., Up]

CALL = "import urllib.request; print(urllib.request.urlopen('http://mockb:8000/').read().decode())"
BOTH = "import sys; print(input()); print('this went wrong', file=sys.stderr); sys.exit(7)"


@of_variables
@pytest.mark.usefixtures("mesh")
@pytest.mark.parametrize("name", ["mocka-v2", "default/mocka-v2", "mocka-v2-0"])
def test_a_command_meets_what_the_program_would(name: str) -> None:
    ended = laneway("exec", name, "--", sys.executable, "-c", CALL)

    assert {found[1] for found in VERSION.findall(ended.stdout)} == {"v2"}
    assert ended.returncode == 0
    assert ended.stderr.startswith("mocka-v2-0 lives in this machine's network: ")
    assert ended.stderr.count("\n") == 1


@of_variables
@pytest.mark.usefixtures("mesh")
def test_streams_and_the_exit_code_are_the_commands_own(tmp_path: Path) -> None:
    (tmp_path / "said").write_text("hello\n")
    with (tmp_path / "said").open() as said:
        ended = laneway("exec", "mocka-v1", sys.executable, "-c", BOTH, stdin=said.fileno())

    assert (ended.returncode, ended.stdout) == (7, "hello\n")
    assert ended.stderr.splitlines()[1:] == ["this went wrong"]


@pytest.mark.usefixtures("mesh")
@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["mocka-v1", "--", "no-such-command"], 127, "no-such-command: command not found\n"),
        (["mocka-v1", "--", "/etc/passwd"], 126, "/etc/passwd: permission denied\n"),
        (["mocka"], 2, "Missing argument"),
        (["mocka-v1", "--"], 2, "Say which COMMAND to run."),
        (["mocka", "--", "true"], 2, "mesh default has no workload or replica mocka; "),
    ],
)
def test_what_cannot_be_run_is_told(words: list[str], code: int, said: str) -> None:
    ended = laneway("exec", *words)

    assert ended.returncode == code
    assert said in ended.stderr


@pytest.mark.usefixtures("mesh")
def test_a_stopped_workload_has_no_place_for_a_command() -> None:
    laneway("stop", "mockc-v2")
    ended = laneway("exec", "mockc-v2", "--", "true")
    laneway("start", "mockc-v2")

    assert ended.returncode == 3
    assert ended.stderr == "Error: no program of mockc-v2 runs: mockc-v2-0 is stopped.\n"


def test_a_command_ends_with_its_mesh(up: Start, sample: Path) -> None:
    mesh = up(sample).ready()
    words = (sys.executable, "-uc", "import signal; print('here'); signal.pause()")
    command = Said("exec", "mocka-v1", "--", *words)
    command.until("here")

    mesh.stop()

    assert command.end() in (-signal.SIGTERM, -signal.SIGKILL)
