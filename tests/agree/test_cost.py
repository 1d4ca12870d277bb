"""What proxies hold, counted by Laneway and by Istio's own translation of the same objects."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest
from msgspec.structs import replace

from laneway.core.cost.applied import applied
from laneway.core.cost.held import Load, Reckoning
from laneway.core.cost.lengths import ENVELOPES
from laneway.core.emit.istio import LAYOUTS, Layout
from laneway.core.mesh.mesh import Caller
from tests.agree.cluster import Cluster, cluster_of
from tests.agree.drawing import draw
from tests.agree.istio_proxy import IstioProxy
from tests.agree.narrowing import EXPORT, narrowed
from tests.agree.oracle import Oracle
from tests.laws import objects
from tests.laws.compiling import compile_mesh, emitted
from tests.laws.meshes import meshes
from tests.laws.objects import Object
from tests.laws.taste import EVERYTHING

MESHES = 6
TLS_MODE = {"security.istio.io/tlsMode": "istio"}
"""What injection adds to the labels of pods."""


@pytest.mark.engine
def test_clusters_and_routes_are_counted_as_istio_makes_them(oracle: Oracle) -> None:
    chance = Random(3)  # noqa: S311 - a drawn case is no secret
    proxies, far = 0, []
    for at, drawn in enumerate(draw(MESHES, 0, 5, meshes(EVERYTHING))):
        mesh = injected(narrowed(drawn.mesh, chance) if at % 3 == 2 else drawn.mesh)
        if any("~" in one["metadata"].get("annotations", {}).get(EXPORT, "") for one in mesh):
            continue  # Istio shows such a service or not, by the order in which it learned of it
        for ours, theirs in both(mesh, oracle, LAYOUTS[at % 2]):
            proxies += 1
            counted = sum(len(host.get("routes", ())) for host in virtual_hosts(theirs))
            assert (ours.clusters, ours.routes) == (len(theirs.clusters), counted), theirs.name
            far.append(abs(ours.bytes - sent(theirs)) / sent(theirs))

    assert proxies > 25
    assert sum(far) / len(far) < 0.05


@pytest.mark.engine
@pytest.mark.parametrize("tags", [("v1",), ("v1", "v2")])
def test_a_pod_of_a_headless_service_does_not_listen_for_itself(
    tags: tuple[str, ...], oracle: Oracle
) -> None:
    port = {"port": 9000, "targetPort": 9000, "protocol": "TCP"}
    mesh = [objects.service("cart", "shop", [port], cluster_ip="None")]
    mesh += [
        objects.deployment(f"cart-{tag}", "shop", {"app": "cart", "version": tag}) for tag in tags
    ]

    found = list(both(injected(mesh), oracle, "istio"))

    assert len(found) == len(tags)
    for ours, theirs in found:
        counted = sum(len(host.get("routes", ())) for host in virtual_hosts(theirs))
        assert (ours.clusters, ours.routes) == (len(theirs.clusters), counted)
        assert counted == len(tags) - 1


def both(mesh: list[Object], oracle: Oracle, layout: Layout) -> Iterator[tuple[Load, IstioProxy]]:
    """Yield what each proxy holds, by Laneway and by Istio."""
    cluster = cluster_of(mesh, compile_mesh(mesh))
    compilation = compile_mesh(as_in_cluster(mesh, cluster))
    written = emitted(compilation, layout)
    users = [one for one in cluster.routing if not is_ours(one)]
    told = oracle.translate(
        cluster.kubernetes,
        replace(cluster, routing=(*users, *written)).istio,
        cluster.proxies,
    )
    if told.refused:
        return
    read, plan = applied(compilation.mesh, compilation.manifests(layout))
    reckoning = Reckoning(read, plan)
    pods = {f"{one.namespace}/{one.meta.name}": one for one in read.workloads}
    for proxy in cluster.proxies:
        if proxy.type == "router":
            held = reckoning.gateway(tuple(sorted(proxy.labels.items())))
        else:
            pod = pods[proxy.key]
            held = reckoning.sidecar(Caller.of(pod), reckoning.inward(pod))
        yield held, told.proxies[proxy.key]


def injected(mesh: list[Object]) -> list[Object]:
    for one in mesh:
        if one["kind"] == "Deployment":
            one["spec"]["template"]["metadata"]["labels"] |= TLS_MODE
    return mesh


def is_ours(one: Object) -> bool:
    labels: dict[str, str] = one["metadata"].get("labels", {})
    return labels.get("app.kubernetes.io/managed-by") == "laneway"


def as_in_cluster(mesh: list[Object], cluster: Cluster) -> list[Object]:
    """Return a mesh with its services' addresses, and with Services and pods of its gateways."""
    kinds = ("Service", "Pod")
    things = {name(one): one for one in cluster.things if one["kind"] in kinds}
    known = {name(one) for one in mesh}
    more = [one for key, one in things.items() if key not in known and is_gateways(one)]
    return [*(things.get(name(one), one) for one in mesh), *more]


def name(one: Object) -> tuple[str, str, str]:
    return one["kind"], one["metadata"].get("namespace", ""), one["metadata"]["name"]


def is_gateways(one: Object) -> bool:
    return str(one["metadata"]["name"]).startswith("gateway-")


def virtual_hosts(proxy: IstioProxy) -> Iterator[Object]:
    for table in proxy.tables.values():
        yield from table.get("virtualHosts", ())


def sent(proxy: IstioProxy) -> int:
    """Return the bytes of a proxy's messages with what is around each on its way."""
    length = sum(proxy.bytes[kind] for kind in ("clusters", "routes", "endpoints"))
    lists = [one for one, kind in proxy.clusters.items() if kind == "EDS"]
    for names, around in zip((proxy.clusters, lists, proxy.tables), ENVELOPES, strict=True):
        length += sum(len(one) + around for one in names)
    return length
