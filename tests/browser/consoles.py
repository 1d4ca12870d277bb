"""A console as it is started, on a copy of an example, for a real browser.

Comes in: a folder. Goes out: the link that opens it once. It is a process of its own, since a
thread that drives the browser can run no event loop, and it ends with the test.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

EXAMPLES = Path(__file__).parents[2] / "examples"
COMMAND = (sys.executable, "-c", "from laneway.apps.cli import main; main()")


def copied(example: str, folder: Path, *but: str) -> Path:
    """Copy an example without some of its files."""
    shutil.copytree(EXAMPLES / example, folder, ignore=shutil.ignore_patterns(*but, "*.md"))
    return folder


@contextmanager
def console_of(folder: Path, home: Path, *options: str) -> Iterator[str]:
    """Start a console on a folder and end it; gives its link."""
    with started((str(folder), *options), {"XDG_STATE_HOME": str(home)}) as (_, link):
        yield link


@contextmanager
def started(
    options: Sequence[str], environment: Mapping[str, str]
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start a console and end it; gives its process and its link."""
    command = (*COMMAND, "console", *options)
    told = {**os.environ, **environment}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=told) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline().strip()
        finally:
            process.terminate()
