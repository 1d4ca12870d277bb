"""The lane filter as a filter of Envoy's, and the listeners it stands in.

Comes in: the groups of a mesh. Goes out: the blocks that stand in a listener before all filters
that look at the route, since the route is chosen by what they write. All of them share one machine
per worker and one memory per Envoy; the settings tell groups and replicas apart, so that nothing
is known here that a sidecar of its own would not know. The module lies beside Envoy under a name
that tells its content. Groups whose applications forward the route header have no filter.
https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/wasm_filter
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TypeVar

from msgspec.structs import replace

from laneway.core.emit.envoy.config import Block
from laneway.core.emit.filter_module import FILE
from laneway.core.emit.lane_filter import Settings, Traced, at_entry, in_order, tidied, traced
from laneway.core.emit.placement import Replica
from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.names import Host
from laneway.core.resources.meta import Ref
from laneway.core.routing.plan.route_plan import GatewayPort

NAME = "laneway"
_WASM = "type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm"
_TEXT = "type.googleapis.com/google.protobuf.StringValue"
BAGGAGE_COUNTERS = ("joined", "cleaned", "dropped", "shortened")
"""What the filter counts of baggage for each group and workload, a request once in each.

Requests whose lines were put on one; whose lane was put first, or on its own; that lost members
without a name or a value; and that lost members beyond what all programs take.
"""
COUNTERS = ("remembered", "restored", "unknown", "ambiguous", "evicted", "contended")
"""What the filter counts for each group and workload, in the words of `wasm/filter.c`.

Requests taken in with a lane; calls given their lane back; calls of which nothing is known; calls
whose trace was met in two lanes; requests pushed out of memory while they ran; and changes of
memory given up because others changed the same place.
"""


def lane_filter(settings: Settings) -> Block:
    """Return the filter that does what some settings say.

    If the filter ever fails, requests go on without it, which leaves them in the baseline.
    """
    return {
        "name": NAME,
        "typed_config": {
            "@type": _WASM,
            "config": {
                "name": NAME,
                "failure_policy": "FAIL_OPEN",
                "configuration": {"@type": _TEXT, "value": json.dumps(settings)},
                "vm_config": {
                    "vm_id": NAME,
                    "runtime": "envoy.wasm.runtime.v8",
                    "code": {"local": {"filename": f"./{FILE}"}},
                },
            },
        },
    }


class LaneFilters:
    """The lane filters of a mesh, place by place."""

    def __init__(self, mesh: Mesh) -> None:
        """Find whose lanes are remembered by trace, and whose baggage is put in order."""
        self._mesh = mesh
        self._of_workload = _by_workload(mesh, traced(mesh))
        self._tidied = _by_workload(mesh, tidied(mesh))

    def coming_from_outside(self, port: GatewayPort) -> list[Block]:
        """Return the filters of a gateway port, in front of all its routes."""
        return [lane_filter(settings) for settings in at_entry(self._mesh, port)]

    def coming_in(self, replica: Replica) -> list[Block]:
        """Return the filters where a replica is dialed."""
        traces = (one.remembering() for one in self._of(replica))
        return [lane_filter(settings) for settings in (*self._in_order(replica), *traces)]

    def going_out(self, replica: Replica) -> list[Block]:
        """Return the filters where a replica calls out."""
        traces = (one.restoring() for one in self._of(replica))
        return [lane_filter(settings) for settings in (*self._in_order(replica), *traces)]

    def _in_order(self, replica: Replica) -> Iterable[Settings]:
        groups = self._tidied.get(replica.workload, ()) if replica.sidecar else ()
        return in_order(self._mesh, group=groups[0], workload=replica.name) if groups else ()

    def _of(self, replica: Replica) -> Iterable[Traced]:
        if replica.sidecar:
            for one in self._of_workload.get(replica.workload, ()):
                yield replace(one, workload=replica.name)


T = TypeVar("T")


def _by_workload(
    mesh: Mesh, groups: Iterable[tuple[T, Iterable[Host]]]
) -> Mapping[Ref, tuple[T, ...]]:
    found: dict[Ref, dict[T, None]] = {}
    for one, hosts in groups:
        for host in hosts:
            for workload in mesh.services[host].workloads:
                found.setdefault(workload.meta.ref, {})[one] = None
    return {ref: tuple(ones) for ref, ones in found.items()}


def counter(group: str, workload: str, what: str) -> str:
    """Return the full name of one of the filter's counters.

    >>> counter("shop", "mocka-v1-0", "ambiguous")
    'wasmcustom.laneway|shop|mocka-v1-0|ambiguous'
    """
    return f"wasmcustom.{NAME}|{group}|{workload}|{what}"
