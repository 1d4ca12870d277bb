"""What stands behind a Service: who wears the labels it selects, and what containers open.

Comes in: a Service's selector or port, and workloads. Goes out: whether nobody is there, or nobody
opens the port. What the input does not hold is unknown, and unknown is not missing: a selector
nobody wears is missing only where the pods of its namespace are known, a port only where the
containers say which ports they open.
https://kubernetes.io/docs/concepts/services-networking/service/#defining-a-service
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from msgspec import Struct

from laneway.core.mesh.injection import PROXY_CONTAINER
from laneway.core.mesh.mesh import Mesh, MeshPort, MeshService
from laneway.core.mesh.names import Host, service_host
from laneway.core.resources.kubernetes.workloads import Container, EndpointSlice, Service, Workload

WITHOUT_PODS = frozenset(
    """
    APIService AuthorizationPolicy Certificate CertificateSigningRequest ClusterIssuer
    ClusterRole ClusterRoleBinding ComponentStatus ConfigMap ControllerRevision CSIDriver
    CustomResourceDefinition Endpoints Event FlowSchema GatewayClass GRPCRoute
    HorizontalPodAutoscaler HTTPRoute Ingress IngressClass Issuer Kustomization Lease
    LimitRange MutatingWebhookConfiguration NetworkPolicy Node PeerAuthentication
    PersistentVolume PersistentVolumeClaim PodDisruptionBudget PodMonitor PriorityClass
    PriorityLevelConfiguration PrometheusRule ProxyConfig ReferenceGrant
    RequestAuthentication ResourceQuota Role RoleBinding RuntimeClass ScaledObject Secret
    ServiceAccount ServiceMonitor StorageClass TCPRoute Telemetry TLSRoute
    TriggerAuthentication UDPRoute ValidatingAdmissionPolicy
    ValidatingAdmissionPolicyBinding ValidatingWebhookConfiguration VerticalPodAutoscaler
    VolumeAttachment
    """.split()  # noqa: SIM905 - sixty words read better than sixty lines
)
"""Kinds that are not read and make no pods. Any other kind may make some that nobody here sees."""


class Known(Struct, frozen=True):
    """What the input tells of pods: the namespaces whose pods it holds, but for some hosts."""

    namespaces: frozenset[str] = frozenset()
    but: frozenset[Host] = frozenset()

    @classmethod
    def of(
        cls,
        workloads: Iterable[Workload],
        slices: Iterable[EndpointSlice],
        unknown: Iterable[Host],
        other_kinds: Collection[str],
    ) -> Known:
        """Find out what is known: nothing where a kind that is not read may make pods.

        A slice with endpoints shows that there are pods, which need not be in the input.

        >>> Known.of((), (), (), {"Kafka"}) == Known()
        True
        """
        spaces = {one.namespace for one in workloads}
        sliced = (service_host(one.service, one.meta.namespace) for one in slices if one.endpoints)
        return cls(
            frozenset(spaces if WITHOUT_PODS.issuperset(other_kinds) else ()),
            frozenset((*unknown, *sliced)),
        )

    def is_without_pods(self, service: Service, members: Sequence[Workload]) -> bool:
        """Whether no pod wears a Service's selector, though the pods of its namespace are known."""
        meta = service.meta
        selects = service.selector and service.type != "ExternalName"
        if members or not selects or meta.ref.kind != "Service":
            return False
        host = service_host(meta.name, meta.namespace)
        return meta.namespace in self.namespaces and host not in self.but


def lacks_selector(service: Service) -> str:
    """Say why a Service selects no pods by labels; empty where it does."""
    if service.type == "ExternalName":
        return "type ExternalName"
    return "" if service.selector else "no selector"


def own_containers(workload: Workload) -> tuple[Container, ...]:
    """Return the containers of a workload's own: all but the proxy that a live pod shows."""
    return tuple(one for one in workload.containers if one.name != PROXY_CONTAINER)


def opens(workload: Workload, target: int | str) -> bool | None:
    """Whether a workload's pods open a port that a Service leads to; None where they do not say.

    A container that names no ports may open any. A number need not be named to be open, so one
    that stands elsewhere in a container (a variable, an argument, a probe) is not denied either.
    https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#ports
    """
    for containers in (workload.containers, workload.init_containers):
        for one in containers:
            for port in one.ports:
                if target in port:
                    return True
    main = own_containers(workload)
    if not main or not all(one.ports for one in main):
        return None
    if isinstance(target, int) and any(_mentions(one, target) for one in main):
        return None
    return False


def _mentions(container: Container, number: int) -> bool:
    probe = container.readiness
    if probe is not None and probe.port == number:
        return True
    values = (value for _, value in container.environment)
    alone = re.compile(rf"(?<!\d){number}(?!\d)")
    return any(alone.search(text) for text in (*values, *container.command, *container.args))


def is_closed(workload: Workload, target: int | str) -> bool:
    """Whether no endpoint comes of a workload's pods: a name is looked up in their containers.

    A number is taken as it is, whatever the containers name.
    """
    return isinstance(target, str) and opens(workload, target) is False


def all_closed(workloads: Sequence[Workload], target: int | str) -> bool:
    """Whether there are workloads, and no endpoint comes of any of them."""
    return bool(workloads) and all(is_closed(one, target) for one in workloads)


def not_opening(service: MeshService, port: MeshPort) -> tuple[Workload, ...]:
    """Return the workloads of a service that do not say to open what a port of it leads to."""
    return tuple(one for one in service.workloads if opens(one, port.target) is False)


def misses(mesh: Mesh, service: MeshService, port: MeshPort) -> tuple[Workload, ...]:
    """Return the workloads that a port of a service leads past, as far as that can be told.

    A name that is not there is missed for certain. A number may be open without being named, so it
    is missed only where a port that is named is led to by no Service: that one was meant.
    """
    pods = not_opening(service, port)
    if isinstance(port.target, str):
        return pods
    return tuple(pod for pod in pods if _unreached(mesh, pod))


def _unreached(mesh: Mesh, workload: Workload) -> set[int]:
    """Return the ports that a workload's own containers name and no Service leads to."""
    there = [one for one in mesh.services.values() if workload in one.workloads]
    targets = {port.target for one in there for port in one.ports}
    ports = (port for one in own_containers(workload) for port in one.ports)
    return {number for name, number in ports if not targets.intersection((name, number))}
