"""What "live" takes, whether it is right, and what it costs: `./dev figures live --changes 100`.

Proxies that acknowledge at once tell how long it takes, beside an independent client of the same
istiod, which gathers changes as long as one does that is installed. Real Envoys under load tell
whether it is right. Proxies that are stopped, ended or cut off must keep it from being said. All is
drawn again by `--seed`.
"""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import sys
import tempfile
from pathlib import Path

from laneway.adapters.netns import probe
from tests.cluster.children import Children
from tests.cluster.control_plane import (
    AS_INSTALLED,
    VERSIONS,
    Istiod,
    free_ports,
    start_istiod,
    until_ready,
)
from tests.cluster.crowd import Crowd
from tests.cluster.serving import cluster, described, start_node
from tests.cost.filling import store
from tests.engines import engine
from tests.live import hanging, timing
from tests.live.applying import applied, workloads
from tests.live.rightness import rightness
from tests.live.town import callers

PARTS = ("times", "hanging", "right", "memory")
MEMORY = """
import asyncio, sys
def told(): return [l.split()[1] for l in open('/proc/self/status') if l.startswith('VmHWM')][0]
import laneway.core.compile, laneway.core.emit.istio, laneway.core.live.watching
before = int(told())
import laneway.adapters.istiod
print(f"memory: {before / 1024:.1f} MB with the core, {(int(told()) - before) / 1024:.1f} MB more "
      "with what asks istiod")
"""


def main() -> int:
    """Print each figure as soon as it is known; 1 if anything was said that is not so."""
    options = _options()
    wrong = 0
    if "memory" in options.parts:
        subprocess.run([sys.executable, "-c", MEMORY], check=True)
    with tempfile.TemporaryDirectory(prefix="laneway-live-") as work:
        if {"times", "hanging"} & {*options.parts}:
            wrong += _by_clients(Path(work) / "store", options)
        if "right" in options.parts:
            wrong += _by_envoys(Path(work) / "k", options)
    return 1 if wrong else 0


def _by_clients(folder: Path, options: argparse.Namespace) -> int:
    with store(folder) as (plane, children):
        istiod = Istiod(options.istio, *free_ports(2))
        process = start_istiod(plane, children, istiod, told=AS_INSTALLED)
        until_ready(children, istiod)
        with applied(plane, istiod) as apply, Crowd(engine("crowd"), istiod) as crowd:
            crowd.join(workloads(callers(3)))
            if "times" in options.parts:
                _tell("one step", timing.one_step(apply, crowd, options.changes))
                _tell("a lane added", timing.lanes(apply, crowd, max(1, options.changes // 2)))
                _tell("istiod", timing.cost(apply, process.pid, options.changes))
        if "hanging" not in options.parts:
            return 0
        with applied(plane, istiod) as apply:
            found = asyncio.run(hanging.hanging(apply, istiod, options.changes // 2, options.seed))
            _tell("hanging", found)
            return found.wrong


def _by_envoys(folder: Path, options: argparse.Namespace) -> int:
    if missing := probe():
        _tell("right", f"no pod runs here: {missing}")
        return 0
    with cluster(folder, (options.istio,)) as plane:
        known = described(plane.folder)
        assert known is not None
        children = Children(plane.folder / "logs")
        start_node(plane.folder, children, ())
        try:
            found = rightness(plane, known.gateway, options.istio, options.right, options.seed)
        finally:
            children.kill()
    _tell("right", found)
    for begun, came, _ in found.wrong[:10]:
        _tell("  wrong", f"{begun:.3f} {came}")
    return len(found.wrong)


def _tell(what: str, figures: object) -> None:
    sys.stdout.write(f"{what}: {figures}\n")
    sys.stdout.flush()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", default=PARTS, help=" ".join(PARTS))
    parser.add_argument("--changes", type=int, default=100, help="of one step; half as many lanes")
    parser.add_argument("--right", type=int, default=500, help="changes under load")
    parser.add_argument("--istio", choices=VERSIONS, default=VERSIONS[0])
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
