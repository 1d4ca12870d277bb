"""Private networks of a test, and their certain end."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from laneway.adapters.netns import MeshNetwork, PodNetwork, PrivateNetwork, probe
from laneway.adapters.processes import Program, Started, start, stop_marked
from laneway.adapters.processes.identity import MARK

BRIDGE, HOST, PASSING, OUTBOUND = "10.9.0.1", "10.9.0.2", "10.9.0.3", 15001
BETWEEN = MeshNetwork(BRIDGE, PASSING, HOST, OUTBOUND)
RESOLVED = "search default.svc.cluster.local\nnameserver 10.9.0.1\n"


class World:
    """A private network, and programs inside it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.mark = str(folder)
        self.started: list[Started] = []
        pods = folder / "pods"
        pods.mkdir()
        self.network = PrivateNetwork.open(pods, BETWEEN, {MARK: self.mark})
        self.resolver = folder / "resolv.conf"
        self.resolver.write_text(RESOLVED)

    def settle(self, **pods: PodNetwork) -> None:
        self.network.settle(pods)

    def inside(self, pod: str) -> tuple[str, ...]:
        """Where a pod's programs live."""
        return (
            *self._user(),
            f"network={self.network.outside(pod)}",
            f"file={self.resolver}:/etc/resolv.conf",
        )

    def in_mesh(self) -> tuple[str, ...]:
        """Where proxies live; they may enter pods' networks."""
        network = self.network
        where = (f"network={network.mesh}", f"mounts={network.mounts}")
        return (*self._user("keep=21"), *where)

    def _user(self, *more: str) -> tuple[str, ...]:
        return (f"user={self.network.user}", *more) if self.network.user else ()

    def run(self, inside: tuple[str, ...], *command: str) -> Started:
        """Start a program; what it says is in `said`."""
        log = self.folder / f"{len(self.started)}.log"
        program = Program(f"{self.mark}/program", command, log, dict(os.environ), inside=inside)
        started = start(program)
        assert isinstance(started, Started)
        self.started.append(started)
        return started

    def python(self, pod: str, script: str) -> str:
        """Run Python in a pod to its end; return what it said."""
        started = self.run(self.inside(pod), sys.executable, "-I", "-S", "-c", script)
        started.child.wait()
        return started.program.log.read_text()

    def close(self) -> None:
        self.network.close()
        stop_marked([self.mark])
        for one in self.started:
            one.child.wait()


@pytest.fixture(scope="session")
def possible() -> None:
    """Skip what this machine cannot do."""
    if missing := probe():
        pytest.skip(missing)


@pytest.fixture
def world(possible: None, tmp_path: Path) -> Iterator[World]:  # noqa: ARG001 - a condition
    world = World(tmp_path)
    yield world
    world.close()
