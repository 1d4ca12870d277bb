"""Whether "live" is right: changes under load on real Envoys, and no old routing behind any.

Comes in: a cluster whose node runs an example, and a number of changes. Goes out: how many requests
began between "live" and the next write, and those of them that met the old routing. A change turns
the entry to the other version, or has callers of a service meet the other version than their own.
"""

from __future__ import annotations

import asyncio
import copy
import random
import time
from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml
from msgspec import Struct, field

from laneway.adapters.istiod import ControlPlane, IstiodCredentials
from laneway.core.changes.order import ChangeStep
from laneway.core.compile import Compilation
from laneway.core.emit.manifest import Manifest
from laneway.core.live.liveness import Liveness
from laneway.core.live.proxies import ExpectedProxy
from laneway.core.live.replicas import IstiodReplica
from laneway.core.live.watching import Watching, World, watching
from laneway.core.resources.meta import Ref
from tests.cluster.control_plane import ControlPlane as Cluster
from tests.cluster.control_plane import Istiod
from tests.cluster.lanes import GATEWAY, running
from tests.cluster.writer import Writer
from tests.laws.compiling import compile_mesh
from tests.laws.objects import Object
from tests.live.loading import Met, under_load

EXAMPLE = Path(__file__).parents[2] / "examples" / "gitops"
ENTRY = Ref("VirtualService", "istio-system", "mock")
CALLED = "mockb"
VERSIONS = ("v1", "v2")
LIMIT = 10.0
SPAN = 0.1
"""Seconds between "live" and the next write, in which requests begin that are judged."""


class Changed(Struct, frozen=True):
    """A change: when its write began, when the API server had answered, and what was known then."""

    begun: float
    written: float
    liveness: Liveness
    wanted: str
    """The versions that answer from then on."""

    @property
    def live(self) -> float:
        """When it was said to be live."""
        return self.written + self.liveness.seconds


class Rightness(Struct):
    """Changes under load, and the requests behind each of them."""

    changes: list[Changed] = field(default_factory=list)
    judged: int = 0
    wrong: list[Met] = field(default_factory=list)
    all: int = 0
    failed: int = 0

    def __str__(self) -> str:
        """Say it in one line."""
        live = sum(one.liveness.is_live for one in self.changes)
        return (
            f"{live} of {len(self.changes)} changes live; {self.all} requests, {self.failed} of "
            f"them failed; {self.judged} began between live and the next write, "
            f"{len(self.wrong)} of these met the old routing"
        )


class Turning:
    """The two objects that are turned, and what they say now."""

    def __init__(self, compilation: Compilation) -> None:
        own = [_manifest(one.meta.raw, one.meta.ref) for one in compilation.mesh.virtual_services]
        found = {one.ref: one for one in own if one.ref == ENTRY}
        called = next(one for one in compilation.manifests() if _is_called(one))
        self.called = called.ref
        self.first = {**found, called.ref: called}
        self.now = dict(self.first)
        self.entry, self.swapped = 1, False
        self.is_split = True

    def turn(self, dice: random.Random) -> Manifest:
        """Return one of the objects as it says the other thing; then that is what they say.

        The entry is first, since it leads to both versions before.
        """
        if dice.random() < 0.5 or self.is_split:
            self.is_split = False
            self.entry = 1 - self.entry
            fresh = self._entry()
        else:
            self.swapped = not self.swapped
            fresh = self._called()
        return fresh

    def _entry(self) -> Manifest:
        body = copy.deepcopy(dict(self.first[ENTRY].body))
        for at, share in enumerate(body["spec"]["http"][0]["route"]):
            share["weight"] = 100 if at == self.entry else 0
            share["destination"]["port"] = {"number": 8000}  # as Laneway writes it
        return Manifest(ENTRY, body)

    def _called(self) -> Manifest:
        body = copy.deepcopy(dict(self.first[self.called].body))
        for route in body["spec"]["http"] if self.swapped else ():
            if route.get("match"):
                to = route["route"][0]["destination"]
                to["subset"] = VERSIONS[1 - VERSIONS.index(to["subset"])]
        return Manifest(self.called, body)

    def wanted(self) -> str:
        """Return the versions that a request meets now, the first service's first."""
        behind = 1 - self.entry if self.swapped else self.entry
        return " ".join((VERSIONS[self.entry], VERSIONS[behind], VERSIONS[behind]))


