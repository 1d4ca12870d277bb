"""Where everything of a running mesh is, read back from its record.

Comes in: the record another process keeps. Goes out: the placement its proxies were made from, so
that their routes and counters can be worked out again. Apart from `state`, which must load quickly.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from laneway.apps.local.record.state import MeshRecord
from laneway.core.emit.placement import Interception, Placement, PortPlace, Replica
from laneway.core.mesh.mesh import Caller
from laneway.core.resources.meta import Ref


def placement_of(record: MeshRecord) -> Placement:
    """Return where the replicas and gateways of a mesh are."""
    gateways = {
        (tuple(sorted(one.selector.items())), one.port): one.local for one in record.gateways
    }
    replicas = tuple(_replica(one) for one in record.replicas)
    private = None if record.interception is None else Interception(**record.interception)
    return Placement(replicas, gateways, interception=private)


def _replica(found: Mapping[str, Any]) -> Replica:
    caller = found["caller"]
    labels = tuple((key, value) for key, value in caller["labels"])
    return Replica(
        name=found["name"],
        workload=Ref(**found["workload"]),
        caller=Caller(caller["namespace"], labels),
        address=found["address"],
        ports=tuple(PortPlace(**port) for port in found["ports"]),
        outbound=found["outbound"],
        sidecar=found["sidecar"],
        network=found.get("network", ""),
    )
