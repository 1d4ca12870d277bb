"""Laneway's plan held against what real istiods hand out: how many decisions, and which differ.

Comes in: a drawn mesh with requests, and the cluster to put it into. Goes out: a tally. What is
refused of a user's own takes no part; what the API server refuses of Laneway's is wrong. The plan
is asked by the walk, and what proxies were sent by the reader of Istio's translation that also
judges the oracle: there is one evaluator.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterable, Mapping, Sequence

from msgspec import Struct, field

from laneway.core.compile import Compilation
from tests.agree.cluster import ROOT, Cluster, cluster_of
from tests.agree.comparing import both_decide
from tests.agree.decisions import errors_alike, service_of
from tests.agree.istio_proxy import IstioProxy
from tests.agree.oracle import Oracle, Translation
from tests.agree.small_mesh import documents
from tests.cluster.served import MeshServer
from tests.cluster.writer import path_of
from tests.laws.asks import Ask
from tests.laws.compiling import compile_mesh, emitted
from tests.laws.objects import Object

Spelling = Callable[[Compilation], list[Object]]
"""How a compilation's objects are laid out."""

USERS = ("Service", "Gateway", "VirtualService", "DestinationRule", "Sidecar")
"""Kinds of a drawn mesh that are applied as they were written."""
LEAVES_OUT = "1.31"
"""The version whose Sidecars may leave hosts out (`~shop/*`); admission of earlier ones refuses it.
"""


class Apart(Struct, frozen=True):
    """A request that is decided otherwise than planned; without a request, a refused object."""

    version: str
    ask: Ask | None
    words: str


class Tally(Struct):
    """How many of what were compared. `apart` holds what differs, in words."""

    meshes: Counter[str] = field(default_factory=Counter)
    left_out: int = 0
    decisions: Counter[str] = field(default_factory=Counter)
    tables: int = 0
    by_envoy: int = 0
    served: int = 0
    apart: list[str] = []

    def __str__(self) -> str:
        """Say it in one line."""
        said = ", ".join(
            f"{self.decisions[version]} decisions alike on {meshes} meshes by istiod {version}"
            for version, meshes in sorted(self.meshes.items())
        )
        oracle = f", {self.tables} route tables alike with the oracle" if self.tables else ""
        envoy = f", {self.by_envoy} answers of Envoy on {self.served} meshes" if self.served else ""
        return (
            f"{said}{oracle}{envoy}; {self.left_out} objects "
            f"of users' own refused; {len(self.apart)} apart"
        )


class Held(Struct, frozen=True):
    """A mesh as it lies in the cluster, and what each istiod sends its proxies."""

    compilation: Compilation
    cluster: Cluster
    translations: dict[str, Translation]
    left_out: Mapping[str, str]
    """What was said against a user's own objects, by path."""

    def speaks_of(self, ask: Ask) -> bool:
        """Whether the service or gateway of a request is in the cluster."""
        return holds(self.cluster, ask)


def holds(cluster: Cluster, ask: Ask) -> bool:
    """Whether the service or gateway of a request is in a cluster."""
    if ask.caller:
        return service_of(ask) in cluster.address_of
    return f"{ROOT}/{ask.gateway}" in {one.key for one in cluster.proxies}


def put(
    mesh: Sequence[Object], server: MeshServer, oracle: Oracle, spelled: Spelling = emitted
) -> Held:
    """Compile what is admitted of a mesh, and serve it with what came of it, as it is `spelled`.

    istiod's own admission is the oracle's to say: the cluster runs without its webhook.
    """
    users = [item for item in mesh if item["kind"] in USERS]
    refused = server.refused(users) | not_admitted(users, oracle)
    kept = [item for item in mesh if item not in users or path_of(item) not in refused]
    compilation = compile_mesh(kept)
    cluster = cluster_of(kept, compilation, server.next_number(), spelled(compilation))
    served = {
        version: translation
        for version, translation in server.serve(cluster).items()
        if version == LEAVES_OUT or not any(map(leaves_out, kept))
    }
    return Held(compilation, cluster, served, refused)


def not_admitted(users: Iterable[Object], oracle: Oracle) -> dict[str, str]:
    """Return what Istio's admission says against users' objects, by path."""
    routing = [item for item in users if item["kind"] in USERS and item["kind"] != "Service"]
    return {
        path_of(item): one.error
        for one in oracle.translate("", documents(routing), []).refused
        for item in routing
        if (item["kind"], item["metadata"]["name"]) == (one.kind, one.name)
        and item["metadata"]["namespace"] == one.namespace
    }


def leaves_out(item: Object) -> bool:
    """Whether an object is a Sidecar that leaves hosts out of those it imports."""
    if item["kind"] != "Sidecar":
        return False
    hosts = (host for egress in item["spec"].get("egress", ()) for host in egress["hosts"])
    return any(host.startswith("~") and not host.startswith("~/") for host in hosts)


def differing(held: Held, asks: Sequence[Ask], tally: Tally) -> list[Apart]:
    """Return the requests that some istiod's proxies decide otherwise than planned."""
    found = []
    tally.left_out += len(held.left_out)
    asks = [ask for ask in asks if held.speaks_of(ask)]
    for version, translation in held.translations.items():
        tally.meshes[version] += 1
        for ask, ours, theirs in both_decide(held.compilation, held.cluster, translation, asks):
            if errors_alike(ours) == errors_alike(theirs):
                tally.decisions[version] += 1
            else:
                found.append(Apart(version, ask, f"plan {ours}, Istio {version} {theirs}"))
        for name, proxy in translation.proxies.items():
            found += [Apart(version, None, f"{name} would reject: {why}") for why in proxy.rejected]
    tally.apart += [f"{one.ask}: {one.words}" for one in found]
    return found


def unlike(held: Held, oracle: Oracle, tally: Tally) -> list[Apart]:
    """Return the proxies to which a real istiod sends other routes or endpoints than the oracle.

    So whatever is judged by the oracle alone is judged as a control plane would.
    """
    found = []
    case = held.cluster
    told = oracle.translate(case.kubernetes, case.istio, case.proxies)
    for version, translation in held.translations.items():
        for name, proxy in translation.proxies.items():
            own = told.proxies[name]
            behind = _behind(proxy, case.hidden)
            if proxy.tables == own.tables and behind == _behind(own, case.hidden):
                tally.tables += len(proxy.tables)
            else:
                found.append(Apart(version, None, f"{name} is sent what the oracle does not say"))
    tally.apart += [one.words for one in found]
    return found


def _behind(proxy: IstioProxy, hidden: Container[str]) -> dict[str, Sequence[str]]:
    """Return the endpoints of clusters that have any.

    Those of a service exported to nobody aside: istiod passes over what becomes of its
    EndpointSlices, so that its clusters have endpoints only where istiod hears of the service last
    (`serviceNeedsPush` of its endpoint slices' controller, in 1.30 and 1.31).
    """
    return {
        name: found
        for name, found in proxy.endpoints.items()
        if found and name.rpartition("|")[2] not in hidden
    }
