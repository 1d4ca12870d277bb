"""Who is there: workloads folded to one each, and the pods a selector meets.

A dump of a cluster holds a Deployment, its ReplicaSets and their Pods; they are one workload and
count once. Live Pods win over the template that made them, since only they say what really runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from laneway.core.resources.kubernetes.read_templates import (
    KNATIVE_LABEL,
    KNATIVE_SERVICE,
    ROLLOUT_HASH,
)
from laneway.core.resources.kubernetes.workloads import POD_TEMPLATE, EndpointSlice, Workload
from laneway.core.resources.matching import Labels
from laneway.core.resources.meta import Ref

_HASHES = {"Deployment": "pod-template-hash", "Rollout": ROLLOUT_HASH}
"""The labels by which those who own ReplicaSets tell their pods apart."""


def meets(selector: Labels, labels: Mapping[str, str]) -> bool:
    """Whether labels carry all pairs of a selector; an empty selector is met by all.

    >>> meets((("app", "a"),), {"app": "a", "version": "v1"})
    True
    """
    return all(labels.get(key) == value for key, value in selector)


def fold(workloads: Iterable[Workload], slices: Iterable[EndpointSlice]) -> tuple[Workload, ...]:
    """Fold owners and owned into one: Pods where there are any, else the topmost owner.

    A template that is there for others makes no pods itself, and a workload whose template another
    one takes counts as that one.
    """
    found = list(workloads)
    by_ref = {workload.meta.ref: workload for workload in found}
    lent = {workload.borrowed for workload in found if workload.borrowed}
    with_pods = {owner.meta.ref for pod in found if pod.is_live for owner in _owners(pod, by_ref)}
    ready = _ready_by_slices(slices)
    kept = []
    for workload in found:
        ref = workload.meta.ref
        if workload.is_live:
            kept.append(_with_readiness(workload, ready))
        elif ref in with_pods or ref in lent or ref.kind == POD_TEMPLATE:
            continue
        elif not _owners(workload, by_ref):
            kept.append(_with_template(workload, by_ref))
    return tuple(kept)


def _with_template(workload: Workload, by_ref: Mapping[Ref, Workload]) -> Workload:
    """Return a workload with the template it takes from another, if the input holds that."""
    lender = by_ref.get(workload.borrowed) if workload.borrowed else None
    if lender is None:
        return workload
    return replace(
        workload,
        labels={**lender.labels, **workload.labels},
        annotations=lender.annotations,
        containers=lender.containers,
        init_containers=lender.init_containers,
        host_network=lender.host_network,
        template=lender.template,
        borrowed=None,
    )


def _owners(workload: Workload, by_ref: Mapping[Ref, Workload]) -> list[Workload]:
    """Return the owners of a workload that the input holds, nearest first."""
    chain: list[Workload] = []
    owner = _owner(workload, by_ref)
    while owner is not None and owner not in chain:
        chain.append(owner)
        owner = _owner(owner, by_ref)
    return chain


def _owner(workload: Workload, by_ref: Mapping[Ref, Workload]) -> Workload | None:
    """Return who owns a workload, also across kinds between them that the input does not hold.

    A ReplicaSet's name is its owner's with the hash that its pods wear; the pods of a Knative
    Service wear its name.
    """
    ref = workload.meta.owner
    if ref is not None and ref in by_ref:
        return by_ref[ref]
    above = maker(workload)
    if above != ref and above is not None:
        return by_ref.get(above)
    service = Ref(KNATIVE_SERVICE, workload.namespace, workload.labels.get(KNATIVE_LABEL, ""))
    return by_ref.get(service) if service != workload.meta.ref else None


def maker(workload: Workload) -> Ref | None:
    """Return who makes a workload: of a ReplicaSet's pods the object above it, if they tell."""
    ref = workload.meta.owner
    if ref is not None and ref.kind == "ReplicaSet":
        above, dash, made = ref.name.rpartition("-")
        for kind, label in _HASHES.items():
            if dash and workload.labels.get(label) == made:
                return Ref(kind, ref.namespace, above)
    return ref


def _ready_by_slices(slices: Iterable[EndpointSlice]) -> dict[tuple[str, str], bool]:
    """Return pod (namespace, name) -> whether any slice calls it ready."""
    ready: dict[tuple[str, str], bool] = {}
    for piece in slices:
        for endpoint in piece.endpoints:
            key = (piece.meta.namespace, endpoint.pod)
            ready[key] = ready.get(key, False) or endpoint.ready
    return ready


def _with_readiness(pod: Workload, ready: Mapping[tuple[str, str], bool]) -> Workload:
    said = ready.get((pod.meta.namespace, pod.meta.name))
    return pod if said is None else replace(pod, ready=int(said))


def is_present(workload: Workload) -> bool:
    """Whether pods of the workload can answer: ready ones, or wanted ones where none are told."""
    return workload.replicas > 0 if workload.ready is None else workload.ready > 0


def selected(
    selector: Labels, namespace: str, by_label: Mapping[tuple[str, str, str], Sequence[Workload]]
) -> tuple[Workload, ...]:
    """Return the workloads of a namespace that meet a Service's selector.

    `by_label` holds workloads by (namespace, key, value). A Service without a selector has no pods
    of its own.
    """
    if not selector:
        return ()
    shortest = min((by_label.get((namespace, key, value), ()) for key, value in selector), key=len)
    return tuple(one for one in shortest if one.serves and meets(selector, one.labels))


def index_by_label(workloads: Iterable[Workload]) -> dict[tuple[str, str, str], list[Workload]]:
    """Return workloads by (namespace, label key, label value)."""
    index: dict[tuple[str, str, str], list[Workload]] = {}
    for workload in workloads:
        for key, value in workload.labels.items():
            index.setdefault((workload.namespace, key, value), []).append(workload)
    return index
