"""The change from what is there to what is wanted, as steps that are each safe by themselves.

Comes in: what has to be done, the objects concerned as they are, and as they shall be. Goes out:
steps, whose objects bear their owners. Where only owners differ nobody's requests are concerned:
such objects are written first, in any order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from laneway.core.changes.diff import ChangeSet, diff
from laneway.core.changes.order import ChangeStep, asks_for_kept, steps
from laneway.core.emit.manifest import Manifest
from laneway.core.keeping.own_objects import OwnObject
from laneway.core.resources.meta import Ref

Bodies = Mapping[Ref, Manifest]


class Way(Struct, frozen=True):
    """Objects whose owners alone differ, and the steps of all else, from `before` on."""

    handed_over: tuple[Manifest, ...] = ()
    steps: tuple[ChangeStep, ...] = ()
    before: Bodies = {}


def changes_of(before: Bodies, after: Bodies, kept: Bodies | None = None) -> ChangeSet:
    """Return what differs between objects; `kept` are others of ours that stay."""
    stay = (kept or {}).values()
    return diff([*before.values(), *stay], [*after.values(), *stay])


def needs_kept(before: Bodies, after: Bodies, there: Iterable[OwnObject]) -> bool:
    """Whether the steps have to look into objects that stay as they are, too."""
    return any(own.is_for_some for own in there) or asks_for_kept(changes_of(before, after))


def way_of(writes: Iterable[Ref], before: Bodies, after: Bodies, kept: Bodies | None = None) -> Way:
    """Return the way from `before` to `after`, in which `writes` are, as they were and shall be."""
    changes = changes_of(before, after, kept)
    changed = {change.ref for change in changes.changes}
    same = (after[ref] for ref in writes if ref not in changed)
    return Way(tuple(same), steps(changes), {**(kept or {}), **before})
