"""How soon a lane that is added is live: `./dev figures operator added --changes 100`.

For each layout and kind of lanes a lane is added to two and taken away again, many times, by whom
people's `kubectl` is. Told is when `Live` of it is seen in a watch, from the API server's answer,
beside the first response to an independent client of the same istiod, which gathers changes as long
as one does that is installed. And beside a bare client that knows the steps, writes them one after
the other and waits for no more than one response to each: nobody who confirms steps is sooner.
"""

from __future__ import annotations

import argparse
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from statistics import median

import yaml
from msgspec import Struct, field

from laneway.core.emit.crds.definitions import definitions
from laneway.core.emit.istio import Layout
from laneway.core.live.proxies import ROUTER
from tests.agree.cluster import PodPlace, endpoint_slice, pod
from tests.agree.oracle import Workload
from tests.cluster.children import Children
from tests.cluster.control_plane import (
    AS_INSTALLED,
    VERSIONS,
    ControlPlane,
    Istiod,
    free_ports,
    start_istiod,
    until_ready,
    wait,
)
from tests.cluster.crowd import Crowd
from tests.cluster.lanes import asked
from tests.cluster.writer import Writer
from tests.cost.filling import fill, store
from tests.engines import engine
from tests.laws.objects import Object, namespace
from tests.live.applying import workloads, write
from tests.live.town import callers, town, way
from tests.operator.crowded import with_proxy
from tests.operator.first_requests import LANES
from tests.operator.first_writes import KINDS as WRITTEN
from tests.operator.settled import operator, tell
from tests.operator.small_client import OWN

KINDS: tuple[tuple[str, Layout, bool], ...] = (
    ("strict, layout istio", "istio", False),
    ("strict, layout scoped", "scoped", False),
    ("permissive, layout istio", "istio", True),
)
DOOR, CALLER, COMES, GROUP = "door", "cart-v3", "s3", "test"
NEW = f"|{COMES}|".encode()
"""What no proxy is sent before the lane is there: in names of clusters, and of those in routes."""
PATIENCE = 60.0
GROUPS = "/apis/istio.alibabacloud.com/v1/asmswimlanegroups"


class Added(Struct):
    """Seconds of each time a lane was added."""

    client: list[float] = field(default_factory=list)
    live: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)

    def __str__(self) -> str:
        """Say them in one line, and whether what is asked for holds."""
        asked_for = 2 * _part(self.client, 95) + 0.1
        held = "holds" if _part(self.live, 95) <= asked_for else "does not hold"
        return (
            f"an independent client's first response {_ms(self.client)}; Live seen {_ms(self.live)}"
            f" of {asked_for * 1000:.0f} ms: {held}; a bare client's last step {_ms(self.bare)}"
        )


def main(words: list[str]) -> int:
    """Print each kind as soon as it is measured."""
    options = _options(words)
    with (
        tempfile.TemporaryDirectory(prefix="laneway-added-") as work,
        store(Path(work) / "cluster") as (plane, children),
    ):
        asked(plane, "apply", "--server-side", "-f", "-", told=yaml.dump_all(definitions()))
        proxies = workloads(callers(3))
        services = [one for one in town(2) if one["kind"] == "Service"]
        slices = [endpoint_slice(one, map(_place, proxies)) for one in services]
        fill(plane.api, [namespace("shop"), *town(2)[-3:], *map(_pod, proxies), *slices])
        istiod = Istiod(VERSIONS[0], *free_ports(2))
        start_istiod(plane, children, istiod, told=AS_INSTALLED)
        until_ready(children, istiod)
        wait(children, "kube-apiserver", lambda: bool(plane.api.ask(LANES)))
        with Crowd(engine("crowd"), istiod) as crowd:
            crowd.join(proxies)
            scene = Scene(plane, children, istiod, crowd)
            for name, layout, is_permissive in KINDS:
                found = _measured(scene, layout, options.changes, is_permissive=is_permissive)
                tell(f"{name}: {options.changes} times; {found}")
    return 0


