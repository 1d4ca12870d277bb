"""Console blocks of the documentation, as something that can be run and compared.

Comes in: a Markdown page. Goes out: the commands of its blocks marked `console run`, in order, each
with the output the page shows. Addresses, process ids, commits and times differ from run to run and
are compared by their shape; a line of three dots stands for any lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

BLOCK = r"^```console {mark}\n(.*?)^```"
"""`run` where a stand-in for a cluster does, `cluster` where it has to be a real one, and `fleet`
where programs are built first, which only `./dev fleet` does."""
ELLIPSIS = "..."
SHAPES = (
    (re.compile(r"\b127\.\d+\.\d+\.\d+\b"), "ADDRESS"),
    (re.compile(r"\b\d+(?:\.\d+)? (?:ms|s)\b"), "TIME"),
    (re.compile(r"(?<=ADDRESS )(\s*\d+\s+)\d+$"), r"\1PID"),
    (re.compile(r"(?<=ready) +(\d+) +\d+$"), r" \1 PID"),
    (re.compile(r"\b\d+[smhd]$"), "AGE"),
    (re.compile(r"\b[0-9a-f]{10}\b"), "COMMIT"),
    (re.compile(r"\s+"), " "),
)


class Command(Struct, frozen=True):
    """One command of a page and the lines shown below it."""

    text: str
    output: tuple[str, ...]


def commands_of(page: str, mark: str = "run") -> Iterator[Command]:
    r"""Yield the commands of a page's blocks with a mark.

    >>> [c.text for c in commands_of("```console run\n$ true\n```\n")]
    ['true']
    """
    for block in re.findall(BLOCK.format(mark=mark), page, re.MULTILINE | re.DOTALL):
        parts = re.split(r"^\$ ", block, flags=re.MULTILINE)
        for part in parts[1:]:
            text, *output = part.rstrip("\n").split("\n")
            while text.endswith("\\"):
                text = f"{text[:-1]}{output.pop(0).strip()}"
            yield Command(text, tuple(output))


def shaped(line: str) -> str:
    """Return a line with what differs from run to run replaced by its shape."""
    for pattern, shape in SHAPES:
        line = pattern.sub(shape, line)
    return line.strip()


def matches(shown: tuple[str, ...], found: list[str]) -> bool:
    """Whether the output found is the one shown; `...` stands for any lines.

    >>> matches(("a", "...", "d"), ["a", "b", "c", "d"])
    True
    >>> matches(("a",), ["a", "b"])
    False
    """
    wanted = [re.escape(shaped(line)) if line.strip() != ELLIPSIS else "" for line in shown]
    pattern = "".join(f"{line}\n" if line else "(?:.*\n)*?" for line in wanted)
    text = "".join(f"{line}\n" for line in map(shaped, found) if line)
    return re.fullmatch("".join(re.split(r"^\n", pattern, flags=re.MULTILINE)), text) is not None
