"""What the API server says of a pod, read for who runs it; and what is said of it in return.

Comes in: objects of the API as JSON. Goes out: whether a proxy goes with it, its ports, environment
and probe, and the status that a node reports. Pure. It knows the part of the API that programs on
one machine need: no volumes but projected ones, no limits, no init containers.
https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import Struct

from tests.cluster.control_plane import BRIDGE

Json = dict[str, Any]
API_PORT = 443
"""The port by which pods reach the API server."""
PROXY, PROXY_IMAGE = "istio-proxy", "istio/proxyv2"
"""A container of this image is no program but a proxy: a pod without others is a gateway."""


def key(pod: Json) -> str:
    """Return a name that no two pods have at once, fit for a file."""
    meta = pod["metadata"]
    return f"{meta['namespace']}_{meta['name']}_{meta['uid'][:8]}"


def path(pod: Json, more: str = "") -> str:
    """Return where the API server has a pod, or something of it."""
    meta = pod["metadata"]
    return f"/api/v1/namespaces/{meta['namespace']}/pods/{meta['name']}{more}"


def ends(pod: Json) -> bool:
    """Return whether a pod is to end."""
    return "deletionTimestamp" in pod["metadata"]


def programs(pod: Json) -> list[Json]:
    """Return the containers that are programs."""
    found = pod["spec"]["containers"]
    return [one for one in found if not one["image"].startswith(PROXY_IMAGE)]


def ports(pod: Json) -> tuple[int, ...]:
    """Return the ports that a pod's containers declare."""
    found = (port for one in pod["spec"]["containers"] for port in one.get("ports", ()))
    return tuple(one["containerPort"] for one in found if one.get("protocol", "TCP") == "TCP")


def gateway_port(pod: Json) -> int:
    """Return the first port of a gateway, 0 if the pod is none."""
    return 0 if programs(pod) else next(iter(ports(pod)), 0)


def has_sidecar(pod: Json, namespace: Json) -> bool:
    """Return whether a proxy is put beside a pod's programs, as Istio decides it.

    https://istio.io/latest/docs/setup/additional-setup/sidecar-injection
    """
    of_pod = pod["metadata"].get("labels", {}).get("sidecar.istio.io/inject")
    labels = namespace["metadata"].get("labels", {})
    injects = labels.get("istio-injection") == "enabled" or "istio.io/rev" in labels
    return bool(programs(pod)) and (of_pod == "true" or (injects and of_pod != "false"))


def revision(pod: Json, namespace: Json) -> str:
    """Return the version of Istio that a pod's proxy asks, empty where none is named (`1-30`)."""
    labels = {**namespace["metadata"].get("labels", {}), **pod["metadata"].get("labels", {})}
    return str(labels.get("istio.io/rev", "")).replace("-", ".")


def environment(pod: Json, container: Json, address: str) -> dict[str, str]:
    """Return a container's variables; of those that name a field, the fields a program asks for."""
    fields = _fields(pod, address)
    found = {"HOSTNAME": pod["metadata"]["name"], "POD_IP": address}
    found |= {"KUBERNETES_SERVICE_HOST": BRIDGE, "KUBERNETES_SERVICE_PORT": str(API_PORT)}
    for one in container.get("env", ()):
        field = one.get("valueFrom", {}).get("fieldRef", {}).get("fieldPath", "")
        found[one["name"]] = one.get("value", fields.get(field, ""))
    return found


def _fields(pod: Json, address: str) -> dict[str, str]:
    meta = pod["metadata"]
    found = {f"metadata.{name}": str(meta[name]) for name in ("name", "namespace", "uid")}
    return {**found, "status.podIP": address}


class Probe(Struct, frozen=True):
    """How a container is asked whether it is ready: a path, or none where connecting will do."""

    port: int
    path: str
    delay: float
    period: float
    patience: float
    failures: int


