"""Whether a newer input is wanted from now on.

Comes in: what the loop knows and the newest snapshot. Goes out: what it knows then, and news. It
does not matter how an input came about, only what it is; one that was refused is refused again in
silence. Pure.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from laneway.core.gate import Accepted, Refused, Revision, Same, admitted
from laneway.core.mesh.snapshot import Snapshot
from laneway.loop.step import Edited, News, NotLive, State

Revise = Callable[[Snapshot, Revision], Revision]
"""Makes a revision of a snapshot, with what of the one before it can be kept."""


Gate = Callable[[Revision, Revision], Same | Accepted | Refused]
"""Says whether a revision may take the place of another one."""


def admit(
    state: State, snapshot: Snapshot, revise: Revise, gate: Gate = admitted
) -> tuple[State, tuple[News, ...]]:
    """Decide on the newest input. It is held against what is wanted, live already or not."""
    before = state.wanted
    if snapshot.is_same(before.compilation.snapshot):
        return replace(state, refused=None), (Same(),)
    if state.refused is not None and snapshot.is_same(state.refused):
        return state, ()
    refused = replace(state, refused=snapshot)
    try:
        revision = revise(snapshot, before)
        verdict = gate(before, revision)
    except Exception as error:  # noqa: BLE001 - a bug that an input brings to light ends nothing
        return refused, (NotLive(error),)
    if isinstance(verdict, Accepted):
        return replace(state, wanted=revision, refused=None), (Edited(before, revision),)
    return refused, (verdict,)
