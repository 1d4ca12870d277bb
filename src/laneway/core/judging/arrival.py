"""What the gateway did with a probe's requests, in numbers.

Comes in: a probe, what came of sending it, and what was counted. Goes out: how many the promised
rule decided, how many others did, and each share of a split. Requests that came in beside the
probe's own are known only by their number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from msgspec import Struct

from laneway.core.emit.envoy.clusters import ClusterNames
from laneway.core.emit.envoy.tables import gateway_table_name
from laneway.core.judging.ledger import Call, Seen, Unrouted
from laneway.core.judging.row import ShareRow
from laneway.core.judging.sent import Sent
from laneway.core.judging.shares import bounds
from laneway.core.mesh.mesh import Mesh
from laneway.core.routing.ask.reach import lane_of_share
from laneway.core.routing.plan.gateways import gateway_scope
from laneway.core.routing.plan.route_plan import Destination, Forward, RoutePlan, Share
from laneway.core.rules.questions.words import short_host
from laneway.core.search.probes import Probe


class Arrival(Struct, frozen=True):
    """How a probe's requests came in.

    `mine` are the calls of the promised rule, `others` those of other rules of the same port.
    `strangers` counts requests that are not the probe's; `clusters` are where the rule leads.
    """

    table: str
    sent: Sent
    mine: tuple[Call, ...]
    others: tuple[Call, ...]
    strangers: int
    is_forward: bool
    status: int
    clusters: tuple[str, ...] = ()

    @property
    def astray(self) -> int:
        """How many of the probe's requests another rule decided; strangers get the benefit."""
        decided = sum(call.sent for call in self.others)
        return min(max(0, decided - self.strangers), self.sent.total)

    @property
    def reached(self) -> int:
        """How many of the probe's requests came to a pod by the promised rule."""
        return min(sum(call.sent for call in self.mine), self.sent.total - self.astray)

    @property
    def unexpected(self) -> Mapping[int, int]:
        """The answers whose status is not the promised one."""
        return {status: n for status, n in self.sent.statuses.items() if status != self.status}


def arrival(plan: RoutePlan, probe: Probe, sent: Sent, seen: Seen) -> Arrival:
    """Sort what a gateway's port counted into the probe's promise and the rest."""
    names, proxy = ClusterNames(plan), gateway_scope(probe.gateway.selector).caller
    table = gateway_table_name(probe.gateway)
    here = [call for call in seen.calls if call.route.table == table]
    mine = tuple(call for call in here if _is_of(call, probe))
    rule = probe.promise.rule
    forward = rule.action if rule is not None and isinstance(rule.action, Forward) else None
    shares = forward.shares if forward else ()
    return Arrival(
        table,
        sent,
        mine,
        tuple(call for call in here if call not in mine),
        max(0, sum(seen.entered.values()) - sent.total),
        forward is not None,
        probe.promise.status or 0,
        tuple(names.name(share.destination, proxy) for share in shares),
    )


def _is_of(call: Call, probe: Probe) -> bool:
    rule = probe.promise.rule
    return (
        rule is not None
        and call.route.host == probe.domain.lower()
        and (call.route.origin, call.route.rule) == (rule.origin, rule.name)
    )


def share_rows(
    mesh: Mesh, plan: RoutePlan, probe: Probe, seen: Seen, taking: Callable[[str], str]
) -> tuple[ShareRow, ...]:
    """Return each share of a split; nothing for a rule that leads to one destination.

    Shares that the pods of one cluster take are one: `taking` says which cluster that is.
    """
    rule = probe.promise.rule
    if rule is None or not isinstance(rule.action, Forward) or len(rule.action.shares) < 2:
        return ()
    names, proxy = ClusterNames(plan), gateway_scope(probe.gateway.selector).caller
    merged: dict[str, list[Share]] = {}
    for share in rule.action.shares:
        name = taking(names.name(share.destination, proxy))
        merged.setdefault(name, []).append(share)
    counted = {name: _came(probe, seen, name) for name in merged}
    unrouted = seen.unrouted.get(gateway_table_name(probe.gateway), Unrouted())
    total = sum(count or 0 for count in counted.values()) + unrouted.no_cluster
    weights = sum(share.weight for share in rule.action.shares)
    rows = []
    for name, shares in merged.items():
        lanes = dict.fromkeys(lane_of_share(mesh, rule, share) for share in shares)
        part = sum(one.weight for one in shares) / weights
        rows.append(_row(",".join(lanes), shares[0].destination, part, counted[name], total))
    return tuple(rows)


def _row(lanes: str, to: Destination, part: float, count: int | None, total: int) -> ShareRow:
    """Return the row of all shares that lead to one destination, named after their lanes."""
    destination = f"{short_host(to.host)} {to.subset}".rstrip()
    low, high = bounds(total, part)
    return ShareRow(lanes, destination, 100 * part, count, low, high)


def _came(probe: Probe, seen: Seen, cluster: str) -> int | None:
    """Count the requests of a share: all that were sent to its cluster, less those of others.

    None where another split also leads there, whose part nobody counts.
    """
    count = seen.dialed.get(cluster, 0) + seen.unreached.get(cluster, 0)
    for call in _of_others(probe, seen, cluster):
        if len(call.route.clusters) > 1:
            return None
        count -= call.sent
    return max(0, count)


def _of_others(probe: Probe, seen: Seen, cluster: str) -> Iterator[Call]:
    table = gateway_table_name(probe.gateway)
    for call in seen.calls:
        mine = call.route.table == table and _is_of(call, probe)
        if cluster in call.route.clusters and not mine:
            yield call
