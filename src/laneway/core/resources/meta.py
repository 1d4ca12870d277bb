"""What every Kubernetes object has: kind, names, labels, age, and the place it was read from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from laneway.core.findings.place import Place, Source, Step

_NAMED_ALIKE = frozenset(
    {"DaemonSet.apps.kruise.io", "StatefulSet.apps.kruise.io", "Service.serving.knative.dev"}
)
"""Kinds that share their name with one of Kubernetes, as kubectl tells them apart."""


def kind_of(api_version: str, kind: str) -> str:
    """Return the kind of a `Ref`: with its API group where the name alone means another kind.

    >>> kind_of("apps/v1", "StatefulSet"), kind_of("apps.kruise.io/v1beta1", "StatefulSet")
    ('StatefulSet', 'StatefulSet.apps.kruise.io')
    """
    full = f"{kind}.{api_version.partition('/')[0]}"
    return full if full in _NAMED_ALIKE else kind


class Ref(Struct, frozen=True, order=True):
    """The identity of an object. `namespace` is empty for cluster-scoped kinds."""

    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        """Return `Kind namespace/name`, or `Kind name` without a namespace."""
        place = f"{self.namespace}/{self.name}" if self.namespace else self.name
        return f"{self.kind} {place}"


class Meta(Struct, frozen=True):
    """The head of an object.

    `created` is `metadata.creationTimestamp` as written (RFC 3339), or empty. `owner` is the
    controlling owner of `ownerReferences`, if any. `source` says where the object was read and
    `prefix` the path of the object inside that document (not empty only inside a `List`).
    """

    ref: Ref
    labels: Mapping[str, str] = {}
    annotations: Mapping[str, str] = {}
    created: str = ""
    owner: Ref | None = None
    api_version: str = ""
    source: Source = Source("")
    prefix: tuple[Step, ...] = ()
    raw: Mapping[str, Any] = {}

    @property
    def name(self) -> str:
        """The object's name."""
        return self.ref.name

    @property
    def namespace(self) -> str:
        """The object's namespace, empty for cluster-scoped kinds."""
        return self.ref.namespace

    def place(self, *steps: Step) -> Place:
        """Return the place of a value inside the object."""
        return Place(self.source, self.prefix + steps)

    @property
    def order(self) -> tuple[str, int, tuple[Step, ...]]:
        """The position in the input: file, document, position in a `List`."""
        return (self.source.path, self.source.number, self.prefix)
