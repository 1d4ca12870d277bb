"""Lanes on real Envoy: every hop stays in its lane, everything else is left as Istio has it."""

from collections.abc import Iterator

import pytest

from tests.wire.lanes import CHAIN, deployment, documents, lanes, service
from tests.wire.local_mesh import LocalMesh, running

pytestmark = pytest.mark.envoy

THREE = ("v1", "v2", "v3")
MESH = documents(
    lanes(THREE),
    service("outside"),
    deployment("outside", "any", replicas=2),
    deployment("mocka", "stray"),
    service("far", port=80, namespace="elsewhere"),
    deployment("far", "any", namespace="elsewhere"),
    service("opaque", port_name="tcp"),
    deployment("opaque", "v1", port_name="tcp-main"),
    deployment("opaque", "v2", port_name="tcp-main"),
)


@pytest.fixture(scope="module")
def mesh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalMesh]:
    with running(tmp_path_factory.mktemp("lanes"), MESH) as local:
        yield local


@pytest.mark.parametrize("version", THREE)
def test_a_request_with_a_lane_stays_in_it_through_three_hops(
    mesh: LocalMesh, version: str
) -> None:
    wanted = {"x-asm-prefer-tag": version.replace("v", "s"), "x-chain": CHAIN}

    answers = [mesh.enter(headers=wanted) for _ in range(20)]

    assert {tuple(answer.pods) for answer in answers} == {
        (f"mocka-{version}-0", f"mockb-{version}-0", f"mockc-{version}-0")
    }


@pytest.mark.parametrize(
    ("path", "tag"),
    [("/mock", None), ("/mock", "s9"), ("/other", "s1"), ("/mock/", "s1"), ("/mock", "S1")],
)
def test_a_request_no_rule_matches_is_not_found(
    mesh: LocalMesh, path: str, tag: str | None
) -> None:
    answer = mesh.enter(path, {} if tag is None else {"x-asm-prefer-tag": tag})

    assert (answer.status, answer.pods) == (404, [])


@pytest.mark.parametrize(
    "host", ["shop.example", "shop.example:8080", "127.0.0.1", "SHOP.example", "[::1]:8080"]
)
def test_the_gateway_takes_any_port_in_the_host(mesh: LocalMesh, host: str) -> None:
    assert mesh.enter(headers={"x-asm-prefer-tag": "s2"}, host=host).pods == ["mocka-v2-0"]


@pytest.mark.parametrize(
    "host",
    [
        "mockb:8000",
        "mockb.default:8000",
        "mockb.default.svc:8000",
        "mockb.default.svc.cluster.local:8000",
        "mockb.default.svc.cluster.local.:8000",
        "MOCKB:8000",
    ],
)
def test_a_service_is_met_by_each_of_its_names(mesh: LocalMesh, host: str) -> None:
    assert mesh.call("mocka-v2-0", f"http://{host}/").pods == ["mockb-v2-0"]


def test_a_request_with_a_path_alone_is_routed_by_its_host(mesh: LocalMesh) -> None:
    answer = mesh.call("mocka-v3-0", "/x?y=1", {"host": "mockb:8000"})

    assert answer.pods == ["mockb-v3-0"]
    assert answer.seen["path"] == "/x?y=1"


def test_a_short_name_means_the_callers_own_namespace(mesh: LocalMesh) -> None:
    assert mesh.call("far-any-0", "http://far/").pods == ["far-any-0"]
    assert mesh.call("far-any-0", "http://far.elsewhere:80/").pods == ["far-any-0"]
    assert mesh.call("far-any-0", "http://mockb.default:8000/").pods == ["mockb-v1-0"]
    assert mesh.call("far-any-0", "http://mockb:8000/").status == 503


def test_a_caller_in_no_lane_meets_the_first_lane(mesh: LocalMesh) -> None:
    found = {tuple(mesh.call("mocka-stray-0", "http://mockb:8000/").pods) for _ in range(20)}

    assert found == {("mockb-v1-0",)}


