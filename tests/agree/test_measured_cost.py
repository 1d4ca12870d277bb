"""What a configuration is said to weigh, beside what real proxies and a real istiod took.

The rows are what `./dev figures cost` printed in November 2026: a real API server and istiod 1.31,
a stock Envoy 1.40.0 as a sidecar of the second lane, up to 24 proxies that join at once. No machine
is asked here; a constant that is changed without measuring is found out.
"""

from __future__ import annotations

import pytest
from msgspec import Struct

from laneway.core.cost.held import Load
from laneway.core.cost.price import control_plane, memory, start

MB = 1_000_000


class Row(Struct, frozen=True):
    """A mesh in a layout: what the sidecar held, and what Envoy and istiod took, in MB and seconds.

    `sent` are the megabytes of clusters, endpoints and routes that istiod sent to `proxies`.
    """

    held: Load
    resident: float
    seconds: float
    proxies: int
    pods: int
    json: float
    sent: tuple[float, float, float]
    peak: float


def row(held: tuple[int, int, int], took: tuple[float, float], *rest: object) -> Row:
    return Row(Load(*held), *took, *rest)  # type: ignore[arg-type]


ROWS = {
    "100 x 10, none": row((107, 103, 1000), (75, 0.22), 13, 1000, 0.0, (0.5, 0.7, 0.6), 146),
    "100 x 10, istio": row((1107, 103, 2000), (141, 1.34), 13, 1000, 0.29, (7.1, 3.6, 0.8), 185),
    "100 x 10, scoped": row((208, 103, 1100), (82, 0.39), 13, 1000, 0.05, (1.3, 1.0, 0.8), 148),
    "30 x 5, istio": row((187, 33, 300), (78, 0.39), 8, 150, 0.06, (0.7, 0.4, 0.1), 126),
    "30 x 5, asm": row((337, 33, 450), (87, 0.56), 8, 150, 0.07, (1.3, 0.6, 0.1), 135),
    "40 x 6, two ports": row((568, 84, 960), (103, 0.71), 9, 240, 0.14, (2.5, 1.2, 0.4), 145),
    "100 x 50, none": row((107, 103, 5000), (83, 0.15), 23, 5000, 0.0, (0.8, 4.0, 1.1), 221),
    "100 x 50, istio": row((5107, 103, 10000), (397, 3.85), 23, 5000, 1.18, (59, 30, 1.4), 404),
    "100 x 50, scoped": row((208, 103, 5100), (90, 0.4), 23, 5000, 0.08, (2.4, 4.6, 1.4), 231),
    "300 x 50, none": row((307, 303, 15000), (119, 0.36), 24, 15000, 0.0, (2.5, 12.9, 3.3), 392),
    "300 x 50, istio": row(
        (15307, 303, 30000), (1057, 19.64), 24, 15000, 3.53, (183, 94, 4.3), 1047
    ),
    "300 x 50, scoped": row((608, 303, 15300), (139, 0.55), 24, 15000, 0.16, (7.3, 14.7, 4.3), 427),
    "300, header, 15,303 routes": row(
        (754, 15303, 894), (236, 1.16), 24, 447, 6.56, (8.8, 4.1, 159), 1325
    ),
    "300, header, 750 routes": row(
        (754, 750, 894), (122, 0.77), 24, 447, 3.87, (8.8, 4.1, 10.2), 305
    ),
}
each_row = pytest.mark.parametrize("row", ROWS.values(), ids=list(ROWS))
BARE = memory(Load())


@each_row
def test_memory_of_a_proxy_is_within_a_quarter(row: Row) -> None:
    beyond = row.resident * MB - BARE

    assert memory(row.held) - BARE == pytest.approx(beyond, rel=0.25)


@each_row
def test_the_time_of_a_start_is_within_two_fifths(row: Row) -> None:
    assert start(row.held) == pytest.approx(row.seconds, rel=0.4)


@each_row
def test_memory_of_istiod_is_within_half_as_much_again(row: Row) -> None:
    sent = Load(0, 0, 0, *(round(part * MB / row.proxies) for part in ordered(row.sent)))
    said = control_plane([(row.proxies, sent)], row.pods, round(row.json * MB)).memory

    assert 1 / 1.5 < said / (row.peak * MB) < 1.5


def ordered(sent: tuple[float, float, float]) -> tuple[float, float, float]:
    """Return megabytes in the order of a load: clusters, routes, endpoints."""
    clusters, endpoints, routes = sent
    return clusters, routes, endpoints


def test_of_more_proxies_than_istiod_sends_to_at_once_the_others_wait() -> None:
    held = Load(0, 0, 0, MB)
    few, many = (control_plane([(count, held)], 0, 0) for count in (100, 10_000))

    assert many.memory == few.memory
    assert many.seconds == pytest.approx(100 * few.seconds)
