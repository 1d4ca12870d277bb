"""What a release leaves behind, taken away in two steps: first from routes, then all of the lanes.

Comes in: a Mesh and the lane that has all requests. Goes out: the draft of the step that is next.
While a route names a lane, that lane and its pods stay: whoever carries out a commit may delete
before it changes. What was done is seen in the files, so whoever asks again gets the next step.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from laneway.core.edits.draft import Draft
from laneway.core.edits.intents import RemoveItem
from laneway.core.edits.lane_splits import LaneSplit, Portion, lane_routes, lane_splits
from laneway.core.edits.removing import all_removed
from laneway.core.edits.weights import group_lane, strangers
from laneway.core.findings.codes import releasing
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Group, Mesh


def finished(mesh: Mesh, lane: str, kept: Collection[str] = ()) -> Draft:
    """Return the next step; without anything to change all is done. `kept` are lanes that stay."""
    found = group_lane(mesh, lane)
    if found is None:
        return Draft(findings=tuple(strangers(mesh, [lane])))
    splits = [one for one in lane_splits(mesh) if one.of(lane)]
    errors = (*_not_alone(splits, lane, found[0]), *strangers(mesh, kept))
    if errors:
        return Draft(findings=errors)
    parts = [(split, part) for split in splits for part in _of_others(split, {lane, *kept})]
    if parts:
        return _without_parts(lane, parts)
    over = tuple(unused(mesh, found[0], {lane, *kept}))
    return all_removed(mesh, over, f"whose place {lane} has taken")


def unused(mesh: Mesh, group: Group, kept: Collection[str]) -> Iterator[str]:
    """Yield the lanes of a group that no request enters: not by weight, by rule or by a route."""
    led_to = {one.lane for one in lane_routes(mesh)}
    splits = lane_splits(mesh)
    for lane in group.lanes:
        is_asking = any(rule.online for rule in lane.rules) and group.group.strategy != "weighted"
        is_weighed = any(one.weight_of(lane.name) for one in splits)
        if lane.name not in {*kept, *led_to} and not is_asking and not is_weighed:
            yield lane.name


def _of_others(split: LaneSplit, kept: Collection[str]) -> Iterator[Portion]:
    """Yield the parts of lanes that go, in users' routes; in a group they go with the lane."""
    for part in split.portions if split.in_routes else ():
        if part.lane and part.lane not in kept and part.place is not None:
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
