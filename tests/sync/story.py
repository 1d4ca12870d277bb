"""A release by pushes alone, step by step: publish, shift, promote, roll back, clean up.

Comes in: a repository with the sample in it, a mesh that follows it, and how many requests each
stage gets. Goes out: what was met at each stage, and what a client met that never paused.
"""

from __future__ import annotations

import http.client
import re
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

from msgspec import Struct

from tests.wire.client import Client
from tests.wire.laneway_up import Answer
from tests.wire.remote import GitRemote, Sync

SIGMAS = 4.5
AT_ONCE = 4
Weights = tuple[int, ...]
STAGES: tuple[tuple[str, Weights], ...] = (
    ("Increase v3 share", (40, 30, 30)),
    ("Shift majority to v3", (10, 10, 80)),
    ("Full promotion", (0, 0, 100)),
)
CANARY: Weights = (60, 30, 10)


class Stage(Struct, frozen=True):
    """What was met at one stage, and which shares were wanted; versions are those of all hops."""

    name: str
    weights: Weights
    met: Counter[tuple[str, ...]]

    @property
    def wrong(self) -> list[str]:
        """Say what was met that should not be: a share that chance does not explain, a mixture."""
        total = self.met.total()
        found = [f"{self.name}: {chain}" for chain in self.met if not self._is_wanted(chain)]
        for number, weight in enumerate(self.weights, 1):
            share = weight / 100
            spread = SIGMAS * (total * share * (1 - share)) ** 0.5
            count = self.met[(f"v{number}",) * 3]
            if abs(count - total * share) > spread:
                found.append(f"{self.name}: v{number} got {count} of {total}, not {weight} %")
        return found

    def _is_wanted(self, chain: tuple[str, ...]) -> bool:
        return chain in [(f"v{number}",) * 3 for number in range(1, len(self.weights) + 1)]


class Told(Struct, frozen=True):
    """The story as it went: its stages, and the answers of the client that never paused."""

    stages: tuple[Stage, ...]
    answers: tuple[Answer, ...]

    @property
    def failed(self) -> list[str]:
        """The answers that are no chain of one version."""
        return [
            f"{one.status} {one.body}"
            for one in self.answers
            if one.status != 200 or len(one.hops) != 3 or len(one.versions) != 1
        ]


def story(remote: GitRemote, mesh: Sync, requests: int) -> Told:
    """Tell the story, with a client that asks from its beginning to its end."""
    with Client(mesh.port) as client:
        stages = tuple(_stages(remote, mesh, requests))
        return Told(stages, tuple(client.answers()))


def _stages(remote: GitRemote, mesh: Sync, requests: int) -> Iterator[Stage]:
    def seen(name: str, weights: Weights) -> Stage:
        return Stage(name, weights, met(mesh.port, requests))

    yield seen("Beginning", (50, 50))
    publish(remote)
    mesh.follows("Initial canary")
    yield seen("Initial canary", CANARY)
    for name, weights in STAGES:
        share_out(remote, weights)
        mesh.follows(name)
        yield seen(name, weights)
    share_out(remote, CANARY)
    mesh.follows("Canary once more")
    yield seen("Canary once more", CANARY)
    share_out(remote, (50, 50, 0))
    mesh.follows("Roll back v3")
    yield seen("Roll back v3", (50, 50, 0))
    clean_up(remote)
    mesh.follows("Clean up v3")
    yield seen("Clean up v3", (50, 50, 0))


def publish(remote: GitRemote) -> None:
    """Write the third version: its Deployments, its lane and its share, to be pushed at once."""
    pods = (remote.lanes / "mock-v2.yaml").read_text().replace("v2", "v3")
    (remote.lanes / "mock-v3.yaml").write_text(pods)
    lanes = remote.lanes / "lanes.yaml"
    lane = lanes.read_text().rpartition("---")[2].replace("v2", "v3")
    lanes.write_text(f"{lanes.read_text()}---{lane}")
    share_out(remote, CANARY)


def share_out(remote: GitRemote, weights: Weights) -> None:
    """Write the entry's weights, one for each version."""
    shares = "".join(
        "        - destination:\n            host: mocka.default.svc.cluster.local\n"
        f"            subset: v{number}\n          weight: {weight}\n"
        for number, weight in enumerate(weights, 1)
    )
    route = remote.lanes / "route.yaml"
    route.write_text(re.sub(r"(?s)(?<=route:\n).*", shares, route.read_text()))


def clean_up(remote: GitRemote) -> None:
    """Remove the third version's Deployments and lane; its weight of 0 stays in the route."""
    (remote.lanes / "mock-v3.yaml").unlink()
    lanes = remote.lanes / "lanes.yaml"
    lanes.write_text(lanes.read_text().rpartition("---")[0])


def met(port: int, count: int) -> Counter[tuple[str, ...]]:
    """Count the versions that requests meet, hop by hop; what is no answer is counted as it is."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        shares = [count // AT_ONCE] * AT_ONCE
        return sum(pool.map(lambda share: _met(port, share), shares), Counter())


def _met(port: int, count: int) -> Counter[tuple[str, ...]]:
    found: Counter[tuple[str, ...]] = Counter()
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        for _ in range(count):
            connection.request("GET", "/mock")
            response = connection.getresponse()
            answer = Answer(response.status, response.read().decode())
            versions = tuple(hop.version for hop in answer.hops)
            found[versions if answer.status == 200 else (str(answer.status),)] += 1
    return found
