"""The figures of releases: `./dev figures release --releases 10000 --kills 50 --real 40`.

How many requests of the new lane it takes until a gate is decided, by rates and tolerance; how many
drawn releases are ended whose new lane is as the stable one, and how many whose third hop is worse.
On real Envoy: runners killed at so many moments of a release, and so many releases of a lane that
is as bad as the stable one.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
from collections import Counter

import numpy as np

from laneway.core.release.budget import needed
from tests.release.drawing import decided
from tests.release.simulated import is_ended

HOPS, GATES, STAGES = 3, 2, 4
RATES = (
    (0.0, 0.0, 0.01),
    (0.01, 0.01, 0.01),
    (0.01, 0.01, 0.005),
    (0.05, 0.0, 0.01),
    (0.05, 0.01, 0.01),
    (0.02, 0.01, 0.0),
    (0.02, 0.01, 0.0025),
    (0.02, 0.01, 0.005),
)


def main() -> None:
    """Print what came of it."""
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--runs", type=int, default=101, help="runs for each row")
    wanted.add_argument("--releases", type=int, default=1000, help="drawn releases of each kind")
    wanted.add_argument("--kills", type=int, default=0, help="moments at which a runner is killed")
    wanted.add_argument("--real", type=int, default=0, help="releases on real Envoy")
    wanted.add_argument("--seed", type=int, default=1)
    asked = wanted.parse_args()
    print_power(asked.runs, asked.seed)
    print_ended(asked.releases, asked.seed)
    if asked.kills:
        told = {"RELEASE_KILLS": str(asked.kills), "RELEASE_SEED": str(asked.seed)}
        print_tested("killed", told)
    for _ in range(asked.real):
        print_tested("as_bad", {})


def print_power(runs: int, seed: int) -> None:
    """Print how many requests a decision takes."""
    chance = np.random.default_rng(seed)
    need = needed(HOPS * GATES * STAGES, 1)
    sys.stdout.write("| new | stable | tolerance | said | requests, half | nine in ten |\n")
    sys.stdout.write("|---|---|---|---|---|---|\n")
    for new, stable, tolerance in RATES:
        found = [decided(chance, (new, stable), tolerance, 0.1, need) for _ in range(runs)]
        after = sorted(count for _, count in found)
        said = ", ".join(f"{word} {count}" for word, count in Counter(w for w, _ in found).items())
        rates = f"| {new:.1%} | {stable:.1%} | {tolerance:.2%} | {said} "
        half, most = int(statistics.median(after)), after[len(after) * 9 // 10]
        sys.stdout.write(f"{rates}| {half:,} | {most:,} |\n")


def print_ended(releases: int, seed: int) -> None:
    """Print how many releases are ended, by how much worse the third hop's errors are."""
    for worse in (0.0, 0.02, 0.05):
        chance = np.random.default_rng(seed)
        ended = sum(is_ended(chance, worse) for _ in range(releases))
        sys.stdout.write(
            f"{worse:.0%} more errors at the third hop: {ended:,} of {releases:,} ended\n"
        )
        sys.stdout.flush()


def print_tested(words: str, told: dict[str, str]) -> None:
    """Run a test on real Envoy in a long form, and print how it ended."""
    tests = ("tests/wire/test_staged_release.py", "tests/wire/test_staged_release_in_git.py")
    command = (sys.executable, "-m", "pytest", "-q", "-k", words, *tests)
    variables = {**os.environ, "LANEWAY_PATIENCE": "900", **told}
    ended = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
    sys.stdout.write(f"{words}: {ended.stdout.splitlines()[-1]}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
