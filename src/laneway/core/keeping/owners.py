"""Whose an object is: the owner references that every object of ours bears.

Comes in: the groups an object serves, and what the installation is known by. Goes out: references
that let the garbage collector clear up once all owners are gone, and not before: while one of them
is there, whoever keeps the objects takes them away in safe order. No finalizer is set on anything.
https://kubernetes.io/docs/concepts/architecture/garbage-collection/#owners-dependents
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from laneway.core.emit.status import API_VERSION
from laneway.core.mesh.superseded import GROUP_LABEL, MANAGED_BY

GROUP_KIND = "ASMSwimLaneGroup"
INSTALLATION_KINDS = frozenset({"ClusterRole", "CustomResourceDefinition"})
OUR_LABELS = (MANAGED_BY, GROUP_LABEL, "istioGateway")

Body = Mapping[str, Any]


class Owner(Struct, frozen=True, order=True):
    """Who owns an object: a group, or the installation."""

    api_version: str
    kind: str
    name: str
    uid: str

    @property
    def reference(self) -> dict[str, Any]:
        """Return it as an ownerReference. It controls nothing and keeps nobody from deleting it."""
        return {
            "apiVersion": self.api_version,
            "kind": self.kind,
            "name": self.name,
            "uid": self.uid,
        }


def group_owner(name: str, uid: str) -> Owner:
    """Return a group as an owner."""
    return Owner(API_VERSION, GROUP_KIND, name, uid)


def is_ours(owner: Mapping[str, Any]) -> bool:
    """Whether a reference is one of those that only we write."""
    kind, version = owner.get("kind"), owner.get("apiVersion")
    return kind in INSTALLATION_KINDS or (kind == GROUP_KIND and version == API_VERSION)


def references(owners: Iterable[Owner]) -> list[dict[str, Any]]:
    """Return owners as references, in an order of their own."""
    return [one.reference for one in sorted(owners)]


def owned(body: Body, owners: Iterable[Owner]) -> dict[str, Any]:
    """Return an object as it is applied: with its owners."""
    head = {**body["metadata"], "ownerReferences": references(owners)}
    return {**body, "metadata": head}


def groups_of(body: Body, groups: Sequence[str]) -> tuple[str, ...]:
    """Return the groups an object serves: the one its label names, or those that share it."""
    named = body["metadata"].get("labels", {}).get(GROUP_LABEL)
    return (named,) if named else tuple(groups)
