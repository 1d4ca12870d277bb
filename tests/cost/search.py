"""What lanes cost proxies and istiod, layout beside layout: `./dev figures cost none istio scoped`.

Writes a generated mesh into a real API server once, then for each layout its objects, and measures
a fresh istiod, proxies that join it, a real Envoy, one edited timeout and one lane more. A layout
is one known here, `NAME=FLAGS` of `laneway render`, or `NAME=@FOLDER` with the plain objects in
before.yaml and, with the last lane, after.yaml. `today` is what the Laneway of `--baseline` writes
(`.venv/bin/laneway` of an older checkout). Nothing in the table can fail but a caller of a strict
lane that would meet another lane.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import msgspec

from tests.cluster.control_plane import VERSIONS
from tests.cluster.marking import MARKED
from tests.cost.changes import changes
from tests.cost.filling import fill, store
from tests.cost.layouts import layout, objects_of
from tests.cost.measuring import Bench, Figures
from tests.cost.meshes import WAYS, Size, running
from tests.cost.telling import telling


def main() -> int:
    """Measure layouts, tell each as soon as it is known, and all of them side by side."""
    options = _options()
    if options.changes:
        return changes(options.changes, options.istio)
    size = Size(options.services, options.lanes, options.way, options.namespaces, options.ports)
    layouts = [layout(one, options.baseline) for one in options.layouts]
    found: dict[str, Figures] = {}
    with tempfile.TemporaryDirectory(prefix="laneway-cost-") as work:
        written = {one.name: objects_of(one, size, Path(work)) for one in layouts}
        with store(Path(work) / "cluster") as (plane, children):
            fill(plane.api, [*MARKED, *running(size, size.lanes + options.edits)])
            bench = Bench(plane, children, size, options.clients, options.istio, options.edits)
            for name, objects in written.items():
                found[name] = bench.measure(objects)
                _tell(telling(size, {name: found[name]}))
                _keep(options.json, size, found)
    _tell(telling(size, found))
    return 1 if any(one.misled for one in found.values()) else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("layouts", nargs="*", default=["none", "istio"])
    parser.add_argument("--services", type=int, default=100)
    parser.add_argument("--lanes", type=int, default=10, help="permissive: with the baseline")
    parser.add_argument("--way", choices=WAYS, default="strict")
    parser.add_argument("--namespaces", type=int, default=1)
    parser.add_argument("--ports", type=_ports, default=("http",), help="such as http,tcp")
    parser.add_argument("--clients", type=int, default=20, help="sidecars of lanes that join")
    parser.add_argument("--istio", choices=VERSIONS, default=VERSIONS[0])
    parser.add_argument("--baseline", help="the laneway that renders `today`")
    parser.add_argument("--json", type=Path, help="a file that keeps all figures")
    parser.add_argument("--changes", type=int, help="change a live mesh's layout so often instead")
    parser.add_argument("--no-edits", dest="edits", action="store_false")
    return parser.parse_args()


def _ports(text: str) -> tuple[str, ...]:
    return tuple(text.split(","))


def _keep(file: Path | None, size: Size, found: dict[str, Figures]) -> None:
    if file:
        told = {"mesh": size, "layouts": found}
        file.write_bytes(msgspec.json.format(msgspec.json.encode(told)))


def _tell(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
