"""One mesh after the other in the real API server, as each istiod hands it to its proxies.

Comes in: a mesh as a cluster. Goes out: by version of Istio, what every proxy was sent. Objects are
made in the order in which the plan takes them; EndpointSlices are the real controller's. What is
asked of an istiod waits for marks that were written last, so that nothing is read too early. Each
mesh has the cluster for itself: what a mesh leaves behind is gone before the next one begins.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from typing import Self

from laneway.core.emit.yaml_text import yaml_documents
from tests.agree.cluster import Cluster
from tests.agree.oracle import Translation, Workload
from tests.agree.piped import UntranslatableError
from tests.cluster import marks
from tests.cluster.ages import waits
from tests.cluster.api_server import RefusedError
from tests.cluster.control_plane import TRIES, ControlPlane, kubectl, said_by
from tests.cluster.fetching import Fetch, Mark
from tests.cluster.lanes import asked
from tests.cluster.writer import Writer, path_of
from tests.engines import engine
from tests.laws import objects
from tests.laws.objects import Object

NODE = "laneway-meshes"
SLICES = ("discovery.k8s.io/v1", "EndpointSlice")


class NotAppliedError(Exception):
    """`kubectl apply` refused an object."""


class MeshServer:
    """A cluster that holds one mesh; a context manager that leaves the cluster as it was."""

    def __init__(self, plane: ControlPlane, fetches: Mapping[str, Fetch]) -> None:
        self._plane = plane
        self._writer = Writer(plane.api)
        self._fetches = fetches
        self._number = 0
        self._meshes = 0
        self._here: list[Object] = []
        self._spaces = {"default", "istio-system"}

    def __enter__(self) -> Self:
        for item in (_node(), *marks.first()):
            self._make(item)
        self._mark()
        return self

    def __exit__(self, *_: object) -> None:
        self.wipe()
        self._writer.delete(_marked_pod(self._number))
        spaces = sorted({*self._spaces, marks.SPACE} - {"default", "istio-system"})
        for space in spaces:
            self._writer.delete(objects.namespace(space))
        self._writer.delete(_node())
        self._writer.close()
        # what is left of them half way would be findings for whoever looks at the cluster next
        named = [f"namespace/{one}" for one in spaces]
        asked(self._plane, "wait", "--for=delete", *named, "--timeout=180s")

    def next_number(self) -> int:
        """Return a number for the pods of a mesh that no mesh shortly before has had."""
        self._meshes = (self._meshes + 1) % 80
        return self._meshes

    def refused(self, items: Iterable[Object]) -> dict[str, str]:
        """Return what the API server says against objects of the next mesh, by path."""
        self.wipe()
        found = {}
        for item in map(undated, items):
            self._ensure_space(item)
            try:
                self._writer.create(item, dry=True)
            except RefusedError as error:
                found[path_of(item)] = str(error)
        return found

    def serve(self, cluster: Cluster) -> dict[str, Translation]:
        """Put a mesh into the cluster and return what each istiod sends its proxies."""
        self.put(cluster)
        return self.read(cluster)

    def put(self, cluster: Cluster) -> None:
        """Put a mesh into the cluster once every istiod knows that the one before is gone."""
        self.wipe()
        self._mark()
        self._await()
        self._put(cluster)

    def add(self, routing: Sequence[Object]) -> None:
        """Apply further Istio objects of a mesh, in an order in which it takes them by age."""
        next_second()
        for items in _at_once(routing):
            self._apply(items)

    def read(self, cluster: Cluster) -> dict[str, Translation]:
        """Return what each istiod sends a mesh's proxies, all that was written before included."""
        self._mark()
        return self._await(cluster.proxies)

    def marks(self) -> list[Mark]:
        """Return the marks that were written last."""
        return marks.seen(self._number)

    def wipe(self) -> None:
        """Take the mesh out of the cluster, and wait until its EndpointSlices are gone."""
        services = {_place(item) for item in self._here if item["kind"] == "Service"}
        for item in sorted(self._here, key=lambda item: item["kind"] == "Pod"):
            self._writer.delete(item, missing=True)
        self._here.clear()
        for held in self._writer.states(*SLICES):
            if services.isdisjoint(map(_service, held.values())):
                return
        raise TimeoutError("EndpointSlices outlive their Services")

    def _put(self, cluster: Cluster) -> None:
        """Make a mesh's objects; returns when the EndpointSlices are as they have to be."""
        for item in cluster.things:
            if item["kind"] != "EndpointSlice":
                self._here.append(self._make(item))
        for items in _at_once(cluster.routing):
            self._apply(items)
        wanted = {
            _service(item): _ready(item)
            for item in cluster.things
            if item["kind"] == "EndpointSlice"
        }
        for held in self._writer.states(*SLICES):
            if wanted.items() <= _endpoints(held.values()).items():
                return
        raise TimeoutError("the EndpointSlices are not those of the mesh")

    def _apply(self, items: list[Object]) -> None:
        """Apply objects as a user does, in the text that `laneway render` writes."""
        if not items:  # kubectl calls that an error
            return
        for item in items:
            self._ensure_space(item)
        self._here += items
        apply = [*kubectl(self._plane), "apply", "-f", "-"]
        text = "".join(yaml_documents(items))
        done = subprocess.run(apply, input=text, capture_output=True, text=True, check=False)
        if done.returncode:
            raise NotAppliedError(done.stderr)

    def _make(self, item: Object) -> Object:
        self._ensure_space(item)
        fresh = undated(item)
        if item["kind"] == "Pod":
            fresh["spec"] = {**fresh["spec"], "nodeName": NODE}
        self._writer.create(fresh)
        if item["kind"] == "Pod":
            self._writer.merge(fresh, "/status")
        return fresh

    def _ensure_space(self, item: Object) -> None:
        space = item["metadata"].get("namespace", "default")
        if space not in self._spaces:
            with suppress(RefusedError):
                self._writer.create(objects.namespace(space))
            self._spaces.add(space)

    def _mark(self) -> None:
        """Write the next marks; the pod of the last ones is deleted, as its name is its own."""
        self._number += 1
        for item in marks.written(self._number):
            if item["kind"] == "Pod":
                self._make(item)
            else:
                self._writer.merge(item)
        self._writer.delete(_marked_pod(self._number - 1))

    def _await(self, proxies: Iterable[Workload] = ()) -> dict[str, Translation]:
        """Return what istiods send proxies, of a state with the last marks.

        Marks that do not come are written anew, a few times.
        """
        for _ in range(TRIES - 1):
            with suppress(UntranslatableError):
                return self._asked(proxies)
            self._mark()
        try:
            return self._asked(proxies)
        except UntranslatableError as problem:
            for istiod in self._plane.istiods.values():
                problem.add_note(said_by(self._plane, istiod))
            raise

    def _asked(self, proxies: Iterable[Workload]) -> dict[str, Translation]:
        seen, asked = self.marks(), tuple(proxies)
        with ThreadPoolExecutor() as side:
            answers = {
                version: side.submit(fetch.translate, seen, asked)
                for version, fetch in self._fetches.items()
            }
            return {version: answer.result() for version, answer in answers.items()}


