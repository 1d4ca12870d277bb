"""Whether the order of objects is known, or rests on where they stand in files.

Comes in: objects in age order. Goes out: whether a cluster may order them otherwise. Only the API
server sets creationTimestamp, so files rarely have one.
https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/object-meta/
"""

from __future__ import annotations

from collections.abc import Iterable

from laneway.core.mesh.age import HasMeta


def doubt(objects: Iterable[HasMeta]) -> bool:
    """Whether the age order of these objects is not sure: a time is missing or doubled."""
    times = [thing.meta.created for thing in objects]
    return len(times) > 1 and (not all(times) or len(set(times)) < len(times))
