"""Which objects differ between two states of the input.

Comes in: two snapshots. Goes out: what the second one adds, changes and removes. An object is
changed if it says something else, wherever it stands.
"""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.mesh.snapshot import Resource, Snapshot
from laneway.core.resources.meta import Ref


def changes(before: Snapshot, after: Snapshot) -> list[str]:
    """Say which objects an edit added, changed and removed, in the order of their names."""
    old, new = _by_ref(before), _by_ref(after)
    return [
        f"{ref} {'added' if ref not in old else 'changed' if ref in new else 'removed'}"
        for ref in sorted(old.keys() | new.keys())
        if ref not in old or ref not in new or _is_changed(old[ref], new[ref])
    ]


def new_objects(before: Snapshot, after: Snapshot) -> Iterator[Resource]:
    """Yield the objects that an edit added or changed, as they are now."""
    old = _by_ref(before)
    for resource in after.resources:
        known = old.get(resource.meta.ref)
        if known is None or _is_changed(known, resource):
            yield resource


def _is_changed(old: Resource, new: Resource) -> bool:
    return old is not new and old.meta.raw != new.meta.raw


def _by_ref(snapshot: Snapshot) -> dict[Ref, Resource]:
    return {resource.meta.ref: resource for resource in snapshot.resources}
