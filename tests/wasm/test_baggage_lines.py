"""Baggage of several header lines on one, whatever it holds."""

from collections.abc import Iterator

import pytest

from tests.wasm.filtered import Filtered, filtered

pytestmark = pytest.mark.envoy


@pytest.fixture(scope="module")
def envoy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filtered]:
    with filtered(tmp_path_factory.mktemp("envoy"), {"entry": [{"role": "baggage"}]}) as running:
        yield running


@pytest.mark.parametrize(
    ("lines", "joined"),
    [
        ([], None),
        (["a=1"], "a=1"),
        (["a=1,b=2;p , c=%20"], "a=1,b=2;p , c=%20"),
        (["a=1", "b=2", "c=3"], "a=1,b=2,c=3"),
        (["a=1", "", ",,;=%,%1,=="], "a=1,,,,;=%,%1,=="),
        (["x" * 3_000] * 5, ",".join(["x" * 3_000] * 5)),
    ],
)
def test_lines_are_joined_and_nothing_is_lost(
    envoy: Filtered, lines: list[str], joined: str | None
) -> None:
    seen = envoy.send("entry", *(("baggage", line) for line in lines))
    assert seen.headers.get("baggage") == joined


def test_more_than_can_be_held_passes_as_it_is(envoy: Filtered) -> None:
    assert envoy.send("entry", *[("baggage", "x" * 60_000)] * 5).status == 200