def rightness(cluster: Cluster, gateway: int, version: str, changes: int, seed: int) -> Rightness:
    """Make changes under load, each once the one before is live."""
    found = Rightness()
    with running(cluster, gateway, EXAMPLE, version) as lanes:
        lanes.until([("v1",) * 3, ("v2",) * 3], {})
        compilation = compile_mesh(_objects())
        turning, proxies = Turning(compilation), tuple(_proxies(cluster))
        world = World(compilation.mesh, compilation.plan, proxies)
        plane = _plane(cluster.istiods[version])
        with closing(Writer(cluster.api)) as writer, under_load(gateway, "/mock", 2) as load:
            dice = random.Random(seed)  # noqa: S311 - a drawing that can be done again
            for _ in range(changes):
                one = turning.turn(dice)
                before = dict(turning.now)
                step = ChangeStep("entry routes", (one,))
                watched = watching([(step, before)], world)
                done = _apply(plane, watched, writer, one)
                found.changes.append(Changed(*asyncio.run(done), turning.wanted()))
                turning.now[one.ref] = one
                time.sleep(SPAN)
        _judge(found, load.met)
    return found


def _plane(istiod: Istiod) -> ControlPlane:
    replica = IstiodReplica(
        f"istiod-{istiod.version}", "127.0.0.1", plain=istiod.grpc, secure=0, debug=istiod.http
    )
    return ControlPlane(IstiodCredentials(), (replica,))


async def _apply(
    plane: ControlPlane, watched: Watching, writer: Writer, one: Manifest
) -> tuple[float, float, Liveness]:
    async with plane.observing(watched) as looking:
        begun = time.monotonic()
        await asyncio.to_thread(writer.merge, dict(one.body))
        written = time.monotonic()
        return begun, written, await looking.confirm(LIMIT)


def _judge(found: Rightness, met: list[Met]) -> None:
    """Hold every request that began between "live" and the next write against what is wanted."""
    found.all = len(met)
    found.failed = sum(not one.startswith("v") for _, one, _ in met)
    spans = [(one.live, other.begun, one.wanted) for one, other in pairwise(found.changes)]
    spans = [
        one for one, change in zip(spans, found.changes, strict=False) if change.liveness.is_live
    ]
    met.sort()
    at = 0
    for begun, came, ended in met:
        while at < len(spans) and begun >= spans[at][1]:
            at += 1
        if at < len(spans) and spans[at][0] <= begun < spans[at][1]:
            found.judged += 1
            if came != spans[at][2]:
                found.wrong.append((begun, f"{came}, wanted {spans[at][2]}", ended))


def _objects() -> list[Object]:
    texts = [*(path.read_text() for path in sorted(EXAMPLE.glob("*.yaml"))), GATEWAY.read_text()]
    return [item for text in texts for item in yaml.safe_load_all(text) if item]


def _proxies(cluster: Cluster) -> Iterator[ExpectedProxy]:
    """Yield the proxies of the example's pods; injection is by namespace, so all have one."""
    for pod in cluster.api.ask("/api/v1/pods")["items"]:
        meta = pod["metadata"]
        space, labels = meta["namespace"], tuple(sorted(meta.get("labels", {}).items()))
        if space in ("default", "istio-system") and "deletionTimestamp" not in meta:
            yield ExpectedProxy(meta["name"], space, labels, is_gateway=space == "istio-system")


def _is_called(manifest: Manifest) -> bool:
    hosts = manifest.body["spec"].get("hosts") or [""]
    return manifest.ref.kind == "VirtualService" and hosts[0].startswith(f"{CALLED}.")


def _manifest(raw: Any, ref: Ref) -> Manifest:
    body = {"apiVersion": raw["apiVersion"], "kind": ref.kind}
    meta = {"name": ref.name, "namespace": ref.namespace}
    return Manifest(ref, {**body, "metadata": meta, "spec": copy.deepcopy(dict(raw["spec"]))})
