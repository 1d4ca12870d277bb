"""Whole releases of a chain, drawn: three hops, two gates, three stages, runners that begin anew.

The tolerance is none, and both lanes have the same rates: the edge of what is no worse, where false
alarms are likeliest. Rates differ by hop and gate, and have bad minutes for both lanes at once.
"""

from __future__ import annotations

from numpy.random import Generator

from laneway.core.release.counts import ALL, Sample, Totals
from laneway.core.release.standing import ReleaseStanding
from laneway.core.release.step import AtHand, CountedSoFar, ToCommit, look
from laneway.core.resources.releases.plan import ErrorGate, LatencyGate, Plan, ReleaseStage

HOPS = ("mocka", "mockb", "mockc")
EDGE = 100.0
STAGES = tuple(ReleaseStage({"v1": 100 - new, "v3": new}, 1e9, 2e9) for new in (10, 30, 80))
GATES = (ErrorGate(0.0), LatencyGate(EDGE, 0.0))
PLAN = Plan("v3", "v3", "v1", 50, GATES, STAGES, "d", "plan.yaml")
RATES = (0.001, 0.01, 0.05, 0.3)
LOOKS = 12
Grown = dict[tuple[str, str], list[int]]


def is_ended(chance: Generator, worse: float = 0.0) -> bool:
    """Draw a release; whether it is ended. `worse` is added to the new lane's errors at mockc."""
    rates = {
        (hop, gate): float(chance.choice(RATES)) for hop in HOPS for gate in ("errors", "slow")
    }
    for stage in range(1, len(STAGES) + 1):
        for attempt in range(1, 1 + int(chance.geometric(0.6))):
            at = ReleaseStanding("v3", stage, "running", attempt, 0, "a", "c", "d")
            if _is_ended(chance, rates, at, worse):
                return True
    return False


def _is_ended(
    chance: Generator, rates: dict[tuple[str, str], float], at: ReleaseStanding, worse: float
) -> bool:
    counting = CountedSoFar()
    grown: Grown = {(hop, lane): [0, 0, 0] for hop in HOPS for lane in ("v1", "v3")}
    for _ in range(LOOKS):
        seen = AtHand(0.0, "a", "c", at, moved=False, live=True, hops=HOPS, sample=_sample(grown))
        found = look(PLAN, counting, seen)
        if isinstance(found.to_do, ToCommit):
            return True
        counting = found.counting
        _pass_by(chance, rates, grown, STAGES[at.stage - 1], worse)
    return False


def _pass_by(
    chance: Generator,
    rates: dict[tuple[str, str], float],
    grown: Grown,
    stage: ReleaseStage,
    worse: float,
) -> None:
    requests = int(chance.integers(20, 2_000))
    bad_minute = 2.0 if chance.random() < 0.1 else 1.0
    for (hop, lane), counts in grown.items():
        count = int(chance.binomial(requests, stage.weights[lane] / 100))
        more = worse if (hop, lane) == ("mockc", "v3") else 0.0
        counts[0] += count
        counts[1] += int(chance.binomial(count, min(1.0, rates[hop, "errors"] * bad_minute + more)))
        counts[2] += int(chance.binomial(count, min(1.0, rates[hop, "slow"] * bad_minute)))


def _sample(grown: Grown) -> Sample:
    return {
        key: {"pod": Totals(count, errors, {EDGE: count - slow, ALL: count})}
        for key, (count, errors, slow) in grown.items()
    }
