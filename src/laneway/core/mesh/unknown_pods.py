"""Pods that there may be behind a service, of which nobody here knows what they are.

Comes in: the services, the workloads and what was read of kinds that are not followed. Goes out:
for each host who may add pods to it, and why they are unknown. Apart from the members, since these
count as no pod and as no lack of pods either: what is not read is not missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from laneway.core.mesh.members import meets
from laneway.core.mesh.names import Host, service_host
from laneway.core.resources.istio.networking import ServiceEntry
from laneway.core.resources.kubernetes.workloads import ForeignPods, Service, Workload
from laneway.core.resources.meta import Meta, Ref


class UnknownPods(Struct, frozen=True):
    """Who may add pods. `why` says why they are unknown, `fix` how to make them known."""

    meta: Meta
    why: str
    fix: str


Unknown = Mapping[Host, tuple[UnknownPods, ...]]


def unknown_pods(
    services: Sequence[Service],
    workloads: Sequence[Workload],
    foreign: Iterable[ForeignPods],
    entries: Sequence[ServiceEntry],
) -> Unknown:
    """Return for each host who may add pods to it that nobody knows; known hosts are left out."""
    refs = {one.meta.ref for one in workloads}
    owners = {one.meta.owner for one in workloads}
    left = [one for one in foreign if one.meta.ref not in owners and one.meta.owner not in refs]
    borrowers = [one for one in workloads if one.borrowed]
    found: dict[Host, list[UnknownPods]] = {}
    for service in services if left or borrowers or entries else ():
        who = [
            *_of_foreign(service, left),
            *_of_borrowers(service, borrowers),
            *_of_entries(service, entries),
        ]
        if who:
            host = service_host(service.meta.name, service.meta.namespace)
            found[host] = who
    return {host: tuple(who) for host, who in found.items()}


def behind_lanes(
    unknown: Unknown, hosts: Iterable[Host]
) -> Iterator[tuple[UnknownPods, list[Host]]]:
    """Yield each who may add pods to some of the hosts, once, with those hosts."""
    found: dict[Ref, tuple[UnknownPods, list[Host]]] = {}
    for host in hosts:
        for one in unknown.get(host, ()):
            found.setdefault(one.meta.ref, (one, []))[1].append(host)
    yield from found.values()


def _of_foreign(service: Service, foreign: Iterable[ForeignPods]) -> Iterator[UnknownPods]:
    for one in foreign:
        same = one.meta.namespace == service.meta.namespace
        if same and service.selector and any(meets(service.selector, worn) for worn in one.labels):
            why = f"Laneway does not read the kind {one.meta.ref.kind} of {one.meta.api_version}"
            yield UnknownPods(
                one.meta, why, "Add its Pods to the input (kubectl get pods -o yaml)."
            )


def _of_borrowers(service: Service, workloads: Iterable[Workload]) -> Iterator[UnknownPods]:
    """Yield who takes its template from an object that the input does not hold."""
    for one in workloads:
        pairs = service.selector if one.namespace == service.meta.namespace else ()
        if pairs and all(one.labels.get(key, value) == value for key, value in pairs):
            why = f"it takes its template from {one.borrowed}, which is not in the input"
            yield UnknownPods(one.meta, why, f"Add {one.borrowed} to the input.")


def _of_entries(service: Service, entries: Iterable[ServiceEntry]) -> Iterator[UnknownPods]:
    """Yield the ServiceEntries of a Service's own name: what they select answers for it as well."""
    host = service_host(service.meta.name, service.meta.namespace)
    for one in entries:
        if host in one.hosts and not _is_of(service, one) and one.selector != service.selector:
            why = "it names the host of the Service, so its endpoints answer for it as well"
            fix = "Give the endpoints the labels that the Service selects, and remove it."
            yield UnknownPods(one.meta, why, fix)


def _is_of(service: Service, entry: ServiceEntry) -> bool:
    return any(one is service for one in entry.services)


def is_known_elsewhere(host: str, entries: Iterable[ServiceEntry]) -> bool:
    """Whether a ServiceEntry makes a host known to the mesh, by name or by a wildcard."""
    return any(
        host == name or (name.startswith("*.") and host.endswith(name[1:]))
        for entry in entries
        for name in entry.hosts
    )


def services_of(entries: Iterable[ServiceEntry], services: Iterable[Service]) -> list[Service]:
    """Return the services that only ServiceEntries make, each once.

    A Service of the same name is the one that counts.
    https://istio.io/latest/docs/reference/config/networking/service-entry/
    """
    taken = {Ref("", one.meta.namespace, one.meta.name) for one in services}
    found = []
    for service in (made for entry in entries for made in entry.services):
        name = Ref("", service.meta.namespace, service.meta.name)
        if name not in taken:
            taken.add(name)
            found.append(service)
    return found
