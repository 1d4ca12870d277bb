"""What a pod's proxy sees of the mesh, by exportTo and by its Sidecar.

Comes in: the mesh and a caller. Goes out: its Scope: which services its proxy knows, which
VirtualServices it holds and which of them goes first, and the object that hides a service. Every
room that asks what somebody sees asks here; which DestinationRules are seen says
`destination_rules`, and where routes can lead `known`. It decides nothing about routes.
https://istio.io/latest/docs/reference/config/annotations/#NetworkingExportTo
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Self

from msgspec import Struct

from laneway.core.findings.place import Step
from laneway.core.mesh.mesh import Caller, Mesh, MeshService
from laneway.core.mesh.sidecars import EVERYTHING, Imports, listener_at, sidecar_of
from laneway.core.resources.istio.networking import (
    DestinationRule,
    ServiceEntry,
    Sidecar,
    VirtualService,
)
from laneway.core.resources.kubernetes.workloads import Service
from laneway.core.resources.meta import Meta

EXPORT_TO = "networking.istio.io/exportTo"
"""The annotation of a Service that says which namespaces see it, with commas between them."""


class Shown(Struct, frozen=True):
    """A VirtualService as far as it decides who is shown it: where it stands and its hosts.

    `spaces` are the namespaces it is exported to, `*` for all and none where nobody sees it.
    """

    namespace: str
    hosts: tuple[str, ...]
    spaces: tuple[str, ...] = ("*",)

    @classmethod
    def of(cls, service: VirtualService, hosts: tuple[str, ...]) -> Self:
        """Return how a user's VirtualService is shown; `hosts` are its hosts, made absolute."""
        space = service.meta.namespace
        return cls(space, hosts, _spaces(service.export_to or (), space))

    @property
    def is_public(self) -> bool:
        """Whether it is exported to every namespace."""
        return "*" in self.spaces

    def nearness(self, namespace: str) -> int | None:
        """Return how near it is to proxies of a namespace, None where it is not exported to them.

        Istio lists what is private to a namespace (0) before what is exported to it by name (1)
        and what everybody is shown (2); among the same, the oldest comes first.

        >>> Shown("shop", ()).nearness("web"), Shown("shop", (), ("shop",)).nearness("shop")
        (2, 0)
        """
        if self.is_public:
            return 2
        if namespace not in self.spaces:
            return None
        return 0 if namespace == self.namespace else 1

    def meets(self, other: Shown) -> bool:
        """Whether the proxies of some namespace may be shown both."""
        some, others = {*self.spaces}, {*other.spaces}
        wide = "*" in some | others
        return bool(some and others and (wide or some & others))


def _spaces(written: Iterable[str], own: str) -> tuple[str, ...]:
    """Read exportTo: `.` is the own namespace, `*` stands above all, `~` above all but that."""
    found = tuple(dict.fromkeys(own if word == "." else word for word in written if word))
    if not found or "*" in found:
        return ("*",)
    return () if "~" in found else found


def exports_of(service: Service) -> tuple[str, ...]:
    """Return the namespaces that are shown a Service, `*` for all; none where nobody is.

    >>> from laneway.core.resources.meta import Meta, Ref
    >>> meta = Meta(Ref("Service", "shop", "cart"), annotations={EXPORT_TO: "., web"})
    >>> exports_of(Service(meta))
    ('shop', 'web')
    """
    words = service.meta.annotations.get(EXPORT_TO, "").split(",")
    return _spaces((word.strip() for word in words), service.meta.namespace)


def shown_like(entry: ServiceEntry) -> Mapping[str, str]:
    """Return the annotation by which a Service would be shown to whom a ServiceEntry is."""
    return {EXPORT_TO: ",".join(entry.export_to)} if entry.export_to else {}


def is_shown(service: Service, namespace: str) -> bool:
    """Whether a Service is exported to the proxies of a namespace."""
    spaces = exports_of(service)
    return "*" in spaces or namespace in spaces


def export_text(thing: VirtualService | DestinationRule) -> str:
    """Say an object's exportTo as it is written."""
    if thing.export_to is None:
        return "no exportTo"
    return f"exportTo [{', '.join(thing.export_to)}]"


class Hider(Struct, frozen=True):
    """The object that hides a service from a proxy, and where it says so.

    `refuses`: calls to what is not seen get an error; else they go to the address that was dialed,
    past every route.
    """

    meta: Meta
    path: tuple[Step, ...]
    refuses: bool = False


class SidecarScope(Struct, frozen=True):
    """What the proxies of a caller see. Where no Sidecar speaks, that is all that is exported."""

    caller: Caller
    sidecar: Sidecar | None = None
    is_gateway: bool = False

    @property
    def namespace(self) -> str:
        """The namespace of the proxies."""
        return self.caller.namespace

    def hider(self, service: MeshService, port: int) -> Hider | None:
        """Return what hides a service's port from callers; None where they see it."""
        sidecar, meta = self.sidecar, service.service.meta
        refuses = sidecar is not None and sidecar.refuses
        if not is_shown(service.service, self.namespace):
            return Hider(meta, ("metadata", "annotations", EXPORT_TO), refuses)
        if sidecar is None or self.imports(service.namespace, service.host, port):
            return None
        return Hider(sidecar.meta, ("spec", "egress"), refuses)

    def imports(self, namespace: str, host: str, port: int) -> bool:
        """Whether no Sidecar keeps a service of a namespace from callers on a port."""
        return self.sidecar is None or self.listener(port).has_service(namespace, host)

    def nearness(self, shown: Shown, port: int) -> int | None:
        """Return how near a VirtualService is to calls to a port, None where it is not seen."""
        near = shown.nearness(self.namespace)
        if near is None or self.sidecar is None:
            return near
        imports = self.listener(port)
        return near if imports.has_routes(shown.namespace, shown.hosts) else None

    def listeners(self) -> list[Imports]:
        """Return what each listener imports."""
        egress = self.sidecar.egress if self.sidecar is not None else ()
        return [Imports.of(one, self.namespace) for one in egress or (EVERYTHING,)]

    def listener(self, port: int) -> Imports:
        """Return what the listener imports that decides calls to a port."""
        sidecar = self.sidecar
        return Imports.of(listener_at(sidecar, port) if sidecar else EVERYTHING, self.namespace)


def scope_of(mesh: Mesh, caller: Caller) -> SidecarScope:
    """Return what the proxy of a caller in the mesh sees; a gateway's is narrowed by no Sidecar."""
    if not mesh.sidecars:
        return SidecarScope(caller)
    return SidecarScope(caller, sidecar_of(mesh.sidecars, caller.namespace, dict(caller.labels)))


def is_narrowed(mesh: Mesh, services: Iterable[MeshService]) -> bool:
    """Whether anything may hide any of the services from some caller."""
    return bool(mesh.sidecars) or any("*" not in exports_of(one.service) for one in services)
