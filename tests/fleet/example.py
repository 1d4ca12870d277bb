"""The example's page, run as its reader would with the built programs, and its two meshes asked.

Comes in: the folder of the built programs. Goes out: commands that say something else than the page
shows, and requests that met other hops than their lane has.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.fleet.traffic import asked, running
from tests.house.console import commands_of, matches
from tests.house.pages import environment, free_ports

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
    with tempfile.TemporaryDirectory() as home, environment(Path(home)) as variables:
        state, port = {"XDG_STATE_HOME": home}, str(free_ports())
        for command in commands:
            if command.text == _BUILD:
                continue
            words = command.text.replace("laneway up", f"laneway up --port {port}")
            ended = subprocess.run(
                ["sh", "-c", words.replace("8080", port)],
                cwd=folder,
                env=variables | state,
                capture_output=True,
                text=True,
                check=False,
            )
            told = ended.stdout.replace(port, "8080")
            if not matches(command.output, told.splitlines()):
                yield f"$ {command.text}\n{told}\n(exit {ended.returncode}) {ended.stderr}"
        subprocess.run(
            ["laneway", "down", "--all"], env=variables | state, check=True, capture_output=True
        )
