"""Kubernetes and Istio kinds: what is read of them, and the smallest share that is lost."""

from __future__ import annotations

from typing import Any, TypeVar

import pytest

from laneway.core.findings.locate import locate
from laneway.core.mesh.gather import gather
from laneway.core.resources.istio.networking import (
    DestinationRule,
    Gateway,
    GatewayServer,
    RouteDestination,
    Sidecar,
    SidecarEgress,
    SubsetRule,
    TcpRoute,
    TrafficLabel,
    VirtualService,
)
from laneway.core.resources.kubernetes.settings import EnvironmentEntry
from laneway.core.resources.kubernetes.workloads import (
    Container,
    Endpoint,
    EndpointSlice,
    Namespace,
    Service,
    ServicePort,
    Workload,
)
from laneway.core.resources.matching import Match, StringMatch
from laneway.core.resources.meta import Ref
from laneway.core.resources.read import read_file
from laneway.core.resources.readings import FileReading

T = TypeVar("T")


def read(text: str) -> FileReading:
    return read_file("a.yaml", text.encode())


def one(kind: type[T], text: str) -> T:
    """Read a text that holds one object of a type and nothing to tell."""
    reading = read(text)
    assert [finding.message for finding in reading.findings] == []
    (resource,) = reading.resources
    assert isinstance(resource, kind)
    return resource


def one_of(reading: FileReading) -> VirtualService:
    """Return the one VirtualService of a file, whatever there is to tell of it."""
    (resource,) = reading.resources
    assert isinstance(resource, VirtualService)
    return resource


def codes(text: str) -> list[str]:
    return [finding.code.id for finding in read(text).findings]


# ------------------------------------------------------------------------ Kubernetes

SERVICE = """apiVersion: v1
kind: Service
metadata: {name: mocka}
spec:
  selector: {app: mocka}
  ports:
  - {port: 8000, name: http, targetPort: web, appProtocol: http}
  - {port: 53, protocol: UDP}
"""


def test_a_service_without_a_namespace_is_in_the_default_one() -> None:
    found = one(Service, SERVICE)
    assert found == Service(
        found.meta,
        selector=(("app", "mocka"),),
        ports=(
            ServicePort(8000, "http", "TCP", "http", "web", 0),
            ServicePort(53, "", "UDP", "", 53, 1),
        ),
    )
    assert found.meta.ref == Ref("Service", "default", "mocka")


def test_a_headless_service_says_none() -> None:
    assert one(Service, SERVICE + "  clusterIP: None\n").cluster_ip == "None"


@pytest.mark.parametrize("port", ["{port: web}", "{port: 0}", "{name: x}", "3", "{port: 1.5}"])
def test_a_port_that_cannot_be_read_is_left_out_alone(port: str) -> None:
    text = SERVICE.replace("{port: 53, protocol: UDP}", port)
    (found,) = read(text).resources
    assert isinstance(found, Service)
    assert [port.number for port in found.ports] == [8000]
    assert len(codes(text)) == 1


TEMPLATE = """spec:
  replicas: 3
  template:
    metadata:
      labels: {app: a, version: v1}
      annotations: {sidecar.istio.io/inject: "false"}
    spec:
      hostNetwork: true
      initContainers: [{name: i, image: busybox}]
      containers:
      - name: c
        image: mock:1
        command: [/bin/mock]
        args: [--port, "80"]
        env:
        - {name: A, value: "1"}
        - {name: EMPTY}
        - {name: SECRET, valueFrom: {secretKeyRef: {name: s, key: k}}}
        ports: [{containerPort: 80, name: web}, {containerPort: 81}]
"""


@pytest.mark.parametrize("kind", ["Deployment", "StatefulSet", "ReplicaSet"])
def test_a_workload_is_read_from_its_template(kind: str) -> None:
    text = f"apiVersion: apps/v1\nkind: {kind}\nmetadata: {{name: a}}\n"
    found = one(Workload, text + TEMPLATE)
    assert found == Workload(
        found.meta,
        labels={"app": "a", "version": "v1"},
        annotations={"sidecar.istio.io/inject": "false"},
        replicas=3,
        containers=(
            Container(
                "c",
                "mock:1",
                (("A", "1"), ("EMPTY", "")),
                (("web", 80), ("", 81)),
                ("/bin/mock",),
                ("--port", "80"),
                unsaid=("Secret s",),
                entries=(
                    EnvironmentEntry("A", ("env", 0), "1"),
                    EnvironmentEntry("EMPTY", ("env", 1), ""),
                    EnvironmentEntry("SECRET", ("env", 2), None, "Secret s", "k"),
                ),
            ),
        ),
        init_containers=(Container("i", "busybox"),),
        host_network=True,
        template=found.meta.place("spec", "template"),
    )


