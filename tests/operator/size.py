"""What the operator weighs in a large cluster: `./dev figures operator size 250 500 1000`.

For each number of services a real API server is filled with them, their pods and lanes; then the
operator is started, given the lanes, told of changes, left alone, and started again. Told are its
memory at the highest, how long it took and how much it wrote, beside a small client that only
applies the same objects. Nothing is asked of istiod unless `--proxies` join one: without, steps
are waited for by time.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

import yaml
from msgspec import Struct

from laneway.core.emit.crds.definitions import definitions
from tests.cluster.children import Children
from tests.cluster.control_plane import (
    VERSIONS,
    ControlPlane,
    Istiod,
    free_ports,
    start_istiod,
    until_ready,
)
from tests.cluster.crowd import Crowd
from tests.cluster.lanes import asked
from tests.cluster.writer import Writer, path_of
from tests.cost.filling import fill, store
from tests.cost.processes import taken
from tests.engines import engine
from tests.laws.objects import Object
from tests.operator.crowded import GROUP, Crowded
from tests.operator.first_requests import first_requests, kubeconfig_of_its_own
from tests.operator.settled import PATIENCE, Running, operator, tell

OWN = "app.kubernetes.io/managed-by=laneway"


def main(words: list[str]) -> int:
    """Measure each size and tell it at once."""
    options = _options(words)
    for services in options.services:
        size = Crowded(services, options.lanes, options.own, options.strict, options.proxies)
        with (
            tempfile.TemporaryDirectory(prefix="laneway-size-") as work,
            store(Path(work) / "cluster") as (plane, children),
        ):
            _measure(Scene(plane, children, size, options))
    return 0


def _options(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev figures operator size", description=__doc__)
    parser.add_argument("services", type=int, nargs="*", default=[250])
    parser.add_argument("--lanes", type=int, default=50, help="with the baseline")
    parser.add_argument("--own", type=int, default=80, help="services of a lane but the baseline")
    parser.add_argument("--strict", action="store_true", help="every lane has all services")
    parser.add_argument("--flags", default="", help="for `laneway operator`, such as --layout=…")
    parser.add_argument("--changes", type=int, default=30, help="of weights")
    parser.add_argument("--idle", type=float, default=60.0, help="seconds it is left alone")
    parser.add_argument("--proxies", type=int, default=0, help="clients of ADS in pods' places")
    return parser.parse_args(words)


class Scene(Struct, frozen=True):
    """A cluster, how large it is, and what is measured."""

    plane: ControlPlane
    children: Children
    size: Crowded
    options: argparse.Namespace


def _measure(scene: Scene) -> None:
    began = time.monotonic()
    asked(scene.plane, "apply", "--server-side", "-f", "-", told=yaml.dump_all(definitions()))
    running = list(scene.size.running())
    pods = sum(one["kind"] == "Pod" for one in running)
    fill(scene.plane.api, running)
    tell(
        f"{scene.size.services} services, {scene.size.lanes} lanes, {pods} pods "
        f"(written in {time.monotonic() - began:.0f} s)"
    )
    with _istiod(scene) as (istiods, peak):
        account = f"--kubeconfig={kubeconfig_of_its_own(scene.plane)}"
        _lives(scene, (account, *istiods, *scene.options.flags.split()), peak)


def _lives(scene: Scene, words: tuple[str, ...], peak: Callable[[], str]) -> None:
    """Have an operator come three times, each to something else."""
    with operator(scene.plane, scene.children, words) as first:
        first.until_settled(first.is_ready)
        first.tell("cold start, no lanes")
        _first_lanes(scene, first)
        _changes(scene, first)
        _idle(scene, first)
    with operator(scene.plane, scene.children, words) as again:
        again.until_settled(again.is_ready)
        again.tell("started again, all in place")
    tell(f"  {peak()}")
    found, seconds = _small_client(scene)
    with operator(scene.plane, scene.children, words) as anew:
        since = _first_seen(scene)
        anew.until_settled(lambda: anew.is_ready() and _written(scene) >= len(found))
        anew.tell("started, nothing written")
    took = [anew.settled - one for one in (anew.began, since)]
    tell(
        f"  {len(found)} objects: a small client applies them in {seconds:.1f} s, the operator "
        f"from its start in {took[0]:.1f} s ({took[0] / seconds:.2f}), "
        f"from its first write in {took[1]:.1f} s ({took[1] / seconds:.2f}); {peak()}"
    )


def _first_seen(scene: Scene) -> float:
    """Wait until the first object is there, and say when that was: until then much is read."""
    end = time.monotonic() + PATIENCE
    while not _written(scene):
        if time.monotonic() > end:
            raise TimeoutError("nothing is written")
        time.sleep(0.01)
    return time.monotonic()


@contextmanager
def _istiod(scene: Scene) -> Iterator[tuple[tuple[str, ...], Callable[[], str]]]:
    """Have an istiod with proxies run, if asked for; gives words for the operator, and its peak."""
    if not scene.size.proxies:
        yield (), lambda: "no istiod"
        return
    istiod = Istiod(VERSIONS[0], *free_ports(2))
    process = start_istiod(scene.plane, scene.children, istiod)
    until_ready(scene.children, istiod)

    def peak() -> str:
        return f"istiod {istiod.version}: at most {taken(process.pid).peak:.0f} MB"

    with Crowd(engine("crowd"), istiod) as crowd:
        crowd.join(scene.size.joining())
        yield (f"--istiod=127.0.0.1:{istiod.grpc}:{istiod.http}",), peak


def _first_lanes(scene: Scene, running: Running) -> None:
    """Write group and lanes one by one; tell how long after the last all is written."""
    with closing(Writer(scene.plane.api)) as writer:
        writer.create(scene.size.group())
        for lane in scene.size.all_lanes():
            writer.create(lane)
    began = time.monotonic()
    # between two parts of a change of thousands nothing is sent for seconds
    running.until_settled(partial(_is_observed, scene), quiet=20.0)
    seconds = running.settled - began
    running.tell(f"lanes written ({seconds:.1f} s)")
    tell(f"    {_condition(scene)}")


def _written(scene: Scene) -> int:
    return sum(len(list(_owned(scene, kind))) for kind in KINDS)


def _group(scene: Scene) -> Object:
    found: Object = scene.plane.api.ask(
        f"/apis/istio.alibabacloud.com/v1/asmswimlanegroups/{GROUP}"
    )
    return found


def _is_observed(scene: Scene) -> bool:
    group = _group(scene)
    status = group.get("status", {})
    ready = {one["type"]: one["status"] for one in status.get("conditions", ())}
    seen = status.get("observedGeneration") == group["metadata"]["generation"]
    is_whole = status.get("lanes") == scene.size.lanes
    return bool(seen and is_whole and ready.get("Reconciling") != "True")


def _condition(scene: Scene) -> str:
    told = _group(scene).get("status", {}).get("conditions", [])
    return ", ".join(f"{one['type']}={one['status']} {one.get('reason')}" for one in told)


def _changes(scene: Scene, running: Running) -> None:
    """Change one lane's weight; tell what each is answered by, and after how long."""
    before, seconds, firsts = running.requests(), [], []
    with first_requests(scene.plane) as first:
        for number in range(scene.options.changes):
            share, sent = 20 + number, time.time()
            with _entry(scene) as seen, closing(Writer(scene.plane.api)) as writer:
                writer.merge(scene.size.lane(1, share))
                began = time.monotonic()
                seconds.append(seen(f'"weight": {share}') - began)
            running.until_settled(partial(_is_observed, scene), quiet=1.0)
            firsts.append(first.after(share, sent) * 1000)
    asked_for = running.requests() - before
    per = {name: round(one / len(seconds), 2) for name, one in sorted(asked_for.items())}
    tell(
        f"  {len(seconds)} changes of a weight: from the event to the first request "
        f"{statistics.median(firsts):.0f} ms, p99 {_p99(firsts):.0f} ms; entry seen after "
        f"{statistics.median(seconds) * 1000:.0f} ms, at most {max(seconds) * 1000:.0f} ms; "
        f"requests for each {per}"
    )


