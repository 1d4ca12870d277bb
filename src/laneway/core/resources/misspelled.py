"""Finds fields that are misspelled, by the fields there are.

Comes in: a cursor on an object that is read. Goes out: a finding for each unknown field that stands
where a known one was meant. An unknown field alone is none, since a newer version may have it, and
neither is one beside the field it resembles. Apart from the readers, which take what they know.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from laneway.core.findings.codes import shape
from laneway.core.findings.finding import Code, Follow
from laneway.core.findings.place import Step
from laneway.core.resources.follow_on import HALF_READ, after_istio, after_kubernetes
from laneway.core.resources.istio.known_fields import ISTIO_SPECS, OPEN, Tree, is_known, of
from laneway.core.resources.kubernetes.known_fields import KUBERNETES_SPECS, METADATA, READ
from laneway.core.resources.yaml.cursor import Cursor, Notes
from laneway.core.resources.yaml.nearness import meant
from laneway.core.resources.yaml.spelling import spell

_ISTIO = ("networking.istio.io", "security.istio.io")
_LANES = "istio.alibabacloud.com"
_MOST = 20
_UNKNOWN: Tree = {}

Path = tuple[Step, ...]
Slip = tuple[Path, str]
"""The path of a misspelled field, and the name that is meant."""


def _whole(spec: Tree | None) -> Tree:
    return {**of("apiVersion kind status"), "metadata": METADATA, "spec": spec}


_ISTIO_TREES = {kind: _whole(spec) for kind, spec in ISTIO_SPECS.items()}
_KUBERNETES_TREES = {named: _whole(spec) for named, spec in KUBERNETES_SPECS.items()}
_LANE_TREE = _whole(None)


def note_misspelled(root: Cursor, group: str, kind: str) -> None:
    """Note the misspelled fields of an object of any kind that is read.

    What stands in the spec of a lane kind its own reader notes.
    """
    notes = root.notes
    if group == _LANES:
        for path, right in _slips(root, _LANE_TREE):
            _note(notes, shape.MISSPELLED_LANE_FIELD, (path, kind, right), HALF_READ)
    elif group in _ISTIO and kind in _ISTIO_TREES:
        for path, right in _slips(root, _ISTIO_TREES[kind]):
            follows = after_istio(notes.subject, root.raw, right)
            _note(notes, shape.MISSPELLED_FIELD, (path, kind, right), follows)
    elif (group, kind) in _KUBERNETES_TREES:
        for path, right in _slips(root, _KUBERNETES_TREES[group, kind]):
            if right in READ:
                follows = after_kubernetes(notes.subject, right)
                _note(notes, shape.MISSPELLED_FIELD, (path, kind, right), follows)


def _note(
    notes: Notes, code: Code, slip: tuple[Path, str, str], follows: tuple[Follow, ...]
) -> None:
    path, kind, right = slip
    words = {"field": spell(path), "kind": kind, "right": right, "write": f"`{right}`"}
    notes.add(code, path, follows, **words)


def _slips(root: Cursor, tree: Tree) -> list[Slip]:
    if is_known(_beside_what_is_plain(root), tree):
        return []
    return [slip for _, slip in zip(range(_MOST), _walk(root.raw, tree, ()), strict=False)]


def _beside_what_is_plain(root: Cursor) -> Mapping[str, Any]:
    """Return an object without the lists of its spec whose fields a reader has looked at."""
    plain = root.notes.plain
    if not plain:
        return root.raw
    spec = {key: value for key, value in root.raw["spec"].items() if key not in plain}
    return {**root.raw, "spec": spec}


def _walk(value: Any, tree: Tree, path: Path) -> Iterator[Slip]:
    if type(value) is list:
        for index, item in enumerate(value):
            if type(item) is dict:
                yield from _walk(item, tree, (*path, index))
    elif type(value) is dict:
        for key, inner in value.items():
            below = tree.get(key, tree.get("*", _UNKNOWN))
            if below is _UNKNOWN:
                right = _meant(key, value, tree)
                if right:
                    yield (*path, key), right
            elif below is not None and type(inner) in (dict, list):
                yield from _walk(inner, below, (*path, key))


def _meant(key: object, value: Mapping[str, Any], tree: Tree) -> str:
    """Return what an unknown key is meant for, among those that are not written themselves."""
    if not isinstance(key, str) or OPEN in tree:
        return ""
    return meant(key, (name for name in tree if name not in value))
