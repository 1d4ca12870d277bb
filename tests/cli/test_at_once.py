"""What is answered at once, without click, is what click answers."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest
from click.shell_completion import get_completion_class

from laneway.apps.cli.at_once import answer, offers
from laneway.apps.cli.entry import laneway as command_line

SHELLS = ["bash", "zsh", "fish"]
LOADED = "import sys; from laneway.apps.cli import main; main(); print(*sys.modules)"

SAME = [
    "laneway ",
    "laneway re",
    "laneway -",
    "laneway --v",
    "laneway nothing-like-this",
    "laneway show ",
    "laneway show p",
    "laneway show mesh ",
    "laneway check examp",
    "laneway check --",
    "laneway check -q --",
    "laneway check --ignore LW1310 --i",
    "laneway check -o ",
    "laneway check -o j",
    "laneway check -o json ",
    "laneway check -o json --o",
    "laneway check -o -",
    "laneway check a b -q c",
    "laneway check - ",
    "laneway diff old ",
    "laneway diff old new ",
    "laneway up --port ",
    "laneway up --port 80 ",
    "laneway up --config ",
    "laneway completion ",
    "laneway completion z",
    "laneway explain -H ",
    "laneway explain -H x -H y ",
]
"""Lines that are answered at once; the last word is the one that is begun."""

LEFT = [
    "laneway chekc ",
    "laneway -h ",
    "laneway show -h -",
    "laneway check -qo ",
    "laneway check --output=",
    "laneway check -- ",
    "laneway check 'a b' ",
    "laneway check --ignore LW",
    "laneway up --name ",
    "laneway down ",
    "laneway stop ",
    "laneway logs ",
    "laneway explain-code LW1",
]
"""Lines that a command has to answer."""


def asked(line: str, shell: str) -> dict[str, str]:
    """Return the environment in which a shell asks to complete the last word of a line."""
    done, _, begun = line.rpartition(" ")
    position = begun if shell == "fish" else str(len(done.split()))
    return {
        "COMP_WORDS": line,
        "COMP_CWORD": position,
        "_LANEWAY_COMPLETE": f"{shell}_complete",
    }


def by_click(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> str:
    for name, text in environment.items():
        monkeypatch.setenv(name, text)
    shell = get_completion_class(environment["_LANEWAY_COMPLETE"].partition("_")[0])
    assert shell is not None
    return shell(command_line, {}, "laneway", "_LANEWAY_COMPLETE").complete() + "\n"


def lines() -> Iterator[str]:
    """Yield lines that ask each command for its options, and for what begins its words."""
    yield from SAME
    for path, (_, options, _) in offers().items():
        yield f"{path} -"
        if any(other.startswith(f"{path} ") for other in offers()):
            continue  # options of groups are left to click
        yield from (f"{path} {name} -" for names, *_ in options for name in names)


@pytest.mark.parametrize("shell", SHELLS)
def test_completion_is_clicks(shell: str, monkeypatch: pytest.MonkeyPatch) -> None:
    environments = [asked(line, shell) for line in lines()]

    answers = {one["COMP_WORDS"]: answer([], one) for one in environments}

    wanted = {one["COMP_WORDS"]: by_click(one, monkeypatch) for one in environments}
    assert answers == wanted


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("line", LEFT)
def test_what_a_command_knows_is_left_to_it(line: str, shell: str) -> None:
    assert answer([], asked(line, shell)) is None


@pytest.mark.parametrize(
    "words", [[], ["check"], ["check", "x", "-h"], ["../x", "-h"], ["chekc", "-h"]]
)
def test_what_is_no_page_of_help_is_left_to_click(words: list[str]) -> None:
    assert answer(words, {"COLUMNS": "80"}) is None


def test_help_in_a_narrow_terminal_is_left_to_click() -> None:
    assert answer(["--help"], {"COLUMNS": "79"}) is None
    assert answer(["--help"], {"COLUMNS": "100"}) is not None


@pytest.mark.parametrize("words", [["--help"], ["check", "-h"]])
def test_help_loads_neither_click_nor_what_it_rests_on(words: list[str]) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", LOADED, *words], capture_output=True, text=True, check=True
    )

    assert ended.stdout.startswith("Usage: laneway")
    loaded = ended.stdout.splitlines()[-1].split()
    assert {"click", "typing", "re", "enum", "dataclasses"}.isdisjoint(loaded)
    assert {one for one in loaded if one.startswith("laneway.")} == {
        "laneway.apps",
        "laneway.apps.cli",
        "laneway.apps.cli.at_once",
        "laneway.apps.cli.interrupting",
    }
