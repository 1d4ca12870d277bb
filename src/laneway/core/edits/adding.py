"""A lane more, as a copy of another: its object, its workloads and services, weight 0.

Comes in: a Mesh, the name of the new lane and of the one to copy. Goes out: a draft with new files
beside those that were copied (a lane in a file of lanes joins them), and a part of weight 0 in each
split in which the other has one. In the copies names, labels and weights are other ones, everything
else is as it was: the lines that still name the old lane are told, since only a person knows which
of them are meant.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from laneway.core.edits.copies import (
    LABELS,
    Changes,
    Naming,
    copied,
    images_of,
    naming_of,
    of_annotation,
    of_images,
    of_lane,
    of_object,
)
from laneway.core.edits.draft import Draft, NewFile
from laneway.core.edits.intents import AppendDocument, CopyItem, Intent
from laneway.core.edits.lane_splits import LaneSplit, Portion, lane_splits
from laneway.core.edits.removing import is_alone, own_services, workloads_of
from laneway.core.edits.splices import Scalar
from laneway.core.edits.weights import group_lane, strangers
from laneway.core.findings.codes import releasing
from laneway.core.findings.finding import Finding, finding
from laneway.core.findings.place import Place, Source, Step
from laneway.core.mesh.lane_notes import EXPIRES_AFTER_ANNOTATION
from laneway.core.mesh.membership import pods_of_lane
from laneway.core.mesh.mesh import Group, GroupLane, Mesh
from laneway.core.resources.kubernetes.workloads import Workload
from laneway.core.resources.lanes.swim_lanes import Lane
from laneway.core.resources.meta import Meta, Ref
from laneway.core.resources.yaml.exact import read_exactly
from laneway.core.resources.yaml.spelling import some

_COPIED = ("Deployment", "StatefulSet", "DaemonSet", "Rollout")


class LaneCopy(Struct, frozen=True):
    """A lane that is to be a copy of another, and what a person says is other in it.

    `services` are the only ones it has of the other's, all without any; they are named `mocka` or
    `default/mocka`. `images` are other images by the names of those that they replace, without tag.
    `expires_after` is a duration.
    """

    name: str
    source: str
    services: tuple[str, ...] = ()
    images: Mapping[str, str] = {}
    expires_after: str = ""


def lane_added(mesh: Mesh, wanted: LaneCopy) -> Draft:
    """Return the draft that adds a lane as a copy of another."""
    found = group_lane(mesh, wanted.source)
    if found is None:
        return Draft(findings=tuple(strangers(mesh, [wanted.source])))
    group, lane = found
    naming = naming_of(lane, wanted.name)
    if isinstance(naming, Finding):
        return Draft(findings=(naming,))
    objects = tuple(_objects(mesh, group, lane, naming, wanted))
    errors = [*_taken(mesh, group, lane, naming, objects), *_unknown(group, lane, wanted, objects)]
    copies: list[tuple[str, str, str]] = []
    appended: list[Intent] = []
    said, subjects = [], []
    for meta, changes in objects:
        copy = copied(meta, changes)
        path = meta.source.path
        if isinstance(copy, Finding):
            errors.append(copy)
            continue
        if _is_among_others(mesh, meta):
            value = read_exactly(copy).value
            appended.append(AppendDocument(meta.place(), copy, value))
        else:
            copies.append((_path(path, naming), path, copy))
        said.append(f"copy {meta.ref} as {meta.ref.kind} {changes['metadata', 'name']}")
        subjects.append(str(meta.ref))
    parts = [one for split in lane_splits(mesh) for one in _parts(split, lane, naming)]
    said += [f"add lane {wanted.name} with weight 0 to {split.said}" for split, _ in parts]
    new_files = tuple(_files(copies))
    return Draft(
        intents=(*appended, *(intent for _, intent in parts)),
        new_files=new_files,
        findings=(*errors, *_left(mesh, group, lane, wanted), *_old_words(new_files, naming)),
        said=tuple(said),
        title=f"Add lane {wanted.name}, as lane {wanted.source}, with weight 0",
        subjects=frozenset((*subjects, *(split.subject for split, _ in parts))),
    )


def file_taken(path: str) -> Finding:
    """Say that the file for a copy is there already."""
    return finding(releasing.NAME_TAKEN, Place(Source(path)), "", what=path)


Objects = tuple[tuple[Meta, Changes], ...]
"""What a lane has, and what is other in a copy of each."""


def _taken(
    mesh: Mesh, group: Group, lane: GroupLane, naming: Naming, objects: Objects
) -> Iterator[Finding]:
    place = lane.lane.meta.place("metadata", "name")
    if group_lane(mesh, naming.new) is not None:
        yield finding(releasing.NAME_TAKEN, place, "", what=f"lane {naming.new}")
        return
    for other in group.lanes:
        if dict(other.selector) == naming.labels:
            what = f"lane {other.name} with the labels {naming.labels}"
            yield finding(releasing.NAME_TAKEN, place, "", what=what)
    for meta, changes in objects:
        ref = Ref(meta.ref.kind, meta.namespace, str(changes["metadata", "name"]))
        if any(one.meta.ref == ref for one in mesh.snapshot.resources):
            yield finding(releasing.NAME_TAKEN, meta.place("metadata", "name"), "", what=str(ref))


def _unknown(
    group: Group, lane: GroupLane, wanted: LaneCopy, objects: Objects
) -> Iterator[Finding]:
    """Find what was asked for and is nowhere in the lane."""
    place, subject = lane.lane.meta.place("metadata", "name"), str(lane.lane.meta.ref)
    known = [f"{one.namespace}/{one.name}" for one in group.group.services]
    for name in wanted.services:
        if not any(name in (one, one.partition("/")[2]) for one in known):
            words = {"what": f"service {name}", "lane": lane.name, "there": some(known, 8)}
            yield finding(releasing.NOT_IN_LANE, place, subject, **words)
    if wanted.services and group.baseline is None:
        words = {"group": group.name, "lane": wanted.name}
        yield finding(releasing.STRICT_LANE_NEEDS_ALL, place, subject, **words)
    told = {str(value) for _, changes in objects for value in changes.values()}
    for name, image in wanted.images.items():
        if image not in told:
            images = [image for meta, _ in objects for image in images_of(meta)]
            words = {"what": f"image {name}", "lane": lane.name, "there": some(images, 8)}
            yield finding(releasing.NOT_IN_LANE, place, subject, **words)


def _objects(
    mesh: Mesh, group: Group, lane: GroupLane, naming: Naming, wanted: LaneCopy
) -> Iterator[tuple[Meta, Changes]]:
    changes = of_lane(lane, naming)
    if wanted.expires_after:
        changes |= of_annotation(lane.lane.meta, EXPIRES_AFTER_ANNOTATION, wanted.expires_after)
    yield lane.lane.meta, changes
    pods = list(_pods(mesh, group, lane, wanted))
    chosen = {pod.meta.ref for pod in pods}
    for pod in pods:
        if _is_copied(mesh, pod):
            images = of_images(pod.meta, wanted.images)
            yield pod.meta, of_object(pod.meta, naming, LABELS) | images
    for one in own_services(mesh, lane):
        if not wanted.services or not _behind(mesh, one.meta.ref).isdisjoint(chosen):
            where = (("metadata", "labels"), ("spec", "selector"))
            yield one.meta, of_object(one.meta, naming, where)


def _pods(mesh: Mesh, group: Group, lane: GroupLane, wanted: LaneCopy) -> Iterator[Workload]:
    """Yield the workloads of a lane, or those of some of its services alone."""
    refs = (one.service.meta.ref for one in map(mesh.services.__getitem__, group.hosts))
    named = [one for one in refs if {one.name, f"{one.namespace}/{one.name}"} & {*wanted.services}]
    behind = set().union(*(_behind(mesh, one) for one in named))
    for pod in pods_of_lane(lane, workloads_of(mesh)):
        if not wanted.services or pod.meta.ref in behind:
            yield pod


def _behind(mesh: Mesh, service: Ref) -> set[Ref]:
    """Return the workloads behind a service."""
    found = (one for one in mesh.services.values() if one.service.meta.ref == service)
    return {pod.meta.ref for one in found for pod in one.workloads}


def _is_copied(mesh: Mesh, pod: Workload) -> bool:
    kind = pod.meta.ref.kind
    return kind in _COPIED and pod.meta.owner is None and is_alone(mesh, pod)


def _is_among_others(mesh: Mesh, meta: Meta) -> bool:
    """Whether it is a lane in a file of several: another one joins them, as the youngest.

    The order of files stands for the age of lanes, so in a file of its own it might come first.
    """
    lanes = (one.meta for one in mesh.snapshot.by_kind.get(Lane, ()))
    others = [one for one in lanes if one.source.path == meta.source.path]
    return meta in others and len(others) > 1


def _path(path: str, naming: Naming) -> str:
    """Return the name of the file for what was copied from another: it stands beside that."""
    folder, slash, name = path.rpartition("/")
    stem, dot, ending = name.rpartition(".")
    return f"{folder}{slash}{naming.name(stem)}{dot}{ending}"


def _files(copies: Iterable[tuple[str, str, str]]) -> Iterator[NewFile]:
    texts: dict[tuple[str, str], list[str]] = {}
    for path, beside, text in copies:
        texts.setdefault((path, beside), []).append(text)
    for (path, beside), held in texts.items():
        yield NewFile(path, "---\n".join(held).encode(), beside)


def _parts(split: LaneSplit, lane: GroupLane, naming: Naming) -> Iterator[tuple[LaneSplit, Intent]]:
    """Yield the part of weight 0 for a split in users' routes, beside that of the other lane."""
    portion = split.of(lane.name)
    if split.in_routes and portion is not None and portion.place is not None:
        yield split, CopyItem(portion.place, _of_destination(portion, naming))