def _p99(values: list[float]) -> float:
    """Return the value that 99 of 100 do not pass; of fewer than 100 values the largest."""
    return sorted(values)[math.ceil(len(values) * 0.99) - 1]


@contextmanager
def _entry(scene: Scene) -> Iterator[Callable[[str], float]]:
    """Watch VirtualServices; gives when one was seen with some words."""
    listed = scene.plane.api.ask(ROUTES)
    query = f"{ROUTES}?watch=true&resourceVersion={listed['metadata']['resourceVersion']}"
    found: list[tuple[float, str]] = []

    def listen() -> None:
        events = scene.plane.api.changes(f"{query}&timeoutSeconds=600")
        found.extend((time.monotonic(), json.dumps(one["object"].get("spec"))) for one in events)

    listening = threading.Thread(target=listen, daemon=True)
    listening.start()

    def seen(words: str) -> float:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            for at, text in found:
                if words in text:
                    return at
            time.sleep(0.002)
        raise TimeoutError(f"no VirtualService with {words}")

    yield seen


ROUTES = "/apis/networking.istio.io/v1/virtualservices"


def _idle(scene: Scene, running: Running) -> None:
    """Leave it alone; tell what it asks for meanwhile."""
    before, cost = running.requests(), taken(running.process)
    time.sleep(scene.options.idle)
    asked_for, after = running.requests() - before, taken(running.process)
    share = (after.processor - cost.processor) / scene.options.idle
    tell(
        f"  left alone for {scene.options.idle:.0f} s: {share:.2%} of a core, "
        f"{dict(sorted(asked_for.items()))}; at most {after.peak:.0f} MB"
    )


def _small_client(scene: Scene) -> tuple[list[Object], float]:
    """Delete all that was written and apply it again, by a client that does nothing else."""
    found = [_plain(one) for kind in KINDS for one in _owned(scene, kind)]
    with closing(Writer(scene.plane.api)) as writer:
        for one in found:
            writer.delete(one)
        began = time.monotonic()
        for one in found:
            writer.ask(
                "PATCH", f"{path_of(one)}?fieldManager=small", one, "application/apply-patch+yaml"
            )
        seconds = time.monotonic() - began
        for one in found:
            writer.delete(one)
    return found, seconds


KINDS = ("virtualservices", "destinationrules")


def _owned(scene: Scene, resource: str) -> Iterable[Object]:
    path = f"/apis/networking.istio.io/v1/{resource}?labelSelector={OWN}"
    items: list[Object] = scene.plane.api.ask(path)["items"]
    return items


def _plain(item: Object) -> Object:
    """Return what was applied of an object."""
    kept = ("name", "namespace", "labels", "annotations", "ownerReferences")
    meta = {key: item["metadata"][key] for key in kept if key in item["metadata"]}
    return {**item, "metadata": meta}
