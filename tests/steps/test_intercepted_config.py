"""A mesh with interception as its Envoys get it: what is led where, and what joins the two."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest

from laneway.core.compile import compile_snapshot
from laneway.core.emit.envoy.config import Block, EnvoyConfig
from laneway.core.emit.envoy.configure import envoy_config
from laneway.core.fleet.allocator import Allocator, Private
from laneway.core.fleet.commands import Commands
from laneway.core.fleet.placing import Taken
from laneway.core.fleet.private_range import PrivateRange
from laneway.core.fleet.wanted import wanted_replicas
from laneway.core.mesh.names import Host
from tests.snapshot import snapshot_of_texts
from tests.wire.lanes import deployment, documents, lanes, service

RANGE = PrivateRange("10.88")
HOST = "mocka.default.svc.cluster.local"
LANES = lanes(("v1", "v2"), ("mocka",))
OPAQUE = service("opaque", port=9000, port_name="tcp"), deployment("opaque", "v1", port_name="tcp")


def _config(yaml: str, *, per_workload: bool = False) -> EnvoyConfig:
    compilation = compile_snapshot(snapshot_of_texts([("mesh.yaml", yaml)]))
    wanted, _ = wanted_replicas(compilation.mesh, Commands.of_texts(("*=x",), {}))
    private = Private(RANGE, "/pods/{}".format)
    allocator = Allocator("shop", 8080, Taken, lambda _: True, private=private)
    found = allocator.settle(compilation.plan, wanted, (), compilation.mesh.services)
    placement = allocator.placement(found)
    return envoy_config(compilation.mesh, compilation.plan, placement, per_workload=per_workload)


def _virtual(name: str) -> str:
    host = Host(name)
    return RANGE.virtual_addresses([host], {})[host]


def _met(listener: Block, address: str, port: int, protocol: str = "") -> str:
    """Return the chain that Envoy chooses: by port, then by the narrowest range, then protocol."""
    chains = {one["name"]: one.get("filter_chain_match", {}) for one in listener["filter_chains"]}
    of_port = [name for name, one in chains.items() if one.get("destination_port") == port]
    left = of_port or [name for name, one in chains.items() if "destination_port" not in one]
    narrow: dict[int, list[str]] = {}
    for name in left:
        for prefix in chains[name].get("prefix_ranges", ()):
            network = ip_network(f"{prefix['address_prefix']}/{prefix['prefix_len']}")
            if ip_address(address) in network:
                narrow.setdefault(network.prefixlen, []).append(name)
    met = {}
    for name in narrow[max(narrow)] if narrow else ():
        for asked in chains[name].get("application_protocols", [""]):
            met[asked] = name
    return met.get(protocol) or met.get("", "closed")


@pytest.mark.parametrize(
    ("address", "port", "protocol", "chain"),
    [
        (_virtual(HOST), 8000, "http/1.1", "http"),
        (_virtual(HOST), 8000, "h2c", "http"),
        (_virtual(HOST), 8000, "", "services"),
        ("93.184.216.34", 80, "http/1.1", "http"),
        ("93.184.216.34", 443, "", "outside"),
        ("10.88.1.9", 8000, "", "outside"),
        (RANGE.host, 8000, "http/1.1", "host"),
        (RANGE.host, 5432, "", "host"),
        ("127.0.0.1", 5432, "", "host"),
    ],
)
def test_where_a_program_dials_and_what_it_speaks_decide_what_becomes_of_it(
    address: str, port: int, protocol: str, chain: str
) -> None:
    listener = _config(documents(LANES, *OPAQUE)).proxies["mesh"].listeners["outbound/mocka-v1-0"]

    assert _met(listener, address, port, protocol) == chain


def test_without_any_tcp_port_there_are_no_tunnels_and_a_service_hears_http_alone() -> None:
    proxy = _config(LANES).proxies["mesh"]

    assert not [name for name in (*proxy.listeners, *proxy.clusters) if "tunnels" in name]
    assert _met(proxy.listeners["outbound/mocka-v1-0"], _virtual(HOST), 8000) == "closed"


def test_callers_of_a_class_share_one_listener_for_tunnels() -> None:
    proxy = _config(documents(LANES, *OPAQUE)).proxies["mesh"]

    tunnels = [name for name in proxy.listeners if name.startswith("tunnels/")]
    assert sorted(tunnels) == [f"tunnels/outbound/default/lane={one}" for one in ("v1", "v2")]
    for name in tunnels:
        (locality,) = proxy.clusters[name]["load_assignment"]["endpoints"]
        (endpoint,) = locality["lb_endpoints"]
        assert endpoint["endpoint"]["address"] == proxy.listeners[name]["address"]


def test_http_is_looked_for_on_its_own_ports_alone() -> None:
    listener = _config(documents(LANES, *OPAQUE)).proxies["mesh"].listeners["outbound/mocka-v1-0"]

    _, inspector = listener["listener_filters"]
    ports = inspector["filter_disabled"]["not_match"]["destination_port_range"]
    assert ports == {"start": 8000, "end": 8001}


def test_every_listener_of_a_replica_is_in_its_namespace_and_no_other_one_is() -> None:
    found = {}
    for name, listener in _config(documents(LANES, *OPAQUE)).proxies["mesh"].listeners.items():
        place = listener["address"].get("socket_address", {})
        found[name] = place.get("network_namespace_filepath")

    for name, network in found.items():
        kind, _, rest = name.partition("/")
        replica = rest.partition("/")[0] if kind in ("inbound", "outbound") else ""
        assert network == (f"/pods/{replica}" if replica else None)


@pytest.mark.parametrize(
    ("address", "port", "chain"),
    [
        (_virtual(HOST), 8000, f"outbound|8000||{HOST}"),
        (_virtual(HOST), 9000, "refused/9000"),
        (_virtual(HOST), 81, "refused"),
        ("10.88.200.200", 8000, "refused/8000"),
        (RANGE.host, 8000, "way-out/8000"),
        (RANGE.host, 5432, "way-out"),
        ("93.184.216.34", 8000, "way-out/8000"),
        ("93.184.216.34", 443, "way-out"),
    ],
)
def test_what_proxies_dial_is_a_service_or_leaves(address: str, port: int, chain: str) -> None:
    listener = _config(documents(LANES, *OPAQUE)).proxies["mesh"].listeners["passing"]

    assert _met(listener, address, port) == chain


@pytest.mark.parametrize(
    ("address", "chain"), [(RANGE.host, "here"), ("127.0.0.1", "outside"), ("9.9.9.9", "outside")]
)
def test_outside_this_machine_is_its_localhost_and_all_else_is_dialed_as_it_was(
    address: str, chain: str
) -> None:
    outer = _config(LANES).proxies["_host"]

    assert _met(outer.listeners["way-out"], address, 5432) == chain
    assert outer.clusters["outside"]["type"] == "ORIGINAL_DST"


@pytest.mark.parametrize("per_workload", [False, True])
def test_gateways_and_the_way_out_are_joined_by_files_of_sockets(
    per_workload: bool,  # noqa: FBT001 - the column of a table
) -> None:
    proxies = _config(LANES, per_workload=per_workload).proxies
    inner, outer = proxies["gateway" if per_workload else "mesh"], proxies["_host"]
    name = "gateway/istio=ingressgateway/80"
    front = outer.listeners[f"front/{name}"]
    place = front["address"]["socket_address"]

    assert (place["address"], place["port_value"]) == ("127.0.0.1", 8080)
    leads = _pipe_of(outer.clusters[f"front/{name}"])
    own = inner.listeners[name]["address"]["pipe"]["path"]
    assert leads == own.replace("./", "../gateway/" if per_workload else "../mesh/")
    out = outer.listeners["way-out"]["address"]["pipe"]["path"]
    assert _pipe_of(inner.clusters["way-out"]) == out.replace("./", "../_host/")
    assert max(len(leads), len(own), len(out)) < 40


def _pipe_of(cluster: Block) -> str:
    (locality,) = cluster["load_assignment"]["endpoints"]
    (endpoint,) = locality["lb_endpoints"]
    return str(endpoint["endpoint"]["address"]["pipe"]["path"])


def test_a_service_is_known_by_its_address_and_by_its_name_where_it_has_one_port() -> None:
    two = service("mockb").replace("ports: [", "ports: [{name: http-2, port: 8001}, ")
    proxy = _config(documents(service("mocka"), two, deployment("mocka", "v1"))).proxies["mesh"]

    hosts = {
        one["name"]: one["domains"] for one in proxy.tables["outbound/default/any"]["virtual_hosts"]
    }
    assert {"mocka:8000", "mocka", f"{_virtual(HOST)}:8000"} <= {*hosts[f"{HOST}:8000"]}
    for port in (8000, 8001):
        names = hosts[f"mockb.default.svc.cluster.local:{port}"]
        assert f"mockb:{port}" in names
        assert "mockb" not in names


def test_a_name_outside_is_resolved_inside_and_localhost_is_this_machine() -> None:
    def outside(name: str, to: str) -> str:
        kind = f"  type: ExternalName\n  externalName: {to}"
        return service(name).replace(f"  selector: {{app: {name}}}", kind)

    yaml = documents(outside("far", "api.example.com"), outside("near", "localhost"))
    clusters = _config(yaml).proxies["mesh"].clusters
    far, near = (
        clusters[f"outbound|8000||{name}.default.svc.cluster.local"] for name in ("far", "near")
    )

    (server,) = far["typed_dns_resolver_config"]["typed_config"]["resolvers"]
    assert server["socket_address"] == {"address": RANGE.bridge, "port_value": 53}
    (locality,) = near["load_assignment"]["endpoints"]
    (endpoint,) = locality["lb_endpoints"]
    place = endpoint["endpoint"]["address"]["socket_address"]
    assert (near["type"], place["address"], place["port_value"]) == ("STATIC", RANGE.host, 8000)
