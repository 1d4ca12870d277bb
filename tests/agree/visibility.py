"""Everybody asked about meshes that show little of themselves: proof, explain, check, Istio, Envoy.

Comes in: a drawn mesh and requests. Goes out: a tally with every disagreement in words. What is
proven no request may break, by the walk and by Istio's own translation alike; of a counter-example
both have to say the same as the proof; and what it blames has a finding of `check`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from msgspec import Struct, field

from laneway.core.compile import Compilation
from laneway.core.mesh.bound import is_bound
from laneway.core.mesh.link import link
from laneway.core.mesh.mesh import Caller
from laneway.core.mesh.names import service_host
from laneway.core.proof.judged import judged
from laneway.core.proof.prove import prove
from laneway.core.proof.verdict import CounterExample, Proof
from laneway.core.routing.ask.walk import find_hop
from laneway.core.routing.plan.survivors import surviving
from laneway.core.routing.plan.unseen import is_past_routes
from tests.agree.by_envoy import EnvoyReader
from tests.agree.cluster import Cluster, cluster_of
from tests.agree.comparing import both_decide, is_http
from tests.agree.decisions import by_walk, errors_alike, service_of
from tests.agree.knowing import known_ports
from tests.agree.oracle import Oracle, Translation
from tests.laws.asks import Ask
from tests.laws.compiling import compile_mesh, snapshot_of_mesh
from tests.laws.objects import Object
from tests.proof.sampling import Sampler
from tests.proof.search import ask_of

PAST = "ever calls group"
"""What a doubt says of pods that do not see a service and may not call it."""


class Tally(Struct):
    """How many of what were compared, and what was wrong."""

    meshes: int = 0
    asks: int = 0
    known: int = 0
    found: int = 0
    by_envoy: int = 0
    served: int = 0
    blamed: int = 0
    repeated: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = []

    def __str__(self) -> str:
        """Say it in one line."""
        said = ", ".join(f"{count} {name}" for name, count in sorted(self.verdicts.items()))
        return (
            f"{self.meshes} meshes ({said}), {self.asks} requests alike in walk and Istio, "
            f"{self.known} ports alike known, "
            f"{self.found} counter-examples confirmed, {self.blamed} of them blamed by check, "
            f"{self.repeated} left to prove since they name a header twice, "
            f"{self.by_envoy} answers of Envoy on {self.served} meshes, {len(self.wrong)} wrong"
        )


class Case(Struct, frozen=True):
    """A mesh as it is judged, and everything that was made of it."""

    compilation: Compilation
    proof: Proof
    cluster: Cluster
    translation: Translation
    sampler: Sampler
    accused: frozenset[str]
    """The files of objects against which check has an error or a warning."""


def examined(mesh: list[Object], oracle: Oracle) -> Case:
    """Prove a mesh, and let Istio translate it as it is proven."""
    linked = link(snapshot_of_mesh(mesh))
    proof = prove(linked)
    implementation = judged(linked)
    compilation = compile_mesh(mesh)
    cluster = cluster_of(mesh, compilation)
    translation = oracle.translate(cluster.kubernetes, cluster.istio, cluster.proxies)
    sampler = Sampler.of(implementation.mesh, implementation.plan)
    accused = frozenset(
        one.place.source.path
        for one in compilation.findings
        if one.level in ("error", "warning") and one.place is not None
    )
    return Case(compilation, proof, cluster, translation, sampler, accused)


def compare(mesh: list[Object], asks: Iterable[Ask], oracle: Oracle, tally: Tally) -> Case | None:
    """Hold everybody against each other; what is wrong is added to the tally."""
    case = examined(mesh, oracle)
    if case.translation.refused:
        tally.verdicts["refused by Istio"] += 1
        return None
    tally.meshes += 1
    tally.verdicts[case.proof.verdict] += 1
    refuted = {claim.about for claim in case.proof.claims if claim.against}
    for words, alike in known_ports(case.compilation, case.translation):
        tally.known += 1
        tally.wrong += [] if alike else [words]
    settled = all(PAST in doubt.why for doubt in case.proof.doubts)
    for ask in asks:
        _alike(case, ask, tally)
        shown = set() if _is_stranger(case, ask) else case.sampler.broken(ask)
        if case.proof.scope.judged == "plan" and settled and shown - refuted:
            tally.wrong.append(f"{ask} breaks {shown}, refuted is {refuted or 'nothing'}")
    for claim in case.proof.claims:
        for one in claim.against:
            _confirm(case, one, tally)
    return case


def _is_stranger(case: Case, ask: Ask) -> bool:
    """Whether a proof leaves it open that the caller calls at all: it does not see the service."""
    mesh, plan = case.sampler.mesh, case.sampler.plan
    space, _, name = ask.caller.partition("/")
    pods = (one for one in mesh.workloads if (one.namespace, one.meta.name) == (space, name))
    pod = next(pods, None)
    if pod is None:
        return False
    near, _, short = service_of(ask).partition("/")
    host = service_host(short, near)
    group = mesh.group(mesh.owner_of.get(host, ""))
    hops = [
        find_hop(mesh, plan, host, ask.port, "http"),
        find_hop(mesh, plan, host, ask.port, "tcp"),
    ]
    rules = [surviving(mesh, hop, Caller.of(pod))[-1] for hop in hops if hop is not None]
    past = any(map(is_past_routes, rules))
    return past and group is not None and not is_bound(mesh, group, host, pod)


def _alike(case: Case, ask: Ask, tally: Tally) -> None:
    for _, ours, theirs in both_decide(case.compilation, case.cluster, case.translation, [ask]):
        tally.asks += 1
        if errors_alike(ours) != errors_alike(theirs):
            tally.wrong.append(f"{ask}: walk {ours}, Istio {theirs}")


def _confirm(case: Case, against: CounterExample, tally: Tally) -> None:
    """Ask walk and Istio about a counter-example, and check about what it blames."""
    if against.order or case.proof.scope.judged != "plan":
        return
    ask = ask_of(against)
    if ask is not None:
        _alike(case, ask, tally)
        if against.broken not in case.sampler.broken(ask):
            tally.wrong.append(f"{ask} does not break {against.broken}: {against.why}")
        tally.found += 1
    if against.place is not None:
        if against.place.source.path in case.accused:
            tally.blamed += 1
        elif _names_a_header_twice(against):
            tally.repeated += 1
        else:
            kind = f"{against.place.source.path} {against.place.path}"
            tally.wrong.append(f"check has nothing against {kind}: {against.why}")


def _names_a_header_twice(against: CounterExample) -> bool:
    """Whether a request needs a header in two lines to break a promise.

    Such a request meets any two rules that ask for other values of it; `check` would have to speak
    of every pair, and judges requests that name each header once (`may_share`).
    """
    names = Counter(name.lower() for name, _ in against.request.headers)
    return any(count > 1 for count in names.values())


async def ask_envoy(reader: EnvoyReader, case: Case, asks: list[Ask], tally: Tally) -> None:
    """Send requests and counter-examples through real Envoy."""
    found = [one for claim in case.proof.claims for one in claim.against[:20] if not one.order]
    sent = [ask for ask in asks if is_http(case.compilation, ask)]
    sent += [ask for one in found if (ask := ask_of(one)) is not None]
    tally.served += 1
    await reader.serve(case.compilation)
    for ask, answer in zip(sent, await reader.answers(sent), strict=True):
        if answer is not None:
            tally.by_envoy += 1
            outcome = by_walk(case.compilation, ask)
            if not outcome.allows(*answer):
                tally.wrong.append(f"{ask}: Envoy {answer}, walk {outcome}")
