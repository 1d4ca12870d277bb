"""Which objects an edit creates, updates and deletes.

Comes in: the manifests there are and those there should be. Goes out: a ChangeSet. Manifests that
are the very same object are never looked into, so a mesh of thousands with one edit costs what the
edit costs. Which order is safe is said in `order.py`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import reduce
from operator import add
from typing import Literal

from msgspec import Struct

from laneway.core.changes.fields import FieldChange, field_changes
from laneway.core.emit.manifest import Manifest
from laneway.core.mesh.superseded import GROUP_LABEL
from laneway.core.resources.meta import Ref

Action = Literal["create", "update", "delete"]
ACTIONS: tuple[Action, ...] = ("create", "update", "delete")


class Change(Struct, frozen=True):
    """What happens to one object. `fields` says what an update touches."""

    action: Action
    ref: Ref
    fields: tuple[FieldChange, ...] = ()
    before: Manifest | None = None
    after: Manifest | None = None


class ChangeSet(Struct, frozen=True):
    """All changes, sorted by action, kind, namespace and name, and the objects that stay."""

    changes: tuple[Change, ...] = ()
    kept: tuple[Manifest, ...] = ()

    def __bool__(self) -> bool:
        """Whether anything changes at all."""
        return bool(self.changes)

    def of(self, action: Action) -> tuple[Change, ...]:
        """Return the changes of one action."""
        return tuple(change for change in self.changes if change.action == action)


def diff(
    live: Iterable[Manifest],
    desired: Iterable[Manifest],
    held: Collection[str] = (),
    *,
    is_whole: bool = True,
) -> ChangeSet:
    """Compare the objects there are with those there should be.

    The live objects of a `held` group stay, though nobody asks for them: what a broken edit means
    is unknown, and taking its routes away would be a guess. So nothing at all is deleted where a
    part of what is desired could not be read (`is_whole`).

    >>> old = Manifest(Ref("Service", "default", "mocka"), {"spec": {"port": 80}})
    >>> new = Manifest(Ref("Service", "default", "mocka"), {"spec": {"port": 81}})
    >>> [(change.action, change.fields[0].path) for change in diff([old], [new]).changes]
    [('update', 'spec.port')]
    """
    return diff_parts((tuple(live),), (tuple(desired),), held, is_whole=is_whole)


def diff_parts(
    live: Sequence[tuple[Manifest, ...]],
    desired: Sequence[tuple[Manifest, ...]],
    held: Collection[str] = (),
    *,
    is_whole: bool = True,
) -> ChangeSet:
    """Compare objects that come in parts: one that is the very same in both is kept unseen."""
    was = set(map(id, live))
    same = [part for part in desired if id(part) in was]
    alike = set(map(id, same))
    old = {id(one): one for part in live if id(part) not in alike for one in part}
    new = {id(one): one for part in desired if id(part) not in alike for one in part}
    kept = [manifest for identity, manifest in new.items() if identity in old]
    before = {old[identity].ref: old[identity] for identity in old.keys() - new.keys()}
    after = {new[identity].ref: new[identity] for identity in new.keys() - old.keys()}
    changes = [Change("create", ref, (), None, after[ref]) for ref in after.keys() - before.keys()]
    for ref in before.keys() - after.keys():
        if not is_whole or (held and _is_of(before[ref], held)):
            kept.append(before[ref])
        else:
            changes.append(Change("delete", ref, (), before[ref]))
    for ref in before.keys() & after.keys():
        fields = tuple(field_changes(before[ref].body, after[ref].body))
        if fields:
            changes.append(Change("update", ref, fields, before[ref], after[ref]))
        else:
            kept.append(after[ref])
    changes.sort(key=lambda change: (ACTIONS.index(change.action), change.ref))
    return ChangeSet(tuple(changes), reduce(add, same, ()) + tuple(kept))


def _is_of(manifest: Manifest, groups: Collection[str]) -> bool:
    """Whether an object is of one of some groups.

    A rule for the callers of several groups bears no group's label, and a subset for each.
    """
    labels: dict[str, str] = manifest.body.get("metadata", {}).get("labels") or {}
    if GROUP_LABEL in labels:
        return labels[GROUP_LABEL] in groups
    subsets = manifest.body.get("spec", {}).get("subsets") or ()
    return any(one.get("name") == f"lane-{group}" for one in subsets for group in groups)
