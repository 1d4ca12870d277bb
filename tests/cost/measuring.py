"""What one layout of a mesh costs: proxies, istiod, and two changes.

Comes in: a cluster that holds the mesh, and what a layout writes. Goes out: figures. An istiod is
started for each layout, so that its processor time and memory are its own; proxies join it, then a
real Envoy. A timeout is edited, and the last lane is added: each is live when the last proxy has
been sent it. Marks written last tell when that is. What was written is gone afterwards.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager

from msgspec import Struct

from tests.agree.oracle import Workload
from tests.cluster.api_server import ApiServer, RefusedError
from tests.cluster.children import Children
from tests.cluster.control_plane import (
    MESH,
    STOCK_ENVOY,
    ControlPlane,
    Istiod,
    free_ports,
    start_istiod,
    until_ready,
)
from tests.cluster.crowd import Crowd, Holding
from tests.cluster.marking import marks, words_of
from tests.cluster.writer import Writer, path_of
from tests.cost import envoys, meshes
from tests.cost.answering import misled
from tests.cost.layouts import Written
from tests.cost.meshes import Size
from tests.cost.processes import Taken, taken
from tests.engines import engine
from tests.laws.objects import Object

PATIENCE = 300.0
"""Seconds until what was written is live: the largest meshes take tens of them."""
TIMEOUT = {"timeout": "7.123s"}
TOLD_TIMEOUT = b"\x08\x07\x10\xc0\xa9\xd3\x3a"
"""As Envoy is sent it: a Duration of 7 s and 123,000,000 ns."""
DEFAULTS = {key: text for key, text in STOCK_ENVOY.items() if key != "PILOT_DEBOUNCE_AFTER"}
"""istiod waits for further changes as long as Istio has it wait."""


class Change(Struct, frozen=True):
    """A change: how much was written, how long until it was live, and what it took.

    Seconds count from the first word written, `after` from the answer to the last one.
    """

    objects: int
    json_bytes: int
    seconds: float
    after: float
    istiod: float
    sent_bytes: int


class Figures(Struct, frozen=True):
    """What a layout costs; `proxies` by name: a lane, `outside`, `gateway`."""

    objects: int
    json_bytes: int
    writing: float
    alone: Taken
    """istiod when it knows the mesh and no proxy has joined."""
    joining: float
    """Seconds until all proxies have what they asked for."""
    joined: Taken
    """istiod after the proxies and the real Envoy."""
    proxies: dict[str, Holding]
    envoy: envoys.Joined
    timeout: Change | None
    lane: Change | None
    at_the_end: Taken
    misled: list[str]
    """Callers and services of strict lanes whose requests would meet pods of another lane."""


class Bench(Struct, frozen=True):
    """A cluster that holds a mesh; `clients` proxies of lanes join beside the two others."""

    plane: ControlPlane
    children: Children
    size: Size
    clients: int
    version: str
    edits: bool

    def measure(self, written: Written) -> Figures:
        """Measure a layout."""
        with ExitStack() as opened:
            began = time.monotonic()
            opened.enter_context(_present(self.plane.api, written))
            writing = time.monotonic() - began
            istiod, process = opened.enter_context(self._istiod())
            alone = taken(process)
            crowd = opened.enter_context(Crowd(engine("crowd"), istiod))
            began = time.monotonic()
            crowd.join(self._joining(), PATIENCE)
            joining = time.monotonic() - began
            real = envoys.join(meshes.place(self.size, 0, 1), istiod, self.plane.folder)
            joined, proxies = taken(process), crowd.holdings()
            edit = Edit(self.plane.api, crowd, process, self.clients)
            changing = self.edits and written.before
            return Figures(
                len(written.before),
                _bytes(written.before),
                writing,
                alone,
                joining,
                joined,
                proxies,
                real,
                edit.timeout(written.before, self._edited) if changing else None,
                edit.lane(written.changed, self.size) if changing else None,
                taken(process),
                misled(self.size, crowd) if self.size.is_strict and written.before else [],
            )

    @property
    def _edited(self) -> str:
        """The host whose timeout is edited: one that sparse lanes have, too."""
        return meshes.host_of(self.size, self.size.services // 4)

    def _joining(self) -> Iterator[Workload]:
        """Yield the proxies that join: of the first lanes, of the last if it is added, others."""
        *lanes, outside, gateway = meshes.proxies(self.size, self.size.lanes + self.edits)
        yield from lanes[: self.clients]
        if self.edits and len(lanes) > self.clients:
            yield lanes[-1]
        yield from (outside, gateway)

    @contextmanager
    def _istiod(self) -> Iterator[tuple[Istiod, int]]:
        """Start an istiod that leads proxies to ports of their own; ends it afterwards."""
        istiod = Istiod(self.version, *free_ports(2))
        outward, inward = free_ports(2)
        own = {"proxyListenPort": outward, "proxyInboundListenPort": inward}
        process = start_istiod(self.plane, self.children, istiod, MESH | own, DEFAULTS)
        try:
            until_ready(self.children, istiod)
            yield istiod, process.pid
        finally:
            process.kill()
            process.wait()


class Edit(Struct, frozen=True):
    """Changes objects and waits until the last proxy was sent what follows."""

    api: ApiServer
    crowd: Crowd
    istiod: int
    clients: int

    def timeout(self, items: Iterable[Object], host: str) -> Change:
        """Give the routes to a host a timeout."""
        routed = (one for one in items if one["kind"] == "VirtualService")
        edited = next(one for one in routed if host in one["spec"]["hosts"])
        routes = [route | TIMEOUT for route in edited["spec"]["http"]]
        fresh = edited | {"spec": edited["spec"] | {"http": routes}}
        names = [name for name in self.crowd.holdings() if name != "gateway"]
        return self._live([fresh], {name: [TOLD_TIMEOUT] for name in names})

    def lane(self, changed: Sequence[Object], size: Size) -> Change:
        """Add the last lane; what it edits was there before."""
        last = marks(1) if any(map(_is_of_mesh, changed)) else marks(1)[:1]
        sidecars = {name: words_of(1)[: len(last)] for name in self.crowd.holdings()}
        told = sidecars | {"gateway": [meshes.entering(size.lanes).encode()]}
        return self._live(changed, told, last)

    def _live(
        self, items: Sequence[Object], words: dict[str, list[bytes]], last: Iterable[Object] = ()
    ) -> Change:
        self.crowd.watch(words)
        before, began = taken(self.istiod), time.time()
        write(self.api, (*items, *last))
        answered = time.time()
        met = max(self.crowd.met(PATIENCE).values())
        sent = (one.sent.values() for one in self.crowd.holdings().values())
        return Change(
            len(items),
            _bytes(items),
            met - began,
            met - answered,
            taken(self.istiod).processor - before.processor,
            sum(amount.bytes for amounts in sent for amount in amounts),
        )


def _is_of_mesh(item: Object) -> bool:
    """Whether an object routes in the mesh; where none does, a mark must not push routes either."""
    return item["kind"] == "VirtualService" and "gateways" not in item["spec"]


def write(api: ApiServer, items: Iterable[Object]) -> None:
    """Write objects that may be there; a connection that rests is closed by the server."""
    with closing(Writer(api)) as writer:
        for item in items:
            try:
                writer.create(item)
            except RefusedError as refused:
                if refused.status != 409:
                    raise
                writer.merge(item)


@contextmanager
def _present(api: ApiServer, written: Written) -> Iterator[None]:
    """Have a layout's objects, and marks, in the cluster; takes with it what the last lane adds."""
    try:
        write(api, (*marks(0), *written.before))
        yield
    finally:
        gone = {path_of(item): item for item in (*written.before, *written.after)}
        with closing(Writer(api)) as writer:
            for item in gone.values():
                writer.delete(item, missing=True)


def _bytes(items: Iterable[Object]) -> int:
    return sum(len(json.dumps(item, separators=(",", ":"))) for item in items)
