"""A lane less: its object, its workloads and its parts of splits, where nothing else uses them.

Comes in: a Mesh and a lane. Goes out: a draft that takes them away, or findings: a lane with
requests stays. Pods that are in another lane as well stay, and so does a service that the group
routes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from laneway.core.edits.draft import Draft
from laneway.core.edits.intents import Intent, RemoveDocument, RemoveItem
from laneway.core.edits.lane_splits import LaneSplit, lane_of_service, lane_routes, lane_splits
from laneway.core.edits.weights import group_lane, strangers
from laneway.core.findings.codes import releasing
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.membership import lanes_of, pods_of_lane
from laneway.core.mesh.mesh import Group, GroupLane, Mesh
from laneway.core.resources.kubernetes.workloads import Service, Workload
from laneway.core.resources.meta import Meta


def removed(mesh: Mesh, name: str, *, workloads: bool = True) -> Draft:
    """Return the draft that takes a lane away, with what is its own or without."""
    found = group_lane(mesh, name)
    if found is None:
        return Draft(findings=tuple(strangers(mesh, [name])))
    group, lane = found
    errors = (*_with_requests(mesh, name), *_needed(group, lane))
    if errors:
        return Draft(findings=errors)
    gone = [lane.lane.meta, *(_own(mesh, lane) if workloads else ())]
    parts = list(_parts(mesh, name))
    said = [f"remove {one.ref}" for one in gone]
    said += [f"remove lane {name} from {split.said}" for split, _ in parts]
    changed = {*(str(one.ref) for one in gone), *(split.subject for split, _ in parts)}
    return Draft(
        intents=(*map(document_gone, gone), *(intent for _, intent in parts)),
        findings=tuple(_shared(mesh, lane) if workloads else ()),
        said=tuple(said),
        title=f"Remove lane {name}",
        subjects=frozenset(changed),
    )


def all_removed(mesh: Mesh, names: Sequence[str], why: str) -> Draft:
    """Return the draft that takes several lanes away; one that cannot go keeps no other."""
    drafts: list[Draft] = []
    findings: list[Finding] = []
    for name in names:
        draft = removed(mesh, name)
        findings += map(_as_warning, draft.findings)
        drafts += [] if draft.is_refused else [draft]
    what = drafts[0].title.removeprefix("Remove ") if len(drafts) == 1 else f"{len(drafts)} lanes"
    return Draft(
        intents=tuple(intent for draft in drafts for intent in draft.intents),
        findings=tuple(findings),
        said=tuple(line for draft in drafts for line in draft.said),
        title=f"Remove {what}, {why}",
        subjects=frozenset().union(*(draft.subjects for draft in drafts)),
    )


def _as_warning(one: Finding) -> Finding:
    """Return what keeps one lane as what keeps no other."""
    return replace(one, code=replace(one.code, level="warning")) if one.level == "error" else one


def _with_requests(mesh: Mesh, name: str) -> Iterator[Finding]:
    for split in lane_splits(mesh):
        portion = split.of(name)
        if split.weight_of(name) and portion and portion.place:
            words = {"lane": name, "weight": split.weight_of(name), "split": split.said}
            place = portion.place.at("weight")
            yield finding(releasing.HAS_WEIGHT, place, split.subject, **words)
    for route in lane_routes(mesh):
        if route.lane == name:
            words = {"lane": name, "route": route.said}
            yield finding(releasing.LEADS_TO_LANE_ALONE, route.place, route.subject, **words)


def _needed(group: Group, lane: GroupLane) -> Iterator[Finding]:
    uses = ["it is the baseline"] if group.baseline == lane.name else []
    written = group.group.permissive.service_level_fallback_target if group.group.permissive else {}
    uses += [f"it stands in at {service}" for service, to in written.items() if to == lane.name]
    for use in uses:
        words = {"group": group.name, "lane": lane.name, "use": use}
        place = lane.lane.meta.place("metadata", "name")
        yield finding(releasing.NEEDED_BY_GROUP, place, str(lane.lane.meta.ref), **words)


def _own(mesh: Mesh, lane: GroupLane) -> Iterator[Meta]:
    """Yield the workloads whose pods are in this lane alone, and its own services."""
    yield from (pod.meta for pod in pods_of_lane(lane, workloads_of(mesh)) if is_alone(mesh, pod))
    yield from (one.meta for one in own_services(mesh, lane))


def own_services(mesh: Mesh, lane: GroupLane) -> Iterator[Service]:
    """Yield the services that select the pods of a lane alone; none that a group routes."""
    for one in mesh.snapshot.by_kind.get(Service, ()):
        if isinstance(one, Service) and lane_of_service(mesh, one.selector) == lane:
            named = {
                (of.namespace, of.name) for group in mesh.groups for of in group.group.services
            }
            if (one.meta.namespace, one.meta.name) not in named:
                yield one


def workloads_of(mesh: Mesh) -> Sequence[Workload]:
    """Return every workload as written: of owner and owned both."""
    found = mesh.snapshot.by_kind.get(Workload, ())
    return [one for one in found if isinstance(one, Workload)]


def is_alone(mesh: Mesh, pod: Workload) -> bool:
    """Whether a workload's pods are in one lane, of all groups."""
    return sum(len(lanes_of(group, pod.labels)) for group in mesh.groups) == 1


def _shared(mesh: Mesh, lane: GroupLane) -> Iterator[Finding]:
    for pod in pods_of_lane(lane, workloads_of(mesh)):
        if not is_alone(mesh, pod):
            words = {"ref": str(pod.meta.ref), "reason": "its pods are in another lane as well"}
            place = pod.meta.place("metadata", "name")
            yield finding(releasing.NOT_REMOVED, place, str(pod.meta.ref), **words)


def _parts(mesh: Mesh, name: str) -> Iterator[tuple[LaneSplit, Intent]]:
    """Yield the parts that a lane has in users' routes; in a weighted group they go with it."""
    for split in lane_splits(mesh):
        for one in split.portions:
            if split.in_routes and one.lane == name and one.place is not None:
                yield split, RemoveItem(one.place)


def document_gone(meta: Meta) -> Intent:
    """Take an object away: its document, or its item of a list."""
    return RemoveItem(meta.place()) if meta.prefix else RemoveDocument(meta.place())
