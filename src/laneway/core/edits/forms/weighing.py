"""Shares of lanes that a person wants → the draft that writes them, where they are written.

Comes in: a Mesh, a form. Goes out: a draft: weights of a user's route, or shares of the lanes of a
weighted group. A lane without a share gets one: in its group with the service that the others have,
in the only route that leads to the group's lanes as a destination like that of another lane.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from laneway.core.edits.draft import Draft, draft_of
from laneway.core.edits.forms.objects import with_share
from laneway.core.edits.forms.showing import splits_of
from laneway.core.edits.forms.values import WeightsForm
from laneway.core.edits.intents import Become, Intent, unshared
from laneway.core.edits.lane_splits import LaneSplit, Portion
from laneway.core.edits.weights import Move, Moves, checked, set_to, strangers
from laneway.core.findings.codes import releasing
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Group, Mesh
from laneway.core.resources.lanes.read_swim_lanes import LANE
from laneway.core.resources.meta import Meta


def draft_of_weights(mesh: Mesh, form: WeightsForm) -> Draft:
    """Return the draft that gives the lanes of a group these shares."""
    group, splits = mesh.group(form.group), splits_of(mesh, form.group)
    unknown = tuple(strangers(mesh, form.weights))
    asked = {lane for lane, weight in form.weights.items() if weight}
    meant = splits if len(splits) == 1 else [one for one in splits if all(map(one.of, asked))]
    if unknown or group is None or not meant:
        return draft_of(replace(set_to(mesh, form.weights), moves=()), "Set")
    first = dict(_first_shares(group, form, meant))
    moves = [_move(one, form, first) for one in meant]
    left = [_left(one, asked) for one in splits if one not in meant]
    findings = (*(one for move in moves for one in checked(move)), *left)
    draft = draft_of(Moves(tuple(moves), findings), "Set")
    if draft.is_refused:
        return draft
    return replace(
        draft,
        intents=tuple(_intents(mesh, moves, first)),
        subjects=draft.subjects | {f"{LANE} {name}" for name in first},
    )


def _move(split: LaneSplit, form: WeightsForm, first: Mapping[str, Become]) -> Move:
    """Return the new weights of a split, in which lanes that come in have a part."""
    portions = [
        replace(one, place=first[one.lane].place) if one.lane in first else one
        for one in split.portions
    ]
    missing = [lane for lane, weight in form.weights.items() if weight and not split.of(lane)]
    has_model = split.in_routes and any(one.subset and one.lane for one in portions)
    portions += [Portion(lane, lane, 0, split.place if has_model else None) for lane in missing]
    weights = tuple(form.weights.get(one.lane, one.weight) for one in portions)
    return Move(replace(split, portions=tuple(portions)), weights)


def _first_shares(
    group: Group, form: WeightsForm, splits: Sequence[LaneSplit]
) -> Iterator[tuple[str, Become]]:
    """Yield the shares of lanes that have none, where it is known which service they enter by."""
    if all(one.in_routes for one in splits):
        return
    enters = (lane.weight.destination for lane in group.lanes if lane.weight)
    known = next((one for one in enters if one is not None), None)
    host = form.service or (known.host if known else "")
    port = known.port if known and known.host == host else None
    for lane in group.lanes if host else ():
        weight = form.weights.get(lane.name, 0)
        if weight and lane.weight is None:
            meta = lane.lane.meta
            yield lane.name, Become(meta.place(), with_share(meta.raw, weight, host, port))


def _intents(mesh: Mesh, moves: Sequence[Move], first: Mapping[str, Become]) -> Iterator[Intent]:
    """Yield what changes: weights alone, or a route that gets parts, as a whole."""
    yield from first.values()
    for move in moves:
        new = [one for one in move.split.portions if one.place == move.split.place]
        meta = _meta(mesh, move.split.subject) if new else None
        if meta is not None:
            yield Become(meta.place(), _with_parts(meta, move))
            continue
        kept = [one for one in move.split.portions if one.lane not in first]
        weights = dict(zip(move.split.portions, move.weights, strict=True))
        alone = replace(move.split, portions=tuple(kept))
        yield from Moves((Move(alone, tuple(weights[one] for one in kept)),)).intents()


def _with_parts(meta: Meta, move: Move) -> Any:
    """Return a VirtualService with the weights of a move; new parts are like that of a lane."""
    value = unshared(meta.raw)
    items: Any = value
    for step in move.split.place.path[len(meta.prefix) :]:
        items = items[step]
    model = next(one for one in move.split.portions if one.lane and one.subset and one.place)
    like = items[model.place.path[-1]] if model.place else {}
    for portion, weight in zip(move.split.portions, move.weights, strict=True):
        if portion.place == move.split.place:
            part = _renamed(like, {model.lane: portion.lane, model.subset: portion.lane})
            items.append({**part, "weight": weight})
        elif portion.place is not None and weight != portion.weight:
            items[portion.place.path[-1]]["weight"] = weight
    return value


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    """Return a copy in which texts that are a lane's name are another's."""
    if isinstance(value, dict):
        return {key: _renamed(one, names) for key, one in value.items()}
    if isinstance(value, list):
        return [_renamed(one, names) for one in value]
    return names.get(value, value) if isinstance(value, str) else value


def _meta(mesh: Mesh, subject: str) -> Meta | None:
    found = (one.meta for one in mesh.snapshot.resources)
    return next((one for one in found if str(one.ref) == subject), None)


def _left(split: LaneSplit, asked: set[str]) -> Finding:
    missing = next(lane for lane in sorted(asked) if not split.of(lane))
    words = {"split": split.said, "lane": missing}
    return finding(releasing.SPLIT_LEFT, split.place, split.subject, **words)
