"""What is known of one gate at one hop: worse, well, or not yet, and in which words.

Comes in: evidence, and what a judgment needs. Goes out: a verdict with its figures. "Not known" is
an outcome of its own: it never counts as well, and it says what is missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from laneway.core.release.budget import Needed
from laneway.core.release.counts import Totals, compared
from laneway.core.release.evidence import Answered, Evidence, weighed
from laneway.core.resources.releases.plan import Compared, FigureGate, Plan

Outcome = Literal["worse", "well", "unknown"]


class Judgment(Struct, frozen=True):
    """The evidence of one gate at one hop since counting began.

    `more` and `not_more` were told different counts where the gate lies between two edges. That it
    is `well` stays true once it was shown: the evidence counts at whatever moment it was reached.
    `window` is 0 for a whole attempt, else the number of the window since whose begin it is.
    """

    more: Evidence = Evidence()
    not_more: Evidence = Evidence()
    well: bool = False
    window: int = 0

    def with_counts(self, gate: Compared, totals: tuple[Totals, Totals], need: Needed) -> Judgment:
        """Return the judgment after a further stretch: the new lane's totals and the stable's."""
        speaking, against = compared(gate, *totals)
        more = weighed(self.more, speaking, gate.tolerance)
        not_more = weighed(self.not_more, against, gate.tolerance)
        well = self.well or not_more.for_not_more >= need.not_more
        return Judgment(more, not_more, well, self.window)


class Verdict(Struct, frozen=True):
    """What is known of a gate at a hop, for people and for machines.

    `new` and `stable` are the bad answers and all; between two edges the fewest of the new lane and
    the most of the stable one.
    """

    hop: str
    gate: str
    outcome: Outcome
    new: Answered
    stable: Answered
    said: str


def verdict(plan: Plan, gate: Compared, hop: str, judgment: Judgment, need: Needed) -> Verdict:
    """Say what is known."""
    seen = judgment.more.seen
    outcome: Outcome = "unknown"
    few = _few(plan, seen.new, seen.stable)
    if not few:
        outcome = "well" if judgment.well else outcome
        outcome = "worse" if judgment.more.for_more >= need.more else outcome
    said = few or _said(plan, gate, judgment, outcome)
    return Verdict(hop, gate.name, outcome, seen.new, seen.stable, said)


def figure_verdict(gate: FigureGate, values: Sequence[float] | None) -> Verdict:
    """Say what is known of a figure; without a value, or without an answer (None), nothing is."""
    outcome: Outcome = "unknown"
    said = "the server does not answer" if values is None else "there is no value"
    if values:
        high, low = max(values), min(values)
        is_above = gate.above is not None and high > gate.above
        is_below = gate.below is not None and low < gate.below
        outcome = "worse" if is_above or is_below else "well"
        bound = f"above {gate.above:g}" if is_above else f"below {gate.below:g}" if is_below else ""
        said = f"{low if is_below else high:g} is {bound or 'within bounds'}"
    return Verdict("", gate.name, outcome, Answered(), Answered(), said)


def _few(plan: Plan, new: Answered, stable: Answered) -> str:
    """Say that there was not enough traffic; empty where there was."""
    for lane, seen in ((plan.lane, new), (plan.stable, stable)):
        if seen.of < plan.requests:
            return f"not enough traffic: {seen.of} of {plan.requests} requests of {lane}"
    return ""


def _said(plan: Plan, gate: Compared, judgment: Judgment, outcome: Outcome) -> str:
    seen = judgment.more.seen
    shares = f"{plan.lane} {_share(seen.new)}, {plan.stable} {_share(seen.stable)}"
    if outcome == "unknown" and judgment.not_more.seen != seen:
        return f"{shares}; between two edges of the buckets"
    words = {
        "worse": "worse by more than",
        "well": "not worse by more than",
        "unknown": "not known yet whether worse by more than",
    }
    return f"{shares}: {words[outcome]} {_percent(gate.tolerance)}"


def _share(seen: Answered) -> str:
    return f"{_percent(seen.rate)} of {seen.of:,}"


def _percent(share: float) -> str:
    """Write a share, with two digits behind the point at most.

    >>> _percent(0.05), _percent(0.00123)
    ('5 %', '0.12 %')
    """
    return f"{100 * share:.2f}".rstrip("0").rstrip(".") + " %"
