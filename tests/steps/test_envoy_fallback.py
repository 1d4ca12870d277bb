"""A lane whose pods may fail: who stands in, how pods are asked, and what strict lanes keep."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from laneway.core.emit.envoy.config import ProxyConfig
from laneway.core.emit.envoy.configure import envoy_config
from laneway.core.emit.envoy.fallback import UNREACHED, members
from laneway.core.emit.placement import Placement, PortPlace, Replica
from laneway.core.mesh.link import link
from laneway.core.mesh.mesh import Caller
from laneway.core.routing.plan.planner import plan
from tests.snapshot import snapshot_of_texts
from tests.wire.chains import Chain
from tests.wire.lanes import documents, lanes

MOCKA = "mocka.default.svc.cluster.local"
S1, S2, S3 = (f"outbound|8000|s{number}|{MOCKA}" for number in (1, 2, 3))
OWN_S2, OWN_S3 = (f"alone|8000|s{number}|{MOCKA}" for number in (2, 3))
PROBE = (
    "readinessProbe: {httpGet: {path: /well, port: http}, periodSeconds: 3, failureThreshold: 1}"
)
ALL = "mocka mockb mockc"
GIVEN_AWAY = """---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: own, namespace: default}
spec: {host: mocka, subsets: [{name: %s, labels: {ASM_TRAFFIC_TAG: v9}}]}
"""


def _proxy(yaml: str) -> ProxyConfig:
    """Spell YAML for one Envoy; programs listen a thousand ports above their container's."""
    mesh = link(snapshot_of_texts([("mesh.yaml", yaml)]))
    decided = plan(mesh)
    replicas = tuple(
        Replica(
            f"{workload.meta.name}-{number}",
            workload.meta.ref,
            Caller.of(workload),
            f"127.0.{place}.{number + 1}",
            (PortPlace(8000, 8000, 9000, "http"),),
            15001,
        )
        for place, workload in enumerate(mesh.workloads)
        for number in range(workload.replicas)
    )
    places = {(port.selector, port.port): 8080 for port in decided.gateway_ports}
    return envoy_config(mesh, decided, Placement(replicas, places)).proxies["mesh"]


def _retries(proxy: ProxyConfig, table: str) -> dict[str, Mapping[str, Any]]:
    """Return the retries of each route of a table, by the cluster it leads to."""
    return {
        route["route"]["cluster"]: route["route"].get("retry_policy", {})
        for host in proxy.tables[table]["virtual_hosts"]
        for route in host["routes"]
        if "cluster" in route.get("route", {})
    }


def test_a_lane_falls_back_to_the_baseline_under_its_own_name() -> None:
    found = _proxy(Chain({"s1": ALL, "s2": "mocka"}).yaml).clusters

    assert members(found[S2]) == (OWN_S2, S1)
    assert members(found[S1]) == ()
    assert "load_assignment" not in found[S2]


def test_a_services_own_target_stands_in_first_and_for_the_baseline_too() -> None:
    chain = Chain({"s1": ALL, "s2": "mocka", "s3": "mocka"}, targets={"mocka": "s3"})

    found = _proxy(chain.yaml).clusters

    own = S1.replace("outbound", "alone")
    assert members(found[S2]) == (OWN_S2, OWN_S3, own)
    assert members(found[S3]) == (OWN_S3, own)
    assert members(found[S1]) == (own, OWN_S3)


@pytest.mark.parametrize("tag", ["v9", "v3"], ids=["of no lane", "of another lane"])
def test_nobody_stands_in_where_the_user_gives_a_lanes_name_to_other_pods(tag: str) -> None:
    chain = Chain({"s1": ALL, "s2": "mocka", "s3": "mocka"})

    found = _proxy(chain.yaml + (GIVEN_AWAY % "s2").replace("v9", tag)).clusters

    assert members(found[S2]) == ()
    assert members(found[S3]) == (OWN_S3, S1)


def test_other_pods_under_a_lanes_name_stand_in_for_nobody() -> None:
    chain = Chain({"s1": ALL, "s2": "mocka", "s3": "mocka"}, targets={"mocka": "s3"})

    found = _proxy(chain.yaml + GIVEN_AWAY % "s1").clusters

    assert members(found[S2]) == (OWN_S2, S3)
    assert members(found[S3]) == ()


def test_a_target_that_lacks_the_service_stands_in_for_nobody() -> None:
    chain = Chain({"s1": ALL, "s2": "mocka", "s3": "mockb"}, targets={"mocka": "s3"})

    assert members(_proxy(chain.yaml).clusters[S2]) == (OWN_S2, S1)


def test_a_target_whose_pods_are_not_ready_stands_in_for_nobody() -> None:
    chain = Chain({"s1": ALL, "s2": "mocka", "s3": "mocka"}, targets={"mocka": "s3"})
    head = "{name: mocka-v3, namespace: default}\nspec:"
    down = chain.yaml.replace(head, f"{head}\n  replicas: 0")
    assert down != chain.yaml

    assert members(_proxy(down).clusters[S2]) == (OWN_S2, S1)


@pytest.mark.parametrize(
    "yaml",
    [
        lanes(("v1", "v2")),
        Chain({"s1": ALL, "s2": "mocka"}).yaml.replace(
            "metadata: {name: mock}",
            "metadata: {name: mock, annotations: {laneway.dev/runtime-fallback: 'off'}}",
        ),
    ],
    ids=["strict", "switched off"],
)
def test_whoever_does_not_fall_back_has_plain_clusters_and_istios_retries(yaml: str) -> None:
    proxy = _proxy(yaml)

    assert not any(members(block) for block in proxy.clusters.values())
    assert not any(key in str(proxy) for key in ("health_checks", "outlier", UNREACHED, "alone|"))


