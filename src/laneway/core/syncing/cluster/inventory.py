"""What was applied, as a ConfigMap in the cluster: only what stands there is ever removed.

Comes in: ids and a commit. Goes out: the ConfigMap, and back. It is written before anything that it
names is applied, and what was removed is taken out after, so a process that ends in between forgets
nothing. ApplySets of kubectl mark the objects instead, which changes people's objects and asks for
lists over all kinds. https://github.com/kubernetes/enhancements/tree/master/keps/sig-cli/3659-kubectl-apply-prune
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from laneway.core.mesh.superseded import MANAGED_BY
from laneway.core.syncing.cluster.objects import ObjectId
from laneway.core.syncing.cluster.seen import MANAGER

NAME = "laneway-sync-{}"
SELECTOR = f"{MANAGED_BY}={MANAGER}"
"""By which all of them are found."""
_COMMIT, _OBJECTS, _SOURCE = "commit", "objects", "source"


class Inventory(Struct, frozen=True):
    """What was applied, of which source, and the commit that was brought in whole last."""

    source: str = ""
    commit: str = ""
    ids: frozenset[ObjectId] = frozenset()

    def with_ids(self, ids: Iterable[ObjectId]) -> Inventory:
        """Return it with further objects."""
        return Inventory(self.source, self.commit, self.ids | frozenset(ids))


def config_map(name: str, namespace: str, inventory: Inventory) -> dict[str, Any]:
    """Return the ConfigMap of an Application's inventory."""
    lines = (f"{one.group}/{one.kind}/{one.namespace}/{one.name}" for one in inventory.ids)
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {
            "name": NAME.format(name),
            "namespace": namespace,
            "labels": {MANAGED_BY: MANAGER},
        },
        "data": {
            _SOURCE: inventory.source,
            _COMMIT: inventory.commit,
            _OBJECTS: "".join(f"{line}\n" for line in sorted(lines)),
        },
    }


def inventory_of(body: Mapping[str, Any]) -> Inventory:
    """Read it back; lines of another form are passed by."""
    data = body.get("data") or {}
    parts = [line.split("/") for line in str(data.get(_OBJECTS, "")).splitlines()]
    ids = frozenset(ObjectId(*one) for one in parts if len(one) == 4)
    return Inventory(str(data.get(_SOURCE, "")), str(data.get(_COMMIT, "")), ids)