@pytest.mark.parametrize(
    ("kind", "status", "replicas", "ready"),
    [
        ("Deployment", "", 1, None),
        ("Deployment", "status: {}\n", 1, None),
        ("Deployment", "status: {replicas: 2, readyReplicas: 2}\n", 1, 2),
        ("Deployment", "status: {replicas: 2}\n", 1, 0),
        ("DaemonSet", "status: {numberReady: 4}\n", 1, 4),
    ],
)
def test_readiness_is_known_only_where_a_status_tells_it(
    kind: str, status: str, replicas: int, ready: int | None
) -> None:
    text = f"apiVersion: apps/v1\nkind: {kind}\nmetadata: {{name: a}}\nspec: {{template: {{}}}}\n"
    found = one(Workload, text + status)
    assert (found.replicas, found.ready) == (replicas, ready)


def test_no_replicas_are_none_and_not_the_default() -> None:
    text = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {replicas: 0}\n"
    assert one(Workload, text).replicas == 0


LIVE_POD = """apiVersion: v1
kind: Pod
metadata:
  name: a-1
  labels: {app: a}
  ownerReferences:
  - {kind: Node, name: m}
  - {kind: ReplicaSet, name: a, controller: true}
spec: {containers: [{name: c}]}
status: {podIP: 10.0.0.1, conditions: [{type: Ready, status: "True"}]}
"""


def test_a_live_pod_knows_its_owner_its_address_and_whether_it_is_ready() -> None:
    found = one(Workload, LIVE_POD)
    assert found.meta.owner == Ref("ReplicaSet", "default", "a")
    assert (found.pod_ip, found.ready, found.labels) == ("10.0.0.1", 1, {"app": "a"})


@pytest.mark.parametrize(
    ("written", "instead", "ready"),
    [
        ('status: "True"', 'status: "False"', 0),
        ("  name: a-1\n", '  name: a-1\n  deletionTimestamp: "2024-01-01T00:00:00Z"\n', 0),
        (', conditions: [{type: Ready, status: "True"}]', "", 0),
        ('status: {podIP: 10.0.0.1, conditions: [{type: Ready, status: "True"}]}', "", None),
    ],
)
def test_a_pod_is_ready_only_by_its_condition(
    written: str, instead: str, ready: int | None
) -> None:
    assert one(Workload, LIVE_POD.replace(written, instead)).ready == ready


def test_a_variable_that_is_no_text_is_told_and_kept_as_written() -> None:
    text = LIVE_POD.replace("{name: c}", "{name: c, env: [{name: A, value: 8080}, {value: x}]}")
    (found,) = read(text).resources
    assert isinstance(found, Workload)
    assert found.containers[0].environment == (("A", "8080"),)
    assert codes(text) == ["LW1103", "LW1102"]


def test_a_namespace_has_labels_and_no_namespace() -> None:
    text = "apiVersion: v1\nkind: Namespace\nmetadata: {name: m, labels: {istio-injection: on1}}\n"
    found = one(Namespace, text)
    assert (str(found.meta.ref), found.meta.labels) == ("Namespace m", {"istio-injection": "on1"})


def test_an_endpoint_counts_as_ready_unless_it_says_otherwise() -> None:
    text = """apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: e, labels: {kubernetes.io/service-name: mocka}}
endpoints:
- {addresses: [10.0.0.1], targetRef: {kind: Pod, name: p}}
- {addresses: [10.0.0.2], conditions: {ready: false}, targetRef: {kind: VM, name: v}}
ports: [{name: http, port: 80}, {name: any}]
"""
    found = one(EndpointSlice, text)
    assert found == EndpointSlice(
        found.meta,
        "mocka",
        (Endpoint(("10.0.0.1",), ready=True, pod="p"), Endpoint(("10.0.0.2",), ready=False)),
        (("http", 80),),
    )


# ------------------------------------------------------------------------ Istio


