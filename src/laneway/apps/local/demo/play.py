"""The demonstration itself: up, ask, change, ask again, down.

Comes in: a port and a number of requests. Goes out: text and an exit code. It uses the very
commands a user has, on a copy of the sample, and takes everything away again.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
import time
from importlib.resources import files
from pathlib import Path

from msgspec import Struct

from laneway.apps.local.demo.asking import CHAIN, AnswerTally, ask
from laneway.apps.local.mesh.configuration import Options
from laneway.apps.local.mesh.up import up
from laneway.apps.local.record.logs import LogReader, follow
from laneway.apps.local.record.outside import bring_down
from laneway.apps.local.record.state import GatewayRecord, MeshFolder, mesh_folder
from laneway.apps.terminal.screen import Screen
from laneway.apps.terminal.tables import table
from laneway.core.fleet.commands import Commands

MESH = "demo"
PATH = "/mock"
FINE, STRAYED = 0, 1
PATIENCE = 10.0
"""Seconds an edit may take to be live before the demonstration gives up on it."""

LOOK = 0.01


def demo(port: int, requests: int, *, fixed: bool = False) -> int:
    """Play the demonstration; return its exit code, or the one with which `up` failed."""
    folder = mesh_folder(MESH, os.environ)
    screen = Screen(sys.stdout, sys.stderr)
    with tempfile.TemporaryDirectory(prefix="laneway-demo-") as place:
        sample = Path(place) / "sample"
        _copy_sample(sample)
        options = Options((str(sample),), port, Commands.of_texts((), {}), quiet=True, fixed=fixed)
        code = up(folder, options, detach=True)
        if code != FINE:
            return code
        try:
            return Play(folder, sample, screen, requests).run()
        finally:
            screen.progress("taking everything down")
            bring_down(folder)
            shutil.rmtree(folder.path, ignore_errors=True)
            screen.show([])


def _copy_sample(target: Path) -> None:
    target.mkdir()
    for file in (files("laneway.apps.local.demo") / "sample").iterdir():
        (target / file.name).write_text(file.read_text(encoding="utf-8"), encoding="utf-8")


class Play(Struct, frozen=True):
    """A demonstration on a mesh that is up: its state, its copy of the sample, its screen."""

    folder: MeshFolder
    sample: Path
    screen: Screen
    requests: int

    def run(self) -> int:
        """Ask, change, ask again; return the exit code."""
        gateway = self._introduce()
        first = self._ask(gateway.local, {"v1": 0.5, "v2": 0.5})
        self._edit({"v1": 0, "v2": 100})
        second = self._ask(gateway.local, {"v2": 1.0})
        third = self._ask_for_nothing(gateway.local)
        if first and second and third:
            self._say("Every request stayed in one version through all three services.")
            return FINE
        self._say("Something is not as it should be: see above.")
        return STRAYED

    def _introduce(self) -> GatewayRecord:
        record = self.folder.read()
        if record is None:
            raise OSError(f"the mesh is gone; its logs are in {self.folder.logs}")
        gateway = record.gateways[0]
        programs = len(record.replicas)
        self._say(
            f"Up: {programs} programs and real Envoy, three services in two versions.",
            f"{gateway.url}{PATH} goes to v1 and v2 by halves.",
            "",
        )
        return gateway

    def _ask(self, port: int, shares: dict[str, float]) -> bool:
        """Ask, print what answered, and say whether it is as it should be."""
        self.screen.progress("asking:", f"{self.requests} requests")
        tally = ask(port, PATH, self.requests)
        self._say(*tally_table(tally), *tally.strayed[:3], "")
        fair = all(tally.is_fair(lane, share) for lane, share in shares.items())
        return fair and not tally.strayed and set(tally.lanes) <= set(shares)

    def _edit(self, weights: dict[str, int]) -> None:
        """Save other weights in the file, and say what the mesh says of it."""
        until = time.monotonic() + PATIENCE
        log = LogReader(self.folder.logs / "laneway.log")
        log.lines()
        route = self.sample / "route.yaml"
        values = iter(weights.values())
        route.write_text(
            re.sub(r"weight: \d+", lambda _: f"weight: {next(values)}", route.read_text())
        )
        told = follow([log], lambda: _pause(until))
        answer = next((line for _, line in told if "live after" in line), "the mesh did not answer")
        split = ", ".join(f"{lane} {weight} %" for lane, weight in weights.items())
        self._say(f"Now route.yaml is edited to {split}, and the mesh says:", answer, "")

    def _ask_for_nothing(self, port: int) -> bool:
        """Ask for a path no rule speaks of."""
        tally = ask(port, "/elsewhere", 1)
        answer = " ".join(tally.strayed)
        self._say(f"A path that no rule speaks of is answered {answer or 'all the same'}.", "")
        return answer.startswith("404")

    def _say(self, *lines: str) -> None:
        self.screen.show(lines)


def _pause(until: float) -> bool:
    time.sleep(LOOK)
    return time.monotonic() < until


def tally_table(tally: AnswerTally) -> list[str]:
    """Return a line for each lane that answered, and one for what strayed."""
    rows = [
        (lane, str(count), f"{100 * count / tally.total:.1f} %", " > ".join(CHAIN))
        for lane, count in sorted(tally.lanes.items())
    ]
    rows.append(("strayed", str(len(tally.strayed)), "", ""))
    return table(("VERSION", "ANSWERS", "SHARE", "ANSWERED BY"), rows)
