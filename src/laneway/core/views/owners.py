"""Who keeps an object: the file it stands in, lanes, a controller of lanes, or a syncer.

Comes in: the head of an object. Goes out: a kind of owner and words. What a syncer keeps is edited
in its repository alone; what lanes make is edited at the lanes.
"""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct

from laneway.core.mesh.superseded import MANAGED_BY, MARK_ANNOTATION, is_generated
from laneway.core.resources.istio.networking import DestinationRule, TrafficLabel, VirtualService
from laneway.core.resources.kinds import Resource
from laneway.core.resources.lanes.tagging import HeaderPropagation
from laneway.core.resources.meta import Meta
from laneway.core.syncing.cluster.seen import SeenObject, kept_by

OwnerKind = Literal["file", "laneway", "asm", "syncer", "controller", "cluster"]


class ObjectOwner(Struct, frozen=True):
    """Who keeps an object, in a word and in words."""

    kind: OwnerKind
    words: str


def owner_of(thing: Resource) -> ObjectOwner:
    """Return who keeps an object: a syncer before all others, since it puts back what is edited."""
    meta = thing.meta
    body: dict[str, Any] = {"metadata": {"labels": meta.labels, "annotations": meta.annotations}}
    if keeper := kept_by(SeenObject(body)):
        return ObjectOwner("syncer", keeper)
    if isinstance(
        thing, DestinationRule | VirtualService | TrafficLabel | HeaderPropagation
    ) and is_generated(thing):
        return _generated(meta)
    if meta.owner is not None:
        return ObjectOwner("controller", str(meta.owner))
    if meta.source.text:
        return ObjectOwner("file", meta.source.path)
    return ObjectOwner("cluster", "whoever applied it")


def _generated(meta: Meta) -> ObjectOwner:
    is_ours = "laneway" in (meta.labels.get(MANAGED_BY), meta.annotations.get(MARK_ANNOTATION))
    if is_ours:
        return ObjectOwner("laneway", "made of lanes by Laneway, and written again after an edit")
    return ObjectOwner("asm", "made of lanes by the vendor's controller")
