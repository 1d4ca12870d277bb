"""What the API server says of a pod, read for who runs it; and what is said of it in return.

Comes in: objects of the API as JSON. Goes out: whether a proxy goes with it, its ports, environment
and probe, and the status that a node reports. Pure. It knows the part of the API that programs on
one machine need: no volumes but tokens, no limits, no init containers.
https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import Struct

Json = dict[str, Any]
INJECT = "sidecar.istio.io/inject"
REVISION = "istio.io/rev"
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


def is_of(pod: Json, node: str) -> bool:
    """Return whether a pod is a node's, or nobody's yet."""
    return bool(pod["spec"].get("nodeName", node) == node)


def programs(pod: Json) -> list[Json]:
    """Return the containers that are programs."""
    found = pod["spec"]["containers"]
    return [one for one in found if not one["image"].startswith(PROXY_IMAGE)]


def gateway_port(pod: Json) -> int:
    """Return the first port of a gateway, 0 if the pod is none."""
    return 0 if programs(pod) else next(iter(ports(pod)), 0)


def node(name: str) -> Json:
    """Return a node that takes pods."""
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name},
        "status": {"conditions": [{"type": "Ready", "status": "True"}]},
    }


def binding(pod: Json, node: str) -> Json:
    """Return what makes a pod a node's."""
    target = {"apiVersion": "v1", "kind": "Node", "name": node}
    return {
        "apiVersion": "v1",
        "kind": "Binding",
        "metadata": {"name": pod["metadata"]["name"]},
        "target": target,
    }


def has_sidecar(pod: Json, namespace: Json) -> bool:
    """Return whether a proxy is put beside a pod's programs, as Istio decides it.

    https://istio.io/latest/docs/setup/additional-setup/sidecar-injection
    """
    if not programs(pod):
        return False
    of_pod = pod["metadata"].get("labels", {}).get(INJECT)
    labels = namespace["metadata"].get("labels", {})
    injects = labels.get("istio-injection") == "enabled" or REVISION in labels
    return of_pod == "true" or (injects and of_pod != "false")


def revision(pod: Json, namespace: Json) -> str:
    """Return the version of Istio that a pod's proxy asks, empty where none is named (`1-30`)."""
    labels = {**namespace["metadata"].get("labels", {}), **pod["metadata"].get("labels", {})}
    return str(labels.get(REVISION, "")).replace("-", ".")


def ports(pod: Json) -> tuple[int, ...]:
    """Return the ports that a pod's containers declare."""
    return tuple(
        port["containerPort"]
        for container in pod["spec"]["containers"]
        for port in container.get("ports", ())
        if port.get("protocol", "TCP") == "TCP"
    )


def environment(pod: Json, container: Json, address: str) -> dict[str, str]:
    """Return a container's variables; of those that name a field, the fields a program asks for."""
    meta = pod["metadata"]
    fields = {
        "status.podIP": address,
        "metadata.name": meta["name"],
        "metadata.namespace": meta["namespace"],
        "spec.nodeName": pod["spec"].get("nodeName", ""),
    }
    found = {"HOSTNAME": meta["name"], "POD_IP": address}
    for one in container.get("env", ()):
        path = one.get("valueFrom", {}).get("fieldRef", {}).get("fieldPath", "")
        found[one["name"]] = one.get("value", fields.get(path, ""))
    return found


class Probe(Struct, frozen=True):
    """How a container is asked whether it is ready: a path, or none where a connection will do."""

    port: int
    path: str
    headers: tuple[tuple[str, str], ...]
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
        port=named.get(action["port"], action["port"]),
        path=action.get("path", "/") if "httpGet" in told else "",
        headers=tuple((one["name"], one["value"]) for one in action.get("httpHeaders", ())),
        delay=told.get("initialDelaySeconds", 0),
        period=told.get("periodSeconds", 10),
        patience=told.get("timeoutSeconds", 1),
        failures=told.get("failureThreshold", 3),
    )


class Token(Struct, frozen=True):
    """A token of a pod's service account, to be found in a file of a folder."""

    mount: str
    path: str
    audience: str
    seconds: int


def tokens(pod: Json) -> Iterator[Token]:
    """Yield the tokens that a pod's programs mount; all of them see all."""
    mounts = {
        one["name"]: one["mountPath"]
        for container in programs(pod)
        for one in container.get("volumeMounts", ())
    }
    for volume in pod["spec"].get("volumes", ()):
        for source in volume.get("projected", {}).get("sources", ()):
            if (told := source.get("serviceAccountToken")) and volume["name"] in mounts:
                audience, seconds = told.get("audience", ""), told.get("expirationSeconds", 3600)
                yield Token(mounts[volume["name"]], told["path"], audience, seconds)


def hosts(namespace: str, services: Iterable[Json]) -> str:
    """Return the file by which a namespace knows services: as `shop`, `shop.team` and longer.

    https://kubernetes.io/docs/concepts/services-networking/dns-pod-service
    """
    lines = ["127.0.0.1 localhost"]
    for service in services:
        name, home = service["metadata"]["name"], service["metadata"]["namespace"]
        address = service["spec"].get("clusterIP", "None")
        whole = f"{name}.{home}"
        names = [whole, f"{whole}.svc", f"{whole}.svc.cluster.local"]
        if address != "None":
            lines.append(" ".join([address, *([name] if home == namespace else []), *names]))
    return "\n".join(lines) + "\n"


class Told(Struct, frozen=True):
    """What a node knows of a container: whether it runs and is ready, how often it began anew."""

    running: bool
    ready: bool
    restarts: int


def status(pod: Json, address: str, told: dict[str, Told], since: str) -> Json:
    """Return the status that a node reports for a pod, of whose containers it knows something.

    A container that does not run waits, for its command or to be started again.
    """
    ready = all(one.ready for one in told.values())
    conditions = {"PodScheduled": True, "Initialized": True}
    conditions |= {"ContainersReady": ready, "Ready": ready}
    images = {one["name"]: one["image"] for one in pod["spec"]["containers"]}
    return {
        "phase": "Running" if any(one.running for one in told.values()) else "Pending",
        "podIP": address,
        "podIPs": [{"ip": address}],
        "startTime": since,
        "conditions": [{"type": kind, "status": str(holds)} for kind, holds in conditions.items()],
        "containerStatuses": [
            {
                "name": name,
                "image": images[name],
                "imageID": images[name],
                "ready": one.ready,
                "started": one.running,
                "restartCount": one.restarts,
                "state": {"running": {"startedAt": since}}
                if one.running
                else {"waiting": {"reason": "NotRunning"}},
            }
            for name, one in told.items()
            if name in images  # a proxy that was put beside is not among the containers
        ],
    }
