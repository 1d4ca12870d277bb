"""One mesh after the other, kept by the operator: written, waited for, read, and taken away again.

Comes in: a drawn mesh. Goes out: what each istiod sends its proxies once the operator says that all
is done, the objects that it wrote, and a compilation of the very input. Users' objects are there
first and lanes come last, groups at the very end, as the API server dates them: the plan is made
from these dates.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from laneway.core.compile import Compilation
from laneway.core.keeping.followed import GROUP, LANE, VENDOR
from tests.agree.cluster import Cluster, cluster_of
from tests.agree.oracle import Oracle
from tests.cluster import marks
from tests.cluster.api_server import RefusedError
from tests.cluster.control_plane import ControlPlane
from tests.cluster.holding import LEAVES_OUT, USERS, Held, leaves_out, not_admitted
from tests.cluster.pods import PROXY, PROXY_IMAGE
from tests.cluster.served import MeshServer, next_second, undated
from tests.cluster.writer import Writer, path_of, root_of
from tests.laws import objects
from tests.laws.compiling import compile_mesh, emitted
from tests.laws.objects import NETWORKING, Object
from tests.paths.working import Working

PATIENCE = 90.0
OURS = "labelSelector=app.kubernetes.io/managed-by%3Dlaneway"
FROZEN = "Frozen"
FROZEN_FOR = 50
"""Looks in a row after which a frozen group counts as one that stays so."""
CODE = re.compile(r"\bLW\d{4}\b")
PLURALS = ("virtualservices", "destinationrules")
LAST = ("", LANE, GROUP)
"""Kinds of the vendor's in the order in which they are written, any other first: the operator
writes as soon as it sees a group."""


class NotKeptError(Exception):
    """The operator did not come to an end, or wrote something else than is compiled."""


class Kept(Struct, frozen=True):
    """A mesh that the operator keeps: how it lies there, and what the operator made of it."""

    held: Held
    mesh: tuple[Object, ...]
    """What the cluster took of the mesh."""
    written: tuple[Object, ...]
    """The operator's objects."""
    stalled: dict[str, str]
    """Why groups do not go on, by name; those that are frozen with the codes of their errors."""
    late: int = 0
    """How many of users' objects came when the lanes were live."""

    @property
    def is_frozen(self) -> bool:
        """Whether objects of some group stay as they were before all of the mesh was seen."""
        return _is_frozen(self.stalled)


