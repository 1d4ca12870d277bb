"""Objects in the input that Laneway or an ASM controller generated.

They are output that came back as input (a cluster dump, a folder of rendered files). The new
compilation replaces them, so they are never read as a user's own. Recognized by kind, name and
labels together, never by one of them alone.
"""

from __future__ import annotations

from laneway.core.resources.istio.networking import DestinationRule, TrafficLabel, VirtualService
from laneway.core.resources.lanes.tagging import HeaderPropagation

Generated = DestinationRule | VirtualService | TrafficLabel | HeaderPropagation
"""Kinds that controllers of lanes generate."""

MANAGED_BY = "app.kubernetes.io/managed-by"
"""The label that marks Laneway's own objects; its value is `laneway`."""

GROUP_LABEL = "swimlane-group"
"""The label that names an object's lane group, the vendor's and ours."""

MARK_ANNOTATION = "laneway.dev/managed-by"
"""The annotation that marks Laneway's own objects where the labels must be the vendor's."""


def is_generated(thing: Generated) -> bool:
    """Whether a controller of lanes wrote this object."""
    labels = thing.meta.labels
    if labels.get(MANAGED_BY) == "laneway":
        return True
    if thing.meta.annotations.get(MARK_ANNOTATION) == "laneway":
        return True
    if labels.get("provider") != "asm" or labels.get("asm-system") != "true":
        return False
    if isinstance(thing, TrafficLabel | HeaderPropagation):
        return thing.meta.name.startswith(("asm-trafficlabel-", "asm-swimlane-"))
    if thing.meta.name.startswith("trafficlabel-"):
        return GROUP_LABEL in labels
    return isinstance(thing, VirtualService) and "istioGateway" in labels
