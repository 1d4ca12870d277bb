"""How many requests a change of layout costs: `./dev figures cost --changes 20`.

Runs the example of strict lanes on a cluster, its pods as processes with proxies of their own, and
takes its layout there and back while its lanes are asked without a rest. Prints after each change
how many requests were answered, and those that failed or met another lane: there should be none.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from tests.cluster.changing import HEADERS, LANES, change, under_load
from tests.cluster.lanes import running
from tests.cluster.live import live
from tests.cluster.serving import NODE, cluster, described

EXAMPLE = Path(__file__).parents[2] / "examples" / "strict-lanes"
LAYOUTS = ("istio", "scoped")


def changes(number: int, version: str) -> int:
    """Change the layout so often, half of them back; return 1 if a request met anything else."""
    failed = 0
    with tempfile.TemporaryDirectory(prefix="laneway-cost-") as work:
        folder = Path(work) / "cluster"
        with cluster(folder, (version, NODE)) as plane:
            found = described(folder)
            assert found
            with running(plane, found.gateway, EXAMPLE, version) as lanes:
                for lane, chain in LANES.items():
                    lanes.until([chain], HEADERS[lane])
                with live(plane, version) as watched:
                    for turn in range(number):
                        back, there = LAYOUTS[turn % 2], LAYOUTS[1 - turn % 2]
                        began = time.monotonic()
                        with under_load(lanes, HEADERS) as load:
                            change(plane, watched, EXAMPLE, there, back)
                        wrong = load.wrong(LANES)
                        failed += bool(wrong)
                        took = time.monotonic() - began
                        said = f"{load.number} requests in {took:.1f} s"
                        sys.stdout.write(f"{turn + 1:3} to {there}: {said}, wrong: {wrong}\n")
                        sys.stdout.flush()
    return 1 if failed else 0
