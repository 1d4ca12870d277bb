"""Who is there: workloads folded to one each, and the pods a selector meets.

A dump of a cluster holds a Deployment, its ReplicaSets and their Pods; they are one workload and
count once. Live Pods win over the template that made them, since only they say what really runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from laneway.core.resources.matching import Labels
from laneway.core.resources.meta import Ref
from laneway.core.resources.workloads import EndpointSlice, Workload


def meets(selector: Labels, labels: Mapping[str, str]) -> bool:
    """Whether labels carry all pairs of a selector; an empty selector is met by all.

    >>> meets((("app", "a"),), {"app": "a", "version": "v1"})
    True
    """
    return all(labels.get(key) == value for key, value in selector)


def fold(workloads: Iterable[Workload], slices: Iterable[EndpointSlice]) -> tuple[Workload, ...]:
    """Fold owners and owned into one: Pods where there are any, else the topmost owner."""
    found = list(workloads)
    by_ref = {workload.meta.ref: workload for workload in found}
    with_pods = {
        owner.meta.ref
        for pod in found
        if pod.meta.ref.kind == "Pod"
        for owner in _owners(pod, by_ref)
    }
    ready = _ready_by_slices(slices)
    kept = []
    for workload in found:
        if workload.meta.ref.kind == "Pod":
            kept.append(_with_readiness(workload, ready))
        elif workload.meta.ref not in with_pods and not _owners(workload, by_ref):
            kept.append(workload)
    return tuple(kept)


def _owners(workload: Workload, by_ref: Mapping[Ref, Workload]) -> list[Workload]:
    """Return the owners of a workload that the input holds, nearest first."""
    chain: list[Workload] = []
    owner = workload.meta.owner
    while owner is not None and owner in by_ref and by_ref[owner] not in chain:
        chain.append(by_ref[owner])
        owner = by_ref[owner].meta.owner
    return chain


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
    return tuple(workload for workload in shortest if meets(selector, workload.labels))


def index_by_label(workloads: Iterable[Workload]) -> dict[tuple[str, str, str], list[Workload]]:
    """Return workloads by (namespace, label key, label value)."""
    index: dict[tuple[str, str, str], list[Workload]] = {}
    for workload in workloads:
        for key, value in workload.labels.items():
            index.setdefault((workload.namespace, key, value), []).append(workload)
    return index
