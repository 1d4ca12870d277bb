"""Reads what a change is about, and finds its way; others are heard meanwhile.

Comes in: digests of what is wanted and of what is there. Goes out: the way between, or the objects
as they lie there. Only what differs is read from the cluster or spelled again, and it is packed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from laneway.apps.operator.writing import ObjectWriting
from laneway.core.emit.manifest import Manifest
from laneway.core.keeping.change import TOGETHER, Way, is_for_some, way_by_parts, whole_way
from laneway.core.keeping.own_objects import OwnObject
from laneway.core.keeping.packed import Packed
from laneway.core.keeping.to_do import ToDo
from laneway.core.keeping.wanted import WantedObjects
from laneway.core.resources.meta import Ref


async def way_to(
    objects: WantedObjects, todo: ToDo, there: Mapping[Ref, OwnObject], writing: ObjectWriting
) -> Way:
    """Find the way to what is wanted. Raises KubeError."""
    touched = [there[ref] for ref in (*todo.writes, *todo.removes) if ref in there]
    before, after = await writing.bodies(touched), Packed()
    for one in objects.spelled(todo.writes):
        after.put(one)
        if len(after) % TOGETHER == 0:
            await asyncio.sleep(0)
    has_rules = any(ref.kind == "DestinationRule" for ref in (*todo.writes, *todo.removes))
    if not (has_rules and is_for_some(there.values())):
        for way in way_by_parts(before, after):
            if way is not None:
                return way
            await asyncio.sleep(0)
    kept = await writing.bodies(own for ref, own in there.items() if ref not in before)
    return whole_way(dict(before), dict(after), dict(kept))


async def lying(
    objects: WantedObjects, asked: Sequence[OwnObject], writing: ObjectWriting
) -> list[Manifest]:
    """Return objects of ours as they lie there; those as wanted are not read. Raises KubeError."""
    parts = objects.parts
    same = {one.ref for one in asked if (part := parts.get(one.ref)) and part.digest == one.digest}
    others = await writing.bodies(one for one in asked if one.ref not in same)
    return [*objects.spelled(same), *others.values()]
