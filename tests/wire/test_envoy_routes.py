"""What a user's VirtualService says, carried out by real Envoy: matches, edits, faults, mirrors."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.wire.lanes import GATEWAY, deployment, documents, lanes, service
from tests.wire.local_mesh import LocalMesh, running

pytestmark = pytest.mark.envoy

TO = "{destination: {host: mocka.default.svc.cluster.local, subset: %s, port: {number: 8000}}}"


def virtual_service(*routes: str, hosts: str = '"*"', name: str = "entry") -> str:
    listed = "".join(f"\n  - {route}" for route in routes)
    return f"""
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {{name: {name}, namespace: istio-system}}
spec:
  hosts: [{hosts}]
  gateways: [ingressgateway]
  http:{listed}
"""


def route(match: str, more: str = "", subset: str = "v1") -> str:
    extra = f", {more}" if more else ""
    return f"{{match: [{match}], route: [{TO % subset}]{extra}}}"


def share(subset: str, weight: int) -> str:
    stamp = f"headers: {{request: {{set: {{x-lane: {subset}}}}}}}"
    return f"{{{(TO % subset)[1:-1]}, weight: {weight}, {stamp}}}"


SUBSETS = """
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: mocka, namespace: default}
spec:
  host: mocka
  subsets:
  - {name: v1, labels: {lane: v1}}
  - {name: v2, labels: {lane: v2}}
  - {name: nobody, labels: {lane: nobody}}
"""
ROUTES = (
    route("{uri: {exact: /exact}}"),
    route("{uri: {prefix: /prefix/}}"),
    route('{uri: {regex: "/re[0-9]+"}}'),
    route("{uri: {exact: /Case}, ignoreUriCase: true}"),
    route("{uri: {prefix: /m}, method: {exact: PUT}}"),
    route("{uri: {prefix: /a}, authority: {prefix: special.}}"),
    route('{uri: {prefix: /h}, headers: {x-a: {regex: "a+"}, x-b: {prefix: b}}}'),
    route('{uri: {prefix: /p}, headers: {x-a: {regex: "*"}}}'),
    route("{uri: {prefix: /w}, withoutHeaders: {x-a: {exact: nope}}}"),
    route('{uri: {prefix: /q}, queryParams: {user: {regex: "[a-z]+"}, all: {}}}'),
    route("{uri: {exact: /scheme}, scheme: {exact: http}}"),
    route("{uri: {exact: /none}}", subset="absent"),
    route("{uri: {exact: /nobody}}", subset="nobody"),
    route(
        "{uri: {exact: /edit}}",
        'headers: {request: {set: {x-set: "%REQ(x-in)%"}, add: {x-add: "100%%"}, remove: [x-gone]},'
        " response: {set: {x-back: b}}}",
    ),
    route("{uri: {exact: /host}}", "headers: {request: {set: {Host: other.example}}}"),
    route("{uri: {prefix: /old/}}", "rewrite: {uri: /new/, authority: new.example}"),
    route("{uri: {exact: /abort}}", "fault: {abort: {httpStatus: 418, percentage: {value: 100}}}"),
    route("{uri: {exact: /delay}}", "fault: {delay: {fixedDelay: 1ms, percentage: {value: 100}}}"),
    "{match: [{uri: {exact: /away}}], redirect: {uri: /there, authority: far, redirectCode: 302}}",
    "{match: [{uri: {exact: /said}}], directResponse: {status: 203, body: {string: said}}}",
    route(
        "{uri: {exact: /mirror}}",
        "mirrors: [{destination: {host: mocka.default.svc.cluster.local, subset: v2}}]",
    ),
    route(
        "{uri: {exact: /cors}}",
        'corsPolicy: {allowOrigins: [{exact: "http://here"}], allowMethods: [PUT], maxAge: 24h}',
    ),
    route("{uri: {exact: /again}}", "retries: {attempts: 2, retryOn: '503'}"),
    route("{uri: {exact: /once}}", "retries: {attempts: 0}"),
    f"{{match: [{{uri: {{exact: /split}}}}], route: [{share('v1', 50)}, {share('v2', 50)}]}}",
    route("{uri: {exact: /bad}}", 'headers: {request: {set: {x-set: "50%"}}}'),
    route('{uri: {regex: "/broken("}}'),
)
SECURE = """
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: secure, namespace: istio-system}
spec:
  selector: {istio: ingressgateway}
  servers:
  - port: {number: 80, name: http, protocol: HTTP}
    hosts: [secure.example]
    tls: {httpsRedirect: true}