def _options(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev figures operator added", description=__doc__)
    parser.add_argument("--changes", type=int, default=100, help="of each kind")
    return parser.parse_args(words)


class Scene(Struct, frozen=True):
    """A cluster, its istiod, and the proxies that joined it."""

    plane: ControlPlane
    children: Children
    istiod: Istiod
    crowd: Crowd


def _measured(scene: Scene, layout: Layout, number: int, *, is_permissive: bool) -> Added:
    found = Added()
    two, three = (mesh(lanes, is_permissive=is_permissive) for lanes in (2, 3))
    group, *lanes = [one for one in three if one["kind"].startswith("ASM")]
    words = (f"--layout={layout}", f"--istiod=127.0.0.1:{scene.istiod.grpc}:{scene.istiod.http}")
    with closing(Writer(scene.plane.api)) as writer:
        with operator(scene.plane, scene.children, words), _heard(scene.plane) as heard:
            for one in (group, *lanes[:2]):
                writer.create(one)
            heard.until_live(lanes[0], time.monotonic())
            for _ in range(number):
                scene.crowd.watch({DOOR: [NEW]})
                writer.create(lanes[2])
                begun = time.monotonic()
                found.client.append(_met(scene.crowd) - begun)
                found.live.append(heard.until_live(lanes[2], begun) - begun)
                heard.until_at_rest(3)
                writer.delete(lanes[2])
                heard.until_at_rest(2)
            for one in (lanes[0], lanes[1], group):
                writer.delete(one)
            _until_gone(scene.plane)
        bare = [one for one in two if one["kind"] in ("Service", "Gateway")]
        _by_hand(writer, bare, two, layout)
        for _ in range(number):
            found.bare.append(_step_by_step(scene.crowd, writer, two, three, layout))
            _by_hand(writer, three, two, layout)
        _by_hand(writer, two, bare, layout)
    return found


def _by_hand(writer: Writer, old: Sequence[Object], new: Sequence[Object], layout: Layout) -> None:
    """Write the steps of a change one after the other, and wait for nobody."""
    for step, before in way(old, new, layout).taken:
        write(writer, step, before)


def _step_by_step(
    crowd: Crowd, writer: Writer, two: Sequence[Object], three: Sequence[Object], layout: Layout
) -> float:
    """Add the lane, each step when some proxy was sent the one before; return the seconds.

    Steps that take something away again are no part of it: the lane is there before.
    """
    begun = ended = time.monotonic()
    for step, before in way(two, three, layout).taken:
        if not step.drain:
            crowd.watch({CALLER if step.phase == "mesh routes" else DOOR: [NEW]})
            write(writer, step, before)
            ended = _met(crowd)
    for step, before in way(two, three, layout).taken:
        if step.drain:
            write(writer, step, before)
    return ended - begun


def _met(crowd: Crowd) -> float:
    """Wait for the response that is looked for; return when it came, by the steady clock."""
    (at,) = crowd.met(PATIENCE).values()
    return at - (time.time() - time.monotonic())


class Heard(Struct):
    """What a watch of lanes was told, and when."""

    plane: ControlPlane
    told: list[tuple[float, Object]] = field(default_factory=list)

    def until_live(self, lane: Object, since: float) -> float:
        """Return when a lane was seen to be live, later than a moment."""
        name, end = lane["metadata"]["name"], time.monotonic() + PATIENCE
        while time.monotonic() < end:
            for at, one in self.told:
                if at >= since and one["metadata"]["name"] == name and _is(one, "Live"):
                    return at
            time.sleep(0.002)
        raise TimeoutError(f"{name} is not live")

    def until_at_rest(self, lanes: int) -> None:
        """Wait until the group says that it has so many lanes and that nothing is under way."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            group = self.plane.api.ask(f"{GROUPS}/{GROUP}")
            is_told = group.get("status", {}).get("lanes") == lanes
            if is_told and _is(group, "Live") and not _is(group, "Reconciling"):
                return
            time.sleep(0.05)
        raise TimeoutError("the group is not at rest")


def _is(thing: Object, kind: str) -> bool:
    conditions = thing.get("status", {}).get("conditions", ())
    return any(one["type"] == kind and one["status"] == "True" for one in conditions)


@contextmanager
def _heard(plane: ControlPlane) -> Iterator[Heard]:
    """Watch lanes for the length of a block; the watch ends with the next event behind it."""
    found, ends = Heard(plane), threading.Event()
    version = plane.api.ask(LANES)["metadata"]["resourceVersion"]

    def listen() -> None:
        query = f"{LANES}?watch=true&resourceVersion={version}&timeoutSeconds=3600"
        for event in plane.api.changes(query):
            if ends.is_set():
                return
            found.told.append((time.monotonic(), event["object"]))

    threading.Thread(target=listen, daemon=True).start()
    try:
        yield found
    finally:
        ends.set()


def _until_gone(plane: ControlPlane) -> None:
    """Wait until an operator has taken all away."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if not any(
            plane.api.ask(f"/apis/networking.istio.io/v1/{kind}?labelSelector={OWN}")["items"]
            for kind in WRITTEN
        ):
            return
        time.sleep(0.1)
    raise TimeoutError("objects are left")


def mesh(lanes: int, *, is_permissive: bool) -> list[Object]:
    """Return the town; permissive lanes know theirs by a header, and fall back to the first."""
    found = town(lanes)
    if is_permissive:
        found[0]["spec"] |= {
            "isPermissive": True,
            "permissiveModeConfiguration": {
                "fallbackTarget": "s1",
                "routeHeader": "x-lane",
                "traceHeader": "x-request-id",
            },
        }
    return found


def _pod(proxy: Workload) -> Object:
    """Return the pod of a proxy that joins."""
    return with_proxy(pod(_place(proxy)), *([ROUTER] if proxy.type == "router" else []))


def _place(proxy: Workload) -> PodPlace:
    return PodPlace(f"{proxy.namespace}/{proxy.name}", proxy.name, proxy.ip, proxy.labels)


def _part(seconds: Sequence[float], part: int) -> float:
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, len(ordered) * part // 100)]


def _ms(seconds: Sequence[float]) -> str:
    return f"p50 {median(seconds) * 1000:.0f}, p95 {_part(seconds, 95) * 1000:.0f} ms"
