"""The user's DestinationRules that speak of lane services.

Comes in: a Mesh. Goes out: which rules cover a host, and how they are exported, in words.
"""

from __future__ import annotations

from laneway.core.mesh.mesh import Group, Mesh
from laneway.core.mesh.names import Host
from laneway.core.resources.istio import DestinationRule
from laneway.core.routing.hosts import HostIndex
from laneway.core.routing.subsets import rule_host


def rules_by_host(mesh: Mesh) -> HostIndex[DestinationRule]:
    """Index the user's DestinationRules by their absolute host, oldest first."""
    return HostIndex(mesh.destination_rules, lambda rule: (rule_host(rule),))


def owner(mesh: Mesh, host: Host) -> Group | None:
    """Return the group that routes a host, unless it is held."""
    group = mesh.group(mesh.owner_of.get(host, ""))
    return None if group is None or group.held else group


def export_text(rule: DestinationRule) -> str:
    """Say a rule's exportTo as it is written."""
    if rule.export_to is None:
        return "no exportTo"
    return f"exportTo [{', '.join(rule.export_to)}]"
