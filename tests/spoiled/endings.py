"""How commands end: run through the command line's own door, in this process.

Comes in: arguments. Goes out: the exit code and both streams. What a command may end with stands in
one place, the table of `docs/commands.md`, and is read from there.
"""

from __future__ import annotations

import io
import re
import traceback
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

from msgspec import Struct

from laneway.apps.cli.entry import run
from laneway.apps.terminal.exit_codes import BUG

PAGE = Path(__file__).parents[2] / "docs" / "commands.md"
_ROW = re.compile(r"^\| (`.*`) \| ((?:\d+, )*\d+) \|$", re.MULTILINE)


class Ending(Struct, frozen=True):
    """How a command ended."""

    code: int
    out: str
    err: str

    def trouble(self, allowed: frozenset[int]) -> str:
        """Say what is wrong with it; nothing where all is as promised."""
        if "Traceback (most recent call last)" in self.out + self.err:
            return self.err[-3000:]
        if self.code not in allowed:
            return f"ends with {self.code}: {self.err[-500:]}"
        if self.code == 1 and not self.out.strip() and not self.err.strip():
            return "ends with 1 and says nothing"
        return ""


def allowed_codes() -> dict[str, frozenset[int]]:
    """Return what each command may end with by its input, as the page says."""
    found = {}
    for names, codes in _ROW.findall(PAGE.read_text()):
        numbers = frozenset(int(code) for code in codes.split(", "))
        for name in re.findall(r"`([^`]+)`", names):
            found[name] = numbers
    return found


def ending(command: Callable[[], int]) -> Ending:
    """Run something that writes to both streams, which take what a terminal's would."""
    out, err = _stream(), _stream()
    try:
        with redirect_stdout(out), redirect_stderr(err):
            code = command()
    except Exception:  # noqa: BLE001 - what the command line's own door calls a bug
        err.write(traceback.format_exc())
        code = BUG
    return Ending(code, _text(out), _text(err))


def ended(*arguments: str) -> Ending:
    """Run a command of the command line."""
    return ending(lambda: run(list(arguments)))


def _stream() -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), encoding="utf-8")


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    raw = stream.detach()
    assert isinstance(raw, io.BytesIO)
    return raw.getvalue().decode()
