"""Who keeps the objects of a cluster in step with a repository, as far as the cluster says.

Comes in: Applications of Argo CD with their status, what `laneway sync` has written down, and the
objects themselves. Goes out: for each syncer what it follows and how each of its objects stands;
and objects that say to be kept by one of which nothing else is seen here. Nothing is worked out:
what a syncer does not say of an object is not known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from laneway.core.mesh.snapshot import Snapshot
from laneway.core.resources.meta import Ref, kind_of
from laneway.core.resources.releases.plan import API_GROUP as RELEASES
from laneway.core.syncing.applications import ApplicationInArgo, ResourceInArgo
from laneway.core.syncing.cluster.inventory import NAME, Inventory
from laneway.core.views.owners import owner_of

View = dict[str, Any]
_LANES = frozenset({"istio.alibabacloud.com", "networking.istio.io", RELEASES})
"""API groups of what lanes are made of and become."""


class KeptInventory(Struct, frozen=True):
    """What `laneway sync` has written down of an Application, and where."""

    name: str
    namespace: str
    inventory: Inventory

    @property
    def application(self) -> str:
        """The name of the Application that it is of."""
        return self.name.removeprefix(NAME.format(""))


def syncers_view(
    snapshot: Snapshot,
    applications: Iterable[ApplicationInArgo],
    inventories: Iterable[KeptInventory],
) -> list[View]:
    """Return who keeps what; the objects that nobody's record names come last."""
    shown = [_argo(one) for one in applications if _is_of_lanes(one)]
    kept = list(inventories)
    there = {one.meta.ref for one in snapshot.resources} if kept else set()
    shown += [_inventory(one, there) for one in kept]
    known = {_named(one) for syncer in shown for one in syncer["resources"]}
    others = list(_others(snapshot, known))
    return [*shown, _beside(others)] if others else shown


def _is_of_lanes(one: ApplicationInArgo) -> bool:
    return any(each.group in _LANES for each in one.status.resources)


def _argo(one: ApplicationInArgo) -> View:
    source, sync, health = one.source, one.status.sync, one.status.health
    return {
        "by": "Argo CD",
        "name": one.metadata.name,
        "namespace": one.metadata.namespace,
        "repository": source.repo_url,
        "folder": source.path,
        "targetRevision": source.target_revision,
        "isAutomated": one.is_automated,
        "revision": one.revision,
        "sync": sync.status,
        "health": {"status": health.status, "message": health.message},
        "resources": [_resource(each) for each in one.status.resources],
    }


def _resource(one: ResourceInArgo) -> View:
    version = f"{one.group}/{one.version}" if one.group else one.version
    health = one.health and {"status": one.health.status, "message": one.health.message}
    return {
        "kind": kind_of(version, one.kind),
        "namespace": one.namespace,
        "name": one.name,
        "status": one.status,
        "health": health,
        "requiresPruning": one.requires_pruning,
    }


def _inventory(one: KeptInventory, there: set[Ref]) -> View:
    """Return what was applied: whether it is as it was applied only `laneway sync` knows."""
    kinds = {ref.kind for ref in there}
    resources = []
    for each in sorted(one.inventory.ids):
        ref = Ref(kind_of(f"{each.group}/", each.kind), each.namespace, each.name)
        is_missing = ref.kind in kinds and ref not in there
        resources.append(
            {
                "kind": ref.kind,
                "namespace": ref.namespace,
                "name": ref.name,
                "status": "OutOfSync" if is_missing else "Unknown",
                "health": {"status": "Missing", "message": ""} if is_missing else None,
                "requiresPruning": False,
            }
        )
    return {
        "by": "laneway sync",
        "name": one.application,
        "namespace": one.namespace,
        "repository": one.inventory.source,
        "folder": None,
        "targetRevision": "",
        "isAutomated": None,
        "revision": one.inventory.commit,
        "sync": "Unknown",
        "health": None,
        "resources": resources,
    }


def _others(snapshot: Snapshot, known: set[Ref]) -> Iterator[tuple[Ref, str]]:
    """Yield objects that say to be kept by a syncer whose own word is not seen here."""
    for one in snapshot.resources:
        ref = one.meta.ref
        if ref.kind == "Pod" or ref in known:  # nobody keeps a pod in Git, and they are many
            continue
        if (kept := owner_of(one)).kind == "syncer":
            yield ref, kept.words


def _beside(others: Sequence[tuple[Ref, str]]) -> View:
    return {
        "by": "",
        "resources": [
            {
                "kind": ref.kind,
                "namespace": ref.namespace,
                "name": ref.name,
                "keptBy": words,
            }
            for ref, words in sorted(others)
        ],
    }


def _named(one: Mapping[str, Any]) -> Ref:
    return Ref(one["kind"], one["namespace"], one["name"])
