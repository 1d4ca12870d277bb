"""What following thousands of Pods weighs: `./dev figures kube --pods 5000`.

Fills a real API server with Pods of about five kilobytes, and follows them in a process of its own,
once with lists that are streamed and once by pages: memory at its highest after the first reading
and after readings anew. Then the API server is killed and started again; what is followed has to
be as the server has it, without a reading anew. Only that can fail.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import msgspec

from tests.cluster.api_server import RefusedError
from tests.cluster.children import Children
from tests.cluster.control_plane import ControlPlane
from tests.cluster.writer import Writer
from tests.cost.filling import fill, store
from tests.kube.measured import Moment
from tests.laws.objects import Object


def main() -> int:
    """Measure both ways and print a table; return 1 where a restart was not survived."""
    options = _options()
    with (
        tempfile.TemporaryDirectory(prefix="laneway-kube-") as work,
        store(Path(work) / "cluster") as (plane, children),
    ):
        fill(plane.api, [pod(number) for number in range(options.pods)])
        is_well = True
        for way in ("streamed", "paged"):
            is_well = _measure(plane, children, way, options) and is_well
    return 0 if is_well else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pods", type=int, default=5_000)
    parser.add_argument("--times", type=int, default=3, help="how often all is read anew")
    return parser.parse_args()


def pod(number: int) -> Object:
    """Return a Pod of about five kilobytes, of one of a thousand services in one of fifty lanes."""
    service, lane = f"svc-{number % 1000}", f"lane-{number % 50}"
    settings = [
        {"name": f"SETTING_{at}", "value": f"what {service} is told about {at} in {lane}"}
        for at in range(24)
    ]
    container = {"name": "app", "image": "registry.test/shop:1", "env": settings}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": f"{service}-{lane}-{number}",
            "namespace": "default",
            "labels": {"app": service, "version": lane, "pod-template-hash": f"{number:08x}"},
        },
        "spec": {"nodeName": "node", "containers": [container]},
        "status": {"phase": "Running", "podIP": f"10.9.{number // 250}.{number % 250}"},
    }


def _measure(
    plane: ControlPlane, children: Children, way: str, options: argparse.Namespace
) -> bool:
    words = (str(plane.kubeconfig), way, str(options.times))
    with subprocess.Popen(
        (sys.executable, "-m", "tests.kube.measured", *words),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        moments = _moments(child.stdout)
        for moment in (next(moments) for _ in range(options.times + 2)):
            _tell(way, moment)
        readings = moment.readings
        children.again("kube-apiserver")
        _another(plane, options.pods + 1)
        child.stdin.write(f"{options.pods + 1}\n")
        child.stdin.close()
        after = next(moments)
        _tell(way, after)
        child.wait()
    _gone(plane, options.pods + 1)
    return after.readings == readings


def _moments(said: Iterator[str]) -> Iterator[Moment]:
    return (msgspec.json.decode(line, type=Moment) for line in said)


def _tell(way: str, moment: Moment) -> None:
    asked = ", ".join(f"{number} {what}" for what, number in sorted(moment.requests.items()))
    sys.stdout.write(
        f"{way:9} {moment.name:10} {moment.seconds:6.1f} s, {moment.processor:5.2f} s of processor"
        f", {moment.rss / 1024:5.1f} MB, at most {moment.highest / 1024:5.1f} MB; "
        f"{moment.objects} objects, {moment.readings} readings; {asked}\n"
    )
    sys.stdout.flush()


def _writing(plane: ControlPlane, verb: str, item: Object) -> None:
    """Write something as soon as the API server takes it."""
    until = time.monotonic() + 120
    while True:
        try:
            writer = Writer(plane.api)
            partial(getattr(writer, verb), item)()
        except (OSError, RefusedError):
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
        else:
            writer.close()
            return


def _another(plane: ControlPlane, number: int) -> None:
    _writing(plane, "create", {key: part for key, part in pod(number).items() if key != "status"})


def _gone(plane: ControlPlane, number: int) -> None:
    _writing(plane, "delete", pod(number))


if __name__ == "__main__":
    sys.exit(main())
