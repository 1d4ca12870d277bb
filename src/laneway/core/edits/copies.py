"""What is other in copies of a lane's objects, and the text of a copy.

Comes in: a lane, the name of the new one, what was asked for. Goes out: changes by path, and each
copy as a document of its own in the form of the one it is from. Whether the values came out as
meant is read from the copy.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from textwrap import dedent
from typing import Any

from msgspec import Struct

from laneway.core.edits.intents import with_values
from laneway.core.edits.splices import Scalar, added, replaced, spliced
from laneway.core.edits.text_nodes import text_nodes
from laneway.core.findings.codes import releasing
from laneway.core.findings.finding import Finding, finding
from laneway.core.findings.place import Step
from laneway.core.mesh.mesh import GroupLane
from laneway.core.resources.matching import is_dns_label
from laneway.core.resources.meta import Meta
from laneway.core.resources.yaml.exact import read_exactly

Changes = Mapping[tuple[Step, ...], Scalar]
LABELS = (
    ("metadata", "labels"),
    ("spec", "selector", "matchLabels"),
    ("spec", "template", "metadata", "labels"),
)


class Naming(Struct, frozen=True):
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


def naming_of(lane: GroupLane, name: str) -> Naming | Finding:
    """Say what is called otherwise in a copy; labels without the lane's name get the new one."""
    if not is_dns_label(name):
        return not_copied(lane.lane.meta, f"{name} is no name of a lane: a DNS label is one")
    plain = Naming({lane.name: name}, {}, name)
    labels = {key: plain.of(value) for key, value in lane.selector}
    if labels == dict(lane.selector):
        if len(labels) > 1:
            reason = "none of its labels has its name, so which one is to change is unknown"
            return not_copied(lane.lane.meta, reason)
        labels = dict.fromkeys(labels, name)
    words = {value: labels[key] for key, value in lane.selector if value != labels[key]}
    return Naming({lane.name: name, **words}, labels, name)


def of_lane(lane: GroupLane, naming: Naming) -> dict[tuple[Step, ...], Scalar]:
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


def of_object(
    meta: Meta, naming: Naming, places: Iterable[tuple[str, ...]]
) -> dict[tuple[Step, ...], Scalar]:
    """Return what is other in an object beside a lane: its name, and labels at some places."""
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


def of_annotation(meta: Meta, name: str, value: str) -> dict[tuple[Step, ...], Scalar]:
    """Return the change that adds an annotation, the first one or beside others."""
    if meta.annotations:
        return {("metadata", "annotations", name): value}
    return {("metadata", "annotations"): {name: value}}


def of_images(meta: Meta, images: Mapping[str, str]) -> dict[tuple[Step, ...], Scalar]:
    """Return other images for those of a workload that have a name, whatever their tag."""
    return {
        path: images[name]
        for path, image in _images(meta)
        for name in _names(image)
        if name in images
    }


def images_of(meta: Meta) -> Iterator[str]:
    """Yield the images of a workload."""
    yield from (image for _, image in _images(meta))


def _images(meta: Meta) -> Iterator[tuple[tuple[Step, ...], str]]:
    for field in ("initContainers", "containers"):
        place = ("spec", "template", "spec", field)
        held: Any = meta.raw
        for step in place:
            held = held.get(step) if isinstance(held, dict) else None
        for index, one in enumerate(held if isinstance(held, list) else ()):
            if isinstance(one, dict) and isinstance(image := one.get("image"), str):
                yield (*place, index, "image"), image


def _names(image: str) -> tuple[str, str]:
    """Return the name of an image without its tag or digest, whole and its last part.

    >>> _names("docker.example.com:5000/shop/cart:1.2"), _names("cart@sha256:ab")
    (('docker.example.com:5000/shop/cart', 'cart'), ('cart', 'cart'))
    """
    folder, slash, last = image.partition("@")[0].rpartition("/")
    last = last.partition(":")[0]
    return f"{folder}{slash}{last}", last


def copied(meta: Meta, changes: Changes) -> str | Finding:
    """Return the text of a copy, as a document of its own."""
    text = dedent(meta.source.text)
    root = text_nodes(text)
    if root is None or meta.prefix or meta.source.around:
        return not_copied(meta, "it is no document of its own in YAML")
    splices = []
    for path, value in changes.items():
        node, above = root.at(path), root.at(path[:-1])
        found = replaced(text, node, value) if node else None
        if found is None and above is not None:
            found = added(text, above, str(path[-1]), value)
        if found is None:
            return not_copied(meta, "an alias or a merge (<<) puts its names or labels there")
        splices.append(found)
    copy = spliced(text, splices)
    before = read_exactly(meta.source.text).value
    if read_exactly(copy).value != with_values(before, changes):
        return not_copied(meta, "an anchor makes one value of its names or labels and of others")
    return copy if copy.endswith("\n") else f"{copy}\n"


def not_copied(meta: Meta, reason: str) -> Finding:
    """Say why an object cannot be copied."""
    words = {"what": str(meta.ref), "reason": reason}
    return finding(releasing.NOT_COPIED, meta.place("metadata", "name"), str(meta.ref), **words)
