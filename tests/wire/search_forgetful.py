"""Random chains on real Envoy: the program that loses lanes is named, and no other.

`python -m tests.wire.search_forgetful [COUNT]` runs that many chains with a forgetful service and
as many healthy ones (20 by default) and prints who was named in each. It ends with 1 if any is
wrong.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from laneway.apps.local.verify.follow_lanes import send_and_follow
from laneway.apps.local.verify.run import Wish
from tests.wire.chains import RunningChain, running_chain
from tests.wire.drawn_chains import Drawn, drawn


def named(case: Drawn, mesh: RunningChain, requests: int = 2) -> list[str]:
    """Edit a mesh into a chain and return who is said to lose lanes."""
    report = send_and_follow(mesh.become(case.chain.yaml).folder, Wish(requests))
    assert report.came_in
    return [one.subject for one in report.findings if one.level == "error"]


def expected(case: Drawn) -> list[str]:
    """Return who loses lanes."""
    return [f"Deployment default/{case.loses}"] if case.loses else []


def main(count: int, say: Callable[[str], object]) -> int:
    """Run the search; return how many chains were judged wrongly."""
    wrong = 0
    begun = time.monotonic()
    for healthy in (False, True):
        for number in range(count):
            case = drawn(number, healthy=healthy)
            with (
                tempfile.TemporaryDirectory() as folder,
                running_chain(Path(folder) / "lanes", case.chain.yaml) as mesh,
            ):
                found = named(case, mesh)
            right = found == expected(case)
            wrong += not right
            lanes = "; ".join(f"{lane}: {has}" for lane, has in case.chain.lanes.items())
            verdict = "ok   " if right else "WRONG"
            say(f"{verdict} {number} {case.loses or 'healthy'} {found} {lanes}")
    say(f"{2 * count} chains, {wrong} wrong, {time.monotonic() - begun:.0f} s")
    return wrong


if __name__ == "__main__":
    sys.exit(1 if main(int(sys.argv[1]) if len(sys.argv) > 1 else 20, print) else 0)
