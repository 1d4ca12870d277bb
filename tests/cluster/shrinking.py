"""The smallest mesh in which something still goes wrong.

Comes in: a mesh, and a question that says whether a mesh still shows it. Goes out: a mesh of which
nothing more can be left out without its going away: no object, and of what routes no entry of a
list and no field. Each try asks the real cluster, so the largest parts are tried first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

from tests.laws.objects import Object

Mesh = list[Object]
Shows = Callable[[Mesh], bool]
KEPT = ("apiVersion", "kind", "metadata", "name", "namespace", "spec", "host", "hosts", "number")
"""Fields without which an object is none."""
WHOLE = ("Service", "Deployment", "Namespace")
"""Kinds whose objects stay or go as they are."""


def shrunk(mesh: Mesh, shows: Shows) -> Mesh:
    """Return a part of the mesh that still shows it and has no smaller one."""
    size = len(mesh) // 2
    while size:
        mesh = _without_runs(mesh, size, shows)
        size //= 2
    changed = True
    while changed:
        changed = False
        for smaller in _pruned(mesh):
            if shows(smaller):
                mesh, changed = smaller, True
                break
    return mesh


def _without_runs(mesh: Mesh, size: int, shows: Shows) -> Mesh:
    """Leave out what can be of every run of so many objects."""
    at = 0
    while at < len(mesh):
        smaller = mesh[:at] + mesh[at + size :]
        if shows(smaller):
            mesh = smaller
        else:
            at += size
    return mesh


def _pruned(mesh: Mesh) -> Iterator[Mesh]:
    """Yield the mesh with one entry of a list or one field less, everywhere in turn."""
    for number, item in enumerate(mesh):
        for place in () if item["kind"] in WHOLE else _places(item):
            smaller = deepcopy(mesh)
            *way, last = place
            part: Any = smaller[number]
            for step in way:
                part = part[step]
            del part[last]
            yield smaller


def _places(part: Any) -> Iterator[tuple[Any, ...]]:
    steps = range(len(part)) if isinstance(part, list) else part
    if isinstance(part, (list, dict)):
        for step in steps:
            if step not in KEPT and not (isinstance(part, list) and len(part) == 1):
                yield (step,)
            for rest in _places(part[step]):
                yield (step, *rest)
