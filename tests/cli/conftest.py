"""The command line in this process: arguments in, exit code and both streams out."""

from __future__ import annotations

import gc
import io
import sys
from collections.abc import Callable, Generator
from pathlib import Path

import pytest
from msgspec import Struct

from laneway.apps.cli.entry import run

EXAMPLES = Path(__file__).parents[2] / "examples"


class Ended(Struct, frozen=True):
    """How a command ended."""

    code: int
    out: str
    err: str


Command = Callable[..., Ended]


@pytest.fixture
def laneway(capsys: pytest.CaptureFixture[str]) -> Generator[Command]:
    """Run the command line; commands switch the garbage collector off for their process."""

    def command(*arguments: str | Path) -> Ended:
        code = run([str(one) for one in arguments])
        streams = capsys.readouterr()
        return Ended(code, streams.out, streams.err)

    yield command
    gc.enable()


@pytest.fixture
def lanes(tmp_path: Path) -> Path:
    """A folder with the strict lanes of the examples, to be spoiled."""
    for source in (EXAMPLES / "strict-lanes").glob("*.yaml"):
        (tmp_path / source.name).write_text(source.read_text())
    return tmp_path


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Give the command a text on standard input."""

    def type_in(text: str) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))

    return type_in


def edit(folder: Path, old: str, new: str, name: str = "lanes.yaml") -> None:
    """Replace a text in a file of a folder; it must be there."""
    file = folder / name
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))
