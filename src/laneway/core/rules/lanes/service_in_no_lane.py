"""LW1220: a service of a group that no lane has."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.lanes import SERVICE_IN_NO_LANE
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Group, Mesh
from laneway.core.mesh.names import Host, service_host
from laneway.core.rules.check import Check
from laneway.core.rules.questions.words import short_host


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find services that each lane of their group lacks."""
    for group in mesh.groups:
        lacking = in_no_lane(group)
        meta = group.group.meta
        for service in group.group.services:
            host = service_host(service.name, service.namespace)
            if host in lacking:
                words = {"service": short_host(host), "group": group.name}
                place = meta.place("spec", "services", service.index)
                yield finding(SERVICE_IN_NO_LANE, place, str(meta.ref), **words)


def in_no_lane(group: Group) -> frozenset[Host]:
    """Return the services of a group that no lane has, though some lane has another one.

    A group whose lanes have nothing at all is told by its lanes (LW1501).
    """
    had: set[Host] = set()
    for lane in group.lanes:
        had |= {*lane.declared} - lane.absent
    return frozenset(group.hosts) - had if had else frozenset()


CHECK = Check.of_mesh(SERVICE_IN_NO_LANE, check, missing=True, of_calls=True)
