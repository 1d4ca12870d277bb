"""LW1225: an annotation of Laneway's on a group that is misspelled, in its name or in its value."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.lanes import ANNOTATION_WITHOUT_EFFECT
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.link_groups import RUNTIME_FALLBACK_ANNOTATION
from laneway.core.mesh.mesh import Group, Mesh
from laneway.core.resources.matching import is_header_name
from laneway.core.resources.yaml.nearness import likest
from laneway.core.routing.plan.delegated import DELEGATE_ANNOTATION
from laneway.core.routing.plan.entries import LANE_HEADER_ANNOTATION
from laneway.core.routing.plan.entry_cookies import LANE_COOKIE_ANNOTATION, lane_cookie
from laneway.core.rules.check import Check
from laneway.core.rules.questions.words import listing

PREFIX = "laneway.dev/"
KNOWN = (
    DELEGATE_ANNOTATION,
    LANE_COOKIE_ANNOTATION,
    LANE_HEADER_ANNOTATION,
    RUNTIME_FALLBACK_ANNOTATION,
)


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find names nobody reads and values nobody understands."""
    for group in mesh.groups:
        meta = group.group.meta
        for name, value in meta.annotations.items():
            reason, fix = _flaw(name, value, group) if name.startswith(PREFIX) else ("", "")
            if reason:
                words = {"name": name, "group": group.name, "reason": reason, "fix": fix}
                place = meta.place("metadata", "annotations", name)
                place = place if name in KNOWN else place.key()
                yield finding(ANNOTATION_WITHOUT_EFFECT, place, str(meta.ref), **words)


def _flaw(name: str, value: str, group: Group) -> tuple[str, str]:
    """Return what is wrong with an annotation and how to fix it; empty where it is right."""
    if name not in KNOWN:
        meant = likest(name, KNOWN)
        known = f"Did you mean {meant}?" if meant else f"Groups have {listing(KNOWN)}."
        return "no such annotation is known", known
    if name == RUNTIME_FALLBACK_ANNOTATION and value not in ("on", "off"):
        return f"its value {value!r} is neither on nor off", "Write 'on' or 'off', in quotes."
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


def _asks_a_gateway(group: Group) -> bool:
    asking = (lane.weight or any(rule.online for rule in lane.rules) for lane in group.lanes)
    return group.gateway is not None and any(asking)


CHECK = Check.of_mesh(ANNOTATION_WITHOUT_EFFECT, check)
