"""Which VirtualServices and Gateways a cluster never takes, since Istio's webhook refuses them.

Comes in: an object as read. Goes out: each reason, with the place inside the object; none for one
that is admitted. Only hosts, names of gateways and of ports, exportTo and the shape of a delegate
are looked at; what routes say has readers of its own. An object that is refused has no effect, so
it is kept apart from those that route, and a rule names it. Hosts of lanes are held to the same.
https://github.com/istio/istio/blob/master/pkg/config/validation/validation.go
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any

from msgspec import Struct

from laneway.core.findings.place import Step
from laneway.core.resources.istio.networking import Gateway, VirtualService
from laneway.core.resources.istio.read_machines import is_ip
from laneway.core.resources.meta import Meta
from laneway.core.resources.yaml.placed import placed

MESH = "mesh"
_LABEL = r"[a-zA-Z0-9](?:[-a-zA-Z0-9]{0,61}[a-zA-Z0-9])?"
_IS_LABEL = re.compile(_LABEL)
_FIRST = re.compile(rf"\*|(?:\*-?)?{_LABEL}")
_LONGEST = 255
_LONGEST_LABEL = 63


class ObjectRefusal(Struct, frozen=True):
    """Why an object is refused, and the path of what is wrong in it."""

    meta: Meta
    path: tuple[Step, ...]
    why: str


def refusals(thing: VirtualService | Gateway) -> Iterator[ObjectRefusal]:
    """Yield every reason for which Istio refuses an object."""
    found = _of_route(thing) if isinstance(thing, VirtualService) else _of_gateway(thing)
    yield from (ObjectRefusal(thing.meta, ("spec", *path), why) for path, why in found)


def is_admitted(thing: VirtualService | Gateway) -> bool:
    """Whether Istio takes an object, as far as is looked at here."""
    return next(refusals(thing), None) is None


def _spec(meta: Meta) -> Mapping[str, Any]:
    """Return what is written under `spec`, also what could not be read."""
    spec = meta.raw.get("spec")
    return spec if isinstance(spec, Mapping) else {}


Flaws = Iterator[tuple[tuple[Step, ...], str]]


def _of_route(service: VirtualService) -> Flaws:
    spec = _spec(service.meta)
    written = [kind for kind in ("http", "tcp", "tls") if getattr(service, kind) or spec.get(kind)]
    if not written:
        yield (), "it has no route"
    if not service.hosts and not spec.get("hosts"):
        for kind in ("gateways", "tcp", "tls"):
            if spec.get(kind):
                yield (kind,), f"without hosts it is a delegate, which has no {kind}"
    yield from _gateway_names(service)
    yield from _hosts(service)
    yield from _exports(service)


def _hosts(service: VirtualService) -> Flaws:
    speaks_to_mesh = not service.gateways or MESH in service.gateways
    sound = True
    for index, host in placed(service.hosts, service.host_places):
        flaw = host_flaw(host)
        if flaw and not (service.tls and host.startswith("outbound_")):
            yield ("hosts", index), flaw
            sound = False
        elif host == "*" and speaks_to_mesh:
            yield ("hosts", index), "a VirtualService of the mesh may not have the host *"
            sound = False
    written = placed(service.hosts, service.host_places)
    for (_, one), (index, other) in combinations(written, 2) if sound else ():
        if _overlap(one, other):
            yield ("hosts", index), f"{other} and {one}, which it has as well, overlap"


def host_flaw(host: str) -> str:
    """Return what is wrong with a host; nothing for a name, a wildcard or an address."""
    first, dot, rest = host.partition(".")
    if len(host) > _LONGEST or len(first) > _LONGEST_LABEL or not _FIRST.fullmatch(first):
        wrong = not is_ip(host)
    else:
        wrong = bool(dot) and not _is_name(rest) and not is_ip(host)
    return f"{host!r} is no name of a host" if wrong else ""


def _is_name(name: str) -> bool:
    """Whether a name consists of labels; the last may be empty, and is no number."""
    *labels, last = name.split(".")
    if re.fullmatch(r"[-+]?[0-9]+", last):
        return False
    return all(map(_IS_LABEL.fullmatch, labels)) and (not last or bool(_IS_LABEL.fullmatch(last)))


def _overlap(one: str, other: str) -> bool:
    if one.startswith("*") and other.startswith("*"):
        return one[1:].endswith(other[1:]) or other[1:].endswith(one[1:])
    if one.startswith("*") or other.startswith("*"):
        wide, name = (one, other) if one.startswith("*") else (other, one)
        return name.endswith(wide[1:])
    return one == other


def _gateway_names(service: VirtualService) -> Flaws:
    """Yield the names of gateways that are none. Behind one without a slash none is looked at."""
    for index, name in placed(service.gateways, service.gateway_places):
        space, slash, short = name.partition("/")
        if not slash:
            if len(name) > _LONGEST or not name or not _is_name(name):
                yield ("gateways", index), f"{name!r} is no name of a gateway"
            return
        if not _IS_LABEL.fullmatch(space) or not _IS_LABEL.fullmatch(short):
            yield ("gateways", index), f"{name!r} is no namespace and name of a gateway"


def _exports(service: VirtualService) -> Flaws:
    seen: set[str] = set()
    spaces = service.export_to or ()
    for index, written in enumerate(spaces):
        space = service.meta.namespace if written == "." else written
        if space != "*" and not _IS_LABEL.fullmatch(space):
            yield ("exportTo", index), f"{written!r} is no namespace"
        elif space in seen:
            yield ("exportTo", index), f"{written!r} is in exportTo already"
        elif space == "*" and len(spaces) > 1:
            yield ("exportTo", index), "beside * nothing may be in exportTo"
        seen.add(space)


def _of_gateway(gateway: Gateway) -> Flaws:
    if not _IS_LABEL.fullmatch(gateway.meta.name):
        yield (), f"{gateway.meta.name!r} is no name of a gateway"
    if not gateway.servers and not _spec(gateway.meta).get("servers"):
        yield (), "it has no server"
    names: set[str] = set()
    for server in gateway.servers:
        at = ("servers", server.index)
        if not server.hosts:
            yield at, "a server has no host"
        for index, host in enumerate(server.hosts):
            if flaw := _server_host_flaw(host):
                yield (*at, "hosts", index), flaw
        if not server.port_name:
            yield (*at, "port"), "a port of a server has no name"
        elif server.port_name in names:
            yield (*at, "port", "name"), f"two ports are called {server.port_name}"
        names.add(server.port_name)


def _server_host_flaw(written: str) -> str:
    space, slash, host = written.partition("/")
    if not slash:
        space, host = "*", written
    if space not in ("*", ".") and not _IS_LABEL.fullmatch(space):
        return f"{space!r} is no namespace"
    if host != "*" and "." not in host:
        return f"{host!r} is no full name of a host"
    if "*" in host and host != "*" and not host.startswith("*."):
        return f"{host!r} has a wildcard that is no whole label"
    return host_flaw(host)
