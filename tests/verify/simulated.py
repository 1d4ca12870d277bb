"""Counters of a mesh that never ran: what proxies would count while a request makes its journey.

Comes in: the YAML of a mesh, who forgets, and requests. Goes out: counters, and the passages that
are read from them. What is known of the programs may be less than what they do: `silent` takes the
URLs out of what the reader of the counters is told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from msgspec import Struct, field

from laneway.core.compile import Compilation, compile_snapshot
from laneway.core.emit.envoy.cluster_names import own_cluster
from laneway.core.emit.envoy.clusters import ClusterNames
from laneway.core.emit.envoy.config import EnvoyConfig, is_entry, table_stat
from laneway.core.emit.envoy.configure import envoy_config
from laneway.core.emit.placement import Placement, PortPlace, Replica
from laneway.core.judging.ledger import Ledger
from laneway.core.judging.passages import Passage, passages
from laneway.core.judging.trail import MeshUnderTest
from laneway.core.mesh.mesh import Caller, Mesh
from laneway.core.routing.ask.journey import JourneyStep, journey
from laneway.core.routing.ask.request import Request
from tests.snapshot import snapshot_of_texts


def compiled(yaml: str) -> Compilation:
    """Compile one file."""
    return compile_snapshot(snapshot_of_texts([("mesh.yaml", yaml)]))


def placed(mesh: Mesh) -> Placement:
    """Give every workload one replica, named after it."""
    replicas = tuple(
        Replica(
            one.meta.name,
            one.meta.ref,
            Caller.of(one),
            f"127.0.9.{number}",
            (PortPlace(8000, 18000, 28000, "http"),),
            15001,
            sidecar=True,
        )
        for number, one in enumerate(mesh.workloads, 1)
    )
    return Placement(replicas, {((("istio", "ingressgateway"),), 80): 8080})


class Simulated(Struct, dict=True):
    """A mesh and the counters it would have."""

    compilation: Compilation
    config: EnvoyConfig
    ground: MeshUnderTest
    counters: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, yaml: str, *, silent: bool = False) -> Simulated:
        """Set a mesh up."""
        compilation = compiled(yaml)
        placement = placed(compilation.mesh)
        config = envoy_config(compilation.mesh, compilation.plan, placement)
        known = compiled(yaml.replace("http://", "")) if silent else compilation
        return cls(compilation, config, MeshUnderTest.of(known.mesh, Ledger(config, placement)))

    def enter(self, request: Request, forgets: Collection[str] = ()) -> None:
        """Let a request make its journey; each split goes its first way."""
        mesh, plan = self.compilation.mesh, self.compilation.plan
        self._count(journey(mesh, plan, request, plan.gateway_ports[0], forgets), "")

    def start(self, workload: str, request: Request) -> None:
        """Let a workload begin a request by itself."""
        mesh, plan = self.compilation.mesh, self.compilation.plan
        [pod] = [one for one in mesh.workloads if one.meta.name == workload]
        self._count(journey(mesh, plan, request, pod), workload)

    def passages(self) -> tuple[Passage, ...]:
        """Return what the counters show, and begin anew."""
        seen = self.ground.ledger.seen({}, self.counters)
        self.counters.clear()
        return passages(self.ground, seen)

    def _count(self, step: JourneyStep, caller: str) -> None:
        decision = step.decision
        assert decision.rule is not None
        target = decision.targets[0]
        route = next(
            one
            for one in self.config.routes
            if (one.rule, one.origin) == (decision.rule.name, decision.rule.origin)
            and (is_entry(one.table) if not caller else caller in self.config.callers[one.table])
            and (not caller or one.host == target.destination.host)
        )
        self.counters[route.stat] += 1
        if caller:
            replica = self.ground.replica(caller)
            listener = f"listener.{replica.address}_{replica.outbound}"
            self.counters[f"{listener}.{table_stat(route.table)}.downstream_rq_completed"] += 1
        name = ClusterNames(self.compilation.plan).name(target.destination, Caller("default", ()))
        clusters = self.config.proxies["mesh"].clusters
        source = own_cluster(name) if own_cluster(name) in clusters else name
        self.counters[f"cluster.{source}.upstream_rq_total"] += 1
        pod = target.pods[0].meta.name
        for word in ("total", "completed"):
            self.counters[f"http.in|{pod}|8000.downstream_rq_{word}"] += 1
        for after in step.next:
            if not after.assumed:
                self._count(after, pod)