@contextmanager
def mesh_server(plane: ControlPlane) -> Iterator[MeshServer]:
    """Serve meshes by a control plane, one after the other; leaves it as it was."""
    with ExitStack() as opened:
        fetches = {
            version: opened.enter_context(Fetch(engine("fetch"), istiod))
            for version, istiod in plane.istiods.items()
        }
        yield opened.enter_context(MeshServer(plane, fetches))


def undated(item: Object) -> Object:
    """Return an object without the time of its creation, which is the server's to say."""
    metadata = {key: value for key, value in item["metadata"].items() if key != "creationTimestamp"}
    return {**item, "metadata": metadata}


def _at_once(oldest_first: Sequence[Object]) -> Iterator[list[Object]]:
    """Yield runs of objects that may be of one second, each in a second of its own."""
    run: list[Object] = []
    for item, late in zip(oldest_first, waits(oldest_first), strict=True):
        if late:
            yield run
            next_second()
            run = []
        run.append(undated(item))
    yield run


def _node() -> Object:
    return {"apiVersion": "v1", "kind": "Node", "metadata": {"name": NODE}}


def _marked_pod(number: int) -> Object:
    return next(item for item in marks.written(number) if item["kind"] == "Pod")


def _place(item: Object) -> tuple[str, str]:
    return item["metadata"]["namespace"], item["metadata"]["name"]


def _service(one: Object) -> tuple[str, str]:
    labels = one["metadata"].get("labels") or {}
    return one["metadata"]["namespace"], labels.get("kubernetes.io/service-name", "")


def _ready(one: Object) -> frozenset[str]:
    return frozenset(
        address
        for endpoint in one.get("endpoints") or ()
        if endpoint["conditions"].get("ready", True)
        for address in endpoint["addresses"]
    )


def _endpoints(slices: Iterable[Object]) -> dict[tuple[str, str], frozenset[str]]:
    """Return the ready addresses behind each service that has a slice."""
    found: dict[tuple[str, str], frozenset[str]] = {}
    for one in slices:
        found[_service(one)] = found.get(_service(one), frozenset()) | _ready(one)
    return found


def next_second() -> None:
    """Wait until the clock, which is the API server's too, is in another second."""
    time.sleep(1.001 - time.time() % 1)
