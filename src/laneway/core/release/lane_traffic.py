"""What a release sees of its traffic, wherever that is counted.

Apart from those who count, since a cluster has no proxy of this machine.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from laneway.core.edits.lane_splits import LaneSplit
from laneway.core.release.counts import Sample
from laneway.core.release.hops import Hops

Weights = Mapping[tuple[str, ...], tuple[tuple[str, int], ...]]
"""By split the weight of each part."""


class LaneTraffic(Struct, frozen=True):
    """What a mesh runs: weights where they can be known, the hops, and what was counted there."""

    weights: Weights | None
    hops: tuple[str, ...]
    sample: Sample
    figures: Mapping[str, Sequence[float] | None] = {}


def weights_of(splits: Iterable[LaneSplit]) -> Weights:
    """Return what splits say, in a form that two states of files can be compared by."""
    return {one.key: tuple((part.said, part.weight) for part in one.portions) for one in splits}


def hop_names(found: Hops) -> tuple[str, ...]:
    """Return the hops, each once."""
    return tuple(dict.fromkeys(hop for hop, _ in found))
