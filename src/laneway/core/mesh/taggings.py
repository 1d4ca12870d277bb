"""Which hash tagging holds at the pods of a gateway.

Comes in: a mesh, a Gateway's selector and the namespaces its pods run in. Goes out: hash rules.
"""

from __future__ import annotations

from collections.abc import Container, Iterator

from laneway.core.mesh.mesh import Mesh
from laneway.core.resources.lanes.tagging import HashRule
from laneway.core.resources.matching import Labels


def tagging_at(mesh: Mesh, selector: Labels, spaces: Container[str]) -> Iterator[HashRule]:
    """Yield the hash rules of the gateway pods that a Gateway's selector selects, oldest first.

    Of these pods no more is known than the selector's labels, and that they run in one of the
    namespaces.
    """
    for tagging in mesh.taggings:
        if tagging.meta.namespace in spaces and set(tagging.workload_selector) <= set(selector):
            yield from tagging.rules
