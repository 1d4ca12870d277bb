"""The repository speaks for itself: no text needs a paper or a machine that a reader lacks.

A rule is stated with its reason, not by the number it has on somebody's list, and no path of one
machine stands in a file.
"""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GENERATED = {"uv.lock", "go.sum", "LICENSE"}
PICTURES = ".png"
FOREIGN = {
    "a number of somebody's list": re.compile(r"\bR[1-9]\d?\b|\bDEC-\d+\b"),
    "a path of one machine": re.compile(r"(?<![\w.~}])/(?:work|tmp|root|home/\w+|Users/\w+)/"),
}


def texts() -> list[Path]:
    """Every file git knows or would add, as text a person may read."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    paths = [ROOT / name for name in sorted(listed.split("\0")) if name]
    return [
        path
        for path in paths
        if path.is_file() and path.name not in GENERATED and path.suffix != PICTURES
    ]


def strangers(text: str) -> list[str]:
    """Name each line that only its author understands, as `line: why: the words`."""
    return [
        f"{number}: {why}: {found.group()}"
        for number, line in enumerate(text.splitlines(), 1)
        for why, pattern in FOREIGN.items()
        for found in pattern.finditer(line)
    ]


def test_no_text_needs_a_paper_or_a_machine_the_reader_lacks() -> None:
    found = {
        str(path.relative_to(ROOT)): strangers(path.read_text(errors="replace")) for path in texts()
    }

    assert {name: lines for name, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    "text",
    ["as R" + "12 says", "see DEC" + "-25", "in /" + "work/x", "at /" + "tmp/x", "/" + "root/y"],
)
def test_a_stranger_is_recognized(text: str) -> None:
    assert strangers(text)


@pytest.mark.parametrize(
    "text", ["rule r1", "IR 12", "src/work/x", "~/tmp/x", "$HOME/work/x", "RE2"]
)
def test_plain_text_is_let_pass(text: str) -> None:
    assert strangers(text) == []
