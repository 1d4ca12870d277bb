"""How far each group is from what is wanted, and what stands in its way.

Comes in: what is wanted, what differs, what is frozen, what failed. Goes out: a trouble for each
group that has one, findings on what may not be written, and the errors that a group's present
objects were written with.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from msgspec import Struct

from laneway.core.findings.codes.keeping import NAME_TAKEN, NOT_REACHED
from laneway.core.findings.finding import Finding, unplaced
from laneway.core.keeping.conditions import Trouble
from laneway.core.keeping.group_gate import ErrorKey, Frozen, GroupErrors
from laneway.core.keeping.owners import GROUP_KIND
from laneway.core.keeping.to_do import ToDo
from laneway.core.keeping.wanted import WantedObjects
from laneway.core.live.liveness import Liveness


class GroupProgress(Struct, frozen=True):
    """What came of writing, by group.

    `accepted` are the errors that its present objects were written with, for groups that are as
    they shall be; `confirmed` a digest of the objects that were seen live. `changing` says what is
    under way, `unsure` are those of which something may not be live, whatever was seen before.
    """

    troubles: Mapping[str, Trouble] = {}
    changing: Mapping[str, str] = {}
    unsure: Collection[str] = ()
    live: Mapping[str, Liveness] = {}
    accepted: Mapping[str, frozenset[ErrorKey]] = {}
    findings: Mapping[str, tuple[Finding, ...]] = {}
    confirmed: Mapping[str, str] = {}


class GroupFacts(Struct, frozen=True):
    """What is known of groups beside what they shall be."""

    frozen: Mapping[str, Frozen] = {}
    errors: GroupErrors = {}
    troubles: Mapping[str, Trouble] = {}
    changing: Collection[str] = ()
    unsure: Collection[str] = ()
    live: Mapping[str, Liveness] = {}
    confirmed: Mapping[str, str] = {}


def progress_of(objects: WantedObjects, todo: ToDo, known: GroupFacts) -> GroupProgress:
    """Say how far each group is."""
    findings = _findings(objects, todo)
    troubles = {name: _told(some[0]) for name, some in findings.items()}
    troubles |= known.troubles
    troubles |= {name: _of_frozen(one) for name, one in known.frozen.items()}
    return GroupProgress(
        troubles,
        dict.fromkeys(known.changing, "a change is being written and confirmed"),
        {*known.changing, *known.unsure},
        known.live,
        _accepted(objects, todo, troubles, known.errors),
        findings,
        known.confirmed,
    )


def _accepted(
    objects: WantedObjects, todo: ToDo, troubles: Collection[str], errors: GroupErrors
) -> Mapping[str, frozenset[ErrorKey]]:
    """Return the errors of each group that is as it shall be and has objects."""
    written = {name for part in objects.parts.values() for name in part.groups}
    pending = {name for ref in todo.writes for name in objects.parts[ref].groups}
    done = written.difference(troubles, pending)
    return {name: frozenset(key for key, _ in errors.get(name, ())) for name in done}


_REASONS = {NOT_REACHED.id: "NotReached", NAME_TAKEN.id: "NameTaken"}


def _told(found: Finding) -> Trouble:
    return Trouble(_REASONS[found.code.id], found.message)


def _of_frozen(frozen: Frozen) -> Trouble:
    if frozen.held:
        return Trouble("Held", "; ".join(frozen.held))
    words = "; ".join(f"{one.code.id} {one.message}" for one in frozen.errors)
    return Trouble("Frozen", words)


def _findings(objects: WantedObjects, todo: ToDo) -> dict[str, tuple[Finding, ...]]:
    """Return the findings on what is wanted and cannot be written, by group."""
    found: dict[str, dict[str, Finding]] = {}
    places = [(ref, ref.namespace, NOT_REACHED) for ref in todo.outside]
    for ref, key, code in [*places, *((ref, str(ref), NAME_TAKEN) for ref in todo.taken)]:
        for group in objects.parts[ref].groups:
            words = {"group": group, "namespace": ref.namespace, "object": ref}
            one = unplaced(code, f"{GROUP_KIND} {group}", **words)
            found.setdefault(group, {}).setdefault(key, one)
    return {name: tuple(some[key] for key in sorted(some)) for name, some in found.items()}