"""
MESH = documents(
    GATEWAY,
    SECURE,
    service("mocka"),
    deployment("mocka", "v1"),
    deployment("mocka", "v2"),
    SUBSETS,
    virtual_service(*ROUTES),
)


@pytest.fixture(scope="module")
def mesh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalMesh]:
    with running(tmp_path_factory.mktemp("routes"), MESH) as local:
        yield local


@pytest.mark.parametrize(
    ("path", "headers", "met"),
    [
        ("/exact", {}, True),
        ("/exact?a=b", {}, True),
        ("/exact/", {}, False),
        ("/prefix/x", {}, True),
        ("/prefix", {}, False),
        ("/re12", {}, True),
        ("/re12x", {}, False),
        ("/cASE", {}, True),
        ("/Exact", {}, False),
        ("/a", {}, False),
        ("/h", {"x-a": "aaa", "x-b": "bcd"}, True),
        ("/h", {"x-a": "aab", "x-b": "bcd"}, False),
        ("/h", {"x-a": "aaa"}, False),
        ("/p", {"x-a": "anything"}, True),
        ("/p", {}, False),
        ("/w", {}, True),
        ("/w", {"x-a": "yes"}, True),
        ("/w", {"x-a": "nope"}, False),
        ("/q?user=me&all=", {}, True),
        ("/q?user=me2&all=", {}, False),
        ("/q?user=me", {}, False),
        ("/scheme", {}, True),
        ("/x/../exact", {}, True),
        ("/broken(", {}, False),
    ],
)
def test_a_match_is_met_as_istio_would_have_it(
    mesh: LocalMesh, path: str, headers: dict[str, str], *, met: bool
) -> None:
    answer = mesh.enter(path, headers)

    assert (answer.status, answer.pods) == ((200, ["mocka-v1-0"]) if met else (404, []))


def test_a_method_and_an_authority_are_matched(mesh: LocalMesh) -> None:
    assert mesh.enter("/m", method="PUT").pods == ["mocka-v1-0"]
    assert mesh.enter("/m").status == 404
    assert mesh.enter("/a", host="special.example").pods == ["mocka-v1-0"]


@pytest.mark.parametrize("path", ["/none", "/nobody"])
def test_a_subset_that_is_missing_or_empty_fails_its_own_requests(
    mesh: LocalMesh, path: str
) -> None:
    assert mesh.enter(path).status == 503
    assert mesh.enter("/exact").status == 200


def test_headers_are_set_added_and_removed(mesh: LocalMesh) -> None:
    answer = mesh.enter("/edit", {"x-in": "in", "x-set": "old", "x-add": "mine", "x-gone": "y"})

    seen = answer.seen["headers"]
    assert (seen["x-set"], seen["x-add"], answer.headers["x-back"]) == ("in", "100%", "b")
    assert "x-gone" not in seen


def test_setting_the_host_rewrites_the_authority(mesh: LocalMesh) -> None:
    assert mesh.enter("/host").seen["headers"]["host"] == "other.example"


def test_a_rewrite_changes_path_and_authority(mesh: LocalMesh) -> None:
    seen = mesh.enter("/old/x").seen

    assert (seen["path"], seen["headers"]["host"]) == ("/new/x", "new.example")


def test_a_fault_is_injected(mesh: LocalMesh) -> None:
    assert mesh.enter("/abort").status == 418
    assert mesh.enter("/delay").status == 200


def test_redirects_and_direct_responses_answer_themselves(mesh: LocalMesh) -> None:
    away = mesh.enter("/away")
    said = mesh.enter("/said")

    assert (away.status, away.headers["location"]) == (302, "http://far/there")
    assert (said.status, said.body) == (203, "said")


def test_a_server_that_redirects_to_https_does_so_for_its_hosts_alone(mesh: LocalMesh) -> None:
    claimed = {"x-forwarded-proto": "https"}

    away = mesh.enter("/exact?a=b", claimed, host="secure.example")

    assert (away.status, away.headers["location"]) == (301, "https://secure.example/exact?a=b")
    assert mesh.enter("/nowhere", host="secure.example").status == 301
    assert mesh.enter("/exact", host="other.example").status == 200


def test_a_mirror_gets_its_own_copy(mesh: LocalMesh) -> None:
    names = [one.stat for one in mesh.config.inbound if one.replica == "mocka-v2-0"]
    before = mesh.fleet.counters(names)

    assert mesh.enter("/mirror").pods == ["mocka-v1-0"]

    # The copy is on its way when the answer comes; an answer of the same pod comes after it.
    while mesh.fleet.counters(names) == before:
        mesh.enter("/exact")


def test_a_preflight_is_answered_by_the_policy(mesh: LocalMesh) -> None:
    asked = {"origin": "http://here", "access-control-request-method": "PUT"}

    answer = mesh.enter("/cors", asked, method="OPTIONS")

    assert answer.status == 200
    assert answer.headers["access-control-allow-origin"] == "http://here"
    assert answer.headers["access-control-max-age"] == "86400"


def test_retries_are_as_many_as_written(mesh: LocalMesh) -> None:
    assert mesh.enter("/again", {"x-status": "503"}).status == 503
    assert mesh.enter("/once", {"x-status": "503"}).status == 503

    received = mesh.received("mocka-v1-0")
    assert (received.count("/again"), received.count("/once")) == (3, 1)


def test_a_split_stamps_each_share_with_its_own_header(mesh: LocalMesh) -> None:
    answers = [mesh.enter("/split") for _ in range(60)]

    stamped = {(answer.pods[0], answer.seen["headers"]["x-lane"]) for answer in answers}
    assert stamped == {("mocka-v1-0", "v1"), ("mocka-v2-0", "v2")}


def test_what_envoy_would_reject_is_left_out_alone(mesh: LocalMesh) -> None:
    answer = mesh.enter("/bad")

    assert answer.status == 200
    assert "x-set" not in answer.seen["headers"]
    assert mesh.enter("/broken(").status == 404


def test_shares_follow_the_weights_and_not_the_number_of_pods(tmp_path: Path) -> None:
    shares = f"{{route: [{share('v1', 90)}, {share('v2', 10)}]}}"
    mesh = documents(
        GATEWAY,
        service("mocka"),
        deployment("mocka", "v1", replicas=1),
        deployment("mocka", "v2", replicas=5),
        SUBSETS,
        virtual_service(shares),
    )

    with running(tmp_path, mesh) as local:
        answers = [local.enter("/") for _ in range(1000)]

    first = sum(answer.pods == ["mocka-v1-0"] for answer in answers)
    assert 860 <= first <= 940


def test_callers_without_a_sidecar_meet_plain_routes(tmp_path: Path) -> None:
    yaml = lanes(("v1", "v2"), ("mocka", "mockb"))

    with running(tmp_path, yaml, without_sidecar=frozenset({"mocka-v2", "mockb-v1"})) as local:
        plain = {tuple(local.call("mocka-v2-0", "http://mockb:8000/").pods) for _ in range(40)}
        own = {tuple(local.call("mocka-v1-0", "http://mockb:8000/").pods) for _ in range(10)}
        counted = {one.replica for one in local.config.inbound}

    assert plain == {("mockb-v1-0",), ("mockb-v2-0",)}
    assert own == {("mockb-v1-0",)}
    assert counted == {"mocka-v1-0", "mockb-v2-0"}


def test_the_files_are_plain_json_that_names_its_version(mesh: LocalMesh) -> None:
    folder = mesh.folder / "mesh"

    versions = [json.loads(path.read_text())["version_info"] for path in folder.glob("routes/*")]

    assert len(set(versions)) == len(versions) == 2
