"""What kinds of objects an API server has, and where they lie.

Comes in: what the server says of itself. Goes out: a `Kind` for each, with the path of its objects.
Which kinds matter is somebody else's question.
https://kubernetes.io/docs/concepts/overview/kubernetes-api/#aggregated-discovery
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import msgspec
from msgspec import Struct


class Kind(Struct, frozen=True):
    """A kind of objects as an API server has it, in the version that the server prefers.

    >>> Kind("apps", "v1", "Deployment", "deployments", True).path("shop", "cart")
    '/apis/apps/v1/namespaces/shop/deployments/cart'
    >>> Kind("", "v1", "Namespace", "namespaces", False).path(name="shop", subresource="status")
    '/api/v1/namespaces/shop/status'
    """

    group: str
    version: str
    kind: str
    resource: str
    is_namespaced: bool
    verbs: frozenset[str] = frozenset()
    """What may be done with it at all, whoever asks: `list`, `watch`, `patch` …"""
    subresources: frozenset[str] = frozenset()
    """Such as `status`."""

    @property
    def api_version(self) -> str:
        """The group and version as objects name them."""
        return f"{self.group}/{self.version}" if self.group else self.version

    def path(self, namespace: str = "", name: str = "", subresource: str = "") -> str:
        """Return where its objects lie, or those of a namespace, or one, or a part of one."""
        root = f"/apis/{self.group}" if self.group else "/api"
        space = f"/namespaces/{quote(namespace)}" if namespace and self.is_namespaced else ""
        parts = (self.resource, quote(name, ":"), subresource)
        return f"{root}/{self.version}{space}" + "".join(f"/{part}" for part in parts if part)


class Extent(Struct, frozen=True):
    """Which objects of a kind, and how much of them."""

    namespace: str = ""
    """All namespaces, where none is said."""
    selector: str = ""
    """Labels, as kubectl takes them."""
    is_metadata_only: bool = False

    def query(self) -> dict[str, str]:
        """Return what is asked beside the path."""
        return {"labelSelector": self.selector} if self.selector else {}


EVERYTHING = Extent()
"""All objects, whole."""


class _Subresource(Struct, rename="camel"):
    subresource: str


class _ResponseKind(Struct, rename="camel"):
    kind: str = ""


class _Resource(Struct, rename="camel"):
    resource: str
    response_kind: _ResponseKind = msgspec.field(default_factory=_ResponseKind)
    scope: str = ""
    verbs: list[str] = []
    subresources: list[_Subresource] = []


class _Version(Struct, rename="camel"):
    version: str
    resources: list[_Resource] = []


class _GroupName(Struct):
    name: str = ""


class _Group(Struct, rename="camel"):
    metadata: _GroupName = msgspec.field(default_factory=_GroupName)
    versions: list[_Version] = []


class _Discovery(Struct, rename="camel"):
    items: list[_Group] = []


_discovery = msgspec.json.Decoder(_Discovery)


def discovered(answer: bytes) -> Iterator[Kind]:
    """Yield the kinds of an aggregated discovery; of several versions only the preferred.

    Raises msgspec.DecodeError where it is none.
    """
    for group in _discovery.decode(answer).items:
        seen: set[str] = set()
        for version in group.versions:
            for one in version.resources:
                kind = one.response_kind.kind
                if kind and kind not in seen:
                    yield _kind(group.metadata.name, version.version, one)
            seen |= {one.response_kind.kind for one in version.resources}


def _kind(group: str, version: str, found: _Resource) -> Kind:
    return Kind(
        group=group,
        version=version,
        kind=found.response_kind.kind,
        resource=found.resource,
        is_namespaced=found.scope == "Namespaced",
        verbs=frozenset(found.verbs),
        subresources=frozenset(one.subresource for one in found.subresources),
    )
