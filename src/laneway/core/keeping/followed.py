"""The kinds of a cluster that are followed, and those without which nothing can be done.

Templates of pods are not: the pods themselves say what runs. Nor are EndpointSlices, since a pod
says by itself whether it is ready. Releases, which move weights and are no routes, and what syncers
say of themselves decide nothing: they are shown to people and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping

from laneway.core.emit.status import API_VERSION
from laneway.core.resources.kubernetes.read_templates import FORMS
from laneway.core.resources.read import is_read, read_kinds
from laneway.core.resources.releases.plan import API_GROUP, KIND
from laneway.core.syncing.applications import APPLICATION
from laneway.core.syncing.cluster.inventory import SELECTOR

GROUP, LANE = "ASMSwimLaneGroup", "ASMSwimLane"
VENDOR = API_VERSION.partition("/")[0]
ISTIO = "networking.istio.io"
NEEDED: tuple[tuple[str, str], ...] = (
    (VENDOR, GROUP),
    (VENDOR, LANE),
    (ISTIO, "VirtualService"),
    (ISTIO, "DestinationRule"),
    ("", "Service"),
    ("", "Pod"),
)
"""API group and name of the kinds without which nothing is done."""
OURS: tuple[tuple[str, str], ...] = NEEDED[2:4]
"""The kinds of the objects that are written."""
_NOT_FOLLOWED = frozenset({*FORMS, ("discovery.k8s.io", "EndpointSlice"), (API_GROUP, KIND)})
FOLLOWED = frozenset(read_kinds() - _NOT_FOLLOWED)
"""API group and name of every kind that is followed where the server has it."""

RELEASE = API_GROUP, KIND
CONFIG_MAP = "", "ConfigMap"
SHOWN: Mapping[tuple[str, str], str] = {RELEASE: "", APPLICATION: "", CONFIG_MAP: SELECTOR}
"""API group and kind of what is shown beside that, and the labels of what is meant of it."""


def is_followed(group: str, version: str, kind: str) -> bool:
    """Whether a kind is followed as the server has it."""
    return (group, kind) in FOLLOWED and is_read(group, version, kind)