class Keeping:
    """A cluster, and the operator that keeps it."""

    def __init__(
        self, plane: ControlPlane, server: MeshServer, oracle: Oracle, operator: Working
    ) -> None:
        self._server = server
        self._oracle = oracle
        self._operator = operator
        self._writer = Writer(plane.api)
        self._lanes: list[Object] = []

    def close(self) -> None:
        """Take the mesh away, and end the connection."""
        self.clear()
        self._writer.close()

    def put(self, mesh: Sequence[Object], *, late: bool = False) -> Kept:
        """Have the operator keep a mesh, and read what came of it. Raises NotKeptError.

        With `late` the younger half of users' Istio objects comes when all else is live.
        """
        self.clear()
        users = [item for item in mesh if item["kind"] in USERS]
        lanes = sorted(filter(_is_of_lanes, mesh), key=_turn)
        refused = self._server.refused(users) | not_admitted(users, self._oracle)
        refused |= self._refused(lanes)
        kept = [item for item in mesh if path_of(item) not in refused]
        cluster = cluster_of(kept, compile_mesh(kept), self._server.next_number(), [])
        cluster = replace(cluster, things=tuple(_with_proxies(cluster)))
        half = len(cluster.routing) // 2 if late else len(cluster.routing)
        self._server.put(replace(cluster, routing=cluster.routing[:half]))
        next_second()
        self._lanes += [self._writer.create(undated(one)) for one in lanes if one in kept]
        later = {path_of(one) for one in cluster.routing[half:]}
        gates = [one for one in cluster.things if one["kind"] == "Pod" and _is_gateway(one)]
        there = [one for one in kept if one["kind"] != "Namespace"] + gates
        compilation = self._compiled([one for one in there if path_of(one) not in later])
        stalled = self._settled(compilation)
        if later:
            self._server.add(cluster.routing[half:])
            compilation = self._compiled(there)
            stalled = self._settled(compilation)
        held = self._held(compilation, cluster, kept, refused)
        return Kept(held, tuple(kept), self._ours(), stalled, len(later))

    def _compiled(self, mesh: Iterable[Object]) -> Compilation:
        """Compile objects as they lie in the cluster, in the order in which it lists them.

        Templates stand for the pods of theirs. Namespaces are the cluster's, which has more of them
        than a mesh; in those that do not ask for sidecars these pods have some all the same. The
        marks' Gateway counts as well: where a cluster has one, others that are named are missing.
        """
        spaces = self._writer.ask("GET", "/api/v1/namespaces?labelSelector=istio-injection")
        named = (one["metadata"] for one in spaces["items"])
        beside = [one for one in marks.written(0) if one["kind"] == "Gateway"]
        there = [*mesh, *beside, *(objects.namespace(one["name"]) for one in named)]
        return compile_mesh([*map(self._dated, sorted(there, key=_place))])

    def _held(
        self,
        compilation: Compilation,
        cluster: Cluster,
        kept: Sequence[Object],
        refused: dict[str, str],
    ) -> Held:
        served = {
            version: translation
            for version, translation in self._server.read(cluster).items()
            if version == LEAVES_OUT or not any(map(leaves_out, kept))
        }
        return Held(compilation, cluster, served, refused)

    def clear(self) -> None:
        """Delete the lanes, and wait until the operator has taken away all that it wrote."""
        for item in self._lanes:
            self._writer.delete(item, missing=True)
        self._lanes.clear()
        for _ in _moments():
            if not self._ours():
                return
        names = [path_of(one) for one in self._ours()]
        raise NotKeptError(f"left behind: {names}; {self._operator.last_words()}")

    def _refused(self, lanes: Sequence[Object]) -> dict[str, str]:
        """Return what the definitions of their kinds say against lanes, by path."""
        found = {}
        for item in lanes:
            try:
                self._writer.create(undated(item), dry=True)
            except RefusedError as error:
                found[path_of(item)] = str(error)
        return found

    def _dated(self, item: Object) -> Object:
        """Return an object of the mesh with the time at which the server made it."""
        head = {key: value for key, value in item["metadata"].items() if key != "creationTimestamp"}
        with suppress(RefusedError):
            made = self._writer.ask("GET", path_of(item))["metadata"]["creationTimestamp"]
            head["creationTimestamp"] = made
        return {**item, "metadata": head}

    def _settled(self, compilation: Compilation) -> dict[str, str]:
        """Wait until the operator is done; return why groups are stalled, by name."""
        wanted = _said(emitted(compilation, self._operator.layout))
        pending, stalled = self._look()
        looks = 0
        for _ in _moments():
            pending, stalled = self._look()
            looks = looks + 1 if not pending and _is_frozen(stalled) else 0
            if not pending and (looks > FROZEN_FOR or _said(self._ours()) == wanted):
                return stalled
        there = _said(self._ours())
        apart = [
            f"{path}: there {there.get(path)}, compiled {wanted.get(path)}"
            for path in sorted({*there, *wanted})
            if there.get(path) != wanted.get(path)
        ]
        raise NotKeptError(
            f"after {PATIENCE:.0f} s of {len(wanted)} objects {len(apart)} are not as compiled, "
            f"first {apart[:2]}; pending: {pending}; stalled: {stalled}; "
            f"{self._operator.last_words()}"
        )

    def _look(self) -> tuple[list[str], dict[str, str]]:
        """Return what the operator is not done with, and why groups are stalled, by name."""
        pending, stalled = [], {}
        for item in (one for one in self._lanes if one["kind"] in LAST):
            now = self._writer.ask("GET", path_of(item))
            name, status = now["metadata"]["name"], now.get("status", {})
            conditions = {one["type"]: one for one in status.get("conditions", ())}
            is_seen = status.get("observedGeneration") == now["metadata"]["generation"]
            if not is_seen or conditions["Reconciling"]["status"] != "False":
                pending.append(f"{name}: {status}")
            elif now["kind"] == GROUP and conditions["Stalled"]["status"] == "True":
                reason, words = conditions["Stalled"]["reason"], conditions["Stalled"]["message"]
                codes = sorted({*CODE.findall(words)}) if reason == FROZEN else ()
                stalled[name] = " ".join((reason, *codes))
        return pending, stalled

    def _ours(self) -> tuple[Object, ...]:
        """Return the operator's objects."""
        lists = (self._writer.ask("GET", f"{root_of(NETWORKING)}/{one}?{OURS}") for one in PLURALS)
        return tuple(item for one in lists for item in one["items"])


def _is_frozen(stalled: Mapping[str, str]) -> bool:
    return any(reason.startswith(FROZEN) for reason in stalled.values())


def _moments() -> Iterator[None]:
    """Yield whenever it is time to look again, until patience ends."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        yield
        time.sleep(0.03)


def _is_of_lanes(item: Object) -> bool:
    return bool(item["apiVersion"].startswith(f"{VENDOR}/"))


def _turn(item: Object) -> int:
    return LAST.index(item["kind"] if item["kind"] in LAST else "")


def _place(item: Object) -> tuple[str, str, str]:
    """Return where an object stands among all, as the API server lists them."""
    head = item["metadata"]
    return item["kind"], head.get("namespace", ""), head["name"]


def _said(objects: Sequence[Object]) -> dict[str, Any]:
    """Return what objects say, by path."""
    return {path_of(item): item["spec"] for item in objects}


def _with_proxies(cluster: Cluster) -> Iterator[Object]:
    """Yield the things of a cluster; pods with a proxy, as injection would have written it."""
    routers = {one.ip for one in cluster.proxies if one.type == "router"}
    for item in cluster.things:
        if item["kind"] != "Pod":
            yield item
            continue
        is_router = item["status"]["podIP"] in routers
        args = ["proxy", "router" if is_router else "sidecar"]
        own = [] if is_router else item["spec"]["containers"]
        containers = [*own, {"name": PROXY, "image": PROXY_IMAGE, "args": args}]
        yield {**item, "spec": {**item["spec"], "containers": containers}}


def _is_gateway(pod: Object) -> bool:
    return all(one["name"] == PROXY for one in pod["spec"]["containers"])
