"""The example's page, run as its reader would with the built programs, and its two meshes asked.

Comes in: the folder of the built programs. Goes out: commands that say something else than the page
shows, and requests that met other hops than their lane has.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.fleet.traffic import asked, running
from tests.house.console import commands_of, matches
from tests.house.pages import free_ports

MESHES = ("baggage", "trace-id")
TIMES = 100
_BUILD = "cd examples/sdks && sh build.sh"
_CHANGED = ("cart", "stock")
_HOPS = ("web", "cart", "price", "stock")


def differences(folder: Path) -> Iterator[str]:
    """Yield what is not as it is shown, or not as a lane has it."""
    yield from _page(folder)
    for mesh in MESHES:
        with running(folder / mesh, folder) as up:
            found = asked(up.port, TIMES)
        for lane, outcomes in found.items():
            wanted = " > ".join(
                f"{name} {'v2' if lane == 's2' and name in _CHANGED else 'v1'}" for name in _HOPS
            )
            if outcomes != {wanted: TIMES}:
                yield f"{mesh}, lane {lane}: {dict(outcomes)} for {wanted}"


def _page(folder: Path) -> Iterator[str]:
    commands = commands_of((folder / "README.md").read_text(), "fleet")
    with tempfile.TemporaryDirectory() as home:
        # a state folder of its own: nobody's meshes but this page's are seen, or ended
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        variables = {**os.environ, "PATH": path, "XDG_STATE_HOME": home}
        port = str(free_ports())
        for command in commands:
            if command.text == _BUILD:
                continue
            words = command.text.replace("laneway up", f"laneway up --port {port}")
            ended = _run(words.replace("8080", port), folder, variables)
            told = ended.stdout.replace(port, "8080")
            if ended.returncode != 0 or not matches(command.output, told.splitlines()):
                yield f"$ {command.text}\n{told}\n(exit {ended.returncode}) {ended.stderr}"
        _run("laneway down --all", folder, variables)


def _run(
    words: str, folder: Path, variables: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "-c", words], cwd=folder, env=variables, capture_output=True, text=True, check=False
    )
