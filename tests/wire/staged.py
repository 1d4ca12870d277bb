"""A shop with three versions in a repository of its own, run as a mesh, under load.

Comes in: what is bad of which version. Goes out: a work tree in which v3 is a lane without weight,
a plan beside it, and `laneway release` as people run it.
"""

import http.client
import json
import re
import shutil
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from msgspec import Struct

from tests.wire.laneway_up import Answer, Said, Up, laneway

EXAMPLE = Path(__file__).parents[2] / "examples" / "gitops"
Bad = Mapping[str, Mapping[str, int]]
"""By Deployment the settings that make its program bad."""

PLAN = """\
apiVersion: laneway.dev/v1alpha1
kind: LaneRelease
metadata:
  name: v3
spec:
  lane: v3
  stable: v1
  gates:
    - {gate}
  stages:
    - weights: {{v1: 40, v2: 10, v3: 50}}
      duration: {least}
      limit: {limit}
{more}\
    - weights: {{v1: 0, v2: 0, v3: 100}}
"""
MORE = """\
    - weights: {v1: 20, v2: 0, v3: 80}
      duration: 1s
"""
ERRORS = "errors: {tolerance: 5%}"


class Shop(Struct):
    """A work tree, and the mesh that runs it."""

    folder: Path
    up: Up

    def git(self, *words: str) -> str:
        return git(self.folder, *words)

    def run(self, *words: str, command: str = "run") -> subprocess.CompletedProcess[str]:
        """Run `laneway release` to its end."""
        return laneway("release", command, "release.yaml", *words, cwd=self.folder)

    def running(self, *words: str) -> Said:
        """Start a runner."""
        return Said("release", "run", "release.yaml", *words, cwd=self.folder)

    def status(self) -> dict[str, Any]:
        """Return where the release stands."""
        found: dict[str, Any] = json.loads(self.run("-o", "json", command="status").stdout)
        return found

    def weights(self, commit: str = "") -> tuple[int, ...]:
        """Return the weights of the split in the files, or in a commit."""
        text = (
            self.git("show", f"{commit}:route.yaml")
            if commit
            else (self.folder / "route.yaml").read_text()
        )
        return tuple(map(int, re.findall(r"weight: (\d+)", text)))

    def titles(self) -> list[str]:
        """Return what the commits of the release are called, oldest first."""
        lines = self.git("log", "--format=%s").splitlines()
        return [line for line in reversed(lines) if line.startswith("Release v3: ")]

    def met(self, requests: int) -> Counter[str]:
        """Count the versions that requests meet."""
        found: Counter[str] = Counter()
        for _ in range(requests):
            found.update(self.up.ask().versions)
        return found

    @contextmanager
    def load(self, threads: int = 3) -> Iterator[None]:
        """Send requests for the length of a block."""
        over = threading.Event()
        senders = [threading.Thread(target=self._send, args=(over,)) for _ in range(threads)]
        for one in senders:
            one.start()
        try:
            yield
        finally:
            over.set()
            for one in senders:
                one.join()

    def _send(self, over: threading.Event) -> None:
        with closing(http.client.HTTPConnection("127.0.0.1", self.up.port, timeout=10)) as client:
            while not over.is_set():
                try:
                    client.request("GET", "/mock")
                    client.getresponse().read()
                except (OSError, http.client.HTTPException):
                    client.close()


def repository(
    folder: Path,
    bad: Bad,
    gate: str = ERRORS,
    *,
    more: str = "",
    least: str = "1s",
    limit: str = "2m",
) -> None:
    """Make a work tree with v3 as a lane without weight, and the plan of its release."""
    shutil.copytree(EXAMPLE, folder)
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "config", "user.name", "me")
    git(folder, "config", "user.email", "me@shop.test")
    added = laneway("release", "add-lane", "v3", "--from", "v2", cwd=folder)
    assert added.returncode == 0, added.stderr
    pods = folder / "mock-v3.yaml"
    pods.write_text(pods.read_text().replace("value: v2", "value: v3"))
    for name, settings in bad.items():
        spoil(folder, name, settings)
    plan = PLAN.format(gate=gate, more=more, least=least, limit=limit)
    (folder / "release.yaml").write_text(plan)
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "-m", "v3 is there, without weight")


def spoil(folder: Path, name: str, settings: Mapping[str, int]) -> None:
    """Add settings to the program of a Deployment."""
    path = folder / f"mock-{name.rpartition('-')[2]}.yaml"
    documents = path.read_text().split("---\n")
    (mine,) = (one for one in documents if f"name: {name}\n" in one)
    lines = "".join(
        f"            - name: {key}\n              value: '{value}'\n"
        for key, value in settings.items()
    )
    changed = mine.replace("          env:\n", f"          env:\n{lines}")
    path.write_text(path.read_text().replace(mine, changed))


def git(folder: Path, *words: str) -> str:
    """Run Git in a folder."""
    return subprocess.run(
        ("git", "-C", str(folder), *words), capture_output=True, text=True, check=True
    ).stdout


def until(is_so: Callable[[], bool], seconds: float = 30.0) -> None:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.01)


def kill(one: Said) -> None:
    """Kill a command, and nothing that it started."""
    one.signal(signal.SIGKILL)
    one.end()


__all__ = ["ERRORS", "Answer", "Shop", "git", "kill", "repository", "spoil", "until"]
