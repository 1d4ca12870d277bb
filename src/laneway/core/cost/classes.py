"""Who the proxies of a mesh are: gateways, the sidecars of each lane, callers in no lane.

Comes in: a mesh with its lanes. Goes out: classes of proxies with the pods in each. Told apart is
what decides what a proxy holds: its lane, its namespace, labels that anything asks for, and the
ports its pods open; proxies that are alike in these are counted once and hold the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from laneway.core.cost.held import Load, Reckoning
from laneway.core.mesh.injection import lack_of_sidecar
from laneway.core.mesh.members import meets
from laneway.core.mesh.membership import lanes_of
from laneway.core.mesh.mesh import Caller, Mesh
from laneway.core.resources.kubernetes.workloads import Workload
from laneway.core.resources.matching import Labels
from laneway.core.resources.meta import Meta, Ref
from laneway.core.routing.plan.told_apart import asked_by_anyone

NO_LANE = "callers in no lane"


class ProxyClass(Struct, frozen=True):
    """Reckoning with one name: `gateway`, a `lane` or `none` of them.

    `pods` are those of sidecars, each with how many proxies there are of it; `labels` a gateway's.
    """

    kind: str
    name: str
    count: int
    pods: tuple[Workload, ...] = ()
    labels: Labels = ()


def classes(mesh: Mesh) -> tuple[ProxyClass, ...]:
    """Return the classes of a mesh: gateways first, then lanes by age, then callers in none.

    Where the input holds no pod of a class, one is imagined that counts for none; a gateway whose
    pods it does not hold counts for one.
    """
    selectors = dict.fromkeys(one.selector for one in mesh.gateways.values() if one.selector)
    gateways = [_gateway(mesh, selector) for selector in selectors]
    sidecars = [
        pod
        for pod in mesh.workloads
        if lack_of_sidecar(mesh, pod) is None
        and not any(meets(one, pod.labels) for one in selectors)
    ]
    return (*gateways, *_lanes(mesh, sidecars))


def _gateway(mesh: Mesh, selector: Labels) -> ProxyClass:
    count = sum(pod.replicas for pod in mesh.workloads if meets(selector, pod.labels))
    name = ",".join(f"{key}={value}" for key, value in selector)
    return ProxyClass("gateway", f"gateway {name}", count or 1, (), selector)


def _lanes(mesh: Mesh, sidecars: Iterable[Workload]) -> Iterator[ProxyClass]:
    found: dict[tuple[str, ...], list[Workload]] = {}
    for group in mesh.groups:
        for lane in group.lanes:
            found[_name(mesh, group.name, lane.name),] = []
    for pod in sidecars:
        names = tuple(
            _name(mesh, group.name, lane.name)
            for group in mesh.groups
            for lane in lanes_of(group, pod.labels)
        )
        found.setdefault(names, []).append(pod)
    for names, pods in found.items():
        if names:
            word = "lanes" if len(names) > 1 else "lane"
            yield _class("lane", f"{word} {' and '.join(names)}", pods or _imagined(mesh, names))
    yield _class("none", NO_LANE, found.get((), []) or _imagined(mesh, ()))


def _name(mesh: Mesh, group: str, lane: str) -> str:
    return lane if len(mesh.groups) == 1 else f"{group}/{lane}"


def _class(kind: str, name: str, pods: list[Workload]) -> ProxyClass:
    return ProxyClass(kind, name, sum(pod.replicas for pod in pods), tuple(pods))


def _imagined(mesh: Mesh, names: tuple[str, ...]) -> list[Workload]:
    """Return a pod of a lane, or of none, beside the first service of its group."""
    for group in mesh.groups:
        for lane in (*group.lanes, None):
            own = not names if lane is None else names == (_name(mesh, group.name, lane.name),)
            if own and group.hosts:
                space = mesh.services[group.hosts[0]].namespace
                labels = dict(lane.selector) if lane else {}
                return [Workload(Meta(Ref("Pod", space, "")), labels, replicas=0)]
    return []


class LoadByClass(Struct, frozen=True):
    """What the proxies of a class hold: the one that holds most, and each with its number."""

    most: Load
    each: tuple[tuple[int, Load], ...]


def held_by(proxies: Reckoning, found: Iterable[ProxyClass]) -> Iterator[LoadByClass]:
    """Yield what each class holds."""
    asked = asked_by_anyone(proxies.mesh, proxies.plan)
    selected = {pair for one in proxies.mesh.sidecars for pair in one.workload_selector}
    known: dict[tuple[Caller, int], Load] = {}
    for one in found:
        if one.kind == "gateway":
            held = proxies.gateway(one.labels)
            yield LoadByClass(held, ((one.count, held),))
            continue
        counts: dict[tuple[Caller, int], int] = {}
        for pod in one.pods:
            pairs = (pair for pair in pod.labels.items() if pair in asked or pair in selected)
            key = Caller(pod.namespace, tuple(sorted(pairs))), proxies.inward(pod)
            counts[key] = counts.get(key, 0) + pod.replicas
        for caller, ports in counts:
            if (caller, ports) not in known:
                known[caller, ports] = proxies.sidecar(caller, ports)
        each = tuple((count, known[key]) for key, count in counts.items())
        most = max((held for _, held in each), key=lambda held: held.bytes, default=Load())
        yield LoadByClass(most, each)
