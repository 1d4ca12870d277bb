"""Age order: which of several objects was there first.

Istio orders by creation time. Files usually have none, so then the place decides: path, document,
position. Order is data, never the order of arrival.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar

from laneway.core.resources.meta import Meta


class HasMeta(Protocol):
    """Anything with a head."""

    @property
    def meta(self) -> Meta:
        """The object's head."""


T = TypeVar("T", bound=HasMeta)


def oldest_first(objects: Iterable[T]) -> tuple[T, ...]:
    """Sort by creation time where all have one, else by place alone."""
    found = list(objects)
    if all(thing.meta.created for thing in found):
        return tuple(sorted(found, key=lambda thing: (thing.meta.created, thing.meta.order)))
    return tuple(sorted(found, key=lambda thing: thing.meta.order))


def oldest_in_istio(objects: Iterable[T]) -> tuple[T, ...]:
    """Sort as Istio does where all have a time: those of one second by their name.

    https://github.com/istio/istio/blob/master/pilot/pkg/model/config.go
    """
    found = list(objects)
    if not all(thing.meta.created for thing in found):
        return oldest_first(found)
    return tuple(
        sorted(found, key=lambda one: (one.meta.created, one.meta.name, one.meta.namespace))
    )


def last_of_each(objects: Iterable[T]) -> list[T]:
    """Keep one object of each identity: the last in place, as applying the files would."""
    found = list(objects)
    last = {thing.meta.ref: thing for thing in found}
    if len(last) == len(found):
        return found
    return [thing for thing in found if last[thing.meta.ref] is thing]
