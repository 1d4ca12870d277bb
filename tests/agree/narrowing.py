"""What narrows a drawn mesh: Sidecars, exportTo, gateway namespaces, wildcards, callers outside.

Comes in: the objects of a mesh and a chance. Goes out: the same mesh with such things added or
written into its objects, as somebody might who wants proxies to see less. Istio's admission accepts
them all, so that Istio's own translation can be asked.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from random import Random
from typing import Any

from msgspec.structs import replace

from tests.laws import objects
from tests.laws.asks import Ask
from tests.laws.objects import NETWORKING, Object

SPACES = ("default", "shop", "clients", "istio-system")
EXPORT = "networking.istio.io/exportTo"
OUTSIDE = "lamp.example.test"
"""A host that is no service."""


def narrowed(mesh: Iterable[Object], chance: Random) -> list[Object]:
    """Return a mesh that shows less of itself to its proxies."""
    found: list[Object] = json.loads(json.dumps(list(mesh)))
    if chance.random() < 0.4:
        found = json.loads(json.dumps(found).replace("8000", "80"))
    for one in found:
        _hide(one, chance)
    hosts = [_host(one) for one in _of(found, "Service")]
    found += _sidecars(hosts, chance)
    found += _callers(chance)
    found += _routes(hosts, chance)
    return _aged(found)


def with_ports(asks: Iterable[Ask], chance: Random) -> list[Ask]:
    """Return requests of which some at gateways say the port beside the host."""
    return [
        replace(ask, host=f"{ask.host}:{ask.port}")
        if not ask.caller and chance.random() < 0.3
        else ask
        for ask in asks
    ]


def _of(mesh: Iterable[Object], kind: str) -> list[Object]:
    return [one for one in mesh if one["kind"] == kind]


def _host(service: Object) -> str:
    return objects.host_of(service["metadata"]["name"], service["metadata"]["namespace"])


def _hide(one: Object, chance: Random) -> None:
    """Write exportTo into an object, or a namespace into the hosts of a gateway."""
    roll, own = chance.random(), one["metadata"].get("namespace", "")
    if one["kind"] == "Service" and roll < 0.2:
        spaces = chance.choice((".", "*", "clients", "., istio-system", "default,shop", "~"))
        one["metadata"].setdefault("annotations", {})[EXPORT] = spaces
    elif one["kind"] in ("VirtualService", "DestinationRule") and roll < 0.4:
        others = [space for space in SPACES if space != own]
        wide = (["."], ["*"], [".", chance.choice(others)], [chance.choice(others)])
        # Istio's admission wants a rule for some workloads to be private
        private = "workloadSelector" in one["spec"]
        one["spec"]["exportTo"] = chance.choice((["."], [own]) if private else wide)
    elif one["kind"] == "Gateway" and roll < 0.4:
        for server in one["spec"]["servers"]:
            space = chance.choice((".", "*", "istio-system", "shop", "default"))
            server["hosts"] = [f"{space}/{host}" for host in server["hosts"]]


def _sidecars(hosts: list[str], chance: Random) -> list[Object]:
    """Return up to three Sidecars: of the root namespace, of a namespace, for some pods."""
    found = []
    if chance.random() < 0.4:
        found.append(_sidecar("root", "istio-system", _egress(hosts, chance), chance))
    for number in range(chance.choice((0, 0, 1, 1, 2))):
        space = chance.choice(SPACES[:3])
        one = _sidecar(f"own-{number}", space, _egress(hosts, chance), chance)
        if chance.random() < 0.5:
            labels = chance.choice(({"version": "v1"}, {"app": "cart"}, {"app": "caller"}))
            one["spec"]["workloadSelector"] = {"labels": labels}
        elif any("workloadSelector" not in other["spec"] for other in _near(found, space)):
            continue
        found.append(one)
    return found


def _near(found: list[Object], space: str) -> list[Object]:
    return [one for one in found if one["metadata"]["namespace"] == space]


def _sidecar(name: str, space: str, egress: list[Object], chance: Random) -> Object:
    spec: Object = {"egress": egress}
    if chance.random() < 0.1:
        spec["outboundTrafficPolicy"] = {"mode": chance.choice(("REGISTRY_ONLY", "ALLOW_ANY"))}
    meta = objects.head(name, space)
    return {"apiVersion": NETWORKING, "kind": "Sidecar", "metadata": meta, "spec": spec}


def _egress(hosts: list[str], chance: Random) -> list[Object]:
    """Return one listener for every port, rarely behind one for a port alone."""
    listeners: list[Object] = [{"hosts": _imported(hosts, chance)}]
    if chance.random() < 0.2:
        port = {"number": chance.choice((80, 8000, 7000)), "protocol": "HTTP", "name": "http"}
        listeners.insert(0, {"port": port, "hosts": _imported(hosts, chance)})
    return listeners


def _imported(hosts: list[str], chance: Random) -> list[str]:
    words: list[Any] = ["./*", "*/*", "shop/*", "default/*", "istio-system/*", "clients/*"]
    words += ["*/*.default.svc.cluster.local", "./*.shop.svc.cluster.local"]
    host = chance.choice(hosts)
    space = host.split(".")[1]
    words += [f"./{host}", f"*/{host}", f"{space}/{host}"]
    chosen = chance.sample(words, chance.choice((1, 2, 2, 3)))
    if chance.random() < 0.15:
        chosen.append(chance.choice((f"~*/{host}", f"~{space}/*", "~./*")))
    return list(dict.fromkeys(chosen)) if chance.random() < 0.95 else ["~/*"]


def _callers(chance: Random) -> list[Object]:
    """Return callers outside of all groups, most of which wear the labels of a lane."""
    found = []
    for number in range(chance.choice((0, 1, 1, 2))):
        labels = {"app": "probe"}
        if chance.random() < 0.8:
            tag = chance.choice(("v1", "v2", "v3"))
            labels |= {"version": tag, "ASM_TRAFFIC_TAG": tag}
        space = chance.choice(("clients", "default", "shop", "ops"))
        found.append(objects.deployment(f"probe-{number}", space, labels))
    return found


def _routes(hosts: list[str], chance: Random) -> list[Object]:
    """Return VirtualServices for wildcards and for hosts that are no service, in any namespace."""
    found = []
    for number in range(chance.choice((0, 0, 1, 1, 2))):
        space = chance.choice(SPACES)
        host = chance.choice(hosts)
        wide = ("*.svc.cluster.local", "*.default.svc.cluster.local", "*.shop.svc.cluster.local")
        spoken = chance.choice((*wide, OUTSIDE, host))
        route: Object = {"route": [{"destination": {"host": host}}]}
        if chance.random() < 0.5:
            route["match"] = [{"uri": {"prefix": chance.choice(("/mock", "/api", "/"))}}]
        one = objects.virtual_service(f"wide-{number}", space, [spoken], http=[route])
        _hide(one, chance)
        found.append(one)
    return found


def _aged(mesh: list[Object]) -> list[Object]:
    """Give everything a time where anything has one: an age not known decides nothing then."""
    if any("creationTimestamp" in one["metadata"] for one in mesh):
        taken = {one["metadata"].get("creationTimestamp") for one in mesh}
        free = (f"2026-01-02T{at // 60:02}:{at % 60:02}:00Z" for at in range(1000))
        for one in mesh:
            if "creationTimestamp" not in one["metadata"]:
                one["metadata"]["creationTimestamp"] = next(t for t in free if t not in taken)
    return mesh
