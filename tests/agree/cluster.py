"""A drawn mesh as a cluster: the case that Istio's own code is asked about.

Comes in: the objects somebody wrote and what Laneway made of them. Goes out: Services with
addresses, Pods and EndpointSlices, Istio objects in the order Laneway assumes, and one proxy per
workload and per gateway. Nothing here routes: it only gives things addresses.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from laneway.core.compile import Compilation
from laneway.core.mesh.visibility import EXPORT_TO
from laneway.core.resources.meta import Ref
from tests.agree.oracle import Workload
from tests.laws.compiling import emitted
from tests.laws.objects import Object

ROOT = "istio-system"


class PodPlace(Struct, frozen=True):
    """A pod: its workload as `namespace/name`, its own name and its address.

    A workload without replicas has one pod that is not ready: it may call and never answers.
    """

    workload: str
    name: str
    address: str
    labels: Mapping[str, str]
    ready: bool = True

    @property
    def namespace(self) -> str:
        """The pod's namespace."""
        return self.workload.partition("/")[0]

    @property
    def own_name(self) -> str:
        """The workload's name without its namespace."""
        return self.workload.partition("/")[2]


class Cluster(Struct, frozen=True):
    """A case for the oracle, and whose address is whose.

    `workload_at` knows pods by address, `address_of` services (`namespace/name`); a headless
    service has the address `None`.
    """

    things: tuple[Object, ...]
    """Services, EndpointSlices and Pods."""
    routing: tuple[Object, ...]
    """Istio's objects, the oldest first."""
    proxies: tuple[Workload, ...]
    workload_at: Mapping[str, str]
    address_of: Mapping[str, str]
    behind: Mapping[str, tuple[str, ...]] = {}
    """The ready workloads behind each service, for who dials its address."""
    hidden: frozenset[str] = frozenset()
    """Hosts of services exported to nobody (`~`)."""

    @property
    def kubernetes(self) -> str:
        """Services, EndpointSlices and Pods as YAML documents."""
        return _yaml(self.things)

    @property
    def istio(self) -> str:
        """Istio's objects as YAML documents."""
        return _yaml(self.routing)


def cluster_of(
    mesh: list[Object],
    compilation: Compilation,
    number: int = 0,
    ours: Sequence[Object] | None = None,
) -> Cluster:
    """Return the cluster that has a mesh's objects and Laneway's: `ours`, or layout istio's.

    The pods of meshes with different numbers, below 80, have other names and other addresses.
    """
    ours = emitted(compilation) if ours is None else ours
    pods = list(_pods(mesh, number))
    gateways = list(_gateway_pods(mesh, number))
    things = (
        *_services(mesh),
        *(endpoint_slice(service, pods) for service in _of(mesh, "Service")),
        *(pod(place) for place in (*pods, *gateways)),
        *_gateway_services(mesh, gateways),
    )
    return Cluster(
        things,
        tuple(istio_objects(mesh, compilation, ours)),
        tuple(_proxies(pods, gateways)),
        {place.address: place.workload for place in pods},
        {
            f"{item['metadata']['namespace']}/{item['metadata']['name']}": item["spec"]["clusterIP"]
            for item in _services(mesh)
        },
        {
            f"{item['metadata']['namespace']}/{item['metadata']['name']}": tuple(
                sorted({place.workload for place in _selected(item, pods)})
            )
            for item in _services(mesh)
        },
        frozenset(
            f"{item['metadata']['name']}.{item['metadata']['namespace']}.svc.cluster.local"
            for item in _services(mesh)
            if "~" in item["metadata"].get("annotations", {}).get(EXPORT_TO, "")
        ),
    )


def istio_objects(
    mesh: list[Object], compilation: Compilation, ours: Sequence[Object]
) -> list[Object]:
    """Return users' Istio objects and Laneway's, dated so that Istio takes them in plan's order."""
    mesh_of = compilation.mesh
    order = [gateway.meta.ref for gateway in mesh_of.gateways.values()]
    order += [sidecar.meta.ref for sidecar in mesh_of.sidecars]
    order += [rule.meta.ref for rule in mesh_of.destination_rules]
    found = [item for item in mesh if item["kind"] in ("Gateway", "DestinationRule", "Sidecar")]
    found.sort(key=lambda item: order.index(_ref(item)))
    found += [item for item in ours if item["kind"] == "DestinationRule"]
    found += _virtual_services(mesh, compilation, ours)
    return [_dated(item, at) for at, item in enumerate(found)]


def _ref(item: Object) -> Ref:
    return Ref(item["kind"], item["metadata"]["namespace"], item["metadata"]["name"])


def _virtual_services(
    mesh: list[Object], compilation: Compilation, ours: Iterable[Object]
) -> list[Object]:
    """Return VirtualServices in age order.

    An entry is as old as its oldest group where all are dated, else newer than all users' own.
    """
    users = {
        (item["metadata"]["namespace"], item["metadata"]["name"]): item
        for item in _of(mesh, "VirtualService")
    }
    linked = compilation.mesh.virtual_services
    groups = {group.name: group.group.meta.created for group in compilation.mesh.groups}
    dated = all(item.meta.created for item in linked) and all(groups.values())
    found: list[tuple[tuple[str, int], Object]] = [
        ((thing.meta.created if dated else "", at), users[thing.meta.namespace, thing.meta.name])
        for at, thing in enumerate(linked)
    ]
    entries = {
        (entry.gateway.partition("/")[2], entry.host): entry for entry in compilation.plan.entries
    }
    for at, item in enumerate(ours, len(found)):
        if item["kind"] != "VirtualService":
            continue
        age = ""
        if dated and "gateways" in item["spec"]:
            gateway = item["spec"]["gateways"][0].partition("/")[2]
            entry = entries[gateway, item["spec"]["hosts"][0]]
            age = min(groups[name] for name in entry.groups)
        found.append(((age, at), item))
    return [item for _, item in sorted(found, key=lambda pair: pair[0])]


