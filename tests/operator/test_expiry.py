"""A lane that is meant to be there for a time is marked when it nears its end, and at its end."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from laneway.core.keeping.expiry import expiry, until_another
from laneway.core.resources.lanes.swim_lanes import Lane
from laneway.core.resources.meta import Meta, Ref
from tests.operator.model_api import Body, ModelApi
from tests.operator.running import at_work
from tests.operator.town import begin, create, lane
from tests.operator.virtual_time import in_virtual_time

BORN = datetime(2026, 11, 1, 12, tzinfo=UTC)
ANNOTATION = "laneway.dev/expires-after"


def lane_for(length: str) -> Lane:
    created = f"{BORN:%Y-%m-%dT%H:%M:%SZ}"
    ref = Ref("ASMSwimLane", "", "pr-7")
    return Lane(Meta(ref, annotations={ANNOTATION: length}, created=created), "town", ())


@pytest.mark.parametrize(
    ("hours", "status", "reason", "wait"),
    [
        (0, "False", "InTime", 3.0),
        (2.99, "False", "InTime", 0.01),
        (3, "False", "EndsSoon", 1.0),
        (4, "True", "TimeOver", None),
        (99, "True", "TimeOver", None),
    ],
)
def test_a_lane_says_how_its_time_stands_and_when_that_changes(
    hours: float, status: str, reason: str, wait: float | None
) -> None:
    now = BORN + timedelta(hours=hours)

    found = expiry(lane_for("4h"), now)
    until = until_another([lane_for("4h"), lane_for("never")], now)

    assert found is not None
    assert (found["status"], found["reason"]) == (status, reason)
    assert found["message"] == "needed until 2026-11-01T16:00:00Z"
    assert until == (None if wait is None else pytest.approx(wait * 3600))


@pytest.mark.parametrize("length", ["never", "0s", ""])
def test_a_lane_without_a_time_says_nothing_of_it(length: str) -> None:
    assert expiry(lane_for(length), BORN + timedelta(days=999)) is None


def told(api: ModelApi, name: str) -> list[Body]:
    conditions = api.objects["ASMSwimLane", "", name]["status"]["conditions"]
    return [one for one in conditions if one["type"] == "Expired"]


def events(api: ModelApi) -> list[tuple[str, str]]:
    found = [body for (kind, *_), body in api.objects.items() if kind == "Event"]
    return [(one["reason"], one["message"]) for one in found if "pr-7" in one["message"]]


def add_old(api: ModelApi) -> None:
    api.put(lane("pr-7", "v3", 0) | {"metadata": _head("pr-7", "1h")})


def add_new(api: ModelApi) -> None:
    api.put(lane("pr-8", "v4", 0) | {"metadata": _head("pr-8", "87600h")})


def _head(name: str, length: str) -> Body:
    return {
        "name": name,
        "labels": {"swimlane-group": "town"},
        "annotations": {ANNOTATION: length},
    }


def test_a_lane_whose_time_is_over_is_marked_once_and_keeps_its_routes() -> None:
    api = ModelApi()
    begin(api)

    in_virtual_time(at_work(api, create, add_old, add_new))
    routes = str([body for (kind, *_), body in api.objects.items() if kind == "DestinationRule"])

    assert [(one["status"], one["reason"]) for one in told(api, "pr-7")] == [("True", "TimeOver")]
    assert [(one["status"], one["reason"]) for one in told(api, "pr-8")] == [("False", "InTime")]
    assert told(api, "s1") == []
    assert "pr-7" in routes
    [(reason, message)] = events(api)
    assert reason == "TimeOver"
    assert message.startswith("lane pr-7: needed until 2026-01-01T01:00:")


def test_the_operator_wakes_when_a_lanes_time_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    def now() -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(
            seconds=asyncio.get_running_loop().time() - 1000
        )

    monkeypatch.setattr("laneway.apps.operator.operation.utc_now", now)
    api = ModelApi()
    begin(api)
    reasons: list[str] = []
    api.wrote = lambda: reasons.extend(one["reason"] for one in told_if_any(api))

    def nothing(_: ModelApi) -> None: ...

    in_virtual_time(at_work(api, create, add_old, *[nothing] * 60))

    assert list(dict.fromkeys(reasons)) == ["InTime", "EndsSoon", "TimeOver"]
    assert [reason for reason, _ in events(api)] == ["EndsSoon", "TimeOver"]


def told_if_any(api: ModelApi) -> list[Body]:
    body = api.objects.get(("ASMSwimLane", "", "pr-7"), {})
    return told(api, "pr-7") if "status" in body else []
