"""A lane is one member of a baggage header, on real Envoy: whatever stands around it."""

from collections.abc import Iterator

import pytest

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
