"""Routes of the Gateway API: HTTPRoute, GRPCRoute, TCPRoute, TLSRoute.

https://gateway-api.sigs.k8s.io/reference/spec/
Typed is whom they touch: the parents they are attached to, and the Services they lead to. What they
ask of a request stays unread.
"""

from __future__ import annotations

from dataclasses import dataclass

from laneway.core.findings.place import Step
from laneway.core.resources.meta import Meta


@dataclass(frozen=True, slots=True)
class ParentRef:
    """What a route is attached to. An empty `group` with the kind `Service` is the mesh.

    `port` is None where the route is for all ports; `index` is the position in `parentRefs`.
    """

    group: str
    kind: str
    namespace: str
    name: str
    port: int | None
    index: int


@dataclass(frozen=True, slots=True)
class BackendRef:
    """A Service that a route leads to, and the path of the reference."""

    namespace: str
    name: str
    path: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class ApiRoute:
    """A route of any of the kinds, told apart by `meta.ref.kind`."""

    meta: Meta
    parents: tuple[ParentRef, ...] = ()
    backends: tuple[BackendRef, ...] = ()
