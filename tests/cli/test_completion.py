"""Completion: each shell gets a script, and the script's questions are answered."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Command

LANEWAY = [sys.executable, "-m", "laneway"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_script_names_the_shells_own_way(laneway: Command, shell: str) -> None:
    ended = laneway("completion", shell)

    assert ended.code == 0
    assert f"_LANEWAY_COMPLETE={shell}_complete" in ended.out


def test_unknown_shell_is_wrong_usage(laneway: Command) -> None:
    assert laneway("completion", "tcsh").code == 2


def complete(words: str, number: int) -> list[str]:
    """Ask as the script of bash does: kind and value of each proposal."""
    asked = {"COMP_WORDS": words, "COMP_CWORD": str(number), "_LANEWAY_COMPLETE": "bash_complete"}
    ended = subprocess.run(
        LANEWAY, env=os.environ | asked, capture_output=True, text=True, check=False
    )
    return ended.stdout.split()


def test_commands_are_completed() -> None:
    assert complete("laneway ren", 1) == ["plain,render"]


def test_options_are_completed() -> None:
    assert complete("laneway render --l", 2) == ["plain,--layout"]


def test_values_of_options_are_completed() -> None:
    assert complete("laneway check -o s", 3) == ["plain,sarif"]


def test_path_is_completed_by_the_shell() -> None:
    assert complete("laneway check exa", 2) == ["file,exa"]


@pytest.mark.skipif(not shutil.which("bash"), reason="bash is not installed")
def test_bash_takes_the_script(laneway: Command, tmp_path: Path) -> None:
    script = tmp_path / "completion.bash"
    script.write_text(laneway("completion", "bash").out)

    ended = subprocess.run(
        ["bash", "-c", f"source {script}; complete -p laneway"],
        capture_output=True,
        text=True,
        check=True,
    )

    assert "_laneway_completion laneway" in ended.stdout
