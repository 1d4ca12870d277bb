"""The whole table: every SDK and every fact.

Of facts that hold for one program and speak of one header the first decides, so those about a
setting or about a pair stand before those about an SDK as it is installed.
"""

from __future__ import annotations

from collections.abc import Mapping

from laneway.core.sdks.fact import Fact, Sdk
from laneway.core.sdks.table import opentelemetry, programs, spring, vendors

_ROOMS = (opentelemetry, spring, vendors, programs)

SDKS: Mapping[str, Sdk] = {sdk.name: sdk for room in _ROOMS for sdk in room.SDKS}
_ORDER = tuple(SDKS)
FACTS: tuple[Fact, ...] = tuple(
    sorted((fact for room in _ROOMS for fact in room.FACTS), key=lambda one: _ORDER.index(one.sdk))
)


def facts_of(name: str) -> tuple[Fact, ...]:
    """Return the facts in which an SDK takes part, those of what it is a kind of included."""
    names = {name, SDKS[name].of}
    return tuple(fact for fact in FACTS if not fact.sdks.isdisjoint(names))
