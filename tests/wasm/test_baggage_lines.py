"""The lane's member of W3C baggage: read wherever it stands, and never taken from a client."""

from collections.abc import Iterator

import pytest

from tests.wasm.filtered import BASE, LANE, Filtered, filtered

pytestmark = pytest.mark.envoy


@pytest.fixture(scope="module")
def envoy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filtered]:
    listeners = {
        "entry": [{"role": "baggage-entry", "routeHeader": LANE}],
        "out": [{"role": "baggage-outbound", "routeHeader": LANE}],
    }
    with filtered(tmp_path_factory.mktemp("envoy"), listeners) as running:
        yield running


@pytest.mark.parametrize(
    ("lines", "route"),
    [
        (["x-asm-prefer-tag=s2"], "s2"),
        (["userId=alice,x-asm-prefer-tag=s2,isProduction=false"], "s2"),
        (["userId=alice", "x-asm-prefer-tag=s2"], "s2"),
        ([" a=1 ;p=q , \tx-asm-prefer-tag\t = s2 ;sticky;x=y"], "s2"),
        (["x-asm-prefer-tag=%73%32"], "s2"),
        (["x-asm-prefer-tag=s2,x-asm-prefer-tag=s2"], "s2"),
        (["x-asm-prefer-tag=s2", "x-asm-prefer-tag=s3"], BASE),
        (["X-Asm-Prefer-Tag=s2"], BASE),
        (["my-x-asm-prefer-tag=s2,x-asm-prefer-tag-2=s3"], BASE),
        (["a=b;x-asm-prefer-tag=s2"], BASE),
        (["x-asm-prefer-tag"], BASE),
        (["x-asm-prefer-tag="], BASE),
        ([f"x-asm-prefer-tag={'s' * 64}"], BASE),
        ([f"x-asm-prefer-tag={'s' * 9000}"], BASE),
        ([",,;=%,%1,==,"], BASE),
        (["x" * 60000] * 5, BASE),
        ([], BASE),
    ],
)
def test_the_lane_is_read_as_w3c_says(envoy: Filtered, lines: list[str], route: str) -> None:
    seen = envoy.send("out", *(("baggage", line) for line in lines))
    assert seen.route == route


def test_baggage_beats_a_header(envoy: Filtered) -> None:
    seen = envoy.send("out", ("baggage", "x-asm-prefer-tag=s2"), (LANE, "s1"))
    assert seen.headers[LANE] == "s2"


@pytest.mark.parametrize(
    ("lines", "kept"),
    [
        (["a=1", "b=2;p , c=%20"], "a=1,b=2;p,c=%20"),
        (["a=1,x-asm-prefer-tag=s3,b=2", "x-asm-prefer-tag = s2;p=1"], "a=1,b=2"),
        (["x-asm-prefer-tag=s3"], None),
        ([",, ,"], None),
        ([f"a{n}=1" for n in range(80)], ",".join(f"a{n}=1" for n in range(63))),
        (["a=1", f"b={'x' * 8106}", "c=1"], "a=1"),
    ],
)
def test_the_entry_keeps_all_but_the_lane_on_one_line(
    envoy: Filtered, lines: list[str], kept: str | None
) -> None:
    seen = envoy.send("entry", *(("baggage", line) for line in lines))
    assert seen.headers.get("baggage") == kept
