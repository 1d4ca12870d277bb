"""Which SDKs may be at work together in one program.

Comes in: what was seen of it, some of it sure and some of it not. Goes out: what is sure, what is
doubtful, and every combination that the program may be.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import chain, combinations

from msgspec.structs import replace

from laneway.core.sdks.sighting import Sighting
from laneway.core.sdks.table.every import FACTS, SDKS

_MOST = 6
"""So many doubtful SDKs are tried in every combination; of more each alone, and all at once."""


def parted(seen: Iterable[Sighting]) -> tuple[list[Sighting], list[Sighting]]:
    """Return what is sure to be in a program, and what may be.

    A package is sure where something else shows its SDK, and then says the version. Where no
    tracer is sure, one that is installed or spoken against counts for what it would lose.
    """
    found = list(seen)
    sure = [one for one in found if one.certainty == "sure"]
    kinds, has_tracer = set(map(kind_of, sure)), any(map(_is_tracer, sure))
    names = {name for one in found for name in (one.name, kind_of(one))}
    doubtful = []
    for one in found:
        is_shown = one.certainty == "installed" and kind_of(one) in kinds
        if one.certainty == "maybe":
            doubtful.append(one)
        elif is_shown or (one.certainty == "against" and not has_tracer):
            sure.append(one)
        elif one.certainty == "installed" and _matters(one, names):
            is_alone = _is_tracer(one) and not has_tracer
            doubtful.append(replace(one, certainty="against") if is_alone else one)
    return sure, doubtful


def cases(sure: list[Sighting], doubtful: list[Sighting]) -> Iterator[list[Sighting]]:
    """Yield every combination; of tracers that only packages show at least one is started."""
    by_packages = any(one.certainty == "against" for one in doubtful)
    counts = range(len(doubtful) + 1) if len(doubtful) <= _MOST else (0, 1, len(doubtful))
    for some in chain.from_iterable(combinations(doubtful, count) for count in counts):
        if not by_packages or any(map(_is_tracer, some)):
            yield [*sure, *some]


def kind_of(one: Sighting) -> str:
    """Return the SDK of which one is a kind, or its own name."""
    return (SDKS[one.name].of if one.name in SDKS else "") or one.name


def _is_tracer(one: Sighting) -> bool:
    return one.name not in SDKS or SDKS[one.name].is_tracer


def _matters(one: Sighting, names: Collection[str]) -> bool:
    """Whether a package may change what is predicted: a tracer, or of a fact about what is seen."""
    facts = (fact for fact in FACTS if fact.in_manifest and one.name in fact.beside)
    return _is_tracer(one) or any(fact.sdks <= set(names) for fact in facts)
