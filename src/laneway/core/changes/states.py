"""The objects there are after some steps of a change, for whoever applies states and no steps.

Comes in: the objects before, the steps, and how many of them are taken. Goes out: all objects as
they are then, in the order in which a file may be applied from its top.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from laneway.core.changes.order import ChangeStep
from laneway.core.changes.routes import is_entry
from laneway.core.emit.manifest import Manifest
from laneway.core.resources.meta import Ref


def state_after(before: Iterable[Manifest], way: Sequence[ChangeStep]) -> tuple[Manifest, ...]:
    """Return the objects after steps; what the last one removes is no more among them."""
    state: dict[Ref, Manifest] = {one.ref: one for one in before}
    for step in way:
        state |= {one.ref: one for one in step.writes}
        for ref in step.removes:
            del state[ref]
    return tuple(sorted(state.values(), key=_place))


def _place(manifest: Manifest) -> int:
    """Return what comes first: subsets, then routes in the mesh, then entries."""
    if manifest.ref.kind != "VirtualService":
        return 0
    return 2 if is_entry(manifest) else 1
