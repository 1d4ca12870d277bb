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
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from itertools import pairwise
from pathlib import Path

import yaml
from msgspec import Struct

from laneway.core.emit.crds.definitions import definitions
from tests.cluster.children import Children
from tests.cluster.control_plane import (
    AS_INSTALLED,
    ROOT,
    VERSIONS,
    ControlPlane,
    Istiod,
    free_ports,
    start_istiod,
    until_ready,
)
from tests.cluster.crowd import Crowd
from tests.cluster.lanes import asked
from tests.cluster.writer import Writer
from tests.cost.filling import fill, store
from tests.cost.processes import taken
from tests.engines import engine
from tests.laws.objects import Object
from tests.operator.crowded import GROUP, Crowded
from tests.operator.first_requests import first_requests, kubeconfig_of_its_own
from tests.operator.first_writes import FirstWrites
from tests.operator.settled import PATIENCE, Running, operator, tell
from tests.operator.small_client import small_client


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
    _first_writes(scene, words, peak)


def _first_writes(scene: Scene, words: tuple[str, ...], peak: Callable[[], str]) -> None:
    """Have an operator write all, beside a small client that does just that before and after."""
    found, seconds = small_client(scene.plane)
    began = time.time()
    writes = FirstWrites(scene.plane, began)
    with operator(scene.plane, scene.children, words) as anew:
        anew.until_settled(
            lambda: anew.is_ready() and writes.number() >= len(found) and _is_observed(scene)
        )
        anew.tell("started, nothing written")
    settled = anew.settled - anew.began
    stages = writes.stages()
    _, after = small_client(scene.plane)
    tell(
        f"  {len(found)} objects: a small client applies them in {seconds:.2f} s, and once more in "
        f"{after:.2f} s; all is written, confirmed and told {settled:.1f} s after the operator "
        f"started; {peak()}"
    )
    if not stages:
        return
    small, first, last = (seconds + after) / 2, stages[0].begun, stages[-1].done
    between = [two.begun - one.done for one, two in pairwise(stages)]
    tell(
        f"  from its first write to its last {last - first:.2f} s, {(last - first) / small:.2f} "
        f"times as long: {'; '.join(map(str, stages))}; between these "
        f"{', '.join(f'{one:.2f}' for one in between)} s; from its start to the last "
        f"{last - began:.1f} s ({(last - began) / small:.2f})"
    )


@contextmanager
def _istiod(scene: Scene) -> Iterator[tuple[tuple[str, ...], Callable[[], str]]]:
    """Have an istiod with proxies run, if asked for; gives words for the operator, and its peak."""
    if not scene.size.proxies:
        yield (), lambda: "no istiod"
        return
    istiod = Istiod(VERSIONS[0], *free_ports(2))
    process = start_istiod(scene.plane, scene.children, istiod, told=AS_INSTALLED)
    until_ready(scene.children, istiod)

    def peak() -> str:
        return f"istiod {istiod.version}: at most {taken(process.pid).peak:.0f} MB"

    with Crowd(engine("crowd"), istiod) as crowd:
        crowd.join(scene.size.joining())
        yield (f"--istiod=127.0.0.1:{istiod.grpc}:{istiod.http}",), peak


def _first_lanes(scene: Scene, running: Running) -> None:
    """Write lanes and then their group; tell how long after that all is written."""
    with closing(Writer(scene.plane.api)) as writer:
        for lane in scene.size.all_lanes():
            writer.create(lane)
        writer.create(scene.size.group())
    began = time.monotonic()
    # between two parts of a change of thousands nothing is sent for seconds
    running.until_settled(partial(_is_observed, scene), quiet=20.0)
    seconds = running.settled - began
    running.tell(f"lanes written ({seconds:.1f} s)")
    tell(f"    {_condition(scene)}")


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
    with first_requests(scene.plane) as first, _entry(scene) as seen:
        for number in range(scene.options.changes):
            share, sent = 20 + number, time.time()
            with closing(Writer(scene.plane.api)) as writer:
                began = time.monotonic()
                writer.merge(scene.size.lane(1, share))
                seconds.append(seen(f'"weight": {share}', began) - began)
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
def _entry(scene: Scene) -> Iterator[Callable[[str, float], float]]:
    """Watch entries; gives when one was seen with some words, later than a moment.

    The watch ends with the next event behind the block: what is measured then has the machine.
    """
    listed = scene.plane.api.ask(ENTRIES)
    query = f"{ENTRIES}?watch=true&resourceVersion={listed['metadata']['resourceVersion']}"
    found: list[tuple[float, str]] = []
    ends = threading.Event()

    def listen() -> None:
        for one in scene.plane.api.changes(f"{query}&timeoutSeconds=3600"):
            if ends.is_set():
                return
            found.append((time.monotonic(), json.dumps(one["object"].get("spec"))))

    threading.Thread(target=listen, daemon=True).start()

    def seen(words: str, since: float) -> float:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            for at, text in found:
                if at > since and words in text:
                    return at
            time.sleep(0.002)
        raise TimeoutError(f"no entry with {words}")

    try:
        yield seen
    finally:
        ends.set()


ENTRIES = f"/apis/networking.istio.io/v1/namespaces/{ROOT}/virtualservices"


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
