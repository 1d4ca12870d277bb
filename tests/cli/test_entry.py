"""The door: help, wrong usage, and what each ending means."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from laneway.apps.cli.entry import COMMANDS
from laneway.apps.terminal.screen import has_color, width_of
from tests.cli.conftest import EXAMPLES, Command

PYTHON = [sys.executable, "-c"]
HELP = "import sys; from laneway.apps.cli.entry import run; run(['-h']); print(*sys.modules)"


@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help_names_every_command(laneway: Command, flag: str) -> None:
    ended = laneway(flag)

    assert ended.code == 0
    assert [line.split()[0] for line in ended.out.splitlines() if line.startswith("  ")].count(
        "render"
    ) == 1
    assert all(f"  {name} " in ended.out for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_of_80_columns(laneway: Command, name: str) -> None:
    for flag in ("-h", "--help"):
        ended = laneway(name, flag)

        assert ended.code == 0
        assert ended.out.startswith(f"Usage: laneway {name}")
        assert max(len(line) for line in ended.out.splitlines()) <= 80


def test_help_does_not_load_the_compiler() -> None:
    loaded = subprocess.run([*PYTHON, HELP], capture_output=True, text=True, check=True).stdout

    rooms = {name for name in loaded.split() if name.startswith("laneway.")}
    assert rooms == {
        "laneway.apps",
        "laneway.apps.cli",
        "laneway.apps.cli.entry",
        "laneway.apps.cli.interrupting",
        "laneway.apps.terminal",
        "laneway.apps.terminal.exit_codes",
    }


@pytest.mark.parametrize("command", ["check", "explain"])
def test_a_command_with_nothing_to_point_at_loads_no_reader_that_keeps_positions(
    command: str,
) -> None:
    words = [command, str(EXAMPLES / "strict-lanes")]
    script = f"import sys; from laneway.apps.cli.entry import run; run({words})"
    script += "; print('yaml_rs' in sys.modules, 'yaml' in sys.modules)"

    ended = subprocess.run([*PYTHON, script], capture_output=True, text=True, check=True)

    assert ended.stdout.splitlines()[-1] == "True False"


def test_wrong_name_of_a_command_is_met_with_the_nearest_one(laneway: Command) -> None:
    ended = laneway("chekc")

    assert ended.code == 2
    assert "There is no command 'chekc'. Did you mean check?" in ended.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["render"],
        ["render", "--layout", "other", "x"],
        ["check", "-o", "xml", "x"],
        ["explain", "-H", "no colon", "x"],
        ["diff", "x"],
    ],
)
def test_wrong_usage_ends_with_2(laneway: Command, arguments: list[str]) -> None:
    ended = laneway(*arguments)

    assert ended.code == 2
    assert ended.out == ""
    assert ended.err.startswith("Usage: laneway")


def test_version_is_printed(laneway: Command) -> None:
    assert laneway("--version").out.startswith("laneway 0.")


def failing(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def command(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(import_module("laneway.apps.cli.check"), "compiled", command)


def test_failure_of_the_world_ends_with_3_and_a_sentence(
    laneway: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(monkeypatch, OSError(28, "No space left on device", "/x"))

    ended = laneway("check", "x")

    assert (ended.code, ended.err) == (3, "Error: /x: No space left on device.\n")


def test_failure_of_the_world_without_a_file_is_a_sentence_too(
    laneway: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(monkeypatch, OSError("nobody answers"))

    assert laneway("check", "x").err == "Error: nobody answers.\n"


def test_bug_ends_with_70_and_asks_for_a_report(
    laneway: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(monkeypatch, AssertionError("two and two"))

    ended = laneway("check", "x")

    assert ended.code == 70
    assert "AssertionError: two and two" in ended.err
    assert "This is a bug in Laneway, not a mistake of yours. Please report it" in ended.err


def test_interrupted_command_ends_with_130(
    laneway: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(monkeypatch, KeyboardInterrupt())

    assert laneway("check", "x").code == 130


UNGUARDED = """
import _signal, importlib.util, runpy, sys, warnings

class Watching:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if _signal.getsignal(_signal.SIGINT) is _signal.default_int_handler:
            print("unguarded", name)

sys.meta_path.insert(0, Watching)
sys.argv = ["laneway", "--help"]
"""
ENTERED = [
    "from laneway.apps.cli import main; sys.exit(main())",
    "runpy.run_module('laneway', run_name='__main__')",
]


@pytest.mark.parametrize("entered", ENTERED)
def test_interrupt_has_its_meaning_before_anything_is_loaded(entered: str) -> None:
    ended = subprocess.run([*PYTHON, UNGUARDED + entered], capture_output=True, check=True)

    loaded = [line[10:] for line in ended.stdout.decode().splitlines() if "unguarded" in line]
    assert {name for name in loaded if not name.startswith("laneway")} == set()
    assert "laneway.apps.cli.entry" not in loaded


def test_reader_that_leaves_early_is_no_failure() -> None:
    writing = subprocess.Popen(
        [sys.executable, "-m", "laneway", "render", str(EXAMPLES / "strict-lanes")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert writing.stdout
    assert writing.stderr
    writing.stdout.close()
    complaints = writing.stderr.read()
    writing.stderr.close()

    assert writing.wait() == 0
    assert b"BrokenPipe" not in complaints
    assert b"Traceback" not in complaints


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
@pytest.mark.parametrize("name", ["--help", "check", "explain", "prove", "render"])
def test_a_closed_stream_changes_no_exit_code(name: str, closed: str) -> None:
    path = "" if name == "--help" else str(EXAMPLES / "strict-lanes")
    command = f'"{sys.executable}" -m laneway {name} {path} {closed}'
    ended = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)

    assert (ended.returncode, "Traceback" in ended.stderr) == (0, False)


def test_exit_codes_reach_the_shell(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("a: [")
    command = [sys.executable, "-m", "laneway", "check", str(tmp_path)]

    assert subprocess.run(command, capture_output=True, check=False).returncode == 1


@pytest.mark.parametrize("name", COMMANDS)
def test_list_of_commands_says_what_a_command_says_of_itself(name: str) -> None:
    listed = COMMANDS[name]

    command = getattr(import_module(listed.module), name.replace("-", "_"))

    assert command.name == name
    assert command.help.split()[:2] == listed.says.split()[:2]


def test_environment_decides_on_color(monkeypatch: pytest.MonkeyPatch) -> None:
    main, side = os.openpty()
    with os.fdopen(side, "w") as terminal, os.fdopen(main):
        assert has_color(terminal)
        assert width_of(terminal) <= 120
        monkeypatch.setenv("NO_COLOR", "1")
        assert not has_color(terminal)
        monkeypatch.delenv("NO_COLOR")
        monkeypatch.setenv("TERM", "dumb")
        assert not has_color(terminal)
