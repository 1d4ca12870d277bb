"""Objects of a cluster that decide nothing and are shown: releases, and what syncers say.

Comes in: objects as the API server has them. Goes out: of each what people are shown. An object of
another form than it should have is passed by: nothing depends on it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from laneway.adapters.kube import Kind
from laneway.core.keeping.followed import CONFIG_MAP, RELEASE
from laneway.core.keeping.held import Held
from laneway.core.syncing.applications import (
    APPLICATION,
    ApplicationInArgo,
    read_application_in_argo,
)
from laneway.core.syncing.cluster.inventory import inventory_of
from laneway.core.views.syncers import KeptInventory

_object = msgspec.json.Decoder(dict[str, Any])
Body = Mapping[str, Any]


class HeldBeside(Held, frozen=True):
    """One of them; the others are None."""

    release: Body | None = None
    application: ApplicationInArgo | None = None
    inventory: KeptInventory | None = None


class SeenBeside(Struct, frozen=True):
    """All of them, each kind by name."""

    releases: tuple[Body, ...] = ()
    applications: tuple[ApplicationInArgo, ...] = ()
    inventories: tuple[KeptInventory, ...] = ()


def beside_of(held: Iterable[Held]) -> SeenBeside:
    """Return what there is of each kind."""
    found = [one for one in held if isinstance(one, HeldBeside)]
    releases = [one.release for one in found if one.release is not None]
    argo = [one.application for one in found if one.application is not None]
    kept = [one.inventory for one in found if one.inventory is not None]
    return SeenBeside(
        tuple(sorted(releases, key=lambda one: str(one["metadata"].get("name")))),
        tuple(sorted(argo, key=lambda one: (one.metadata.namespace, one.metadata.name))),
        tuple(sorted(kept, key=lambda one: (one.namespace, one.name))),
    )


def _release(kind: Kind, raw: bytes) -> HeldBeside:
    value = {"apiVersion": kind.api_version, "kind": kind.kind, **_object.decode(raw)}
    head = value.get("metadata") or {}
    value["metadata"] = {key: one for key, one in head.items() if key != "managedFields"}
    return HeldBeside(None, release=value)


def _application(_: Kind, raw: bytes) -> HeldBeside:
    return HeldBeside(None, application=read_application_in_argo(raw))


def _inventory(_: Kind, raw: bytes) -> HeldBeside:
    value = _object.decode(raw)
    head = value.get("metadata") or {}
    names = str(head.get("name", "")), str(head.get("namespace", ""))
    return HeldBeside(None, inventory=KeptInventory(*names, inventory_of(value)))


READ_BESIDE: Mapping[tuple[str, str], Callable[[Kind, bytes], HeldBeside]] = {
    RELEASE: _release,
    APPLICATION: _application,
    CONFIG_MAP: _inventory,
}
"""How each kind is read."""
