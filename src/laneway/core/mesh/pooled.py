"""Pods of a cluster that are alike, as the one workload that makes them.

Comes in: live pods. Goes out: a workload for all that one owner made alike, under the name that
people know, with how many there are and how many are ready. A hundred replicas are then asked about
once. Nothing that decides where requests go differs within a pool.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence

from msgspec.structs import replace

from laneway.core.mesh.members import maker
from laneway.core.resources.kubernetes.workloads import Workload
from laneway.core.resources.meta import Ref


def pooled(pods: Iterable[Workload]) -> Iterator[Workload]:
    """Yield a workload for each pool, under its owner's name.

    Where an owner has several pools, as in the middle of a rollout, each has the ReplicaSet's name,
    and what even then shares one the name of its first pod, as a pod has that nobody made.
    """
    pools: dict[Hashable, list[Workload]] = {}
    for pod in pods:
        pools.setdefault(_kind_of_pod(pod), []).append(pod)
    made = [(maker(pool[0]), pool[0].meta.owner, pool) for pool in pools.values()]
    by_maker = Counter(ref for ref, _, _ in made)
    by_owner = Counter(ref for _, ref, _ in made)
    for above, owner, pool in made:
        if above is not None and by_maker[above] == 1:
            yield _one(pool, above, None)
        elif owner is not None and by_owner[owner] == 1:
            yield _one(pool, owner, above)
        else:
            yield _one(pool, pool[0].meta.ref, owner)


def _kind_of_pod(pod: Workload) -> Hashable:
    """Return what pods of one pool share; a pod that nobody made is one by itself."""
    return (
        pod.meta.owner or pod.meta.ref,
        tuple(sorted(pod.labels.items())),
        tuple(sorted(pod.annotations.items())),
        pod.containers,
        pod.init_containers,
        pod.host_network,
    )


def _one(pool: Sequence[Workload], ref: Ref, owner: Ref | None) -> Workload:
    first = next((pod for pod in pool if pod.pod_ip), pool[0])
    told = [pod.ready for pod in pool if pod.ready is not None]
    return replace(
        first,
        meta=replace(first.meta, ref=ref, owner=owner),
        replicas=len(pool),
        ready=sum(told) if told else None,
    )
