"""Reads the routes of the Gateway API.

Comes in: a cursor on the object. Goes out: the route, or nothing when it has no name. References
to kinds that are no Service are left out of its backends.
https://gateway-api.sigs.k8s.io/reference/spec/
"""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.resources.kubernetes.gateway_api import ApiRoute, BackendRef, ParentRef
from laneway.core.resources.read_meta import read_meta
from laneway.core.resources.yaml.cursor import Cursor

GATEWAY_API = "gateway.networking.k8s.io"
VERSIONS = ("v1", "v1beta1", "v1alpha2", "v1alpha3")
KINDS = ("HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute")


def read_api_route(kind: str, root: Cursor) -> ApiRoute | None:
    """Read a route of one of the kinds."""
    meta = read_meta(root, kind, namespaced=True)
    if meta is None:
        return None
    spec = root.below("spec")
    own = meta.namespace
    parents = (
        ParentRef(
            _or(entry, "group", GATEWAY_API),
            _or(entry, "kind", "Gateway"),
            entry.text("namespace") or own,
            entry.text("name"),
            entry.port("port"),
            index,
        )
        for index, entry in spec.each("parentRefs")
    )
    return ApiRoute(meta, tuple(parents), tuple(_backends(spec, own)))


def _or(entry: Cursor, key: str, default: str) -> str:
    """Return what is written, also where that is empty; the default where nothing is."""
    return entry.text(key) if entry.written(key) else default


def _backends(spec: Cursor, own: str) -> Iterator[BackendRef]:
    for at, rule in spec.each("rules"):
        for place, entry in rule.each("backendRefs"):
            if _or(entry, "kind", "Service") == "Service" and not entry.text("group"):
                path = ("spec", "rules", at, "backendRefs", place)
                yield BackendRef(entry.text("namespace") or own, entry.text("name"), path)
