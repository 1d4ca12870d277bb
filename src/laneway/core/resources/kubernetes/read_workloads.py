"""Reads the Kubernetes kinds: Service, Pod, Namespace, EndpointSlice.

Comes in: a cursor on an object. Goes out: the typed object, or nothing when it has no name. Only
what decides where a request goes and how a program is started is read; the rest stays raw.
https://kubernetes.io/docs/reference/kubernetes-api/
"""

from __future__ import annotations

from typing import Any

from laneway.core.findings.codes import shape
from laneway.core.resources.kubernetes.read_settings import entries_of
from laneway.core.resources.kubernetes.read_sources import unsaid
from laneway.core.resources.kubernetes.workloads import (
    Container,
    Endpoint,
    EndpointSlice,
    Namespace,
    ReadinessProbe,
    Service,
    ServicePort,
    Workload,
)
from laneway.core.resources.read_meta import read_meta
from laneway.core.resources.yaml.cursor import Cursor
from laneway.core.resources.yaml.spelling import as_text, describe

SERVICE_LABEL = "kubernetes.io/service-name"
_MOST = 2**31 - 1


def read_service(root: Cursor) -> Service | None:
    """Read a Service."""
    meta = read_meta(root, "Service", namespaced=True)
    if meta is None:
        return None
    spec = root.below("spec")
    return Service(
        meta=meta,
        selector=spec.labels("selector"),
        ports=_service_ports(spec),
        cluster_ip=spec.text("clusterIP"),
        type=spec.text("type") or "ClusterIP",
        external_name=spec.text("externalName"),
    )


def _service_ports(spec: Cursor) -> tuple[ServicePort, ...]:
    found = []
    for index, entry in spec.each("ports"):
        number = entry.port("port")
        if number is None:
            if not entry.written("port"):
                entry.report(shape.MISSING_FIELD, "port")
            continue
        port = ServicePort(
            number=number,
            name=entry.text("name"),
            protocol=entry.text("protocol") or "TCP",
            app_protocol=entry.text("appProtocol"),
            target=_target(entry) or number,
            index=index,
        )
        found.append(port)
    return tuple(found)


def _target(entry: Cursor) -> int | str:
    if isinstance(entry.raw.get("targetPort"), str):
        return entry.text("targetPort")
    return entry.port("targetPort") or 0


def read_pod(root: Cursor) -> Workload | None:
    """Read a Pod. It is ready when its condition `Ready` is true and it is not going away."""
    meta = read_meta(root, "Pod", namespaced=True)
    if meta is None:
        return None
    spec = root.below("spec")
    status = root.below("status")
    return Workload(
        meta=meta,
        labels=meta.labels,
        annotations=meta.annotations,
        ready=_pod_ready(root, status),
        containers=read_containers(spec, "containers"),
        init_containers=read_containers(spec, "initContainers"),
        pod_ip=status.text("podIP"),
        host_network=spec.flag("hostNetwork"),
        template=meta.place(),
        serves=meta.owner is None or meta.owner.kind != "Job",
    )


def _pod_ready(root: Cursor, status: Cursor) -> int | None:
    if not status.written("conditions"):
        return None if not status.raw else 0
    if root.below("metadata").written("deletionTimestamp"):
        return 0
    conditions = [condition for _, condition in status.each("conditions")]
    return int(any(c.text("type") == "Ready" and c.text("status") == "True" for c in conditions))


def read_containers(pod: Cursor, key: str) -> tuple[Container, ...]:
    """Read the containers under a key of a pod's spec."""
    return tuple(_container(index, entry, pod) for index, entry in pod.each(key))


def _container(index: int, entry: Cursor, pod: Cursor) -> Container:
    return Container(
        name=entry.text("name"),
        image=entry.text("image"),
        environment=tuple(_environment(entry)),
        ports=_container_ports(entry),
        command=entry.texts("command"),
        args=entry.texts("args"),
        readiness=_readiness(entry) if entry.written("readinessProbe") else None,
        index=index,
        unsaid=unsaid(entry.raw, pod.raw),
        entries=entries_of(entry.raw),
    )


def _readiness(entry: Cursor) -> ReadinessProbe | None:
    """Read a readiness probe; one that is not plain HTTP is none that anybody here could ask."""
    probe = entry.below("readinessProbe")
    if not probe.written("httpGet"):
        return None
    asked = probe.below("httpGet")
    port = asked.text("port") if isinstance(asked.raw.get("port"), str) else asked.port("port")
    if not port or asked.text("scheme").upper() == "HTTPS":
        return None
    path = asked.text("path") or "/"
    return ReadinessProbe(
        path=path if path.startswith("/") else f"/{path}",
        port=port,
        host=asked.text("host"),
        period=probe.number("periodSeconds", 1, _MOST) or 10,
        timeout=probe.number("timeoutSeconds", 1, _MOST) or 1,
        failures=probe.number("failureThreshold", 1, _MOST) or 3,
        successes=probe.number("successThreshold", 1, _MOST) or 1,
    )


def _environment(entry: Cursor) -> list[tuple[str, str]]:
    """Return the variables whose value is written out; others only the cluster knows."""
    found = []
    for _, variable in entry.each("env"):
        name, value = variable.raw.get("name"), variable.raw.get("value")
        if type(name) is str and type(value) is str and name:
            found.append((name, value))
        elif not variable.written("valueFrom"):
            found += _odd_variable(variable, value)
    return found


def _odd_variable(variable: Cursor, value: Any) -> list[tuple[str, str]]:
    name = variable.required("name")
    if isinstance(value, bool | int | float):
        variable.report(shape.NOT_TEXT, "value", found=describe(value), value=as_text(value))
        return [(name, as_text(value))] if name else []
    text = variable.text("value")
    return [(name, text)] if name else []


def _container_ports(entry: Cursor) -> tuple[tuple[str, int], ...]:
    found = []
    for _, port in entry.each("ports"):
        number = port.port("containerPort")
        if number is not None:
            found.append((port.text("name"), number))
    return tuple(found)


def read_namespace(root: Cursor) -> Namespace | None:
    """Read a Namespace."""
    meta = read_meta(root, "Namespace", namespaced=False)
    return None if meta is None else Namespace(meta)


def read_endpoint_slice(root: Cursor) -> EndpointSlice | None:
    """Read an EndpointSlice. An endpoint that does not say whether it is ready counts as ready.

    https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/#ready
    """
    meta = read_meta(root, "EndpointSlice", namespaced=True)
    if meta is None:
        return None
    ports = []
    for _, entry in root.each("ports"):
        number = entry.port("port")
        if number is not None:
            ports.append((entry.text("name"), number))
    return EndpointSlice(
        meta=meta,
        service=meta.labels.get(SERVICE_LABEL, ""),
        endpoints=tuple(_endpoint(entry) for _, entry in root.each("endpoints")),
        ports=tuple(ports),
    )


def _endpoint(entry: Cursor) -> Endpoint:
    conditions = entry.below("conditions")
    target = entry.below("targetRef")
    return Endpoint(
        addresses=entry.texts("addresses"),
        ready=conditions.flag("ready") if conditions.written("ready") else True,
        pod=target.text("name") if target.text("kind") == "Pod" else "",
    )
