"""A row of the doctor: what is wrong, its object and place, how to mend it, a command that looks.

Comes in: a finding, or words where no finding speaks. Goes out: plain values, all with the same
keys. Cause and fix of a finding are the words of `check`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from laneway.core.findings.finding import Level
from laneway.core.findings.render import Located
from laneway.core.mesh.mesh import Mesh
from laneway.core.resources.meta import Ref
from laneway.core.views.explained import inquiry_view
from laneway.core.views.looking import CommandDoor, lane_inquiry, look, subject_ref
from laneway.core.views.symptoms import symptoms_of

View = dict[str, Any]


def finding_row(mesh: Mesh, located: Located, door: CommandDoor) -> View:
    """Return the row of a finding; one that speaks of answers has a request to explain."""
    one = located.finding
    symptoms = symptoms_of(one.code.id)
    ref = subject_ref(one.subject)
    asked = lane_inquiry(mesh, ref) if ref and "no-response" in symptoms else None
    row = {
        "symptoms": list(symptoms),
        **finding_view(located),
        "command": look(mesh, one, symptoms[0] if symptoms else None, door),
    }
    return row | {"inquiry": inquiry_view(asked)} if asked else row


def bare_row(
    level: Level, cause: str, fix: str, command: str = "", symptoms: Iterable[str] = ()
) -> View:
    """Return a row of what no finding speaks of."""
    return {
        "symptoms": list(symptoms),
        "code": "",
        "level": level,
        "cause": cause,
        "why": "",
        "fix": fix,
        "also": "",
        "object": None,
        "place": None,
        "command": command,
    }


def finding_view(located: Located) -> View:
    """Return a finding as plain values: its words, its object and its place."""
    one = located.finding
    return {
        "code": one.code.id,
        "level": one.level,
        "cause": one.message,
        "why": one.code.why,
        "fix": one.fix,
        "also": one.code.also,
        "object": ref_view(subject_ref(one.subject)),
        "place": place_view(located),
    }


def ref_view(ref: Ref | None) -> View | None:
    """Return the name of an object as plain values."""
    return {"kind": ref.kind, "namespace": ref.namespace, "name": ref.name} if ref else None


def place_view(located: Located) -> View | None:
    """Return where a finding stands: file, line and column, or an object of a cluster."""
    if not located.path:
        return None
    position = located.position
    if position is None or located.where == located.path:
        return {"file": located.path}
    return {"file": located.path, "line": position.line, "column": position.column}
