"""A lane more, as a copy of another: its object, its workloads and services, weight 0.

Comes in: a Mesh, the name of the new lane and of the one to copy. Goes out: a draft with new files
beside those that were copied (a lane in a file of lanes joins them), and a part of weight 0 in each
split in which the other has one. In the copies names, labels and weights are other ones, everything
else is as it was: the lines that still name the old lane are told, since only a person knows which
of them are meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from textwrap import dedent
from typing import Any

from msgspec import Struct

from laneway.core.edits.draft import Draft, NewFile
from laneway.core.edits.intents import AppendDocument, CopyItem, Intent, with_values
from laneway.core.edits.lane_splits import LaneSplit, Portion, lane_splits
from laneway.core.edits.removing import is_alone, own_services, workloads_of
from laneway.core.edits.splices import Scalar, added, replaced, spliced
from laneway.core.edits.text_nodes import text_nodes
from laneway.core.edits.weights import group_lane, strangers
from laneway.core.findings.codes import releasing
from laneway.core.findings.finding import Finding, finding
from laneway.core.findings.place import Place, Source, Step
from laneway.core.mesh.link_groups import is_dns_label
from laneway.core.mesh.membership import pods_of_lane
from laneway.core.mesh.mesh import Group, GroupLane, Mesh
from laneway.core.resources.kubernetes.workloads import Workload
from laneway.core.resources.lanes.swim_lanes import Lane
from laneway.core.resources.meta import Meta, Ref
from laneway.core.resources.yaml.exact import read_exactly
from laneway.core.resources.yaml.spelling import some

Changes = Mapping[tuple[Step, ...], Scalar]

_COPIED = ("Deployment", "StatefulSet", "DaemonSet", "Rollout")
_LABELS = (
    ("metadata", "labels"),
    ("spec", "selector", "matchLabels"),
    ("spec", "template", "metadata", "labels"),
)


class _Naming(Struct, frozen=True):
    """What becomes of names: old words and new ones, and the labels of the new lane."""

    words: Mapping[str, str]
    labels: Mapping[str, str]
    new: str

    def of(self, text: str) -> str:
        """Return a text in which old words are new ones."""
        for old, new in self.words.items():
            text = re.sub(rf"(?<![A-Za-z0-9]){re.escape(old)}(?![A-Za-z0-9])", new, text)
        return text

    def name(self, text: str) -> str:
        """Return a name that is another one in any case."""
        found = self.of(text)
        return found if found != text else f"{text}-{self.new}"


def lane_added(mesh: Mesh, name: str, source: str) -> Draft:
    """Return the draft that adds a lane as a copy of another."""
    found = group_lane(mesh, source)
    if found is None:
        return Draft(findings=tuple(strangers(mesh, [source])))
    group, lane = found
    naming = _naming(lane, name)
    if isinstance(naming, Finding):
        return Draft(findings=(naming,))
    errors = list(_taken(mesh, group, lane, name, naming))
    copies: list[tuple[str, str, str]] = []
    appended: list[Intent] = []
    said, subjects = [], []
    for meta, changes in _objects(mesh, lane, naming):
        copy = _copied(meta, changes)
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
    said += [f"add lane {name} with weight 0 to {split.said}" for split, _ in parts]
    new_files = tuple(_files(copies))
    return Draft(
        intents=(*appended, *(intent for _, intent in parts)),
        new_files=new_files,
        findings=(*errors, *_left(mesh, lane), *_old_words(new_files, naming)),
        said=tuple(said),
        title=f"Add lane {name}, as lane {source}, with weight 0",
        subjects=frozenset((*subjects, *(split.subject for split, _ in parts))),
    )


def file_taken(path: str) -> Finding:
    """Say that the file for a copy is there already."""
    return finding(releasing.NAME_TAKEN, Place(Source(path)), "", what=path)


def _naming(lane: GroupLane, name: str) -> _Naming | Finding:
    """Say what is called otherwise in a copy; labels without the lane's name get the new one."""
    if not is_dns_label(name):
        return _not_copied(lane.lane.meta, f"{name} is no name of a lane: a DNS label is one")
    plain = _Naming({lane.name: name}, {}, name)
    labels = {key: plain.of(value) for key, value in lane.selector}
    if labels == dict(lane.selector):
        if len(labels) > 1:
            reason = "none of its labels has its name, so which one is to change is unknown"
            return _not_copied(lane.lane.meta, reason)
        labels = dict.fromkeys(labels, name)
    words = {value: labels[key] for key, value in lane.selector if value != labels[key]}
    return _Naming({lane.name: name, **words}, labels, name)


def _taken(
    mesh: Mesh, group: Group, lane: GroupLane, name: str, naming: _Naming
) -> Iterator[Finding]:
    place = lane.lane.meta.place("metadata", "name")
    if group_lane(mesh, name) is not None:
        yield finding(releasing.NAME_TAKEN, place, "", what=f"lane {name}")
        return
    for other in group.lanes:
        if dict(other.selector) == naming.labels:
            what = f"lane {other.name} with the labels {naming.labels}"
            yield finding(releasing.NAME_TAKEN, place, "", what=what)
    for meta, changes in _objects(mesh, lane, naming):
        ref = Ref(meta.ref.kind, meta.namespace, str(changes["metadata", "name"]))
        if any(one.meta.ref == ref for one in mesh.snapshot.resources):
            yield finding(releasing.NAME_TAKEN, meta.place("metadata", "name"), "", what=str(ref))


