"""Routes of the Gateway API: HTTPRoute, GRPCRoute, TCPRoute, TLSRoute.

https://gateway-api.sigs.k8s.io/reference/spec/
Typed is whom they touch: the parents they are attached to, and the Services they lead to. What they
ask of a request stays unread.
"""

from __future__ import annotations

from msgspec import Struct

from laneway.core.findings.place import Step
from laneway.core.resources.meta import Meta


class ParentRef(Struct, frozen=True):
    """What a route is attached to. An empty `group` with the kind `Service` is the mesh.

    `port` is None where the route is for all ports; `index` is the position in `parentRefs`.
    """

    group: str
    kind: str
    namespace: str
    name: str
    port: int | None
    index: int


class BackendRef(Struct, frozen=True):
    """A Service that a route leads to, and the path of the reference."""

    namespace: str
    name: str
    path: tuple[Step, ...]


class ApiRoute(Struct, frozen=True):
    """A route of any of the kinds, told apart by `meta.ref.kind`."""

    meta: Meta
    parents: tuple[ParentRef, ...] = ()
    backends: tuple[BackendRef, ...] = ()
