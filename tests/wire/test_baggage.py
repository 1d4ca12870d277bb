"""A lane is one member of a baggage header, on real Envoy: whatever stands around it."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import asdict

from laneway.apps.mock.serve import Stream
from laneway.core.emit.envoy.wasm import counter
from tests.wire.chains import Chain
from tests.wire.local_mesh import LocalMesh, ask, running

pytestmark = pytest.mark.envoy

CHAIN = Chain({"s1": "mocka mockb", "s3": "mockb"}, ("mocka", "mockb"), trace_header="baggage")


@pytest.fixture(scope="module")
def mesh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalMesh]:
    with running(tmp_path_factory.mktemp("baggage"), CHAIN.yaml) as local:
        yield local


@pytest.mark.parametrize(
    ("line", "version"),
    [
        ("x-asm-prefer-tag=s3", "v3"),
        ("userId=alice,x-asm-prefer-tag=s3,isProduction=false", "v3"),
        ("userId=alice , \tx-asm-prefer-tag\t= s3 ;p=1; q , a=b", "v3"),
        ("x-asm-prefer-tag=s3;x-asm-prefer-tag=s1", "v3"),
        ("userId=alice,x-asm-prefer-tag=s3%3Bttl%3D1,tier=gold", "v3"),
        ("x-asm-prefer-tag=s3+%3B+ttl%3D1", "v3"),
        ("x-asm-prefer-tag=s1,a=b,x-asm-prefer-tag=s3", "v3"),
        ("x-asm-prefer-tag=s3,x-asm-prefer-tag=s1,x-asm-prefer", "v1"),
        ("userId=alice;x-asm-prefer-tag=s3", "v1"),
        ("x-asm-prefer-tag=s33,x-asm-prefer-tags=s3,y-x-asm-prefer-tag=s3", "v1"),
        ("x-asm-prefer-tag=s3s,X-Asm-Prefer-Tag=s3", "v1"),
        ("userId=x-asm-prefer-tag=s3", "v1"),
    ],
)
def test_the_member_decides_whatever_stands_around_it(
    mesh: LocalMesh, line: str, version: str
) -> None:
    assert mesh.call("mocka-v1-0", "http://mockb:8000/", {"baggage": line}).pods == [
        f"mockb-{version}-0"
    ]


def test_the_mock_takes_lines_of_baggage_for_one_list_and_of_others_the_last() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        theirs = socket.create_connection(server.getsockname())
        ours, _ = server.accept()
    with ours, theirs:
        theirs.sendall(b"GET / HTTP/1.1\r\nBaggage: a=1\r\nx: 1\r\nbaggage:b=2\r\nx: 2\r\n\r\n")
        _, fields = Stream(ours).head()

    assert fields == {b"baggage": b"a=1,b=2", b"x": b"2"}


IN_LANE = "x-asm-prefer-tag=s3"


def changes(mesh: LocalMesh, pod: str) -> dict[str, int]:
    """Return what the filters of a pod have changed of baggage so far."""
    kinds = ("joined", "cleaned", "dropped", "shortened")
    names = {counter("mock", pod, kind): kind for kind in kinds}
    return {names[name]: value for name, value in mesh.fleet.counters(list(names)).items()}


@pytest.mark.parametrize(
    ("sent", "left", "counted"),
    [
        # sentry-sdk 2.75.0 beside OpenTelemetry: two lines, the lane on the second
        (
            {"baggage": "sentry-trace_id=1", "Baggage": IN_LANE},
            f"{IN_LANE},sentry-trace_id=1",
            {"joined", "cleaned"},
        ),
        # opentelemetry 1.45.1 of Python behind Spring Boot
        (
            {"baggage": f"{IN_LANE}%3Bpropagation%3Dunlimited,a="},
            IN_LANE,
            {"cleaned", "dropped"},
        ),
        ({"baggage": f"{IN_LANE},user=7;p=1"}, f"{IN_LANE},user=7;p=1", set()),
    ],
)
def test_what_a_program_sends_is_put_in_order_before_its_routes_are_asked(
    mesh: LocalMesh, sent: dict[str, str], left: str, counted: set[str]
) -> None:
    before = changes(mesh, "mocka-v1-0")
    answer = mesh.call("mocka-v1-0", "http://mockb:8000/", sent)
    after = changes(mesh, "mocka-v1-0")

    assert answer.pods == ["mockb-v3-0"]
    assert answer.seen["headers"]["baggage"] == left
    assert {kind for kind in after if after[kind] > before.get(kind, 0)} == counted


def test_what_comes_to_a_program_is_put_in_order_before_it_reads(mesh: LocalMesh) -> None:
    # as a pod without a sidecar sends it
    replica = mesh.replica("mockb-v1-0")
    sent = {"baggage": "user=7", "Baggage": "x-asm-prefer-tag=s1;ttl=1"}
    answer = ask((replica.address, replica.ports[0].inbound), "/", sent)

    assert answer.seen["headers"]["baggage"] == "x-asm-prefer-tag=s1,user=7"
    assert changes(mesh, "mockb-v1-0")["joined"] == 1


def test_a_group_that_keeps_its_users_baggage_has_no_filter_in_the_mesh(tmp_path: Path) -> None:
    name = "kind: ASMSwimLaneGroup\nmetadata: {name: mock"
    kept = CHAIN.yaml.replace(name, f"{name}, annotations: {{laneway.dev/tidy-baggage: 'off'}}")
    mesh = LocalMesh(tmp_path)
    try:
        filters = [
            json.dumps(mesh.compile(yaml), default=asdict).count("envoy.wasm.runtime.v8")
            for yaml in (CHAIN.yaml, kept)
        ]
    finally:
        mesh.down()

    pods = 3
    assert filters == [1 + 2 * pods, 1]