def _of_destination(portion: Portion, naming: Naming) -> dict[tuple[Step, ...], Scalar]:
    changes: dict[tuple[Step, ...], Scalar] = {("weight",): 0}
    if portion.subset:
        is_tag = portion.subset not in (portion.lane, naming.of(portion.subset))
        changes["destination", "subset"] = naming.of(portion.subset) if is_tag else naming.new
    else:
        service, dot, rest = portion.host.partition(".")
        changes["destination", "host"] = f"{naming.name(service)}{dot}{rest}"
    return changes


def _left(mesh: Mesh, group: Group, lane: GroupLane, wanted: LaneCopy) -> Iterator[Finding]:
    for pod in _pods(mesh, group, lane, wanted):
        if not _is_copied(mesh, pod):
            reason = f"of what makes pods only {some(_COPIED, 4)} are, and none with an owner"
            if not is_alone(mesh, pod):
                reason = "its pods are in another lane as well"
            words = {"ref": str(pod.meta.ref), "reason": reason}
            place = pod.meta.place("metadata", "name")
            yield finding(releasing.LEFT_OUT, place, str(pod.meta.ref), **words)


def _old_words(files: Iterable[NewFile], naming: Naming) -> Iterator[Finding]:
    """Tell the lines of the copies that still have an old word."""
    for file in files:
        text = file.raw.decode()
        at = 0
        for line in text.split("\n"):
            if naming.of(line) != line:
                place = Place(Source(file.path, text=text), (), at + len(line) - len(line.lstrip()))
                words = {"words": " or ".join(naming.words), "line": line.strip()}
                yield finding(releasing.STILL_NAMES_OLD, place, "", **words)
            at += len(line) + 1
