"""Reads the plan of a release.

Comes in: the path of a file and its bytes. Goes out: the plan, or findings that say where it is
none. A plan with an error is not begun: half of it would be another release.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from typing import Literal

from msgspec.structs import replace

from laneway.core.findings.codes import releasing, shape
from laneway.core.findings.finding import Finding, finding
from laneway.core.findings.place import Place, Source
from laneway.core.resources.istio.durations import milliseconds
from laneway.core.resources.lanes.looking import each_of, note_length
from laneway.core.resources.matching import is_dns_label
from laneway.core.resources.meta import Meta
from laneway.core.resources.read_meta import read_meta
from laneway.core.resources.releases.plan import (
    API_VERSION,
    KIND,
    ErrorGate,
    FigureGate,
    Gate,
    GitTarget,
    LaneRelease,
    LatencyGate,
    Plan,
    ReleaseStage,
)
from laneway.core.resources.releases.plan_fields import (
    DURATION,
    GIT_FIELDS,
    LIMIT,
    MOST_REQUESTS,
    PERCENTAGE,
    RELEASE_SPEC,
    REQUESTS,
    TOLERANCE,
)
from laneway.core.resources.yaml.cursor import Cursor, Notes
from laneway.core.resources.yaml.documents import Document, DocumentReader
from laneway.core.resources.yaml.spelling import describe

_GATES, _STAGES = RELEASE_SPEC["gates"], RELEASE_SPEC["stages"]
_QUANTITY = re.compile(r"(\d+(?:\.\d+)?)(m|Ki|Mi|Gi|)")
_UNITS = {"m": 1e-3, "": 1.0, "Ki": 2.0**10, "Mi": 2.0**20, "Gi": 2.0**30}
_PERCENT = re.compile(PERCENTAGE)
_DEFAULT = float(TOLERANCE.removesuffix("%")) / 100
_BRANCH = re.compile(r"(?!-)[^\s~^:?*\[\\]*")


def read_plan(path: str, raw: bytes) -> tuple[Plan | None, tuple[Finding, ...]]:
    """Read the plan of a file; None beside at least one error."""
    reader = DocumentReader(path)
    pieces, beyond = reader.cut(raw)
    read = [beyond, *(reader.read(piece, number) for number, piece in enumerate(pieces))]
    findings = [one for part in read for one in part.findings]
    found = [one for part in read for one in part.documents if _is_plan(one)]
    if any(part.unread for part in read):
        return None, tuple(findings)
    if len(found) != 1:
        what = f"{len(found)} releases" if found else f"no {KIND} of {API_VERSION}"
        return None, (
            *findings,
            finding(releasing.NO_PLAN, Place(Source(path)), path=path, found=what),
        )
    notes = Notes(found[0].source)
    release = read_lane_release(Cursor(found[0].value, notes))
    findings += notes.findings
    if release is None or any(one.level == "error" for one in findings):
        return None, tuple(findings)
    return release.plan, tuple(findings)


def read_lane_release(root: Cursor) -> LaneRelease | None:
    """Read a LaneRelease; None where it has no name."""
    meta = read_meta(root, KIND, namespaced=False)
    if meta is None:
        return None
    plan = _plan(root, meta)
    root.notes.findings[:] = map(_grave, root.notes.findings)
    is_wrong = any(one.level == "error" for one in root.notes.findings)
    return LaneRelease(meta, None if is_wrong else plan)


def _grave(one: Finding) -> Finding:
    """Return a finding as it counts in a plan: a gate that is misspelled would not be judged."""
    if one.code != shape.UNKNOWN_FIELD:
        return one
    why = "What is misspelled would be left out: a gate would not be judged."
    return replace(one, code=replace(one.code, level="error", why=why))


def _is_plan(document: Document) -> bool:
    value = document.value
    return isinstance(value, dict) and (value.get("apiVersion"), value.get("kind")) == (
        API_VERSION,
        KIND,
    )


def _plan(root: Cursor, meta: Meta) -> Plan:
    if not is_dns_label(meta.name):
        words = {"found": describe(meta.name), "wanted": "a name such as v3 (a DNS label)"}
        root.report(shape.UNKNOWN_VALUE, "metadata", "name", **words)
    spec = root.below("spec")
    spec.known(KIND, RELEASE_SPEC)
    lane, stable = spec.required("lane"), spec.required("stable")
    stages = tuple(_stage(entry) for _, entry in each_of(spec, "stages", _STAGES))
    if not stages:
        spec.report(shape.MISSING_FIELD, "stages")
    _judge(spec, (lane, stable), stages)
    return Plan(
        name=meta.name,
        lane=lane,
        stable=stable,
        requests=spec.number("requests", 1, MOST_REQUESTS) or REQUESTS,
        gates=_distinct(spec, tuple(_gates(spec))) or (ErrorGate(_DEFAULT),),
        stages=stages,
        digest=_digest(root),
        path=meta.source.path,
        metrics=spec.text("metrics"),
        notify=spec.texts("notify"),
        git=_git(spec.below("git")) if spec.written("git") else None,
    )


def _git(git: Cursor) -> GitTarget:
    """Read where commits go. A path stays inside, and no branch can be taken for an option."""
    git.known(KIND, GIT_FIELDS)
    repository, branch, path = git.required("repository"), git.text("branch"), git.text("path")
    if _BRANCH.fullmatch(branch) is None:
        words = {"found": describe(branch), "wanted": "the name of a branch"}
        git.report(shape.UNKNOWN_VALUE, "branch", **words)
    if path.startswith("/") or ".." in path.split("/"):
        words = {"found": describe(path), "wanted": "a folder inside the repository"}
        git.report(shape.UNKNOWN_VALUE, "path", **words)
    return GitTarget(repository, branch, path)


def _digest(root: Cursor) -> str:
    """Return what stands for the values of a plan, however they are written."""
    said = json.dumps(root.raw.get("spec"), sort_keys=True, default=str)
    return hashlib.sha256(said.encode()).hexdigest()[:12]


def _stage(entry: Cursor) -> ReleaseStage:
    entry.known(KIND, _STAGES.below)
    weights = entry.below("weights")
    note_length(entry, "weights", _STAGES.below["weights"])
    if not weights.raw:
        entry.report(shape.MISSING_FIELD, "weights")
    found = {str(lane): weights.number(str(lane), 0, 100) or 0 for lane in weights.raw}
    duration, limit = _length(entry, "duration", DURATION), _length(entry, "limit", LIMIT)
    return ReleaseStage(found, duration / 1000, max(limit, duration) / 1000)


def _judge(spec: Cursor, lanes: tuple[str, str], stages: Sequence[ReleaseStage]) -> None:
    """Note what is wrong with lanes and stages as a whole."""
    if lanes[0] and lanes[0] == lanes[1]:
        words = {"found": describe(lanes[1]), "wanted": "another lane than the one that comes"}
        spec.report(shape.UNKNOWN_VALUE, "stable", **words)
    for index, stage in enumerate(stages):
        place = ("stages", index, "weights")
        if sum(stage.weights.values()) != 100:
            total = sum(stage.weights.values())
            spec.report(releasing.STAGE_NOT_100, *place, stage=index + 1, total=total)
        is_last = index == len(stages) - 1
        for lane in lanes[: 1 if is_last else 2]:
            if lane and not stage.weights.get(lane):
                spec.report(releasing.NOTHING_TO_COMPARE, *place, stage=index + 1, lane=lane)


def _gates(spec: Cursor) -> Iterator[Gate]:
    for _, entry in each_of(spec, "gates", _GATES):
        entry.known(KIND, _GATES.below)
        if not entry.raw:
            entry.report(
                shape.UNKNOWN_VALUE, found="empty", wanted=f"one of {', '.join(_GATES.below)}"
            )
        if entry.written("errors"):
            gate = entry.below("errors")
            gate.known(KIND, _GATES.below["errors"].below)
            yield ErrorGate(_share(gate, "tolerance"))
        if entry.written("latency"):
            gate = entry.below("latency")
            gate.known(KIND, _GATES.below["latency"].below)
            gate.required("above")
            yield LatencyGate(_length(gate, "above", "1s"), _share(gate, "tolerance"))
        yield from _figures(spec, entry)


def _distinct(spec: Cursor, gates: tuple[Gate, ...]) -> tuple[Gate, ...]:
    """Return gates; values of a figure are known by its name, so no other query may have it."""
    queries: dict[str, tuple[str, str]] = {}
    for one in gates:
        if isinstance(one, FigureGate):
            asked = (one.resource, one.query)
            if queries.setdefault(one.name, asked) != asked:
                words = {"found": f"{one.name} twice", "wanted": "of one query for each name"}
                spec.report(shape.UNKNOWN_VALUE, "gates", **words)
    return gates


def _figures(spec: Cursor, entry: Cursor) -> Iterator[FigureGate]:
    """Yield the gates that a metrics server is asked for."""
    resources: tuple[Literal["cpu", "memory"], ...] = ("cpu", "memory")
    for resource in resources:
        if entry.written(resource):
            gate = entry.below(resource)
            gate.known(KIND, _GATES.below[resource].below)
            _needs_server(spec, gate)
            yield FigureGate(resource, resource=resource, above=_quantity(gate, "above"))
    if entry.written("promql"):
        gate = entry.below("promql")
        gate.known(KIND, _GATES.below["promql"].below)
        _needs_server(spec, gate)
        above, below = (
            _quantity(gate, key) if gate.written(key) else None for key in ("above", "below")
        )
        if above is None and below is None:
            gate.report(shape.MISSING_FIELD, "above")
        name, query = gate.required("name"), gate.required("query")
        yield FigureGate(name, query, above=above, below=below)


def _needs_server(spec: Cursor, gate: Cursor) -> None:
    if not spec.written("metrics"):
        words = {"found": "written", "wanted": "beside `metrics`, the name of a server to ask"}
        gate.report(shape.UNKNOWN_VALUE, **words)


def _quantity(cursor: Cursor, key: str) -> float:
    """Return a number, or a quantity as Kubernetes writes it."""
    value = cursor.raw.get(key)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    found = _QUANTITY.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        words = {"found": describe(value), "wanted": "a number or a quantity such as 500m or 256Mi"}
        cursor.report(shape.UNKNOWN_VALUE, key, **words)
        return 0.0
    return float(found[1]) * _UNITS[found[2]]


def _share(cursor: Cursor, key: str) -> float:
    """Return a share that is written in percent."""
    value = TOLERANCE if cursor.raw.get(key) is None else cursor.raw[key]
    found = _PERCENT.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        words = {"found": describe(value), "wanted": "a percentage below 100, such as 0.5%"}
        cursor.report(shape.UNKNOWN_VALUE, key, **words)
        return 0.0
    return float(found[0].rstrip(" %")) / 100


def _length(cursor: Cursor, key: str, default: str) -> float:
    """Return milliseconds."""
    value = cursor.raw.get(key, default)
    found = milliseconds(value)
    if not found:
        words = {"found": describe(value), "wanted": "a length of time such as 10m or 250ms"}
        cursor.report(shape.UNKNOWN_VALUE, key, **words)
    return found or 1.0
