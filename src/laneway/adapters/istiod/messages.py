"""What is said to istiod and what it answers, in the words of Envoy's discovery service.

Comes in: who asks for what. Goes out: bytes of requests; and of responses what an observer looks
at. Route tables are asked for in deltas. Clusters are not: of names that do not exist yet istiod
forgets the subscription with its first answer, where it speaks in deltas, and the state of the
world is told by name.
https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b
from typing import Literal

from msgspec import Struct

from laneway.adapters.istiod.protobuf import first, inner, number_of, part, text, text_of
from laneway.core.live.seen import Route, SentHost

PREFIX = "type.googleapis.com/envoy.config."
TABLE = f"{PREFIX}route.v3.RouteConfiguration"
CLUSTER = f"{PREFIX}cluster.v3.Cluster"
ENDPOINTS = f"{PREFIX}endpoint.v3.ClusterLoadAssignment"
DEBUG = "istio.io/debug"
"""What istiod's debug pages are called where they are asked for as resources."""

Form = Literal["delta", "state"]


class Node(Struct, frozen=True):
    """Who a proxy says it is: its kind, an address, its pod's name and namespace, and labels.

    One that names no cluster is taken to be in istiod's own.
    """

    kind: Literal["sidecar", "router"]
    address: str
    name: str
    namespace: str
    labels: Mapping[str, str] = {}
    generator: str = ""
    """Whose form of resources istiod gives; empty is Envoy's."""

    @property
    def id(self) -> str:
        """The name that istiod knows it by."""
        domain = f"{self.namespace}.svc.cluster.local"
        return f"{self.kind}~{self.address}~{self.name}.{self.namespace}~{domain}"

    def spelled(self) -> bytes:
        """Spell it as Envoy's Node."""
        told: dict[str, str | Mapping[str, str]] = {
            "NAMESPACE": self.namespace,
            "INSTANCE_IPS": self.address,
            "GENERATOR": self.generator,
            "LABELS": self.labels,
        }
        metadata = _struct({key: value for key, value in told.items() if value})
        return text(1, self.id) + text(2, f"{self.name}.{self.namespace}") + part(3, metadata)


class Response(Struct, frozen=True):
    """An answer: its kind, the nonce to acknowledge it by, and its resources with their names.

    In deltas a resource has its name beside it; in the state of the world it is in the resource.
    """

    kind: str
    nonce: str
    resources: tuple[memoryview, ...]
    removed: tuple[str, ...] = ()


def request(form: Form, kind: str, names: Iterable[str], node: Node | None = None) -> bytes:
    """Spell a request for resources by name; the first on a stream says who asks."""
    who = node.spelled() if node is not None else b""
    if form == "delta":
        asked = b"".join(text(3, name) for name in names)
        return (part(1, who) if who else b"") + text(2, kind) + asked
    asked = b"".join(text(3, name) for name in names)
    return (part(2, who) if who else b"") + asked + text(4, kind)


def acknowledgement(form: Form, answer: Response, names: Iterable[str]) -> bytes:
    """Spell that an answer is taken; the state of the world is asked for by all names again."""
    if form == "delta":
        return text(2, answer.kind) + text(6, answer.nonce)
    asked = b"".join(text(3, name) for name in names)
    return text(1, answer.nonce) + asked + text(4, answer.kind) + text(5, answer.nonce)


def response(form: Form, message: bytes) -> Response:
    """Read an answer. Raises MalformedError."""
    view = memoryview(message)
    carried = inner(view, 2)
    wrapped = (first(one, 2) for one in carried) if form == "delta" else carried
    removed = (
        tuple(str(one, "utf-8", "replace") for one in inner(view, 6)) if form == "delta" else ()
    )
    resources = tuple(first(one, 2) for one in wrapped)
    return Response(text_of(view, 4), text_of(view, 5), resources, removed)


def table(resource: memoryview) -> tuple[str, Mapping[str, SentHost]]:
    """Read a route table: its name, and its virtual hosts by theirs."""
    hosts = (_virtual_host(one) for one in inner(resource, 2))
    return text_of(resource, 1), dict(hosts)


def cluster_name(resource: memoryview) -> str:
    """Read a cluster's name."""
    return text_of(resource, 1)


def endpoints(resource: memoryview) -> tuple[str, frozenset[str]]:
    """Read a cluster's name and the addresses behind it, whatever their health."""
    found = []
    for place in inner(resource, 2):
        for one in inner(place, 2):
            address = first(first(first(one, 1), 1), 1)
            found.append(text_of(address, 2))
    return text_of(resource, 1), frozenset(found)


def _virtual_host(message: memoryview) -> tuple[str, SentHost]:
    routes = [*inner(message, 3)]
    whole = blake2b(digest_size=16)
    for one in routes:
        whole.update(one)
    return text_of(message, 1), SentHost(tuple(map(_route, routes)), whole.digest())


def _route(message: memoryview) -> Route:
    action = first(message, 2)
    if only := text_of(action, 1):
        return Route(text_of(message, 14), ((only, 0),))
    parts = tuple(_weighted(first(action, 3)))
    if len(parts) == 1:
        parts = ((parts[0][0], 0),)
    return Route(text_of(message, 14), parts)


def _weighted(clusters: memoryview) -> Iterator[tuple[str, int]]:
    for one in inner(clusters, 1):
        yield text_of(one, 1), number_of(first(one, 2), 1)


def _struct(told: Mapping[str, str | Mapping[str, str]]) -> bytes:
    """Spell a google.protobuf.Struct of texts and structs of texts."""
    return b"".join(part(1, text(1, key) + part(2, _value(value))) for key, value in told.items())


def _value(value: str | Mapping[str, str]) -> bytes:
    if isinstance(value, str):
        return part(3, value.encode())
    return part(5, _struct(value))
