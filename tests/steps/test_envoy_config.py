"""A mesh as Envoy gets it: listeners, clusters and tables by name, endpoints by pod."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from laneway.core.emit.envoy.config import EnvoyConfig, ProxyConfig, table_file
from laneway.core.emit.envoy.configure import envoy_config
from laneway.core.emit.placement import Placement, PortPlace, Replica
from laneway.core.mesh.link import link
from laneway.core.mesh.mesh import Caller
from laneway.core.routing.plan.planner import plan
from tests.snapshot import snapshot_of_texts
from tests.wire.lanes import deployment, documents, lanes, service

HOST = "mocka.default.svc.cluster.local"


def _config(
    yaml: str, *, sidecars: bool = True, per_workload: bool = False, gateways: bool = True
) -> EnvoyConfig:
    """Spell YAML for Envoy; the n-th pod has address 127.0.1.n, its program port 9000 and up."""
    mesh = link(snapshot_of_texts([("mesh.yaml", yaml)]))
    decided = plan(mesh)
    replicas: list[Replica] = []
    for workload in mesh.workloads:
        ports = tuple(
            PortPlace(number, number, number + 1000, name)
            for container in workload.containers
            for name, number in container.ports
        )
        for number in range(workload.replicas):
            name = f"{workload.meta.name}-{number}"
            address = f"127.0.1.{len(replicas) + 1}"
            caller = Caller.of(workload)
            place = (name, workload.meta.ref, caller, address, ports, 15001, sidecars)
            replicas.append(Replica(*place))
    places = {(port.selector, port.port): 8080 for port in decided.gateway_ports}
    placement = Placement(tuple(replicas), places if gateways else {})
    return envoy_config(mesh, decided, placement, per_workload=per_workload)


def _proxy(yaml: str, **options: Any) -> ProxyConfig:
    return _config(yaml, **options).proxies["mesh"]


def _addresses(cluster: Mapping[str, Any]) -> list[tuple[str, int]]:
    return [
        (place["address"], place["port_value"])
        for locality in cluster["load_assignment"].get("endpoints", [])
        for one in locality["lb_endpoints"]
        for place in [one["endpoint"]["address"]["socket_address"]]
    ]


def _upstream(cluster: Mapping[str, Any]) -> set[str]:
    options = cluster.get("typed_extension_protocol_options", {})
    return {name for one in options.values() for name in one} - {"@type"}


def _domains(proxy: ProxyConfig, table: str) -> list[list[str]]:
    return [host["domains"] for host in proxy.tables[table]["virtual_hosts"]]


def test_a_replica_is_dialed_at_its_sidecar_which_hands_on_to_its_program() -> None:
    proxy = _proxy(documents(service("mocka"), deployment("mocka", "v1")))

    assert sorted(proxy.listeners) == [
        "inbound/mocka-v1-0/8000",
        "outbound/mocka-v1-0",
    ]
    assert _addresses(proxy.clusters[f"outbound|8000||{HOST}"]) == [("127.0.1.1", 8000)]
    assert _addresses(proxy.clusters["inbound|8000||mocka-v1-0"]) == [("127.0.1.1", 9000)]


def test_a_replica_without_a_sidecar_is_dialed_itself_and_meets_plain_routes() -> None:
    proxy = _proxy(lanes(("v1",), ("mocka",)), sidecars=False, gateways=False)

    assert list(proxy.listeners) == ["outbound/mocka-v1-0"]
    assert list(proxy.tables) == ["plain/default/any"]
    assert _addresses(proxy.clusters[f"outbound|8000|s1|{HOST}"]) == [("127.0.1.1", 9000)]


def test_a_replica_without_a_sidecar_reaches_what_is_not_exported_to_it() -> None:
    exported = "namespace: default, annotations: {networking.istio.io/exportTo: other}"
    hidden = service("mocka").replace("namespace: default", exported)
    proxy = _proxy(documents(hidden, deployment("mocka", "v1")), sidecars=False)

    routes = proxy.tables["plain/default/any"]["virtual_hosts"][1]["routes"]
    assert [one["route"]["cluster"] for one in routes[:1]] == [f"outbound|8000||{HOST}"]


def test_a_subset_holds_the_pods_that_carry_its_labels() -> None:
    proxy = _proxy(lanes(("v1", "v2"), ("mocka",)))

    found = {name: _addresses(one) for name, one in proxy.clusters.items() if "outbound" in name}
    assert found == {
        f"outbound|8000||{HOST}": [("127.0.1.1", 8000), ("127.0.1.2", 8000)],
        f"outbound|8000|s1|{HOST}": [("127.0.1.1", 8000)],
        f"outbound|8000|s2|{HOST}": [("127.0.1.2", 8000)],
    }


def test_a_target_may_be_named_and_a_port_without_pods_stays_empty() -> None:
    named = service("mocka").replace("targetPort: 8000", "targetPort: http")
    nobody = service("mockb").replace("targetPort: 8000", "targetPort: nothing")
    proxy = _proxy(documents(named, nobody, deployment("mocka", "v1"), deployment("mockb", "v1")))

    assert _addresses(proxy.clusters[f"outbound|8000||{HOST}"]) == [("127.0.1.1", 8000)]
    assert _addresses(proxy.clusters["outbound|8000||mockb.default.svc.cluster.local"]) == []


def test_callers_of_a_namespace_that_sees_other_subsets_have_clusters_of_their_own() -> None:
    hiding = """
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: own, namespace: client}
spec:
  host: mocka.default.svc.cluster.local
  trafficPolicy: {loadBalancer: {simple: RANDOM}}
  subsets:
  - {name: v1, labels: {lane: v2}, trafficPolicy: {loadBalancer: {simple: RANDOM}}}
  - {name: same, labels: {lane: v1}}
