"""Requests of two lanes, drawn: what a gate sees of them, and when it is decided."""

from __future__ import annotations

from numpy.random import Generator

from laneway.core.release.budget import Needed
from laneway.core.release.evidence import Answered, Evidence, Stretch, weighed


def drawn(chance: Generator, requests: int, rate: float) -> Answered:
    """Draw how many of some requests are bad."""
    return Answered(int(chance.binomial(requests, rate)), requests)


def stretch_of(
    chance: Generator, requests: int, share: float, rates: tuple[float, float]
) -> Stretch:
    """Draw a stretch in which the new lane gets a share of the requests."""
    new = drawn(chance, requests, share).bad
    return Stretch(drawn(chance, new, rates[0]), drawn(chance, requests - new, rates[1]))


def decided(
    chance: Generator, rates: tuple[float, float], tolerance: float, share: float, need: Needed
) -> tuple[str, int]:
    """Return what is decided, after how many requests of the new lane; at most 2,000,000 in all."""
    evidence = Evidence()
    while evidence.seen.new.of + evidence.seen.stable.of < 2_000_000:
        evidence = weighed(evidence, stretch_of(chance, 50, share, rates), tolerance)
        if evidence.for_more >= need.more:
            return "worse", evidence.seen.new.of
        if evidence.for_not_more >= need.not_more:
            return "not worse", evidence.seen.new.of
    return "not known", evidence.seen.new.of
