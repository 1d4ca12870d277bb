"""What a mesh may hold: laws that promise nothing about a thing leave it out of their meshes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from hypothesis import strategies as st


@dataclass(frozen=True, slots=True)
class Taste:
    """What a mesh may hold.

    `flawed`: pods in two lanes, equal selectors, unknown services, lanes without a group, missing
    ports, a service in two groups, bad weights. `users_own`: users' own VirtualServices and
    DestinationRules. `tcp`, `headless`: ports and services of that kind.
    """

    flawed: bool = True
    users_own: bool = True
    tcp: bool = True
    headless: bool = True


EVERYTHING = Taste()
SOUND = Taste(flawed=False, users_own=False, headless=False)
"""Meshes for which strict isolation is promised without an exception."""


@cache
def rarely(of: int) -> st.SearchStrategy[bool]:
    """Draw true about once in so many times: neither end of a range, which searches prefer."""
    return st.integers(0, of - 1).map(lambda number: number == of // 2)