def probe(container: Json) -> Probe | None:
    """Return a container's readiness probe, None where it has none of the two kinds known here."""
    told = container.get("readinessProbe", {})
    action = told.get("httpGet") or told.get("tcpSocket")
    if not action:
        return None
    named = {one.get("name"): one["containerPort"] for one in container.get("ports", ())}
    return Probe(
        named.get(action["port"], action["port"]),
        action.get("path", "/") if "httpGet" in told else "",
        told.get("initialDelaySeconds", 0),
        told.get("periodSeconds", 10),
        told.get("timeoutSeconds", 1),
        told.get("failureThreshold", 3),
    )


def projected(pod: Json) -> Iterator[tuple[str, Json]]:
    """Yield the projected sources that a pod's programs mount, each with the folder it is in."""
    mounts = (mount for one in programs(pod) for mount in one.get("volumeMounts", ()))
    folders = {one["name"]: one["mountPath"] for one in mounts}
    for volume in pod["spec"].get("volumes", ()):
        for source in volume.get("projected", {}).get("sources", ()):
            if volume["name"] in folders:
                yield folders[volume["name"]], source


def token_request(pod: Json, told: Json) -> Json:
    """Return what is asked for a token that ends with its pod."""
    bound = {name: pod["metadata"][name] for name in ("name", "uid")}
    return {
        "audiences": [told["audience"]] if "audience" in told else [],
        "expirationSeconds": told.get("expirationSeconds", 3600),
        "boundObjectRef": {"kind": "Pod", "apiVersion": "v1", **bound},
    }


def downward(pod: Json, told: Json) -> dict[str, str]:
    """Return the files that hold fields of the pod."""
    fields = _fields(pod, "")
    return {one["path"]: fields[one["fieldRef"]["fieldPath"]] for one in told.get("items", ())}


def names(services: Iterable[Json]) -> dict[str, str]:
    """Return the names of services that have an address.

    https://kubernetes.io/docs/concepts/services-networking/dns-pod-service
    """
    return {
        f"{one['metadata']['name']}.{one['metadata']['namespace']}.svc.cluster.local": address
        for one in services
        if (address := one["spec"].get("clusterIP", "None")) != "None"
    }


def resolver(namespace: str, server: str) -> str:
    """Return the file by which a pod's programs ask for names: `shop`, `shop.team` and longer."""
    domains = " ".join((f"{namespace}.svc.cluster.local", "svc.cluster.local", "cluster.local"))
    return f"nameserver {server}\nsearch {domains}\noptions ndots:5\n"


class Told(Struct, frozen=True):
    """What a node knows of a container: whether it runs and is ready, how often it began anew.

    `ended` is the code with which it ended the last time.
    """

    running: bool
    ready: bool
    restarts: int = 0
    ended: int | None = None


def status(pod: Json, address: str, told: dict[str, Told]) -> Json:
    """Return the status that a node reports for a pod, of whose containers it knows something.

    A pod of which nothing runs yet is not ready. A container that does not run waits, for its
    command or to be started again. A proxy that was put beside is not among the containers, but the
    pod is not ready without it.
    """
    ready = bool(told) and all(one.ready for one in told.values())
    conditions = {"PodScheduled": True, "ContainersReady": ready, "Ready": ready}
    containers = [
        {
            **{name: container[name] for name in ("name", "image")},
            "imageID": container["image"],
            "ready": told[container["name"]].ready,
            "restartCount": told[container["name"]].restarts,
            "state": {"running" if told[container["name"]].running else "waiting": {}},
            **_last_state(told[container["name"]].ended),
        }
        for container in pod["spec"]["containers"]
        if container["name"] in told
    ]
    return {
        "phase": "Running" if any(one.running for one in told.values()) else "Pending",
        "podIP": address,
        "podIPs": [{"ip": address}],
        "conditions": [{"type": kind, "status": str(holds)} for kind, holds in conditions.items()],
        "containerStatuses": containers,
    }


def _last_state(code: int | None) -> Json:
    """Say how a container ended, if it did."""
    if code is None:
        return {}
    return {"lastState": {"terminated": {"exitCode": code, "reason": "Error" if code else "Done"}}}