def _objects(
    mesh: Mesh, lane: GroupLane, naming: _Naming
) -> Iterator[tuple[Meta, dict[tuple[Step, ...], Scalar]]]:
    """Yield what a lane has, and what is other in a copy of each."""
    meta = lane.lane.meta
    yield meta, _of_lane(lane, naming)
    for pod in pods_of_lane(lane, workloads_of(mesh)):
        if _is_copied(mesh, pod):
            yield pod.meta, _of_object(pod.meta, naming, _LABELS)
    for one in own_services(mesh, lane):
        yield one.meta, _of_object(one.meta, naming, (("metadata", "labels"), ("spec", "selector")))


def _is_copied(mesh: Mesh, pod: Workload) -> bool:
    kind = pod.meta.ref.kind
    return kind in _COPIED and pod.meta.owner is None and is_alone(mesh, pod)


def _of_lane(lane: GroupLane, naming: _Naming) -> dict[tuple[Step, ...], Scalar]:
    """Return what is other in the object: it gets no requests, by weight or by rules."""
    changes: dict[tuple[Step, ...], Scalar] = {("metadata", "name"): naming.new}
    for key, value in naming.labels.items():
        changes["spec", "labelSelector", key] = value
    if lane.lane.weight is not None:
        changes["spec", "ingressWeight", "weight"] = 0
    raw = lane.lane.meta.raw
    for rule in lane.lane.rules:
        place = ("spec", "ingressRules", rule.index)
        texts = dict(_texts(raw["spec"]["ingressRules"][rule.index]))
        other = {place + path: new for path, one in texts.items() if (new := naming.of(one)) != one}
        changes |= other
        if rule.online and not other:
            changes[(*place, "online")] = False  # else it would take the requests of the other one
    return changes


def _texts(value: Any, path: tuple[Step, ...] = ()) -> Iterator[tuple[tuple[Step, ...], str]]:
    """Yield the texts in a value, but for hosts of destinations."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, one in value.items():
            if key != "destination":
                yield from _texts(one, (*path, key))
    elif isinstance(value, list):
        for index, one in enumerate(value):
            yield from _texts(one, (*path, index))


def _of_object(
    meta: Meta, naming: _Naming, places: Iterable[tuple[str, ...]]
) -> dict[tuple[Step, ...], Scalar]:
    changes: dict[tuple[Step, ...], Scalar] = {("metadata", "name"): naming.name(meta.name)}
    for place in places:
        labels: Any = meta.raw
        for step in place:
            labels = labels.get(step) if isinstance(labels, dict) else None
        for key, value in labels.items() if isinstance(labels, dict) else ():
            new = naming.labels.get(key) or (naming.of(value) if isinstance(value, str) else value)
            if new != value:
                changes[(*place, key)] = new
    return changes


def _is_among_others(mesh: Mesh, meta: Meta) -> bool:
    """Whether it is a lane in a file of several: another one joins them, as the youngest.

    The order of files stands for the age of lanes, so in a file of its own it might come first.
    """
    lanes = (one.meta for one in mesh.snapshot.by_kind.get(Lane, ()))
    others = [one for one in lanes if one.source.path == meta.source.path]
    return meta in others and len(others) > 1


def _copied(meta: Meta, changes: Changes) -> str | Finding:
    """Return the text of a copy, as a document of its own."""
    text = dedent(meta.source.text)
    root = text_nodes(text)
    if root is None or meta.prefix or meta.source.around:
        return _not_copied(meta, "it is no document of its own in YAML")
    splices = []
    for path, value in changes.items():
        node, above = root.at(path), root.at(path[:-1])
        found = replaced(text, node, value) if node else None
        if found is None and above is not None:
            found = added(text, above, str(path[-1]), value)
        if found is None:
            return _not_copied(meta, "an alias or a merge (<<) puts its names or labels there")
        splices.append(found)
    copy = spliced(text, splices)
    before = read_exactly(meta.source.text).value
    if read_exactly(copy).value != with_values(before, changes):
        return _not_copied(meta, "an anchor makes one value of its names or labels and of others")
    return copy if copy.endswith("\n") else f"{copy}\n"


def _not_copied(meta: Meta, reason: str) -> Finding:
    words = {"what": str(meta.ref), "reason": reason}
    return finding(releasing.NOT_COPIED, meta.place("metadata", "name"), str(meta.ref), **words)


def _path(path: str, naming: _Naming) -> str:
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


def _parts(
    split: LaneSplit, lane: GroupLane, naming: _Naming
) -> Iterator[tuple[LaneSplit, Intent]]:
    """Yield the part of weight 0 for a split in users' routes, beside that of the other lane."""
    portion = split.of(lane.name)
    if split.in_routes and portion is not None and portion.place is not None:
        yield split, CopyItem(portion.place, _of_destination(portion, naming))


def _of_destination(portion: Portion, naming: _Naming) -> dict[tuple[Step, ...], Scalar]:
    changes: dict[tuple[Step, ...], Scalar] = {("weight",): 0}
    if portion.subset:
        is_tag = portion.subset not in (portion.lane, naming.of(portion.subset))
        changes["destination", "subset"] = naming.of(portion.subset) if is_tag else naming.new
    else:
        service, dot, rest = portion.host.partition(".")
        changes["destination", "host"] = f"{naming.name(service)}{dot}{rest}"
    return changes


def _left(mesh: Mesh, lane: GroupLane) -> Iterator[Finding]:
    for pod in pods_of_lane(lane, workloads_of(mesh)):
        if not _is_copied(mesh, pod):
            reason = f"of what makes pods only {some(_COPIED, 4)} are, and none with an owner"
            if not is_alone(mesh, pod):
                reason = "its pods are in another lane as well"
            words = {"ref": str(pod.meta.ref), "reason": reason}
            place = pod.meta.place("metadata", "name")
            yield finding(releasing.LEFT_OUT, place, str(pod.meta.ref), **words)


def _old_words(files: Iterable[NewFile], naming: _Naming) -> Iterator[Finding]:
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
