"""A route table while it is written, and what spells rules into it.

Comes in: rules of the plan. Goes out: Envoy's routes, and with the table the counters they will
have and what of the rules is not carried out. Apart from the tables, which say whose rules
stand where.
"""

from __future__ import annotations

from msgspec import Struct

from laneway.core.emit.envoy.cluster_names import no_cluster
from laneway.core.emit.envoy.clusters import ClusterNames
from laneway.core.emit.envoy.config import Block, RouteCounter, Unexecuted, is_entry, stat_name
from laneway.core.emit.envoy.routes import Spelling, spell
from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.names import Host
from laneway.core.mesh.visibility import SidecarScope
from laneway.core.routing.ask.passing import writes_lane
from laneway.core.routing.ask.walk import Sight, is_known
from laneway.core.routing.plan.route_plan import Destination, Forward, Means, RoutePlan, Rule


class Table(Struct):
    """A route table with its counters and what of its rules is not carried out."""

    block: Block
    counters: list[RouteCounter] = []
    unexecuted: list[Unexecuted] = []


class Speller(Struct, frozen=True):
    """Spells rules for one virtual host of one table and notes what they count and leave out."""

    mesh: Mesh
    plan: RoutePlan
    table: Table
    virtual_host: str
    host: Host
    port: int
    scope: SidecarScope

    def routes(self, rule: Rule) -> tuple[Block, ...]:
        """Return a rule's routes; its counter and what it leaves over go to the table."""
        spelled = spell(rule, Spelling(self._cluster, self._port_of, self._stat))
        self.table.unexecuted.extend(spelled.unexecuted)
        if isinstance(rule.action, Forward):
            self.table.counters.append(self._counter(rule, rule.action))
        return spelled.routes

    def _counter(self, rule: Rule, action: Forward) -> RouteCounter:
        return RouteCounter(
            stat_name("vhost", self.virtual_host, "route", self._stat(rule), "upstream_rq_total"),
            str(self.table.block["name"]),
            self.host,
            self.port,
            rule.name,
            rule.lane,
            rule.origin,
            tuple(self._cluster(share.destination) for share in action.shares),
            self._means(rule),
            rule.others,
        )

    def _means(self, rule: Rule) -> Means:
        """Say how a rule knows a lane; at a gateway a user's rule may write one."""
        if not rule.by and is_entry(str(self.table.block["name"])) and writes_lane(self.mesh, rule):
            return "entry"
        return rule.by

    def _cluster(self, destination: Destination) -> str:
        if not is_known(Sight(self.mesh, self.plan, self.scope), destination):
            return no_cluster(destination.host, self.scope.namespace)
        return ClusterNames(self.plan).name(destination, self.scope.caller)

    def _port_of(self, host: Host) -> int:
        service = self.mesh.services.get(host)
        alone = service is not None and len(service.ports) == 1
        return service.ports[0].number if service is not None and alone else self.port

    def _stat(self, rule: Rule) -> str:
        """Return what a rule's counter is called.

        Two routes of a user's may have one name or none, so theirs carry where they are written.
        """
        words = [str(self.table.block["name"]), rule.lane, rule.name]
        written = (rule.origin, *((rule.via,) if rule.via is not None else ()))
        for origin in written:
            if origin.ref.kind == "VirtualService":
                ref = origin.ref
                words.append("/".join((ref.namespace, ref.name, *map(str, origin.path[1:]))))
        return "|".join(words)
