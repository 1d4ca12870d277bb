"""Reads a raw policy of Istio's, such as a trafficPolicy: what decides how, not where.

Comes in: a cursor on the object around it, and the shapes of the fields that are known. Goes out:
the raw policy without fields that hold a mapping where Istio has a list and the like, each noted:
nobody further on looks at such a value. Values of the right form stay as they are, since the
cluster that holds the object judges them; so do fields that nobody here knows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from laneway.core.resources.istio.policy_shapes import TRAFFIC
from laneway.core.resources.istio.shapes import Shape, misshapen
from laneway.core.resources.yaml.cursor import Cursor


def read_traffic_policy(entry: Cursor) -> Mapping[str, Any] | None:
    """Read `trafficPolicy`, of a DestinationRule or of a subset; None where none is written."""
    policy = entry.mapping("trafficPolicy")
    if not policy:
        return policy
    below = entry.below("trafficPolicy")
    return {name: value for name, value in policy.items() if is_well_formed(below, name, TRAFFIC)}


def is_well_formed(policy: Cursor, name: str, shapes: Mapping[str, Shape]) -> bool:
    """Whether a field has the form of its shape, if there is one; what differs is noted."""
    shape = shapes.get(name)
    flaws = [] if shape is None else list(misshapen(policy.raw[name], shape, (name,)))
    for path, wanted, value in flaws:
        policy.wrong_at(path, wanted, value)
    return not flaws
