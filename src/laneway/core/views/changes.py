"""A ChangeSet as people read it: a table, or an object to print as YAML or JSON.

Comes in: a ChangeSet. Goes out: text lines, or plain dictionaries. It shows what changes and never
why; long values are cut in the table only.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from laneway.core.changes.diff import ACTIONS, ChangeSet, diff
from laneway.core.changes.fields import FieldChange
from laneway.core.changes.given import own_objects
from laneway.core.changes.order import ChangeStep
from laneway.core.compile import Compilation
from laneway.core.emit.manifest import Manifest
from laneway.core.resources.meta import Ref

_WIDEST = 60
_WORDS = {"added": "+ {after}", "removed": "- {before}"}
_DONE = {"create": "created", "update": "updated", "delete": "deleted"}


def ours(
    live: tuple[Manifest, ...], wanted: Compilation, objects: tuple[Manifest, ...]
) -> ChangeSet:
    """Return what changes of Laneway's objects. Those of held groups stay as they are."""
    return diff(live, objects, wanted.held, is_whole=wanted.is_whole)


def own(live: Compilation, wanted: Compilation) -> ChangeSet:
    """Return what changes of the user's own objects."""
    before, after = own_objects(live.mesh), own_objects(wanted.mesh)
    return diff(before, after, is_whole=wanted.is_whole)


def table(changes: ChangeSet) -> str:
    """Return a line per object, the fields an update touches below it, and a sum at the end."""
    return "\n".join([*chain.from_iterable(_lines(changes)), totals(changes)])


def totals(changes: ChangeSet) -> str:
    """Return the sum of a ChangeSet.

    >>> totals(ChangeSet())
    '0 created, 0 updated, 0 deleted, 0 unchanged'
    """
    counts = [f"{len(changes.of(action))} {_DONE[action]}" for action in ACTIONS]
    return ", ".join([*counts, f"{len(changes.kept)} unchanged"])


def as_object(changes: ChangeSet) -> dict[str, Any]:
    """Return a ChangeSet as plain dictionaries and lists, every value in full."""
    return {
        "changes": [
            {
                "action": change.action,
                "kind": change.ref.kind,
                "namespace": change.ref.namespace,
                "name": change.ref.name,
                "fields": [_field(one) for one in change.fields],
            }
            for change in changes.changes
        ],
        "unchanged": len(changes.kept),
    }


def step_object(step: ChangeStep) -> dict[str, Any]:
    """Return a step of a safe order as plain values."""
    shown: dict[str, Any] = {"phase": step.phase}
    if step.drain:
        shown["after"] = "requests in flight have ended"
    if step.writes:
        shown["write"] = [str(one.ref) for one in step.writes]
    if step.removes:
        shown["remove"] = [str(ref) for ref in step.removes]
    return shown


def step_lines(number: int, step: ChangeStep) -> Iterator[str]:
    """Yield a step as people read it, its objects below it."""
    waits = ", once requests in flight have ended" if step.drain else ""
    yield f"{number}. {step.phase}{waits}"
    yield from (f"   write   {one.ref}" for one in step.writes)
    yield from (f"   remove  {ref}" for ref in step.removes)


def deletions(refs: Iterable[Ref]) -> Iterator[str]:
    """Yield the commands that delete objects, one for each namespace.

    >>> list(deletions([Ref("DestinationRule", "shop", "cart")]))
    ['kubectl delete -n shop destinationrule/cart --ignore-not-found']
    """
    found: dict[str, list[str]] = {}
    for ref in sorted(refs):
        found.setdefault(ref.namespace, []).append(f"{ref.kind.lower()}/{ref.name}")
    for space, names in found.items():
        yield f"kubectl delete -n {space} {' '.join(names)} --ignore-not-found"


def _lines(changes: ChangeSet) -> Iterator[list[str]]:
    for change in changes.changes:
        width = max((len(one.path) for one in change.fields), default=0)
        yield [
            f"{change.action}  {change.ref}",
            *(f"          {one.path:{width}}  {_difference(one)}" for one in change.fields),
        ]


def _difference(one: FieldChange) -> str:
    words = _WORDS.get(one.kind, "{before} → {after}")
    return words.format(before=_short(one.before), after=_short(one.after))


def _short(value: Any) -> str:
    text = value if isinstance(value, str) and value else json.dumps(value)
    return text if len(text) <= _WIDEST else text[: _WIDEST - 1] + "…"


def _field(one: FieldChange) -> dict[str, Any]:
    values = {"before": one.before, "after": one.after}
    absent = {"added": "before", "removed": "after"}.get(one.kind)
    return {"path": one.path, "kind": one.kind} | {
        name: value for name, value in values.items() if name != absent
    }