def test_a_service_outside_the_group_answers_with_all_its_pods(mesh: LocalMesh) -> None:
    found = {tuple(mesh.call("mocka-v1-0", "http://outside:8000/").pods) for _ in range(40)}

    assert found == {("outside-any-0",), ("outside-any-1",)}


def test_hosts_that_are_no_service_are_reached_as_they_are(mesh: LocalMesh) -> None:
    other = mesh.replica("outside-any-1")
    url = f"http://{other.address}:{other.ports[0].program}/"

    assert mesh.call("mocka-v1-0", url).pods == ["outside-any-1"]


def test_a_tunnel_to_a_host_that_is_no_service_passes(mesh: LocalMesh) -> None:
    other = mesh.replica("opaque-v2-0")

    assert mesh.tunnel("mocka-v1-0", f"{other.address}:{other.ports[0].program}") == (
        200,
        "opaque-v2-0 hello",
    )


def test_a_tunnel_leads_to_a_service_that_speaks_no_http(mesh: LocalMesh) -> None:
    status, line = mesh.tunnel("mocka-v1-0", "opaque:8000")

    assert (status, line) in {(200, "opaque-v1-0 hello"), (200, "opaque-v2-0 hello")}


def test_no_tunnel_leads_around_the_routes_of_an_http_service(mesh: LocalMesh) -> None:
    assert mesh.tunnel("mocka-v1-0", "mockb:8000") == (200, "HTTP/1.1 400 Bad Request")


def test_a_clients_request_id_is_kept_and_one_is_made_where_there_is_none(
    mesh: LocalMesh,
) -> None:
    wanted = {"x-asm-prefer-tag": "s1"}

    kept = mesh.enter(headers={**wanted, "x-request-id": "mine"})
    made = mesh.enter(headers=wanted)

    assert kept.seen["headers"]["x-request-id"] == "mine"
    assert len(made.seen["headers"]["x-request-id"]) == 36


def test_counters_tell_who_went_where(mesh: LocalMesh) -> None:
    names = [one.stat for one in mesh.config.routes] + [one.stat for one in mesh.config.inbound]
    before = mesh.fleet.counters(names)
    for _ in range(5):
        mesh.enter(headers={"x-asm-prefer-tag": "s2", "x-chain": CHAIN})
    after = mesh.fleet.counters(names)

    grown = {name for name in names if after[name] != before[name]}
    assert {after[name] - before[name] for name in grown} == {5}
    routes = [one for one in mesh.config.routes if one.stat in grown]
    assert {(one.table.partition("/")[0], one.lane) for one in routes} == {
        ("gateway", "s2"),
        ("outbound", "s2"),
    }
    assert {one.host.partition(".")[0] for one in routes} == {"*", "mockb", "mockc"}
    inbound = {one.replica for one in mesh.config.inbound if one.stat in grown}
    assert inbound == {"mocka-v2-0", "mockb-v2-0", "mockc-v2-0"}


def test_callers_alike_share_one_table(mesh: LocalMesh) -> None:
    tables = mesh.config.proxies["mesh"].tables

    assert sorted(tables) == [
        "gateway/istio=ingressgateway/80",
        "outbound/default/any",
        "outbound/default/lane=v1",
        "outbound/default/lane=v2",
        "outbound/default/lane=v3",
        "outbound/elsewhere/any",
    ]


def test_of_two_lane_headers_only_the_one_that_was_entered_travels_on(mesh: LocalMesh) -> None:
    answer = mesh.enter(headers={"x-asm-prefer-tag": "s3", "X-Asm-Prefer-Tag": "s2"})

    # The first rule that any of the two lines meets decides.
    assert answer.pods == ["mocka-v2-0"]
    assert answer.seen["headers"]["x-asm-prefer-tag"] == "s2"