@pytest.mark.parametrize("version", ["v1", "v1beta1", "v1alpha3"])
def test_a_gateway_is_read_in_every_version(version: str) -> None:
    text = f"""apiVersion: networking.istio.io/{version}
kind: Gateway
metadata: {{name: g, namespace: istio-system}}
spec:
  selector: {{istio: ingressgateway}}
  servers:
  - {{port: {{number: 80, name: http, protocol: HTTP}}, hosts: ["*"]}}
  - {{port: {{number: 443, protocol: HTTPS}}, hosts: [n/a.example], tls: {{mode: SIMPLE}}}}
"""
    assert one(Gateway, text).servers == (
        GatewayServer(80, "HTTP", ("*",), "http", tls=False, index=0),
        GatewayServer(443, "HTTPS", ("n/a.example",), "", tls=True, index=1),
    )


VIRTUAL_SERVICE = """apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: v}
spec:
  hosts: [mocka]
  gateways: [mesh]
  exportTo: []
  http:
  - name: first
    match:
    - name: m
      uri: {prefix: ""}
      ignoreUriCase: true
      scheme: {exact: http}
      method: {regex: GET|PUT}
      authority: {prefix: a}
      headers: {X-B: {exact: ""}, a: {regex: "*"}}
      withoutHeaders: {c: {}}
      queryParams: {q: {prefix: x}}
      port: 80
      sourceLabels: {b: c, a: b}
      sourceNamespace: m
      gateways: [mesh, m/g]
      statPrefix: s
    route:
    - destination: {host: mocka, subset: v1, port: {number: 80}}
      weight: 90
      headers: {request: {set: {x: "%REQ(w)%", z: 100%%}}}
    - destination: {host: mocka}
      fallback: {target: {host: mocka, subset: v1}}
    timeout: 1.5s
    retries: {attempts: 2, perTryTimeout: 300ms, retryOn: 5xx}
  - redirect: {uri: /r}
  - directResponse: {status: 418}
  - delegate: {name: d}
  tcp:
  - match: [{port: 90, sourceLabels: {a: b}}]
    route: [{destination: {host: mocka}}]
  tls: [{match: [{sniHosts: [a]}]}]
"""


def test_every_part_of_a_virtual_service_has_its_place() -> None:
    found = one(VirtualService, VIRTUAL_SERVICE)
    assert (found.hosts, found.gateways, found.export_to) == (("mocka",), ("mesh",), ())
    first = found.http[0]
    assert first.matches == (
        Match(
            name="m",
            uri=StringMatch("prefix", ""),
            ignore_uri_case=True,
            scheme=StringMatch("exact", "http"),
            method=StringMatch("regex", "GET|PUT"),
            authority=StringMatch("prefix", "a"),
            headers=(("a", StringMatch("present")), ("x-b", StringMatch("exact", ""))),
            without_headers=(("c", StringMatch("present")),),
            query_params=(("q", StringMatch("prefix", "x")),),
            port=80,
            source_labels=(("a", "b"), ("b", "c")),
            source_namespace="m",
            gateways=("mesh", "m/g"),
        ),
    )
    edits = {"request": {"set": {"x": "%REQ(w)%", "z": "100%%"}}}
    fallback = {"target": {"host": "mocka", "subset": "v1"}}
    assert first.destinations == (
        RouteDestination("mocka", "v1", 80, 90, edits, None, 0),
        RouteDestination("mocka", "", None, None, None, fallback, 1),
    )
    retries = {"attempts": 2, "perTryTimeout": "300ms", "retryOn": "5xx"}
    assert first.policy == {"timeout": "1.5s", "retries": retries}
    assert [route.index for route in found.http] == [0, 1, 2, 3]
    assert found.http[1].redirect == {"uri": "/r"}
    assert found.http[2].direct_response == {"status": 418}
    assert found.http[3].delegate == {"name": "d"}
    match = Match(port=90, source_labels=(("a", "b"),))
    assert found.tcp == (TcpRoute((match,), (RouteDestination("mocka"),), 0),)
    assert found.tls == ({"match": [{"sniHosts": ["a"]}]},)


@pytest.mark.parametrize(
    ("written", "instead", "code"),
    [
        ("port: 80\n      source", "port: x\n      source", "LW1101"),
        ("statPrefix: s", "cookie: {exact: s}", "LW1114"),
        ("scheme: {exact: http}", "scheme: {prefix: ''}", "LW1113"),
        ("destination: {host: mocka, subset: v1", "destination: {subset: v1", "LW1102"),
        ("weight: 90", "weight: much", "LW1101"),
        ("100%%", "100%", "LW1108"),
        ('"%REQ(w)%"', "1", "LW1101"),
        ('{x: "%REQ(w)%"', '{":path": w', "LW1107"),
    ],
)
def test_a_route_that_cannot_be_read_is_left_out_alone(
    written: str, instead: str, code: str
) -> None:
    text = VIRTUAL_SERVICE.replace(written, instead, 1)
    assert text != VIRTUAL_SERVICE
    (found,) = read(text).resources
    assert isinstance(found, VirtualService)
    assert [route.index for route in found.http] == [1, 2, 3]
    assert codes(text) == [code]


