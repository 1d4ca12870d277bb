"""LW1225: an annotation of Laneway's that is misspelled, in its name or in its value."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from laneway.core.findings.codes.lanes import ANNOTATION_WITHOUT_EFFECT
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.lane_notes import EXPIRES_AFTER_ANNOTATION, lifetime
from laneway.core.mesh.link_groups import RUNTIME_FALLBACK_ANNOTATION
from laneway.core.mesh.mesh import Group, GroupLane, Mesh
from laneway.core.mesh.propagation import (
    ENTRY_TRACE_ANNOTATION,
    SECOND_CARRIER_ANNOTATION,
    SECOND_CARRIERS,
    TIDY_BAGGAGE_ANNOTATION,
    sampled_part,
)
from laneway.core.resources.matching import is_header_name
from laneway.core.resources.meta import Meta
from laneway.core.resources.yaml.nearness import likest
from laneway.core.routing.plan.delegated import DELEGATE_ANNOTATION
from laneway.core.routing.plan.entries import LANE_HEADER_ANNOTATION
from laneway.core.routing.plan.entry_cookies import LANE_COOKIE_ANNOTATION, lane_cookie
from laneway.core.rules.check import Check
from laneway.core.rules.questions.words import listing

PREFIX = "laneway.dev/"
KNOWN = (
    DELEGATE_ANNOTATION,
    ENTRY_TRACE_ANNOTATION,
    LANE_COOKIE_ANNOTATION,
    LANE_HEADER_ANNOTATION,
    RUNTIME_FALLBACK_ANNOTATION,
    SECOND_CARRIER_ANNOTATION,
    TIDY_BAGGAGE_ANNOTATION,
)
_SWITCH = ("on", "off")
OF_LANES = (EXPIRES_AFTER_ANNOTATION,)


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find names nobody reads and values nobody understands."""
    for group in mesh.groups:
        yield from _of(group.group.meta, f"group {group.name}", KNOWN, partial(_flaw, group))
        for lane in group.lanes:
            flaw = partial(_flaw_of_lane, lane)
            yield from _of(lane.lane.meta, f"lane {lane.name}", OF_LANES, flaw)


Flaw = Callable[[str, str], tuple[str, str]]


def _of(meta: Meta, owner: str, known: Sequence[str], flaw: Flaw) -> Iterator[Finding]:
    for name, value in meta.annotations.items():
        if not name.startswith(PREFIX):
            continue
        reason, fix = flaw(name, value) if name in known else _unknown(owner, name, known)
        if reason:
            words = {"name": name, "owner": owner, "reason": reason, "fix": fix}
            place = meta.place("metadata", "annotations", name)
            place = place if name in known else place.key()
            yield finding(ANNOTATION_WITHOUT_EFFECT, place, str(meta.ref), **words)


def _unknown(owner: str, name: str, known: Sequence[str]) -> tuple[str, str]:
    kind, there = f"{owner.partition(' ')[0]}s", listing(known)
    meant = likest(name, known)
    if name in (*KNOWN, *OF_LANES):
        return f"{kind} have no such annotation", f"{kind.capitalize()} have {there}."
    fix = f"Did you mean {meant}?" if meant else f"{kind.capitalize()} have {there}."
    return "no such annotation is known", fix


def _flaw_of_lane(lane: GroupLane, name: str, value: str) -> tuple[str, str]:
    """Return what is wrong with an annotation of a lane and how to fix it."""
    if name == EXPIRES_AFTER_ANNOTATION and lifetime(lane.lane) is None:
        return f"its value {value!r} is no length of time", "Write one such as 72h or 1h30m."
    return "", ""


def _flaw(group: Group, name: str, value: str) -> tuple[str, str]:
    """Return what is wrong with an annotation and how to fix it; empty where it is right."""
    if name in (RUNTIME_FALLBACK_ANNOTATION, TIDY_BAGGAGE_ANNOTATION) and value not in _SWITCH:
        return f"its value {value!r} is neither on nor off", "Write 'on' or 'off', in quotes."
    if name == SECOND_CARRIER_ANNOTATION and value.lower() not in SECOND_CARRIERS:
        reason = f"its value {value!r} is no header in which the id of a trace is found"
        return reason, f"Write one of {listing(sorted(SECOND_CARRIERS))}."
    if name in (TIDY_BAGGAGE_ANNOTATION, SECOND_CARRIER_ANNOTATION) and not _travels_by_baggage(
        group
    ):
        return "lanes of this group do not travel by baggage", "Write `traceHeader: baggage`."
    if name == ENTRY_TRACE_ANNOTATION and sampled_part(value) is None:
        reason = f"its value {value!r} says no part of all traces"
        return reason, "Write 'sampled', 'unsampled' or a share such as '2.5%'."
    if name == ENTRY_TRACE_ANNOTATION and not _needs_a_trace(group):
        return (
            "its programs need no trace of the entry's",
            "Write `traceHeader: baggage`, or the header of a trace that programs make.",
        )
    if name == LANE_HEADER_ANNOTATION and not is_header_name(value.lower()):
        return f"its value {value!r} is not a valid header name", "Correct the header name."
    if name == LANE_COOKIE_ANNOTATION and not lane_cookie(group):
        return f"its value {value!r} cannot be the name of a cookie", "Name it `lane`, for example."
    if name == LANE_COOKIE_ANNOTATION and not _asks_a_gateway(group):
        return (
            "none of its lanes asks a gateway for requests",
            "Give them ingressRules or an ingressWeight, or match the cookie in your own routes.",
        )
    return "", ""


def _needs_a_trace(group: Group) -> bool:
    way = group.propagation
    return way is not None and way.carrier != "header" and way.trace_header != "x-request-id"


def _travels_by_baggage(group: Group) -> bool:
    return group.propagation is not None and group.propagation.carrier == "baggage"


def _asks_a_gateway(group: Group) -> bool:
    asking = (lane.weight or any(rule.online for rule in lane.rules) for lane in group.lanes)
    return group.gateway is not None and any(asking)


CHECK = Check.of_mesh(ANNOTATION_WITHOUT_EFFECT, check)
