"""Kubernetes kinds: Service, workloads, Namespace, EndpointSlice.

A workload is anything that makes pods or is one, of whatever API: Deployment, Rollout, CronJob, Pod
and their relatives; an Istio WorkloadEntry stands for a pod, a WorkloadGroup for a template. They
differ here only in `meta.ref.kind`, replicas, readiness and where their template stands.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from laneway.core.findings.place import Place, Step
from laneway.core.resources.kubernetes.settings import EnvironmentEntry
from laneway.core.resources.matching import Labels
from laneway.core.resources.meta import Meta, Ref

POD_TEMPLATE = "PodTemplate"
WORKLOAD_ENTRY = "WorkloadEntry"
WORKLOAD_GROUP = "WorkloadGroup"


class ServicePort(Struct, frozen=True):
    """A port of a Service. `target` is a number or the name of a container port."""

    number: int
    name: str = ""
    protocol: str = "TCP"
    app_protocol: str = ""
    target: int | str = 0
    index: int = 0


class Service(Struct, frozen=True):
    """A Service. `cluster_ip` is `None` as text for headless ones, empty when not given."""

    meta: Meta
    selector: Labels = ()
    ports: tuple[ServicePort, ...] = ()
    cluster_ip: str = ""
    type: str = "ClusterIP"
    external_name: str = ""


class ReadinessProbe(Struct, frozen=True):
    """A readiness probe over HTTP. `port` is a container port's number or name; times in seconds.

    Other kinds of probes are not kept: a connection is tried anyway, and a command cannot be run.
    https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#Probe
    """

    path: str
    port: int | str
    host: str = ""
    period: int = 10
    timeout: int = 1
    failures: int = 3
    successes: int = 1


class Container(Struct, frozen=True):
    """A container of a pod. `environment` holds only variables with a literal value.

    `unsaid` names the objects that its other variables and its files come from, `entries` are all
    that its variables come from. `index` is its position in the pod's list.
    """

    name: str
    image: str = ""
    environment: tuple[tuple[str, str], ...] = ()
    ports: tuple[tuple[str, int], ...] = ()
    command: tuple[str, ...] = ()
    args: tuple[str, ...] = ()
    readiness: ReadinessProbe | None = None
    index: int = 0
    unsaid: tuple[str, ...] = ()
    entries: tuple[EnvironmentEntry, ...] = ()


class Workload(Struct, frozen=True):
    """Anything that makes pods, or a Pod.

    `labels`, `annotations` are those of the pod (the template's). `replicas` is the wanted number
    (1 for a Pod and a DaemonSet). `ready` is None where the input does not say, else the number of
    ready pods. `pod_ip` is set for live Pods only. `template` is the place of what a pod is made
    from, None where that is the object itself; `borrowed` the workload it is taken from, where it
    stands in another object. A workload that does not serve calls others and answers nobody: the
    pods of a Job come and go.
    """

    meta: Meta
    labels: Mapping[str, str] = {}
    annotations: Mapping[str, str] = {}
    replicas: int = 1
    ready: int | None = None
    containers: tuple[Container, ...] = ()
    init_containers: tuple[Container, ...] = ()
    pod_ip: str = ""
    host_network: bool = False
    template: Place | None = None
    borrowed: Ref | None = None
    serves: bool = True

    @property
    def is_live(self) -> bool:
        """Whether it is there itself, and no template for what may come."""
        return self.meta.ref.kind in ("Pod", WORKLOAD_ENTRY)

    @property
    def is_machine(self) -> bool:
        """Whether it runs outside of Kubernetes, so that nothing here can start it."""
        return self.meta.ref.kind in (WORKLOAD_ENTRY, WORKLOAD_GROUP)

    def place(self, *steps: Step) -> Place:
        """Return the place of something below `metadata` or `spec` of its pods."""
        return (self.template or self.meta.place()).at(*steps)

    @property
    def namespace(self) -> str:
        """The pods' namespace."""
        return self.meta.namespace


class ForeignPods(Struct, frozen=True):
    """The pods that an object of a kind nobody here reads may make: the labels of its templates."""

    meta: Meta
    labels: tuple[Mapping[str, str], ...]


class Namespace(Struct, frozen=True):
    """A Namespace; its labels decide on sidecar injection."""

    meta: Meta


class Endpoint(Struct, frozen=True):
    """One endpoint of a slice. `pod` is the target Pod's name, if the slice names one."""

    addresses: tuple[str, ...]
    ready: bool = True
    pod: str = ""


class EndpointSlice(Struct, frozen=True):
    """An EndpointSlice of the Service named by its label `kubernetes.io/service-name`."""

    meta: Meta
    service: str
    endpoints: tuple[Endpoint, ...] = ()
    ports: tuple[tuple[str, int], ...] = ()