@pytest.mark.parametrize(
    ("written", "instead", "code"),
    [
        ("timeout: 1.5s", "timeout: 5", "LW1110"),
        ("timeout: 1.5s", "mirrors: {}", "LW1101"),
        ("timeout: 1.5s", "fault: 5", "LW1101"),
        ("timeout: 1.5s", "mirror: {}", "LW1102"),
        ("timeout: 1.5s", "headers: {response: {set: {a: 50%}}}", "LW1108"),
    ],
)
def test_a_policy_that_cannot_be_read_is_left_out_of_its_route(
    written: str, instead: str, code: str
) -> None:
    text = VIRTUAL_SERVICE.replace(written, instead)
    (found,) = read(text).resources
    assert isinstance(found, VirtualService)
    assert list(found.http[0].policy) == ["retries"]
    assert codes(text) == [code]


def asking(*conditions: str) -> str:
    """Return a VirtualService with a route for each condition."""
    head = "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: v}\n"
    routes = "".join(
        f"  - match: [{one}]\n    route: [{{destination: {{host: mocka}}}}]\n" for one in conditions
    )
    return f"{head}spec:\n  hosts: [mocka]\n  http:\n{routes}"


def test_what_routes_ask_alike_is_one_value() -> None:
    first, second = one(VirtualService, asking(*["{sourceLabels: {version: v1}}"] * 2)).http
    assert first.matches[0] is second.matches[0]


def test_subsets_written_alike_are_one_value_and_a_flaw_is_told_at_each_rule() -> None:
    rule = "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: NAME}\n"
    rule += "spec:\n  host: mocka\n  subsets: [{name: v1, labels: {version: v1}}]\n---\n"
    both = rule.replace("NAME", "a") + rule.replace("NAME", "b")
    first, second = (one for one in read(both).resources if isinstance(one, DestinationRule))
    assert first.subsets is second.subsets
    flawed = read(both.replace("{version: v1}", "3"))
    assert [locate(flaw.place).line for flaw in flawed.findings if flaw.place] == [6, 13]


def test_a_flaw_in_what_routes_ask_alike_is_told_at_each_of_them() -> None:
    text = asking(*["{headers: {x-lane: {regex: '('}}}"] * 2, "{sourceLabels: {version: v1}}")
    found = read(text)
    places = [locate(flaw.place) for flaw in found.findings if flaw.place]
    assert [place.line for place in places] == [7, 9]
    assert [route.index for route in one_of(found).http] == [2]


def test_a_number_is_not_read_as_the_text_that_another_route_asks_for() -> None:
    text = asking('{sourceLabels: {version: "1"}}', "{sourceLabels: {version: 1}}")
    assert codes(text) == ["LW1103"]
    assert [route.index for route in one_of(read(text)).http] == [0]


def test_a_destination_rule_tells_an_unwritten_export_from_an_empty_one() -> None:
    text = """apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: d}
spec:
  host: mocka
  trafficPolicy: {tls: {mode: DISABLE}}
  workloadSelector: {matchLabels: {a: b}}
  subsets: [{name: v1, labels: {version: v1}, trafficPolicy: {a: 1}}]
"""
    found = one(DestinationRule, text)
    assert found.export_to is None
    assert one(DestinationRule, text + "  exportTo: []\n").export_to == ()
    assert found.subsets == (SubsetRule("v1", (("version", "v1"),), {"a": 1}, 0),)
    assert (found.traffic_policy, found.workload_selector) == (
        {"tls": {"mode": "DISABLE"}},
        (("a", "b"),),
    )


def test_a_sidecar_has_egress_hosts() -> None:
    text = """apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: {name: s}
spec:
  workloadSelector: {labels: {app: a}}
  egress: [{hosts: ["./*"]}, {hosts: [n/a.example], port: {number: 80}}]
"""
    found = one(Sidecar, text)
    assert found.workload_selector == (("app", "a"),)
    assert found.egress == (SidecarEgress(("./*",)), SidecarEgress(("n/a.example",), 80))


