"""Meshes through the whole path, each held against its plan: how many requests, and which differ.

Comes in: drawn meshes with requests. Goes out: a tally of what istiods send once the operator is
done, beside what `walk` says of the same input. What the API server or Istio's admission refuses of
a mesh takes no part and is counted, and so is a mesh of which the operator kept a former state.
"""

from __future__ import annotations

from collections import Counter

from msgspec import Struct, field

from tests.agree.drawing import Drawn
from tests.agree.oracle import Oracle
from tests.cluster import holding
from tests.cluster.holding import differing
from tests.paths.analyzing import analyzed
from tests.paths.keeping import Keeping, NotKeptError


class Tally(Struct):
    """What was compared so far."""

    meshes: int = 0
    served: holding.Tally = field(default_factory=holding.Tally)
    written: int = 0
    """Objects of the operator's."""
    stalled: Counter[str] = field(default_factory=Counter)
    """Groups that say that something is wrong with them, by reason."""
    frozen: int = 0
    """Meshes that are held at a former state, and not compared."""
    late: int = 0
    """Meshes in which objects of users came when the lanes were live, and that are compared."""
    analyzed: int = 0
    mistaken: int = 0
    """Messages of analyzers that are wrong."""

    def __str__(self) -> str:
        """Say it in one line."""
        stalled = ", ".join(f"{count} {reason}" for reason, count in sorted(self.stalled.items()))
        return (
            f"{self.meshes} meshes, {self.written} objects written; groups stalled: "
            f"{stalled or 'none'}; {self.frozen} meshes frozen, {self.late} with late objects; "
            f"{self.analyzed} analyzed, {self.mistaken} messages wrong; {self.served}"
        )


def compare(
    case: Drawn, keeping: Keeping, tally: Tally, analyzer: Oracle | None, late: int = 3
) -> list[str]:
    """Have a mesh kept; return in words what differs from the plan, or what analyzers say of it.

    In every mesh of so many half of users' Istio objects come when the lanes are live.
    """
    tally.meshes += 1
    try:
        kept = keeping.put(case.mesh, late=tally.meshes % late == 0)
    except NotKeptError as problem:
        return [str(problem)]
    tally.written += len(kept.written)
    tally.stalled.update(kept.stalled.values())
    if kept.is_frozen:
        tally.frozen += 1
        return []
    tally.late += bool(kept.late)
    found = [f"{one.ask}: {one.words}" for one in differing(kept.held, case.asks, tally.served)]
    if analyzer is not None:
        tally.analyzed += 1
        said = analyzed(kept, analyzer)
        tally.mistaken += said.mistaken
        found += [f"istioctl analyze: {message}" for message in said.unsaid]
    return found
