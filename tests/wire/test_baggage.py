"""A lane is one member of a baggage header, on real Envoy: whatever stands around it."""

import socket
from collections.abc import Iterator

import pytest

from laneway.apps.mock.serve import Stream
from tests.wire.chains import Chain
from tests.wire.local_mesh import LocalMesh, running

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
