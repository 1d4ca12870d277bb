"""What forms offer to choose from, as the input has it.

Comes in: a Mesh. Goes out: gateways, clusters, namespaces, services, labels with their values and
whose pods have them, groups and lanes, and the files that a new object can go into. Objects that
nobody wrote yet can still be named: what is offered is help and no limit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from laneway.core.edits.forms.placing import files_for_objects
from laneway.core.edits.forms.values import ServiceName
from laneway.core.mesh.injection import lack_of_sidecar
from laneway.core.mesh.membership import owner
from laneway.core.mesh.mesh import Mesh, MeshService
from laneway.core.mesh.names import service_host

_OF_TOOLS = frozenset({"pod-template-hash", "controller-revision-hash"})
"""Labels that tell no versions that people know."""


class OfferedService(Struct, frozen=True, rename="camel"):
    """A service, its host and ports, and the group that has it."""

    namespace: str
    name: str
    host: str
    ports: tuple[int, ...] = ()
    group: str = ""


class LabelValue(Struct, frozen=True, rename="camel"):
    """A value of a label, and the services whose pods have it."""

    value: str
    services: tuple[ServiceName, ...]


class ServiceTag(Struct, frozen=True, rename="camel"):
    """A label of pods behind services. It `is_common` where all services of the input have it."""

    name: str
    values: tuple[LabelValue, ...]
    services: tuple[ServiceName, ...]
    is_common: bool = False


class OfferedGroup(Struct, frozen=True, rename="camel"):
    """A group: its mode, its services and its lanes."""

    name: str
    mode: str
    services: tuple[ServiceName, ...]
    lanes: tuple[str, ...]


class Offers(Struct, frozen=True, rename="camel"):
    """All that forms offer. `injected` says of which namespaces pods get a sidecar, where known."""

    gateways: tuple[str, ...] = ()
    clusters: tuple[str, ...] = ()
    namespaces: tuple[str, ...] = ()
    services: tuple[OfferedService, ...] = ()
    tags: tuple[ServiceTag, ...] = ()
    groups: tuple[OfferedGroup, ...] = ()
    files: tuple[str, ...] = ()
    without_sidecar: tuple[str, ...] = ()
    """Services some of whose pods have no sidecar, as `namespace/name`."""


def offers(mesh: Mesh, clusters: Iterable[str] = ()) -> Offers:
    """Return what forms offer; names of clusters come from whoever knows them."""
    services = sorted(mesh.services.values(), key=lambda one: (one.namespace, one.name))
    spaces = {*mesh.namespaces, *(one.namespace for one in services)}
    named = {cluster for one in _clusters(mesh) if (cluster := one)}
    return Offers(
        gateways=tuple(sorted(map(str, mesh.gateways))),
        clusters=tuple(dict.fromkeys((*clusters, *sorted(named)))),
        namespaces=tuple(sorted(spaces)),
        services=tuple(_service(mesh, one) for one in services),
        tags=tags_of(services),
        groups=tuple(_groups(mesh)),
        files=tuple(files_for_objects(mesh)),
        without_sidecar=tuple(
            f"{one.namespace}/{one.name}"
            for one in services
            if any(lack_of_sidecar(mesh, pod) for pod in one.workloads)
        ),
    )


def tags_of(services: Iterable[MeshService]) -> tuple[ServiceTag, ...]:
    """Return the labels of the pods behind services that can tell lanes apart.

    Labels that all services have come first, then those with most values. A label by which a
    service selects its pods has one value for each, so it tells services and no versions.
    """
    found: dict[str, dict[str, set[ServiceName]]] = {}
    known: set[ServiceName] = set()
    for one in services:
        name = ServiceName(one.namespace, one.name)
        selecting = {key for key, _ in one.service.selector}
        for pod in one.workloads:
            known.add(name)
            for key, value in pod.labels.items():
                if key not in selecting and key not in _OF_TOOLS:
                    found.setdefault(key, {}).setdefault(value, set()).add(name)
    tags = [_tag(key, values, known) for key, values in found.items()]
    return tuple(sorted(tags, key=lambda one: (not one.is_common, -len(one.values), one.name)))


def _tag(name: str, values: Mapping[str, set[ServiceName]], known: set[ServiceName]) -> ServiceTag:
    having = set().union(*values.values())
    told = tuple(LabelValue(one, tuple(sorted(values[one]))) for one in sorted(values))
    return ServiceTag(name, told, tuple(sorted(having)), having == known)


def _service(mesh: Mesh, one: MeshService) -> OfferedService:
    ports = tuple(port.number for port in one.ports)
    group = owner(mesh, one.host)
    named = group.name if group else ""
    return OfferedService(one.namespace, one.name, str(one.host), ports, named)


def _groups(mesh: Mesh) -> Iterable[OfferedGroup]:
    for group in mesh.groups:
        names = [ServiceName(one.namespace, one.name) for one in group.group.services]
        mode = "permissive" if group.group.is_permissive else "strict"
        lanes = tuple(lane.name for lane in group.lanes)
        yield OfferedGroup(group.name, mode, tuple(names), lanes)


def _clusters(mesh: Mesh) -> Iterable[str]:
    for group in mesh.groups:
        for one in group.group.services:
            yield one.cluster.get("name", "")


def host_of(service: ServiceName) -> str:
    """Return the host that an entry rule names a service by."""
    return str(service_host(service.name, service.namespace))