"""
    open_to_all = hiding.replace("namespace: client", "namespace: default")
    open_to_all = open_to_all.replace("lane: v2", "lane: v1").replace("name: own", "name: all")
    routes = """
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: own, namespace: default}
spec:
  hosts: [mocka]
  http: [{route: [{destination: {host: mocka, subset: v1}}]}]
"""
    yaml = documents(
        service("mocka"),
        deployment("mocka", "v1"),
        deployment("mocka", "v2"),
        service("asking", namespace="client"),
        deployment("asking", "v1", namespace="client"),
        hiding,
        open_to_all,
        routes,
    )
    config = _config(yaml)
    proxy = config.proxies["mesh"]

    assert _addresses(proxy.clusters[f"outbound|8000|v1|{HOST}"]) == [("127.0.1.1", 8000)]
    assert _addresses(proxy.clusters[f"outbound|8000|v1|{HOST}@client"]) == [("127.0.1.2", 8000)]
    assert f"outbound|8000|same|{HOST}@client" not in proxy.clusters
    assert _led_to(proxy, "outbound/client/any", "mocka") == {f"outbound|8000|v1|{HOST}@client"}
    assert _led_to(proxy, "outbound/default/any", "mocka") == {f"outbound|8000|v1|{HOST}"}
    assert [(one.subject, one.field) for one in config.unexecuted] == [
        ("DestinationRule client/own", "subsets.v1.trafficPolicy"),
        ("DestinationRule client/own", "trafficPolicy"),
        ("DestinationRule default/all", "subsets.v1.trafficPolicy"),
    ]


def test_each_namespace_has_its_own_short_names() -> None:
    yaml = documents(
        service("mocka", port=80),
        deployment("mocka", "v1"),
        service("mocka", port=80, namespace="other"),
        deployment("mocka", "v2", namespace="other"),
    )
    proxy = _proxy(yaml)

    own, other = _domains(proxy, "outbound/default/any")[1:]
    assert {"mocka", "mocka:80", "mocka.default", "mocka.default.svc:80"} <= set(own)
    assert "mocka.other:80" in other
    assert not {"mocka", "mocka:80"} & set(other)


_TO_OUTSIDE = """
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: outside, namespace: default}
spec:
  hosts: [api.example.com]
  http:
  - match: [{sourceLabels: {lane: v1}}]
    route: [{destination: {host: mocka, port: {number: 8000}}}]