@pytest.mark.parametrize("version", ["v1", "v1beta1"])
def test_a_traffic_label_keeps_its_rules_as_written(version: str) -> None:
    text = f"""apiVersion: istio.alibabacloud.com/{version}
kind: TrafficLabel
metadata: {{name: t, namespace: m}}
spec: {{workloadSelector: {{labels: {{app: a}}}}, rules: [{{labels: [{{name: x}}]}}]}}
"""
    found = one(TrafficLabel, text)
    assert (found.workload_selector, found.rules) == (
        (("app", "a"),),
        ({"labels": [{"name": "x"}]},),
    )


# ------------------------------------------------------------------------ lists and repetitions


def test_the_items_of_a_typed_list_need_no_kind_of_their_own() -> None:
    text = (
        "apiVersion: v1\nkind: ServiceList\nitems: [{metadata: {name: a}}, {metadata: {name: b}}]"
    )
    reading = read(text)
    assert [str(resource.meta.ref) for resource in reading.resources] == [
        "Service default/a",
        "Service default/b",
    ]
    assert reading.resources[1].meta.prefix == ("items", 1)


def test_lists_within_lists_are_unfolded_but_not_for_ever() -> None:
    item = "{apiVersion: v1, kind: Namespace, metadata: {name: m}}"
    for _ in range(9):
        item = f"{{apiVersion: v1, kind: List, items: [{item}]}}"
    assert read(item).resources == ()
    assert read(item).other_kinds == {"List": 1}


@pytest.mark.parametrize(("items", "code"), [("3", "LW1020"), ("[3]", "LW1014"), ("null", None)])
def test_items_that_are_none_are_told(items: str, code: str | None) -> None:
    text = f"apiVersion: v1\nkind: List\nitems: {items}\n"
    assert codes(text) == ([code] if code else [])


def test_kinds_that_decide_no_route_are_counted() -> None:
    text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n---\n"
    assert read(text * 3).other_kinds == {"ConfigMap": 3}


def written_twice(second: str) -> tuple[list[Any], list[str]]:
    readings = [read_file("a.yaml", SERVICE.encode()), read_file("b.yaml", second.encode())]
    snapshot = gather(readings[::-1])
    places = [finding.place for finding in snapshot.findings if finding.place is not None]
    marks = [f"{place.source.path}:{locate(place).line}" for place in places]
    codes = [finding.code.id for finding in snapshot.findings]
    return [resource.meta.source.path for resource in snapshot.resources], codes + marks


def test_of_an_object_written_twice_the_last_is_kept_and_both_are_named() -> None:
    kept, told = written_twice(SERVICE.replace("8000", "9000"))
    assert (kept, told) == (["b.yaml"], ["LW1017", "b.yaml:3"])


def test_an_object_repeated_word_for_word_is_a_warning() -> None:
    kept, told = written_twice(SERVICE)
    assert (kept, told) == (["b.yaml"], ["LW1018", "b.yaml:3"])


def test_a_snapshot_does_not_depend_on_the_order_of_files() -> None:
    readings = [read_file(name, SERVICE.replace("mocka", name).encode()) for name in "cab"]
    assert gather(readings) == gather(readings[::-1])


# ------------------------------------------------------------------------ reading again


def test_a_document_that_did_not_change_keeps_its_object() -> None:
    text = SERVICE + "---\n" + SERVICE.replace("mocka", "mockb")
    before = read(text)
    after = read_file("a.yaml", text.replace("8000", "8001", 1).encode(), before)
    assert after.resources[0] != before.resources[0]
    assert after.resources[1] is before.resources[1]


def test_a_document_that_moved_is_read_again_since_its_lines_are_others() -> None:
    text = SERVICE + "---\n" + SERVICE.replace("mocka", "mockb")
    before = read(text)
    after = read_file("a.yaml", ("# new\n" + text).encode(), before)
    assert after.resources[1].meta.source.first_line == 11
    assert after == read("# new\n" + text)


# ------------------------------------------------------------------------ never wider than written


def test_a_virtual_service_whose_gateways_cannot_be_read_does_not_speak_for_the_mesh() -> None:
    reading = read(VIRTUAL_SERVICE.replace("gateways: [mesh]", "gateways: infra/gateway", 1))
    assert (reading.resources, reading.unread) == ((), True)
    assert [finding.code.id for finding in reading.findings] == ["LW1101"]


def test_a_subset_whose_labels_cannot_be_read_is_left_out() -> None:
    text = """apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: d}
spec: {host: mocka, subsets: [{name: v1, labels: [version]}, {name: v2, labels: {version: v2}}]}
"""
    (found,) = read(text).resources
    assert isinstance(found, DestinationRule)
    assert [subset.name for subset in found.subsets] == ["v2"]
