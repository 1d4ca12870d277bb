"""The gate for edits on a cluster, group by group: one broken group stops no other.

Comes in: a compilation, and which errors each group had when its present objects were written. Goes
out: the groups whose objects stay as they are, and why. A group is frozen while no output of it
would be safe, or while it has an error that it did not have then: the last good routes serve.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import is_

from msgspec import Struct, field

from laneway.core.compile import Compilation
from laneway.core.findings.codes.lanes import SERVICE_IN_TWO_GROUPS
from laneway.core.findings.codes.services import UNKNOWN_SERVICE
from laneway.core.findings.finding import Finding
from laneway.core.mesh.membership import owner
from laneway.core.mesh.mesh import Group, Mesh
from laneway.core.mesh.names import resolve_host
from laneway.core.resources.meta import Meta

_LANES, _POD, _PODS_OF = "ASMSwimLane", "Pod ", "Pods of "
"""How subjects begin that are groups or lanes, that are pods, and all pods of a service."""
ErrorKey = tuple[str, str]
"""What makes an error the same one though its line moves: its code, and whom it speaks of."""

GroupErrors = Mapping[str, tuple[tuple[ErrorKey, Finding], ...]]
"""The errors of each group, each with what makes it the same one."""

Accepted = Mapping[str, frozenset[ErrorKey]]
"""The errors that groups had when their present objects were written, by group. A group of which
nothing is written yet has no entry: it accepts any error that leaves the rest safe."""


class Frozen(Struct, frozen=True):
    """Why a group's objects stay as they are: it is held, or these errors are new."""

    held: tuple[str, ...] = ()
    errors: tuple[Finding, ...] = ()


_LEFT_OUT = frozenset({SERVICE_IN_TWO_GROUPS.id, UNKNOWN_SERVICE.id})
"""Errors for which a group does without a service: it belongs to another group, or is not there."""


def frozen_groups(
    compilation: Compilation, errors: GroupErrors, accepted: Accepted
) -> Mapping[str, Frozen]:
    """Return the groups of which nothing is written or removed, for the errors they have."""
    found = {}
    for group in compilation.mesh.groups:
        its = errors.get(group.name, ())
        known = accepted.get(group.name)
        new = tuple(one for key, one in its if known is not None and not _is_known(key, known))
        held = group.held or (() if compilation.is_whole else ("not all of the input is read",))
        if held or new:
            found[group.name] = Frozen(held, new)
    return found


def _is_known(error: ErrorKey, known: frozenset[ErrorKey]) -> bool:
    """Whether a group's present objects were written with an error, or could not have been.

    A service that was left out then may come with errors of its own: no routes of it are kept good.
    """
    is_of_service = error[1].startswith(("Service ", f"{_PODS_OF}Service "))
    return error in known or (is_of_service and any(code in _LEFT_OUT for code, _ in known))


class Blame(Struct):
    """Which groups errors are about; remembered of subjects as long as the mesh is the same."""

    _inside: Mesh | None = None
    _groups: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _pods: dict[str, str] = field(default_factory=dict)
    """What pods count as: all of one service as the same."""
    _last: tuple[Sequence[Finding], GroupErrors] = ((), {})

    def errors(self, compilation: Compilation, findings: Iterable[Finding]) -> GroupErrors:
        """Return the errors of each group.

        They are about itself, its lanes, its services and their pods, and about who speaks of
        these. What no group can be blamed for is nobody's.
        """
        self._rest_on(compilation.plan.inside)
        errors = [one for one in findings if one.level == "error"]
        if len(errors) == len(self._last[0]) and all(map(is_, errors, self._last[0])):
            return self._last[1]
        of_lanes = self._learn(compilation.mesh, {one.subject for one in errors})
        found: dict[str, list[tuple[ErrorKey, Finding]]] = {}
        for one in errors:
            for name in self._groups.get(one.subject) or of_lanes.get(one.subject, ()):
                found.setdefault(name, []).append((self._key(one), one))
        self._last = errors, {name: tuple(some) for name, some in found.items()}
        return self._last[1]

    def _rest_on(self, inside: Mesh | None) -> None:
        if self._inside is not inside:
            self._groups.clear()
            self._pods.clear()
            self._inside, self._last = inside, ((), {})

    def _learn(self, mesh: Mesh, subjects: set[str]) -> Mapping[str, tuple[str, ...]]:
        """Find out about subjects that are not known; return what is not remembered, of lanes."""
        news = {one for one in subjects if one not in self._groups}
        if not news:
            return {}
        found = _Subjects(mesh, news)
        groups = {one: tuple(sorted(found.groups.get(one, ()))) for one in news}
        of_lanes = {one: some for one, some in groups.items() if one.startswith(_LANES)}
        self._groups |= {one: some for one, some in groups.items() if one not in of_lanes}
        self._pods |= found.pods
        return of_lanes

    def _key(self, error: Finding) -> ErrorKey:
        """Return what makes an error the same one.

        Pods come and go, so what is wrong with one is the same as with the one in its place.
        """
        return error.code.id, self._pods.get(error.subject, error.subject)


class _Subjects:
    """The groups that objects named in findings belong to."""

    def __init__(self, mesh: Mesh, asked: set[str]) -> None:
        self.mesh = mesh
        self.asked = asked
        self.groups: dict[str, set[str]] = {}
        pods = (one for one in asked if one.startswith(_POD))
        self.pods = dict.fromkeys(pods, "Pods of no service")
        self._names = {one.rpartition(" ")[2].rpartition("/")[2] for one in asked}
        for group in mesh.groups:
            self._of_group(group)
        for meta, hosts in self._spoken():
            for host in hosts if self._is_asked(meta) else ():
                routing = owner(mesh, resolve_host(host, meta.namespace))
                self._add(meta, routing.name if routing is not None else "")
        if self.pods:
            self._of_pods()

    def _is_asked(self, meta: Meta) -> bool:
        return meta.ref.name in self._names and str(meta.ref) in self.asked

    def _add(self, meta: Meta, group: str) -> None:
        if group and self._is_asked(meta):
            self.groups.setdefault(str(meta.ref), set()).add(group)

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

    def _of_pods(self) -> None:
        """Name for each pod the service behind which it is, the first of several."""
        for service in reversed(tuple(self.mesh.services.values())):
            asked = [str(one.meta.ref) for one in service.workloads if self._is_asked(one.meta)]
            words = f"{_PODS_OF}{service.service.meta.ref}" if asked else ""
            self.pods |= {one: words for one in asked if one in self.pods}

    def _spoken(self) -> Iterator[tuple[Meta, tuple[str, ...]]]:
        for route in self.mesh.virtual_services:
            yield route.meta, route.hosts
        for rule in self.mesh.destination_rules:
            yield rule.meta, (rule.host,)
