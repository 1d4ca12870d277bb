"""An input for each field that a table names: a mesh with lanes, and one object that has the field.

Comes in: a kind and a path below its `spec`. Goes out: the mesh, the object's identity, and where
in the object the field stands. The object touches lanes and says nothing else that is named.
"""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

from msgspec import Struct

from laneway.core.findings.place import Step
from tests.rules.world import AT_DOOR, Given, mesh, routes, service

A = "a.default.svc.cluster.local"
ROUTE = {"route": [{"destination": {"host": A}}]}
SPECS: dict[str, dict[str, Any]] = {
    "Gateway": {
        "selector": {"istio": "ingressgateway"},
        "servers": [{"port": {"number": 80, "name": "http", "protocol": "HTTP"}, "hosts": ["*"]}],
    },
    "VirtualService": {"hosts": [A]},
    "DestinationRule": {"host": A},
    "Sidecar": {"egress": [{"hosts": ["*/*"]}]},
    "ServiceEntry": {"hosts": [A]},
    "AuthorizationPolicy": {},
    "PeerAuthentication": {},
    "RequestAuthentication": {},
}
BOTH = "[{port: 80, name: http}, {port: 443, name: https}]"
NUMBERS = frozenset({"number", "port", "targetPort", "weight"})


class Provoking(Struct, frozen=True):
    """The input, the object it adds, and the place of the field in that object."""

    given: Given
    subject: str
    place: tuple[Step, ...]


def provoking(kind: str, path: str = "") -> Provoking:
    """Return a mesh with one object of a kind that has the field; without a path a plain one.

    TLS routes speak of ports for TLS alone.
    """
    spec = deepcopy(SPECS[kind])
    if path == "provider.name":
        spec |= {"action": "CUSTOM", "rules": [{}]}
    place = ("spec", *_put(spec, path.replace("[]", ".[]").split("."), kind)) if path else ("spec",)
    group = "security" if kind in ("AuthorizationPolicy", "PeerAuthentication") else "networking"
    group = "security" if kind == "RequestAuthentication" else group
    space = "istio-system" if kind == "Gateway" else "default"
    name = "door" if kind == "Gateway" else "one"
    one = {
        "apiVersion": f"{group}.istio.io/v1",
        "kind": kind,
        "metadata": {"name": name, "namespace": space},
        "spec": spec,
    }
    text = "\n" + json.dumps(one) + "\n"
    parts = {"a": service("a", BOTH)} if path.startswith("tls") else {}
    own = routes("own", "[]", AT_DOOR)
    given = mesh(door=text) if kind == "Gateway" else mesh(text, own, **parts)
    return Provoking(given, f"{kind} {space}/{name}", place)


def _put(into: Any, steps: list[str], kind: str) -> tuple[Step, ...]:
    """Put a value where the steps lead, through what is there already; return the way."""
    step, rest = steps[0], steps[1:]
    if step == "[]":
        if not into:
            into.append(None)
        key: Step = 0
    else:
        key = "one" if step == "*" else step
        into.setdefault(key, None)
    if not rest:
        into[key] = 1 if key in NUMBERS else "x-lane" if kind.startswith("Request") else "x"
        return (key,)
    if into[key] is None:
        into[key] = [] if rest[0] == "[]" else {}
    return (key, *_put(into[key], rest, kind))