"""


def test_a_route_for_a_host_that_is_no_service_is_held_by_the_callers_it_asks_for() -> None:
    pods = deployment("mocka", "v1"), deployment("mocka", "v2")
    proxy = _proxy(documents(service("mocka"), *pods, _TO_OUTSIDE))
    held = {
        name: [one for one in _domains(proxy, name) if "api.example.com" in one]
        for name in proxy.tables
    }

    assert held == {
        "outbound/default/lane=v1": [["api.example.com:80", "api.example.com"]],
        "outbound/default/any": [],
    }


def test_a_port_speaks_what_its_name_says() -> None:
    def clusters(port_name: str) -> ProxyConfig:
        return _proxy(documents(service("mocka", port_name=port_name), deployment("mocka", "v1")))

    cluster = f"outbound|8000||{HOST}"
    for name, options in (
        ("http", set()),
        ("grpc-web", {"explicit_http_config"}),
        ("http2", {"explicit_http_config"}),
        ("sniffed", {"use_downstream_protocol_config"}),
        ("tcp", set()),
    ):
        proxy = clusters(name)
        assert _upstream(proxy.clusters[cluster]) == options, name
        handler = proxy.listeners["inbound/mocka-v1-0/8000"]["filter_chains"][0]["filters"][0]
        assert handler["name"].endswith("tcp_proxy") == (name == "tcp")


def test_an_app_protocol_beats_the_name() -> None:
    declared = service("mocka").replace(
        "name: http,", "name: http, appProtocol: kubernetes.io/h2c,"
    )
    proxy = _proxy(documents(declared, deployment("mocka", "v1")))

    assert _upstream(proxy.clusters[f"outbound|8000||{HOST}"]) == {"explicit_http_config"}


def test_a_sniffed_port_has_http_routes_and_a_tunnel() -> None:
    proxy = _proxy(documents(service("mocka", port_name="any"), deployment("mocka", "v1")))

    (host,) = proxy.tables["outbound/default/any"]["virtual_hosts"][1:]
    assert [route["match"] for route in host["routes"]] == [
        {"prefix": "/"},
        {"connect_matcher": {}},
    ]


def test_a_container_port_no_service_leads_to_is_handed_on_as_bytes() -> None:
    config = _config(deployment("mocka", "v1"))

    (counter,) = config.inbound
    assert counter.stat == "tcp.in|mocka-v1-0|8000.downstream_cx_total"


def test_an_external_name_is_resolved() -> None:
    yaml = """
apiVersion: v1
kind: Service
metadata: {name: mocka, namespace: default}
spec: {type: ExternalName, externalName: far.example, ports: [{name: http, port: 80}]}
"""
    proxy = _proxy(documents(yaml, deployment("other", "v1")))

    cluster = proxy.clusters[f"outbound|80||{HOST}"]
    assert (cluster["type"], _addresses(cluster)) == ("STRICT_DNS", [("far.example", 80)])


def test_a_gateway_port_without_a_place_is_not_opened() -> None:
    proxy = _proxy(lanes(("v1",), ("mocka",)), gateways=False)

    assert not any(name.startswith("gateway/") for name in {*proxy.listeners, *proxy.tables})


def test_with_a_proxy_for_each_workload_each_holds_its_own_table() -> None:
    config = _config(lanes(("v1", "v2"), ("mocka",)), per_workload=True)

    assert {name: list(proxy.tables) for name, proxy in config.proxies.items()} == {
        "gateway": ["gateway/istio=ingressgateway/80"],
        "mocka-v1-0": ["outbound/default/lane=v1"],
        "mocka-v2-0": ["outbound/default/lane=v2"],
    }
    assert config.callers == {
        "outbound/default/lane=v1": ("mocka-v1-0",),
        "outbound/default/lane=v2": ("mocka-v2-0",),
    }


def test_a_long_name_of_a_table_gets_a_short_file() -> None:
    assert len(table_file("outbound/default/" + "x" * 300)) < 100


def _led_to(proxy: ProxyConfig, table: str, name: str) -> set[str]:
    return {
        route["route"]["cluster"]
        for host in proxy.tables[table]["virtual_hosts"]
        if host["name"].startswith(f"{name}.")
        for route in host["routes"]
        if "connect_matcher" not in route["match"]
    }


def test_a_subset_that_callers_are_told_otherwise_is_a_cluster_of_their_own() -> None:
    rule = """---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: %s, namespace: default}
spec: {host: mocka, %ssubsets: [{name: own, labels: {lane: %s}}]}
"""
    route = """---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: own, namespace: default}
spec: {hosts: [mocka], http: [{route: [{destination: {host: mocka, subset: own}}]}]}
"""
    narrow = rule % ("narrow", "workloadSelector: {matchLabels: {lane: v2}}, ", "v2")
    pods = [deployment("mocka", "v1"), deployment("mocka", "v2")]
    proxy = _proxy(documents(service("mocka"), *pods) + rule % ("all", "", "v1") + narrow + route)

    usual = f"outbound|8000|own|{HOST}"
    own = f"{usual}@default+lane=v2"
    assert _addresses(proxy.clusters[usual]) == [("127.0.1.1", 8000)]
    assert _addresses(proxy.clusters[own]) == [("127.0.1.2", 8000)]
    led = {
        name: json.dumps(table).count(f'"{own}"') for name, table in sorted(proxy.tables.items())
    }
    assert list(led.values()) == [0, 1]
    assert any("lane=v2" in name for name in led)
