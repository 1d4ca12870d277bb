"""The lines that docs/messages.md gives to consumers do what the page says of them.

They are run as they stand there, with headers in the forms in which clients give them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from opentelemetry import context, propagate

PAGE = Path(__file__).parents[2] / "docs" / "messages.md"
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
LANE = "x-asm-prefer-tag=s2"
BOTH = {"traceparent": TRACE, "baggage": LANE}
LaneOf = Callable[[object], AbstractContextManager[None]]


@pytest.fixture(scope="module")
def lane_of() -> LaneOf:
    """The function of the page."""
    (block,) = re.findall(r"```python\n(from contextlib .*?)```", PAGE.read_text(), re.DOTALL)
    found: dict[str, Any] = {}
    exec(compile(block, str(PAGE), "exec"), found)  # noqa: S102 - the project's own page
    made: LaneOf = found["lane_of"]
    return made


def sent() -> dict[str, str]:
    """Return what a call made here would carry."""
    headers: dict[str, str] = {}
    propagate.inject(headers)
    return headers


@contextmanager
def left_by_another_message() -> Iterator[None]:
    """Be where the context of an earlier message is still current, as after a consume() loop."""
    earlier = {"traceparent": TRACE.replace("4bf9", "ffff"), "baggage": "x-asm-prefer-tag=s3"}
    token = context.attach(propagate.extract(earlier))
    try:
        yield
    finally:
        context.detach(token)


@pytest.mark.parametrize(
    ("headers", "carried"),
    [
        (BOTH, BOTH),
        (list(BOTH.items()), BOTH),
        ([("traceparent", TRACE.encode()), ("baggage", LANE.encode())], BOTH),
        ({"Traceparent": TRACE, "Baggage": LANE}, BOTH),
        ({"baggage": LANE, "x-death": [{"count": 1}]}, {"baggage": LANE}),
        ([("baggage", b"tenant=a"), ("baggage", LANE.encode())], {"baggage": f"tenant=a,{LANE}"}),
        ([("baggage", LANE.encode()), ("baggage", b"tenant=a")], {"baggage": f"{LANE},tenant=a"}),
        ({"baggage": ""}, {}),
        ({}, {}),
        (None, {}),
    ],
    ids=["dict", "pairs", "bytes", "capitals", "others", "two", "turned", "empty", "none", "null"],
)
def test_the_lane_of_a_message_is_current_in_the_block_alone(
    lane_of: LaneOf, headers: object, carried: dict[str, str]
) -> None:
    with left_by_another_message():
        before = sent()
        with lane_of(headers):
            inside = sent()
        after = sent()

    assert inside == carried
    assert after == before
