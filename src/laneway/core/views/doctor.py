"""What is wrong, by what people see of it: each cause with its object, place, fix and a command.

Comes in: a compilation, and what is known beside it of what runs: an edit that was refused, groups
that are not live, pods that are down, requests that no route took. Goes out: rows, the worst first,
and how many each symptom has. Cause and fix are the words of `check`: a row is a finding, and is
gone as soon as that is.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from laneway.core.compile import Compilation
from laneway.core.findings.finding import Finding, Level
from laneway.core.findings.render import LEVELS, in_order
from laneway.core.mesh.mesh import Mesh
from laneway.core.resources.meta import Ref
from laneway.core.views.doctor_rows import View, bare_row, finding_row, ref_view
from laneway.core.views.lanes import GroupLiveness
from laneway.core.views.looking import CommandDoor, subject_ref
from laneway.core.views.pods_down import AilingPod, pods_down_rows, what_begins
from laneway.core.views.symptoms import SYMPTOMS
from laneway.core.views.unrouted import (
    UnroutedCount,
    UnroutedRequest,
    unrouted_count_rows,
    unrouted_rows,
)

_WELL = ("live", "not known", "")
_OF_ABSENT_PODS = frozenset({"LW1220", "LW1338", "LW1501", "LW1502", "LW1805"})
"""What is found of a lane that has no ready pod somewhere; with pods that begin it says nothing."""


class RuntimeFacts(Struct, frozen=True):
    """What is known beside the compilation of what runs. `refused` is the value of a refusal.

    `served` is what requests meet, where that is not what is written. `findings` are those of
    whoever looked at it as well, as `verify` does.
    """

    door: CommandDoor = CommandDoor()
    refused: Mapping[str, Any] | None = None
    groups: Mapping[str, GroupLiveness] = {}
    pods: tuple[AilingPod, ...] = ()
    unrouted: tuple[UnroutedRequest, ...] = ()
    unrouted_counts: tuple[UnroutedCount, ...] = ()
    served: Compilation | None = None
    findings: tuple[Finding, ...] = ()


def doctor(compilation: Compilation, facts: RuntimeFacts) -> View:
    """Return the rows, and what each symptom comes to."""
    mesh = compilation.mesh
    found = _of_now(mesh, (*compilation.findings, *facts.findings), facts)
    rows = [*_refused(facts), *_not_live(facts), *pods_down_rows(mesh, facts.pods)]
    rows += [finding_row(mesh, one, facts.door) for one in in_order(found)]
    rows += unrouted_rows(compilation, facts.served, facts.unrouted, facts.door)
    rows += unrouted_count_rows(mesh, facts.unrouted_counts, facts.door)
    rows.sort(key=lambda row: LEVELS.index(row["level"]))
    return {
        "symptoms": [
            {
                "id": one.id,
                "title": one.title,
                "check": one.check,
                "rows": sum(one.id in row["symptoms"] for row in rows),
            }
            for one in SYMPTOMS
        ],
        "levels": {level: sum(row["level"] == level for row in rows) for level in LEVELS},
        "rows": rows,
    }


def _of_now(mesh: Mesh, findings: tuple[Finding, ...], facts: RuntimeFacts) -> Iterator[Finding]:
    """Yield findings, but for what is so only until pods that begin are ready."""
    coming = what_begins(mesh, facts.pods)
    for one in findings:
        if one.code.id not in _OF_ABSENT_PODS or subject_ref(one.subject) not in coming:
            yield one


def _refused(facts: RuntimeFacts) -> Iterator[View]:
    """Yield that an edit is not live; what is wrong with it stands in rows of its own."""
    if facts.refused is not None:
        cause = f"{facts.refused.get('edit', 'the newest edit')} is refused and not live"
        fix = "Mend the errors; what was live before still serves."
        yield bare_row("error", cause, fix, str(facts.refused.get("command", "")))


def _not_live(facts: RuntimeFacts) -> Iterator[View]:
    for name, one in facts.groups.items():
        if one.state not in _WELL:
            why = f": {one.why}" if one.why else ""
            fix = "Wait until its proxies follow; a stalled group waits for an edit."
            level: Level = "error" if one.state == "stalled" else "warning"
            command = f"kubectl laneway status {shlex.quote(name)}" if facts.door.is_cluster else ""
            row = bare_row(level, f"group {name} is {one.state}{why}", fix, command)
            yield row | {"object": ref_view(Ref("ASMSwimLaneGroup", "", name))}
