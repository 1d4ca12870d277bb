"""What a mesh may hold: laws that promise nothing about a thing leave it out of their meshes."""

from __future__ import annotations

from functools import cache

from hypothesis import strategies as st
from msgspec import Struct


class Taste(Struct, frozen=True):
    """What a mesh may hold.

    `flawed`: pods in two lanes, equal selectors, unknown services, lanes without a group, missing
    ports, a service in two groups, bad weights. `users_own`: users' own VirtualServices and
    DestinationRules. `tcp`, `headless`: ports and services of that kind. `permissive`: one group in
    so many is permissive; 0: none. `delegation`: users' VirtualServices that delegate.
    """

    flawed: bool = True
    users_own: bool = True
    tcp: bool = True
    headless: bool = True
    permissive: int = 2
    delegation: bool = True


EVERYTHING = Taste()
SOUND = Taste(flawed=False, users_own=False, headless=False, permissive=0)
"""Meshes for which strict isolation is promised without an exception."""
PERMISSIVE = Taste(permissive=1)
"""Meshes with everything, all of whose groups are permissive."""
TIDY = Taste(flawed=False, headless=False, delegation=False)
"""Meshes without flaws, with users' own objects that route by themselves."""
TASTES = {"everything": EVERYTHING, "sound": SOUND, "permissive": PERMISSIVE, "tidy": TIDY}


@cache
def rarely(of: int) -> st.SearchStrategy[bool]:
    """Draw true about once in so many times: neither end of a range, which searches prefer."""
    return st.integers(0, of - 1).map(lambda number: number == of // 2)
