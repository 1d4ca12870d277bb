"""LW1404: a destination with the vendor's `fallback` block."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from laneway.core.findings.codes.routing import FALLBACK_BLOCK
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.membership import planning_owner
from laneway.core.mesh.mesh import Group, GroupLane, Mesh
from laneway.core.mesh.names import resolve_host
from laneway.core.routing.plan.stand_ins import stand_ins
from laneway.core.rules.check import Check
from laneway.core.rules.questions.destinations import WrittenDestination, written_destinations
from laneway.core.rules.questions.words import short_host


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find destinations that name a fallback, and say what happens in its place."""
    for written in written_destinations(mesh):
        if written.destination.fallback is not None:
            place = written.place.at("fallback")
            instead, fix = _instead(mesh, written)
            words = {"route": written.route, "instead": instead, "fix": fix}
            yield finding(FALLBACK_BLOCK, place, str(written.author.meta.ref), **words)


def _instead(mesh: Mesh, written: WrittenDestination) -> tuple[str, str]:
    """Return what becomes of requests when the subset has no ready pod, and what to do."""
    group = planning_owner(mesh, written.host)
    lane = group.lane(written.destination.subset) if group is not None else None
    if group is None or lane is None or not group.falls_back:
        return "requests get 503 while the subset has no ready pod", _ENTER_A_GROUP
    return _of_lane(group, lane, written)


_ENTER_A_GROUP = (
    "Remove the block. Lanes of a permissive group fall back by themselves, as long as its "
    "annotation laneway.dev/runtime-fallback is not off."
)


def _of_lane(group: Group, lane: GroupLane, written: WrittenDestination) -> tuple[str, str]:
    others = (one for one in stand_ins(group, written.host) if one != lane.name)
    stand_in = next(others, None)
    said = f"while lane {lane.name} has no ready pod of {short_host(written.host)}, "
    asked = _asked(written)
    if stand_in is None:
        return f"{said}requests get 503, since nobody stands in for it", "Remove the block."
    if asked == (written.host, stand_in):
        return f"{said}lane {stand_in} answers, as the block asks", "Remove the block."
    host, subset = asked
    other = subset if host == written.host else short_host(host)
    wanted = group.lane(subset) if host == written.host else None
    target = f"{short_host(host)}: {subset}"
    fix = "Remove the block."
    if wanted is not None and wanted.has(written.host):
        fix += f" For {subset} add `serviceLevelFallbackTarget: {{{target}}}` to the group."
    return f"{said}lane {stand_in} answers and not {other or 'all pods'}", fix


def _asked(written: WrittenDestination) -> tuple[str, str]:
    """Return the host and the subset that a block names; its host is the route's by default."""
    block = written.destination.fallback or {}
    target = block.get("target")
    if not isinstance(target, Mapping):
        return written.host, ""
    host = target.get("host") or written.host
    subset = target.get("subset")
    return resolve_host(str(host), written.author.meta.namespace), str(subset or "")


CHECK = Check.of_mesh(FALLBACK_BLOCK, check)