def test_pods_are_asked_at_their_programs_and_not_at_their_proxies() -> None:
    own = _proxy(Chain({"s1": ALL, "s2": "mocka"}).yaml).clusters[OWN_S2]

    (locality,) = own["load_assignment"]["endpoints"]
    endpoint = locality["lb_endpoints"][0]["endpoint"]
    assert endpoint["address"]["socket_address"]["port_value"] == 8000
    assert endpoint["health_check_config"] == {"port_value": 9000}
    assert own["health_checks"][0]["tcp_health_check"] == {}


def test_a_readiness_probe_says_how_pods_are_asked() -> None:
    yaml = Chain({"s1": ALL, "s2": "mocka"}).yaml.replace("image:", f"{PROBE}\n        image:")

    (check,) = _proxy(yaml).clusters[OWN_S2]["health_checks"]

    assert check["http_health_check"]["path"] == "/well"
    assert (check["interval"], check["timeout"]) == ("3s", "1s")
    assert (check["unhealthy_threshold"], check["healthy_threshold"]) == (1, 1)


@pytest.mark.parametrize("probe", ["", PROBE])
def test_who_is_down_is_asked_again_soon_and_a_second_failure_takes_as_long_as_ever(
    probe: str,
) -> None:
    yaml = Chain({"s1": ALL, "s2": "mocka"}).yaml.replace("image:", f"{probe}\n        image:")

    (check,) = _proxy(yaml).clusters[OWN_S2]["health_checks"]

    soon = {float(check[key][:-1]) for key in ("unhealthy_interval", "no_traffic_interval")}
    assert max(soon) < 1
    assert check["unhealthy_edge_interval"] == check["interval"]
    assert check["no_traffic_healthy_interval"] == check["interval"]


def test_a_probe_of_a_port_that_is_not_there_leaves_connections() -> None:
    probe = PROBE.replace("port: http", "port: 1234")
    yaml = Chain({"s1": ALL, "s2": "mocka"}).yaml.replace("image:", f"{probe}\n        image:")

    assert "tcp_health_check" in _proxy(yaml).clusters[OWN_S2]["health_checks"][0]


def test_half_a_lane_keeps_all_of_its_requests() -> None:
    own = _proxy(Chain({"s1": ALL, "s2": "mocka"}).yaml).clusters[OWN_S2]

    assert own["load_assignment"]["policy"] == {"overprovisioning_factor": 10000}
    assert own["outlier_detection"]["max_ejection_percent"] == 100
    assert own["common_lb_config"]["healthy_panic_threshold"] == {"value": 0}


def test_each_pod_of_a_lane_is_tried_before_a_request_leaves_it() -> None:
    chain = Chain({"s1": ALL, "s2": ALL})
    three = chain.yaml.replace("spec:\n  selector:", "spec:\n  replicas: 3\n  selector:")

    retries = _retries(_proxy(three), "gateway/istio=ingressgateway/80")

    assert retries[S2]["num_retries"] == 3
    assert retries[S2]["retry_priority"]["typed_config"]["update_frequency"] == 3
    assert retries[S1] == {}


def test_a_request_does_not_leave_a_lane_because_it_never_draws_the_pod_that_is_left() -> None:
    chain = Chain({"s1": ALL, "s2": ALL})
    two = chain.yaml.replace("spec:\n  selector:", "spec:\n  replicas: 2\n  selector:")

    retries = _retries(_proxy(two), "gateway/istio=ingressgateway/80")[S2]

    misses = 1 - (1 / 2) ** 2  # of two draws the one with fewer requests, which fails, is taken
    assert misses ** retries["host_selection_retry_max_attempts"] < 1e-9


def test_a_users_own_retries_are_kept() -> None:
    own = """
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: own, namespace: default}
spec:
  hosts: ["own.example"]
  gateways: [istio-system/ingressgateway]
  http:
  - retries: {attempts: 0}
    route: [{destination: {host: mocka, subset: s2}}]
"""
    yaml = documents(Chain({"s1": ALL, "s2": ALL}).yaml, own)
    proxy = _proxy(yaml)

    (host,) = (
        one
        for one in proxy.tables["gateway/istio=ingressgateway/80"]["virtual_hosts"]
        if "own.example" in one["domains"]
    )
    assert host["routes"][0]["route"]["retry_policy"] == {"num_retries": 0}


def test_only_a_pods_own_proxy_says_that_a_request_did_not_reach_the_program() -> None:
    proxy = _proxy(Chain({"s1": ALL, "s2": ALL}).yaml)

    inbound = proxy.listeners["inbound/mocka-v2-0/8000"]
    settings = inbound["filter_chains"][0]["filters"][0]["typed_config"]
    (mapper,) = settings["local_reply_config"]["mappers"]
    assert mapper["headers_to_add"][0]["header"]["key"] == UNREACHED
    (host,) = settings["route_config"]["virtual_hosts"]
    assert host["response_headers_to_remove"] == [UNREACHED]
    entry = proxy.tables["gateway/istio=ingressgateway/80"]["virtual_hosts"]
    assert all(one["response_headers_to_remove"] == [UNREACHED] for one in entry)
