"""What stands for the installation: the owner that every object of ours has beside its group.

Comes in: a cluster, a kind and a name. Goes out: an Owner with the uid of now. Whoever deletes it
and makes it anew makes another one, and the garbage collector takes the old one off every object.
"""

from __future__ import annotations

from msgspec import json

from laneway.adapters.kube import Kind
from laneway.apps.operator.seams import Gives
from laneway.core.keeping.owners import Owner

_KINDS = {
    kind.kind: kind
    for kind in (
        Kind("rbac.authorization.k8s.io", "v1", "ClusterRole", "clusterroles", is_namespaced=False),
        Kind(
            "apiextensions.k8s.io",
            "v1",
            "CustomResourceDefinition",
            "customresourcedefinitions",
            is_namespaced=False,
        ),
    )
}


async def installed(cluster: Gives, kind_name: str, name: str) -> Owner:
    """Return what stands for the installation. Raises KubeError where it is not to be had."""
    kind = _KINDS[kind_name]
    head = json.decode(await cluster.get(kind, "", name))["metadata"]
    return Owner(kind.api_version, kind.kind, name, head["uid"])
