"""The user's DestinationRules that speak of lane services.

Comes in: a Mesh. Goes out: which rules cover a host.
"""

from __future__ import annotations

from laneway.core.mesh.destination_rules import rule_host
from laneway.core.mesh.hosts import HostIndex
from laneway.core.mesh.mesh import Mesh
from laneway.core.resources.istio.networking import DestinationRule


def rules_by_host(mesh: Mesh) -> HostIndex[DestinationRule]:
    """Index the user's DestinationRules by their absolute host, oldest first."""
    return HostIndex(mesh.destination_rules, lambda rule: (rule_host(rule),))
