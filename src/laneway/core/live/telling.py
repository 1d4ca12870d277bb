"""Which objects tell of which that they are sent, where all of them are written at once.

Comes in: which class of proxies sees which objects, and how clearly. Goes out: few objects, each
the last of its kind for some classes. The API server tells istiod the changes of a kind in the
order in which it made them, so that a push with the last of them has those before.
https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping

from laneway.core.live.looks import Clearness
from laneway.core.resources.meta import Ref

Seen = Mapping[tuple[int, Ref], Clearness]
"""How well objects are seen, by the number of a class."""


class Telling:
    """Objects that are `seen` by classes of proxies, and by those in whose place one may look.

    What is `removed` comes behind what is written. Without an order, where that is None, each
    object tells of itself alone.
    """

    def __init__(self, seen: Seen, by_seat: Seen, removed: Collection[Ref] | None) -> None:
        self._clearness: dict[Ref, Clearness] = {}
        for (_, ref), one in by_seat.items():
            self._clearness[ref] = max(one, self._clearness.get(ref, Clearness.NAMELESS))
        found: dict[tuple[int, str], list[Ref]] = {}
        for at, ref in seen:
            if self._clearness.get(ref):
                found.setdefault((at, ref.kind), []).append(ref)
        every = dict.fromkeys(ref for refs in found.values() for ref in refs)
        self._told_by: list[tuple[list[Ref], list[Ref]]] = (
            [([ref], [ref]) for ref in every]
            if removed is None
            else [
                ([one for one in refs if one in removed] or refs, refs) for refs in found.values()
            ]
        )
        """Objects of which any one tells of those beside them, if it comes behind them."""

    def marks(self) -> frozenset[Ref]:
        """Return as few objects as tell of all, those first that need no digest."""
        found: set[Ref] = set()
        untold = [last for last, _ in self._told_by]
        for least in (Clearness.BY_NAME, Clearness.BY_DIGEST):
            while counts := Counter(
                ref for last in untold for ref in last if self._clearness[ref] >= least
            ):
                best = counts.most_common(1)[0][0]
                found.add(best)
                untold = [last for last in untold if best not in last]
        return frozenset(found)

    def told(self, watched: Collection[Ref]) -> frozenset[Ref]:
        """Return the objects of which it is known when they are sent, by some that are watched."""
        there, known, lost = set(watched), set[Ref](), set[Ref]()
        for last, refs in self._told_by:
            (lost if there.isdisjoint(last) else known).update(refs)
        return frozenset(known - lost)
