"""The switch for sidecar injection in a namespace of a cluster, by the rights of a client.

Comes in: a client, a namespace, what is wanted. Goes out: the labels that changed, written at the
version that was read, so that nothing is overwritten that somebody else did meanwhile.
"""

from __future__ import annotations

from msgspec import Struct, json

from laneway.adapters.kube import Client, Kind
from laneway.adapters.kube.reviews import may
from laneway.core.edits.injection_labels import switched

_NAMESPACE = Kind("", "v1", "Namespace", "namespaces", is_namespaced=False)


class _NamespaceHead(Struct, rename="camel"):
    labels: dict[str, str] | None = None
    resource_version: str = ""


class _NamespaceRead(Struct):
    metadata: _NamespaceHead


_namespace = json.Decoder(_NamespaceRead)


async def may_switch(client: Client, name: str) -> bool:
    """Return whether a user may write the labels of a namespace. Raises KubeError."""
    return await may(client, "patch", _NAMESPACE, name, name)


async def switch(
    client: Client, name: str, *, on: bool, revision: str = ""
) -> dict[str, str | None]:
    """Switch it. Raises Conflict where the namespace is another by then, KubeError."""
    found = _namespace.decode(await client.get(_NAMESPACE, "", name)).metadata
    labels = switched(found.labels or {}, on=on, revision=revision)
    if labels:
        head = {"name": name, "resourceVersion": found.resource_version, "labels": labels}
        await client.merge(_NAMESPACE, {"apiVersion": "v1", "kind": "Namespace", "metadata": head})
    return labels
