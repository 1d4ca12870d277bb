"""A mesh whose counters are set by hand.

Comes in: a mesh, and what happened in it: who came in by which rule, who called whom. Goes out: the
counters its proxies would have, and the verdict on them. Each pod has one replica, named after it,
or none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from msgspec import Struct, field

from laneway.core.compile import Compilation
from laneway.core.emit.envoy.cluster_names import inbound_cluster
from laneway.core.emit.envoy.config import is_entry, table_stat
from laneway.core.emit.envoy.configure import envoy_config
from laneway.core.emit.placement import Placement, PortPlace, Replica
from laneway.core.judging.judge import Judge
from laneway.core.judging.ledger import Ledger
from laneway.core.judging.row import Row
from laneway.core.judging.sent import Sent
from laneway.core.mesh.injection import lack_of_sidecar
from laneway.core.mesh.mesh import Caller, Mesh
from laneway.core.routing.ask.request import Request
from laneway.core.search.probes import Probe, Purpose, asked, probes
from tests.rules.world import Given


def placed(mesh: Mesh, down: Collection[str] = ()) -> Placement:
    """Give every pod but those that are down an address and the port that services lead to."""
    replicas = tuple(
        Replica(
            workload.meta.name,
            workload.meta.ref,
            Caller.of(workload),
            f"127.0.9.{number}",
            (PortPlace(80, 80, 20080, "http"),),
            15001,
            lack_of_sidecar(mesh, workload) is None,
        )
        for number, workload in enumerate(mesh.workloads, 1)
        if workload.replicas and workload.meta.name not in down
    )
    return Placement(replicas, {((("istio", "ingressgateway"),), 80): 8080})


class Counted(Struct, dict=True):
    """A mesh and its counters."""

    compilation: Compilation
    ledger: Ledger
    counters: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, given: Given, down: Collection[str] = ()) -> Counted:
        compilation = given.compiled()
        mesh, plan = compilation.mesh, compilation.plan
        placement = placed(mesh, down)
        return cls(compilation, Ledger(envoy_config(mesh, plan, placement), placement))

    def enter(self, rule: str, count: int, *, to: str, cluster: str = "") -> None:
        """Let requests come in by a rule, named by its author or lane, and reach a pod."""
        self._begin("", count)
        self._take("", rule, count, to, cluster)

    def call(self, caller: str, host: str, count: int, *, to: str) -> None:
        """Let a pod call a service and reach a pod of it."""
        self._begin(caller, count)
        self._take(caller, host, count, to, "")

    def refuse(self, caller: str, word: str, count: int) -> None:
        """Let the proxy of a caller (empty: the gateway) refuse requests; `word` says how."""
        self._begin(caller, count)
        self.counters[f"{self._stat(caller)}.{word}"] += count

    def lose(self, caller: str, cluster: str, count: int) -> None:
        """Let requests reach nobody in a cluster."""
        self._begin(caller, count)
        self.counters[f"cluster.{cluster}.upstream_cx_none_healthy"] += count

    def receive(self, pod: str, count: int) -> None:
        """Let requests arrive at a pod that no route counted."""
        for word in ("total", "completed"):
            self.counters[f"http.in|{pod}|80.downstream_rq_{word}"] += count

    def break_program(self, pod: str, count: int) -> None:
        """Let the program of a pod accept no connection from its proxy."""
        cluster = inbound_cluster(pod, 80)
        self.counters[f"cluster.{cluster}.upstream_rq_pending_failure_eject"] += 3 * count
        self.counters[f"cluster.{cluster}.upstream_rq_retry"] += 2 * count

    def judged(self, probe: Probe, sent: Sent) -> Row:
        """Judge a probe by the counters."""
        judge = Judge.of(self.compilation.mesh, self.compilation.plan, self.ledger)
        return judge.row(probe, sent, self.ledger.seen({}, self.counters))

    def probe(self, lane: str = "", purpose: Purpose = "rule") -> Probe:
        """Return the first probe of a purpose, for a lane."""
        found = probes(self.compilation.mesh, self.compilation.plan).sent
        return next(one for one in found if one.purpose == purpose and lane in (*one.lanes, ""))

    def asked(self, request: Request, wanted: str = "") -> Probe:
        """Return the probe that a user's own request is."""
        mesh, plan = self.compilation.mesh, self.compilation.plan
        return asked(mesh, plan, plan.gateway_ports[0], request, wanted)

    def _stat(self, caller: str) -> str:
        tables = (route.table for route in self.ledger.routes)
        mine = (
            table
            for table in tables
            if (is_entry(table) if not caller else caller in self.ledger.callers_of(table))
        )
        return table_stat(next(mine))

    def _begin(self, caller: str, count: int) -> None:
        for word in ("total", "completed"):
            self.counters[f"{self._stat(caller)}.downstream_rq_{word}"] += count

    def _take(self, caller: str, name: str, count: int, to: str, cluster: str) -> None:
        table = self._stat(caller)
        route = next(
            one
            for one in self.ledger.routes
            if table_stat(one.table) == table
            and name in (one.origin.ref.name, one.lane, one.host.partition(".")[0])
            and to in self._pods(cluster or one.clusters[0])
        )
        self.counters[route.stat] += count
        self.counters[f"cluster.{cluster or route.clusters[0]}.upstream_rq_total"] += count
        if self.ledger.replicas[to].sidecar:
            self.receive(to, count)

    def _pods(self, cluster: str) -> tuple[str, ...]:
        return self.ledger.members.get(cluster, ())


def answered(count: int, status: int = 200) -> Sent:
    """Return what sending came to when all was answered alike."""
    return Sent(count, {status: count})


def codes(row: Row) -> list[str]:
    """Return the codes of a row's findings."""
    return [one.code.id for one in row.findings]
