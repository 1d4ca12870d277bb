"""What a release leaves behind, taken away in two steps: first from routes, then all of the lanes.

Comes in: a Mesh and the lane that has all requests. Goes out: the draft of the step that is next.
While a route names a lane, that lane and its pods stay: whoever carries out a commit may delete
before it changes. A lane that requests may still come into stays, and is told. What was done is
seen in the files, so whoever asks again gets the next step.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from msgspec.structs import replace

from laneway.core.edits.draft import Draft
from laneway.core.edits.intents import RemoveItem
from laneway.core.edits.lane_splits import LaneSplit, Portion, lane_splits
from laneway.core.edits.reaching import ways_into
from laneway.core.edits.removing import all_removed
from laneway.core.edits.weights import group_lane, strangers
from laneway.core.findings.codes import releasing
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Group, GroupLane, Mesh


def finished(mesh: Mesh, lane: str, kept: Collection[str] = ()) -> Draft:
    """Return the next step; without anything to change all is done. `kept` are lanes that stay."""
    found = group_lane(mesh, lane)
    if found is None:
        return Draft(findings=tuple(strangers(mesh, [lane])))
    splits = [one for one in lane_splits(mesh) if one.of(lane)]
    errors = (*_not_alone(splits, lane, found[0]), *strangers(mesh, kept))
    if errors:
        return Draft(findings=errors)
    others = [one for one in found[0].lanes if one.name not in {lane, *kept}]
    ways = {one.name: tuple(ways_into(mesh, found[0], one)) for one in others}
    told = tuple(_reached(one, ways[one.name]) for one in others if ways[one.name])
    over = [name for name, found in ways.items() if not found]
    parts = [(split, part) for split in splits for part in _of_others(split, over)]
    gone = f"whose place {lane} has taken"
    draft = _without_parts(lane, parts) if parts else all_removed(mesh, over, gone)
    return replace(draft, findings=(*told, *draft.findings))


def _reached(lane: GroupLane, ways: tuple[str, ...]) -> Finding:
    """Say of a lane that stays by which ways requests may come into it."""
    meta, first = lane.lane.meta, ways[0]
    more = f", and {len(ways) - 1} more" if len(ways) > 1 else ""
    words = {"lane": lane.name, "way": f"{first}{more}"}
    return finding(releasing.STILL_REACHED, meta.place("metadata", "name"), str(meta.ref), **words)


def _of_others(split: LaneSplit, over: Collection[str]) -> Iterator[Portion]:
    """Yield the parts of lanes that go, in users' routes; in a group they go with the lane."""
    for part in split.portions if split.in_routes else ():
        if part.lane in over and part.place is not None:
            yield part


def _without_parts(lane: str, parts: list[tuple[LaneSplit, Portion]]) -> Draft:
    gone = ", ".join(dict.fromkeys(part.lane for _, part in parts))
    return Draft(
        intents=tuple(RemoveItem(part.place) for _, part in parts if part.place),
        said=tuple(f"remove lane {part.lane} from {split.said}" for split, part in parts),
        title=f"Finish {lane}: routes name {gone} no more",
        subjects=frozenset(split.subject for split, _ in parts),
    )


def _not_alone(splits: list[LaneSplit], lane: str, group: Group) -> Iterator[Finding]:
    """Find splits in which others have requests; and that there is none at all."""
    for split in splits:
        others = [f"{part.said} {part.weight} %" for part in split.portions if part.weight]
        if any(part.weight and part.lane != lane for part in split.portions) or not others:
            words = {"lane": lane, "split": split.said, "shares": ", ".join(others) or "nobody"}
            yield finding(releasing.NOT_FINISHED, split.place, split.subject, **words)
    if not splits:
        meta = group.group.meta
        words = {"lane": lane, "group": group.name}
        place = meta.place("metadata", "name")
        yield finding(releasing.IN_NO_SPLIT, place, str(meta.ref), **words)
