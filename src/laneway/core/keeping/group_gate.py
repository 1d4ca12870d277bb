"""The gate for edits on a cluster, group by group: one broken group stops no other.

Comes in: a compilation, and which errors each group had when its present objects were written. Goes
out: the groups whose objects stay as they are, and why. A group is frozen while no output of it
would be safe, or while it has an error that it did not have then: the last good routes serve.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from msgspec import Struct

from laneway.core.compile import Compilation
from laneway.core.findings.finding import Finding
from laneway.core.mesh.membership import owner
from laneway.core.mesh.mesh import Group, Mesh
from laneway.core.mesh.names import resolve_host
from laneway.core.resources.meta import Meta

ErrorKey = tuple[str, str]
"""What makes an error the same one though its line moves: its code, and whom it speaks of."""

Accepted = Mapping[str, frozenset[ErrorKey]]
"""The errors that groups had when their present objects were written, by group. A group of which
nothing is written yet has no entry: it accepts any error that leaves the rest safe."""


class Frozen(Struct, frozen=True):
    """Why a group's objects stay as they are: it is held, or these errors are new."""

    held: tuple[str, ...] = ()
    errors: tuple[Finding, ...] = ()


def frozen_groups(
    compilation: Compilation, findings: Iterable[Finding], accepted: Accepted
) -> Mapping[str, Frozen]:
    """Return the groups of which nothing is written or removed, for what was found."""
    by_group = errors_by_group(compilation.mesh, findings)
    keys = ErrorKeys(compilation.mesh)
    found = {}
    for group in compilation.mesh.groups:
        errors = by_group.get(group.name, ())
        known = accepted.get(group.name)
        new = tuple(one for one in errors if known is not None and keys.of(one) not in known)
        held = group.held or (() if compilation.is_whole else ("not all of the input is read",))
        if held or new:
            found[group.name] = Frozen(held, new)
    return found


class ErrorKeys:
    """What makes errors the same ones, in one mesh."""

    def __init__(self, mesh: Mesh) -> None:
        self._mesh = mesh

    def of(self, error: Finding) -> ErrorKey:
        """Return what makes an error the same one.

        Pods come and go, so what is wrong with one is the same as with the one in its place.
        """
        subject = error.subject
        if subject.startswith("Pod "):
            subject = f"Pods of {self._services.get(subject, 'no service')}"
        return error.code.id, subject

    @cached_property
    def _services(self) -> Mapping[str, str]:
        """The service behind which each pod is, the first of several."""
        found: dict[str, str] = {}
        for service in self._mesh.services.values():
            for pod in service.workloads:
                found.setdefault(str(pod.meta.ref), str(service.service.meta.ref))
        return found


def errors_by_group(mesh: Mesh, findings: Iterable[Finding]) -> Mapping[str, tuple[Finding, ...]]:
    """Return the errors of each group.

    They are about itself, its lanes, its services and their pods, and about who speaks of these.
    What no group can be blamed for is nobody's.
    """
    errors = [one for one in findings if one.level == "error"]
    subjects = _Subjects(mesh, {one.subject for one in errors}) if errors else None
    found: dict[str, list[Finding]] = {}
    for one in errors:
        for name in sorted(subjects.groups.get(one.subject, ())) if subjects else ():
            found.setdefault(name, []).append(one)
    return {name: tuple(some) for name, some in found.items()}


class _Subjects:
    """The groups that objects named in findings belong to."""

    def __init__(self, mesh: Mesh, asked: set[str]) -> None:
        self.mesh = mesh
        self.asked = asked
        self.groups: dict[str, set[str]] = {}
        for group in mesh.groups:
            self._of_group(group)
        for meta, hosts in self._spoken():
            for host in hosts if str(meta.ref) in asked else ():
                routing = owner(mesh, resolve_host(host, meta.namespace))
                self._add(meta, routing.name if routing is not None else "")

    def _add(self, meta: Meta, group: str) -> None:
        subject = str(meta.ref)
        if group and subject in self.asked:
            self.groups.setdefault(subject, set()).add(group)

    def _of_group(self, group: Group) -> None:
        metas = [group.group.meta, *(lane.lane.meta for lane in group.lanes)]
        metas += [lane.meta for lane in group.excluded]
        gateway = self.mesh.gateways.get(group.gateway) if group.gateway else None
        metas += [gateway.meta] if gateway else []
        for host in group.hosts:
            service = self.mesh.services[host]
            metas.append(service.service.meta)
            metas += [pod.meta for pod in service.workloads]
        for meta in metas:
            self._add(meta, group.name)

    def _spoken(self) -> Iterator[tuple[Meta, tuple[str, ...]]]:
        for route in self.mesh.virtual_services:
            yield route.meta, route.hosts
        for rule in self.mesh.destination_rules:
            yield rule.meta, (rule.host,)