def _dated(item: Object, at: int) -> Object:
    stamp = f"2026-01-01T{at // 3600:02}:{at // 60 % 60:02}:{at % 60:02}Z"
    return {**item, "metadata": {**item["metadata"], "creationTimestamp": stamp}}


def _of(mesh: Iterable[Object], kind: str) -> list[Object]:
    return [item for item in mesh if item["kind"] == kind]


def _pods(mesh: Iterable[Object], mesh_number: int) -> Iterator[PodPlace]:
    number = 0
    for item in _of(mesh, "Deployment"):
        meta, spec = item["metadata"], item["spec"]
        replicas = spec.get("replicas", 1)
        for replica in range(max(1, replicas)):
            number += 1
            yield PodPlace(
                f"{meta['namespace']}/{meta['name']}",
                f"{meta['name']}-{mesh_number}-{replica}",
                f"10.{1 + mesh_number}.{number // 250}.{number % 250 + 1}",
                spec["template"]["metadata"]["labels"],
                ready=replicas > 0,
            )


def _gateway_pods(mesh: Iterable[Object], mesh_number: int) -> Iterator[PodPlace]:
    selectors = {tuple(item["spec"]["selector"].items()) for item in _of(mesh, "Gateway")}
    for number, selector in enumerate(sorted(selectors), 1):
        name = "=".join(selector[0])
        own, address = f"gateway-{mesh_number}-{number}", f"10.{1 + mesh_number}.9.{number}"
        yield PodPlace(f"{ROOT}/{name}", own, address, dict(selector))


def _gateway_services(mesh: Iterable[Object], gateways: Iterable[PodPlace]) -> Iterator[Object]:
    ports = sorted(
        {
            server["port"]["number"]
            for item in _of(mesh, "Gateway")
            for server in item["spec"]["servers"]
        }
    )
    for number, place in enumerate(gateways, 1):
        service: Object = {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": f"gateway-{number}", "namespace": ROOT},
            "spec": {
                "clusterIP": f"10.96.2.{number}",
                "selector": dict(place.labels),
                "ports": [{"name": f"http-{p}", "port": p, "targetPort": p} for p in ports],
            },
        }
        yield service
        yield endpoint_slice(service, [place])


def _services(mesh: Iterable[Object]) -> Iterator[Object]:
    for number, item in enumerate(_of(mesh, "Service"), 1):
        address = item["spec"].get("clusterIP") or f"10.96.1.{number}"
        yield {**item, "spec": {**item["spec"], "clusterIP": address}}


def endpoint_slice(service: Object, pods: Iterable[PodPlace]) -> Object:
    """Return the EndpointSlice of a service, with those of the pods that are ready behind it."""
    meta, spec = service["metadata"], service["spec"]
    selected = _selected(service, pods)
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "addressType": "IPv4",
        "metadata": {
            "name": f"{meta['name']}-1",
            "namespace": meta["namespace"],
            "labels": {"kubernetes.io/service-name": meta["name"]},
        },
        "ports": [
            {"name": port.get("name", ""), "port": port["targetPort"], "protocol": "TCP"}
            for port in spec["ports"]
        ],
        "endpoints": [
            {
                "addresses": [place.address],
                "conditions": {"ready": True},
                "targetRef": {
                    "kind": "Pod",
                    "name": place.name,
                    "namespace": place.namespace,
                },
            }
            for place in selected
        ],
    }


def _selected(service: Object, pods: Iterable[PodPlace]) -> list[PodPlace]:
    """Return the ready pods of a service."""
    meta, spec = service["metadata"], service["spec"]
    return [
        place
        for place in pods
        if place.ready
        and place.namespace == meta["namespace"]
        and spec.get("selector")
        and spec["selector"].items() <= place.labels.items()
    ]


def pod(place: PodPlace) -> Object:
    """Return a pod as the API server has it once it runs."""
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": place.name,
            "namespace": place.namespace,
            "labels": dict(place.labels),
        },
        "spec": {"containers": [{"name": "default", "image": "laneway/mock:1"}]},
        "status": {
            "phase": "Running",
            "podIP": place.address,
            "podIPs": [{"ip": place.address}],
            "conditions": [
                {"type": "Ready", "status": str(place.ready)},
                {"type": "ContainersReady", "status": str(place.ready)},
            ],
        },
    }


def _proxies(pods: Iterable[PodPlace], gateways: Iterable[PodPlace]) -> Iterator[Workload]:
    """Yield one proxy per workload, named like it, and one per gateway selector."""
    first: dict[str, PodPlace] = {}
    for place in pods:
        first.setdefault(place.workload, place)
    for place in first.values():
        yield Workload(place.own_name, place.address, place.namespace, labels=place.labels)
    for place in gateways:
        yield Workload(place.own_name, place.address, ROOT, "router", place.labels)


def _yaml(objects: Iterable[Object]) -> str:
    return "\n---\n".join(json.dumps(item) for item in objects)
