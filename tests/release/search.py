"""The figures of releases: `./dev figures release --runs 101 --releases 10000`.

How many requests of the new lane it takes until a gate is decided, by rates and tolerance; how many
drawn releases are ended whose new lane is as the stable one, and how many whose third hop is worse.
"""

from __future__ import annotations

import argparse
import statistics
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
    wanted.add_argument("--seed", type=int, default=1)
    asked = wanted.parse_args()
    print_power(asked.runs, asked.seed)
    print_ended(asked.releases, asked.seed)


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


if __name__ == "__main__":
    main()
