"""Reads what Istio puts beside Services and pods: ServiceEntry, WorkloadEntry, WorkloadGroup.

Comes in: a cursor on an object. Goes out: the typed object, or nothing when it has no name. A
WorkloadEntry stands for one machine as a Pod does, a WorkloadGroup for those that may register, as
a template does. Which addresses they have is none of the routes' business.
https://istio.io/latest/docs/reference/config/networking/workload-entry/
https://istio.io/latest/docs/reference/config/networking/service-entry/
"""

from __future__ import annotations

from msgspec.structs import replace

from laneway.core.findings.codes import shape
from laneway.core.resources.istio.networking import ServiceEntry
from laneway.core.resources.istio.read_networking import export_to
from laneway.core.resources.kubernetes.workloads import (
    WORKLOAD_ENTRY,
    WORKLOAD_GROUP,
    Service,
    ServicePort,
    Workload,
)
from laneway.core.resources.meta import Meta, Ref
from laneway.core.resources.read_meta import read_meta
from laneway.core.resources.yaml.cursor import Cursor

_IN_CLUSTER = ".svc.cluster.local"


def read_workload_entry(root: Cursor) -> Workload | None:
    """Read a WorkloadEntry. Its labels are those of its head and of its spec; the head wins.

    A Service leads to it only where its address is one of IP.
    """
    meta = read_meta(root, WORKLOAD_ENTRY, namespaced=True)
    if meta is None:
        return None
    spec = root.below("spec")
    address = spec.text("address")
    conditions = [one for _, one in root.below("status").each("conditions")]
    sick = any(c.text("type") == "Healthy" and c.text("status") == "False" for c in conditions)
    return Workload(
        meta=meta,
        labels={**spec.words("labels"), **meta.labels},
        annotations=meta.annotations,
        ready=0 if sick else None,
        template=meta.place(),
        serves=not address or is_ip(address),
    )


def is_ip(address: str) -> bool:
    """Whether a text is an address, of version 4 or 6."""
    from ipaddress import ip_address  # noqa: PLC0415 - takes long to load, and is seldom asked

    try:
        ip_address(address)
    except ValueError:
        return False
    return True


def read_workload_group(root: Cursor) -> Workload | None:
    """Read a WorkloadGroup: the labels of the entries it makes, its metadata before its template.

    How many machines will register nobody knows; it counts as one, as a template without replicas.
    """
    meta = read_meta(root, WORKLOAD_GROUP, namespaced=True)
    if meta is None:
        return None
    spec = root.below("spec")
    head = spec.below("metadata")
    labels = {**spec.below("template").words("labels"), **head.words("labels")}
    return Workload(meta, labels, head.words("annotations"), template=meta.place("spec"))


def read_service_entry(root: Cursor) -> ServiceEntry | None:
    """Read a ServiceEntry; of its hosts those named like a Service of its namespace are Services.

    Istio tells a Service and a ServiceEntry of one name apart by nothing that routes could see.
    """
    meta = read_meta(root, "ServiceEntry", namespaced=True)
    if meta is None:
        return None
    spec = root.below("spec")
    hosts = spec.texts("hosts")
    selector = spec.below("workloadSelector").labels("labels")
    ports = _ports(spec)
    own = f".{meta.namespace}{_IN_CLUSTER}"
    services = tuple(
        Service(_named(meta, host.removesuffix(own)), selector, ports)
        for host in hosts
        if host.endswith(own) and "." not in host.removesuffix(own)
    )
    return ServiceEntry(meta, hosts, selector, services, export_to(spec), ports)


def _named(meta: Meta, name: str) -> Meta:
    return replace(meta, ref=Ref(meta.ref.kind, meta.namespace, name))


def _ports(spec: Cursor) -> tuple[ServicePort, ...]:
    found = []
    for index, entry in spec.each("ports"):
        number = entry.port("number")
        if number is None:
            if not entry.written("number"):
                entry.report(shape.MISSING_FIELD, "number")
            continue
        port = ServicePort(
            number=number,
            name=entry.text("name"),
            app_protocol=entry.text("protocol").lower(),
            target=entry.port("targetPort") or number,
            index=index,
        )
        found.append(port)
    return tuple(found)
