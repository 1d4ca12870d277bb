"""What leads from addresses of services to their pods, on the node: pods without a proxy need it.

Comes in: services and pods of the API server. Goes out: a program between the pods' networks, which
`service_addresses` is, and the file that it leads by.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from pyroute2.netlink.rtnl import RTM_NEWROUTE, rt_proto, rt_scope, rt_type
from pyroute2.netlink.rtnl.rtmsg import rtmsg

from laneway.adapters.netns import PrivateNetwork
from laneway.adapters.netns.links import LOOPBACK
from laneway.adapters.netns.messages import message, tell
from tests.cluster import pods, service_addresses
from tests.cluster.children import BOUND, Children
from tests.cluster.control_plane import SERVICES
from tests.cluster.pod_processes import ENTERING, PYTHON
from tests.cluster.pods import Json

LOCAL_TABLE, OPEN_ANY_PORT = 255, 10
"""The kernel's numbers for the table of its own addresses, and for CAP_NET_BIND_SERVICE."""


class LedServices:
    """The addresses of all services, led to pods for as long as `children` live."""

    def __init__(
        self, network: PrivateNetwork, folder: Path, children: Children, told: Mapping[str, str]
    ) -> None:
        self.file = folder / "services.json"
        tell(network.routes, "take the services' addresses", [_own(SERVICES)])
        user = (f"user={network.user}",) if network.user else ()
        inside = (*user, f"network={network.mesh}", f"keep={OPEN_ANY_PORT}")
        script = Path(service_addresses.__file__)
        children.start(
            "services", (*ENTERING, *inside, "--", *BOUND, *PYTHON, script, self.file), told
        )

    def settle(self, services: Iterable[Json], listed: Collection[Json]) -> None:
        """Lead to the pods that are ready now."""
        fresh = self.file.with_suffix(".fresh")
        fresh.write_text(json.dumps(ready_at(services, listed)))
        fresh.replace(self.file)


def _own(network: str) -> bytes:
    """Return the message by which all addresses of a network are the kernel's own."""
    address, _, length = network.partition("/")
    how = {"scope": rt_scope["host"], "type": rt_type["local"], "proto": rt_proto["static"]}
    head = {"family": socket.AF_INET, "table": LOCAL_TABLE, "dst_len": int(length), **how}
    return message(rtmsg, RTM_NEWROUTE, head, ("RTA_DST", address), ("RTA_OIF", LOOPBACK))


def ready_at(services: Iterable[Json], listed: Collection[Json]) -> dict[str, list[str]]:
    """Return where the ready pods of services listen, by each address and port of these.

    https://kubernetes.io/docs/concepts/services-networking/service
    """
    found = {}
    for one in services:
        spec, home = one["spec"], one["metadata"]["namespace"]
        chosen = spec.get("selector", {}).items()
        if spec.get("clusterIP", "None") == "None" or not chosen:
            continue
        ready = [
            pod
            for pod in listed
            if pod["metadata"]["namespace"] == home
            and chosen <= pod["metadata"].get("labels", {}).items()
            and _is_ready(pod)
        ]
        for port in spec.get("ports", ()):
            if port.get("protocol", "TCP") == "TCP":
                at = ((pod["status"]["podIP"], _target(pod, port)) for pod in ready)
                where = f"{spec['clusterIP']}:{port['port']}"
                found[where] = sorted(f"{address}:{to}" for address, to in at if to)
    return found


def _is_ready(pod: Json) -> bool:
    told = {one["type"]: one["status"] for one in pod.get("status", {}).get("conditions", ())}
    return not pods.ends(pod) and told.get("Ready") == "True" and "podIP" in pod["status"]


def _target(pod: Json, port: Json) -> int:
    """Return the port of a pod that one of a service leads to, 0 where it has none so named."""
    told = port.get("targetPort", port["port"])
    if isinstance(told, int):
        return told
    opened = (one for each in pod["spec"]["containers"] for one in each.get("ports", ()))
    return next((int(one["containerPort"]) for one in opened if one.get("name") == told), 0)
