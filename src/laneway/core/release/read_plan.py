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
from laneway.core.mesh.link_groups import is_dns_label
from laneway.core.release.plan import (
    API_VERSION,
    KIND,
    ErrorGate,
    FigureGate,
    Gate,
    LatencyGate,
    Plan,
    ReleaseStage,
)
from laneway.core.resources.istio.durations import milliseconds
from laneway.core.resources.read_meta import read_meta
from laneway.core.resources.yaml.cursor import Cursor, Notes
from laneway.core.resources.yaml.documents import Document, DocumentReader
from laneway.core.resources.yaml.spelling import describe

_FIELDS = ("lane", "stable", "requests", "gates", "stages", "metrics", "notify")
_GATES = ("errors", "latency", "cpu", "memory", "promql")
_QUANTITY = re.compile(r"(\d+(?:\.\d+)?)(m|Ki|Mi|Gi|)")
_UNITS = {"m": 1e-3, "": 1.0, "Ki": 2.0**10, "Mi": 2.0**20, "Gi": 2.0**30}
_PERCENT = re.compile(r"(\d{1,3}(?:\.\d+)?) ?%")
_TOLERANCE, _DURATION, _LIMIT = 0.01, "10m", "1h"
_REQUESTS = 50
_MOST = 1_000_000


def read_plan(path: str, raw: bytes) -> tuple[Plan | None, tuple[Finding, ...]]:
    """Read a plan; None beside at least one error."""
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
    plan = _plan(Cursor(found[0].value, notes), path)
    findings += map(_grave, notes.findings)
    return (None if any(one.level == "error" for one in findings) else plan), tuple(findings)


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


def _plan(root: Cursor, path: str) -> Plan | None:
    meta = read_meta(root, KIND, namespaced=False)
    if meta is None:
        return None
    if not is_dns_label(meta.name):
        words = {"found": describe(meta.name), "wanted": "a name such as v3 (a DNS label)"}
        root.report(shape.UNKNOWN_VALUE, "metadata", "name", **words)
    spec = root.below("spec")
    spec.known(KIND, _FIELDS)
    lane, stable = spec.required("lane"), spec.required("stable")
    stages = tuple(_stage(entry) for _, entry in spec.each("stages"))
    if not stages:
        spec.report(shape.MISSING_FIELD, "stages")
    _judge(spec, (lane, stable), stages)
    return Plan(
        name=meta.name,
        lane=lane,
        stable=stable,
        requests=spec.number("requests", 1, _MOST) or _REQUESTS,
        gates=_distinct(spec, tuple(_gates(spec))) or (ErrorGate(_TOLERANCE),),
        stages=stages,
        digest=_digest(root),
        path=path,
        metrics=spec.text("metrics"),
        notify=spec.texts("notify"),
    )


def _digest(root: Cursor) -> str:
    """Return what stands for the values of a plan, however they are written."""
    said = json.dumps(root.raw.get("spec"), sort_keys=True, default=str)
    return hashlib.sha256(said.encode()).hexdigest()[:12]


def _stage(entry: Cursor) -> ReleaseStage:
    entry.known(KIND, ("weights", "duration", "limit"))
    weights = entry.below("weights")
    if not weights.raw:
        entry.report(shape.MISSING_FIELD, "weights")
    found = {str(lane): weights.number(str(lane), 0, 100) or 0 for lane in weights.raw}
    duration, limit = _length(entry, "duration", _DURATION), _length(entry, "limit", _LIMIT)
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
    for _, entry in spec.each("gates"):
        entry.known(KIND, _GATES)
        if not entry.raw:
            entry.report(shape.UNKNOWN_VALUE, found="empty", wanted=f"one of {', '.join(_GATES)}")
        if entry.written("errors"):
            gate = entry.below("errors")
            gate.known(KIND, ("tolerance",))
            yield ErrorGate(_share(gate, "tolerance"))
        if entry.written("latency"):
            gate = entry.below("latency")
            gate.known(KIND, ("above", "tolerance"))
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
            gate.known(KIND, ("above",))
            _needs_server(spec, gate)
            yield FigureGate(resource, resource=resource, above=_quantity(gate, "above"))
    if entry.written("promql"):
        gate = entry.below("promql")
        gate.known(KIND, ("name", "query", "above", "below"))
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
    value = cursor.raw.get(key)
    if value is None:
        return _TOLERANCE
    found = _PERCENT.fullmatch(value) if isinstance(value, str) else None
    if found is None or float(found[1]) >= 100:
        words = {"found": describe(value), "wanted": "a percentage below 100, such as 0.5%"}
        cursor.report(shape.UNKNOWN_VALUE, key, **words)
        return _TOLERANCE
    return float(found[1]) / 100


def _length(cursor: Cursor, key: str, default: str) -> float:
    """Return milliseconds."""
    value = cursor.raw.get(key, default)
    found = milliseconds(value)
    if not found:
        words = {"found": describe(value), "wanted": "a length of time such as 10m or 250ms"}
        cursor.report(shape.UNKNOWN_VALUE, key, **words)
    return found or 1.0
