"""Reads everything that makes pods from a template, whatever API it is of.

Comes in: a cursor on an object, and the form of its kind: where the template stands, what counts
its pods. Goes out: a Workload. All of them are read alike, since a route sees only the labels of
pods; a kind is a line of the table. It refuses nothing that has a name.
"""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from laneway.core.resources.kubernetes.read_workloads import read_containers
from laneway.core.resources.kubernetes.workloads import Workload
from laneway.core.resources.meta import Ref, kind_of
from laneway.core.resources.read_meta import read_meta
from laneway.core.resources.yaml.cursor import Cursor

_MOST = 2**31 - 1
_IN_SPEC: tuple[str, ...] = ("spec", "template")
_ANY: tuple[str, ...] = ()
KNATIVE_SERVICE = "Service.serving.knative.dev"
KNATIVE_LABEL = "serving.knative.dev/service"
ROLLOUT_HASH = "rollouts-pod-template-hash"


class Form(Struct, frozen=True):
    """How a kind says what pods it makes.

    No `versions` means any: those of other APIs come and go, and say where their pods are alike.
    `replicas` and `ready` are the fields of spec and status that count them, empty where there is
    none: then one is wanted, and nobody knows how many are ready.
    """

    versions: tuple[str, ...]
    replicas: str = "replicas"
    ready: str = "readyReplicas"
    template: tuple[str, ...] = _IN_SPEC
    serves: bool = True


FORMS: dict[tuple[str, str], Form] = {
    ("", "PodTemplate"): Form(("v1",), "", "", ("template",)),
    ("", "ReplicationController"): Form(("v1",)),
    ("apps", "DaemonSet"): Form(("v1",), "", "numberReady"),
    ("apps", "Deployment"): Form(("v1",)),
    ("apps", "ReplicaSet"): Form(("v1",)),
    ("apps", "StatefulSet"): Form(("v1",)),
    ("apps.kruise.io", "CloneSet"): Form(_ANY),
    ("apps.kruise.io", "DaemonSet"): Form(_ANY, "", "numberReady"),
    ("apps.kruise.io", "StatefulSet"): Form(_ANY),
    ("argoproj.io", "Rollout"): Form(_ANY),
    ("batch", "CronJob"): Form(
        ("v1", "v1beta1"), "", "", ("spec", "jobTemplate", "spec", "template"), serves=False
    ),
    ("batch", "Job"): Form(("v1",), "parallelism", "", serves=False),
    ("serving.knative.dev", "Service"): Form(_ANY, "", ""),
}
"""Every kind whose pods are known from a template, by API group and name. A DaemonSet wants one
pod, as there is one machine. The pods of a Knative Service come when they are called."""


def read_templated(form: Form, root: Cursor) -> Workload | None:
    """Read an object of a kind of that form; nothing when it has no name."""
    kind = kind_of(root.text("apiVersion"), root.text("kind"))
    meta = read_meta(root, kind, namespaced=True)
    if meta is None:
        return None
    template = root
    for step in form.template:
        template = template.below(step)
    head = template.below("metadata")
    pod = template.below("spec")
    replicas = root.below("spec").number(form.replicas, 0, _MOST) if form.replicas else None
    found = Workload(
        meta=meta,
        labels=head.words("labels"),
        annotations=head.words("annotations"),
        replicas=1 if replicas is None else replicas,
        ready=_ready(root, form.ready) if form.ready else None,
        containers=read_containers(pod, "containers"),
        init_containers=read_containers(pod, "initContainers"),
        host_network=pod.flag("hostNetwork"),
        template=meta.place(*form.template),
        serves=form.serves,
    )
    if kind == "Rollout":
        return _rollout(root, found)
    return _knative(found, head.text("name")) if kind == KNATIVE_SERVICE else found


def _ready(root: Cursor, key: str) -> int | None:
    """Return how many pods are ready; a status that leaves the number out means none."""
    status = root.below("status") if root.written("status") else None
    if status is None or not status.raw:
        return None
    return status.number(key, 0, _MOST) or 0


def _rollout(root: Cursor, found: Workload) -> Workload:
    """Add what an Argo Rollout says elsewhere: whose template it takes, and its pods' hash.

    https://argo-rollouts.readthedocs.io/en/stable/features/specification/
    """
    spec, status = root.below("spec"), root.below("status")
    stable = status.text("stableRS")
    if stable and found.labels:
        found = replace(found, labels={**found.labels, ROLLOUT_HASH: stable})
    if not spec.written("workloadRef"):
        return found
    lender = spec.below("workloadRef")
    kind = kind_of(lender.text("apiVersion"), lender.text("kind"))
    return replace(found, borrowed=Ref(kind, found.namespace, lender.text("name")))


def _knative(found: Workload, revision: str) -> Workload:
    """Add the labels that Knative gives the pods; those of a revision where it has a name.

    https://knative.dev/docs/serving/revisions/
    """
    name = found.meta.name
    labels = {KNATIVE_LABEL: name, "serving.knative.dev/configuration": name}
    if revision:
        labels["serving.knative.dev/revision"] = revision
        labels["app"] = found.labels.get("app", revision)
    return replace(found, labels={**found.labels, **labels})
