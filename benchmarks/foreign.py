"""`laneway check` of a few lanes beside 3,000 files of other programs, read and ignored."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path

from benchmarks.timing import ROUNDS, in_turns, laneway, table

from laneway.adapters.files import read_paths
from laneway.core.compile import compile_snapshot

FILES = 3_000
LANES = Path(__file__).parents[1] / "examples" / "strict-lanes"


def measure() -> None:
    """Print the time of a check and the lines it prints, with such files and without."""
    with tempfile.TemporaryDirectory(prefix="laneway-bench-") as work:
        folders = {
            "no other files": _folder(Path(work) / "alone", ""),
            f"{FILES:,} beside": _folder(Path(work) / "beside", "tools"),
            f"{FILES:,} ignored": _folder(Path(work) / "ignored", "node_modules"),
        }
        check = [laneway(), "check", "-o", "concise"]
        commands = {name: [*check, folder] for name, folder in folders.items()}
        found = in_turns(commands, Path(work) / "output")
        lines = {name: _lines(folder) for name, folder in folders.items()}
    alone = found["no other files"].seconds
    table(
        f"laneway check of {LANES.name}, median of {ROUNDS}",
        ("other files", "time", "more than alone", "processor", "memory", "findings"),
        [
            (
                name,
                f"{one.seconds:.2f} s",
                f"{one.seconds - alone:.2f} s",
                f"{one.processor:.2f} s",
                f"{one.megabytes:.0f} MB",
                str(lines[name]),
            )
            for name, one in found.items()
        ],
    )


def _folder(folder: Path, below: str) -> Path:
    """Write the lanes, and the other files below a folder of that name."""
    shutil.copytree(LANES, folder)
    for number in range(FILES if below else 0):
        where = folder / below / f"part-{number // 10}"
        where.mkdir(parents=True, exist_ok=True)
        name, text = _foreign(number)
        (where / name).write_text(text)
    return folder


def _foreign(number: int) -> tuple[str, str]:
    """Return a file of one of the kinds that lie about in repositories, of a usual size."""
    words = {f"word-{one}": {"kind": "text", "value": "x" * 20} for one in range(20)}
    return (
        (f"package-{number}.json", json.dumps({"name": f"p{number}", "dependencies": words})),
        (
            f"values-{number}.yaml",
            "".join(f"key{one}: {{kind: a, b: {one}}}\n" for one in range(40)),
        ),
        (f"rows-{number}.json", "".join(f'{{"row": {one}, "kind": "r"}}\n' for one in range(40))),
        (f"page-{number}.yaml", "openapi: 3.0.0\npaths:\n" + "  /a: {get: {kind: b}}\n" * 40),
        (f"draft-{number}.yaml", "title: [\n  kind of\n" + "  line {{ .Values.x }}\n" * 40),
    )[number % 5]


def _lines(folder: Path) -> int:
    return len(compile_snapshot(read_paths([str(folder)])).findings)
