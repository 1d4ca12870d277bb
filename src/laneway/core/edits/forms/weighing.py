"""Shares of lanes that a person wants → the draft that writes them, where they are written.

Comes in: a Mesh, a form. Goes out: a draft: weights of a user's route, or shares of the lanes of a
weighted group; there a lane without a share gets one, with the service that the others have.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from laneway.core.edits.draft import Draft, draft_of
from laneway.core.edits.forms.objects import with_share
from laneway.core.edits.forms.values import WeightsForm
from laneway.core.edits.intents import Become
from laneway.core.edits.weights import Move, Moves, checked, set_to
from laneway.core.findings.codes import releasing
from laneway.core.findings.finding import Finding
from laneway.core.mesh.mesh import Group, Mesh
from laneway.core.resources.lanes.read_swim_lanes import LANE

FirstShares = Mapping[str, Become]
"""Shares of lanes that have none yet, by lane."""


def draft_of_weights(mesh: Mesh, form: WeightsForm) -> Draft:
    """Return the draft that gives the lanes of a group these shares."""
    moves = set_to(mesh, form.weights)
    group = mesh.group(form.group)
    first = dict(_first_shares(group, form, moves)) if group else {}
    draft = draft_of(replace(moves, findings=tuple(_findings(moves, first))), "Set")
    return replace(
        draft,
        intents=(*draft.intents, *first.values()),
        subjects=draft.subjects | {f"{LANE} {name}" for name in first},
    )


def _first_shares(group: Group, form: WeightsForm, moves: Moves) -> Iterator[tuple[str, Become]]:
    """Yield the shares of lanes that have none, where it is known which service they enter by."""
    enters = (lane.weight.destination for lane in group.lanes if lane.weight)
    known = next((one for one in enters if one is not None), None)
    host = form.service or (known.host if known else "")
    port = known.port if known and known.host == host else None
    for move in moves.moves:
        pairs = zip(move.split.portions, move.weights, strict=True)
        for portion, weight in pairs if host and not move.split.in_routes else ():
            lane = group.lane(portion.lane)
            if lane and weight and portion.place is None:
                meta = lane.lane.meta
                yield lane.name, Become(meta.place(), with_share(meta.raw, weight, host, port))


def _findings(moves: Moves, first: FirstShares) -> Iterator[Finding]:
    """Yield what keeps shares from being written, once those are there that are the first."""
    if not moves.moves or not first:
        yield from moves.findings
        return
    for move in moves.moves:
        yield from checked(_with_places(move, first))
    yield from (one for one in moves.findings if one.code is releasing.SPLIT_LEFT)


def _with_places(move: Move, first: FirstShares) -> Move:
    """Return a move in which first shares are written somewhere."""
    places = {name: one.place for name, one in first.items()}
    portions = tuple(
        replace(one, place=one.place or places.get(one.lane)) for one in move.split.portions
    )
    return replace(move, split=replace(move.split, portions=portions))
