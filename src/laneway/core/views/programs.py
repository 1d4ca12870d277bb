"""Which programs have to pass a lane on, and whether they will by what their manifests show.

Comes in: a mesh. Goes out: rows of words, or plain data with the place that a prediction rests on.
Every door that tells of groups tells of these.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from laneway.core.findings.locate import locate
from laneway.core.findings.place import Place
from laneway.core.mesh.mesh import Group, Mesh
from laneway.core.routing.ask.passing import carrier_text
from laneway.core.rules.questions.carrying import Carrying, carrying
from laneway.core.rules.questions.members import pod_name

Row = tuple[str, ...]

PROGRAMS = ("HAS TO PASS THE LANE ON", "GROUP", "BY", "WILL IT", "WHY")
_COLUMNS = ("workload", "group", "header", "prediction", "because")


def programs_of(mesh: Mesh, names: Collection[str] | None = None) -> list[dict[str, Any]]:
    """Return the workloads that have to pass a lane on, of some groups or of all.

    Of a group those that call on; where nobody names whom it calls, all.
    """
    found: list[dict[str, Any]] = []
    for group in mesh.groups:
        if names is None or group.name in names:
            some = list(carrying(mesh, group))
            called = [one for one in some if one.stand.calls] or some
            found += [_program(group, one) for one in called]
    return found


def _program(group: Group, one: Carrying) -> dict[str, Any]:
    header = carrier_text(group.propagation) if group.propagation else ""
    expected, name = one.prediction, pod_name(one.stand.workload)
    row = (name, group.name, header, expected.outcome, expected.words)
    at = written_at(expected.place)
    return dict(zip(_COLUMNS, row, strict=True)) | ({"at": at} if at else {})


def program_rows(found: list[dict[str, Any]]) -> list[Row]:
    """Return the rows of a table."""
    return [tuple(one[name] for name in _COLUMNS) for one in found]


def written_at(place: Place | None) -> str:
    """Return file, line and column; of an object of a cluster its name alone."""
    if place is None or not place.source.text:
        return place.source.path if place else ""
    found = locate(place)
    return f"{place.source.path}:{found.line}:{found.column}"
