"""LW1804: an entry of serviceLevelFallbackTarget that can never be used."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.permissive import SERVICE_TARGET_UNUSABLE
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.membership import pods_of_lane
from laneway.core.mesh.mesh import Group, Mesh
from laneway.core.mesh.names import Host, service_host
from laneway.core.resources.yaml.nearness import likest
from laneway.core.rules.check import Check
from laneway.core.rules.questions.words import counted, short_host


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find targets without effect, each with the reason."""
    for group in mesh.groups:
        written = group.group.permissive
        if group.held or written is None or not group.group.is_permissive:
            continue
        for key, lane in written.service_level_fallback_target.items():
            reason, fix = _reason(mesh, group, key, lane)
            if reason:
                meta = group.group.meta
                path = ("permissiveModeConfiguration", "serviceLevelFallbackTarget", key)
                words = {"key": key, "lane": lane, "reason": reason, "fix": fix}
                place = meta.place("spec", *path)
                place = place.key() if _host(key) not in group.hosts else place
                yield finding(SERVICE_TARGET_UNUSABLE, place, str(meta.ref), **words)


def _reason(mesh: Mesh, group: Group, key: str, lane: str) -> tuple[str, str]:
    """Return why a target has no effect and what to do; two empty words if it has one.

    Pods that are not ready may be at any moment: that is no flaw of the target.
    """
    host = _host(key)
    if host not in group.hosts:
        meant = likest(key, [short_host(one) for one in group.hosts])
        spelled = f"Did you mean {meant}?" if meant else "Write `namespace/name`."
        return "it is no service of the group", spelled
    found = group.lane(lane)
    if found is None:
        known = counted("lane", [one.name for one in group.lanes])
        return "that is no lane of the group", f"The group has {known}."
    pods = mesh.services[host].workloads
    has_pods = not pods or any(pods_of_lane(found, pods))
    if host in found.undeclared or not has_pods:
        return "that lane does not have the service", "Name a lane that has pods of the service."
    return "", ""


def _host(key: str) -> Host:
    space, slash, name = key.partition("/")
    return service_host(name, space) if slash else Host("")


CHECK = Check.of_mesh(SERVICE_TARGET_UNUSABLE, check)
