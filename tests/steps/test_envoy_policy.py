"""A user's route policy, field by field, as istiod would give it to Envoy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from laneway.core.emit.envoy.policy import ISTIO_RETRIES, fraction, hundredths, translate
from laneway.core.resources.istio.durations import in_seconds

FAULT = "envoy.filters.http.fault"
CORS = "envoy.filters.http.cors"


def _cluster(destination: Mapping[str, Any]) -> str:
    return str(destination.get("host", ""))


def _action(raw: Mapping[str, Any]) -> dict[str, Any]:
    return translate(raw, _cluster).action


def _filter(name: str, raw: Mapping[str, Any]) -> Any:
    return translate(raw, _cluster).filters.get(name)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("5s", "5s"),
        ("100ms", "0.1s"),
        ("1h1m1.5s", "3661.5s"),
        ("0s", "0s"),
        ("5", None),
        ("", None),
        ("s", None),
        ("5 s", None),
        (5, None),
    ],
)
def test_a_duration_is_read_as_istio_reads_it(written: object, meant: str | None) -> None:
    assert in_seconds(written) == meant


def test_a_route_without_policy_has_no_timeout() -> None:
    assert _action({}) == {"timeout": "0s"}


def test_a_timeout_that_is_none_is_left_over() -> None:
    assert _action({"timeout": "3s"})["timeout"] == "3s"
    assert translate({"timeout": "soon"}, _cluster).left_over == ["timeout"]


def test_retries_keep_istios_defaults_where_nothing_is_said() -> None:
    retries = _action({"retries": {"attempts": 3}})["retry_policy"]

    assert retries == ISTIO_RETRIES | {"num_retries": 3}


def test_no_attempts_switch_retries_off() -> None:
    assert _action({"retries": {"attempts": 0}})["retry_policy"] == {"num_retries": 0}
    assert _action({"retries": {}})["retry_policy"] == {"num_retries": 0}


def test_retries_take_conditions_codes_and_times() -> None:
    written = {
        "attempts": 1,
        "perTryTimeout": "2s",
        "retryOn": "gateway-error, 503,418",
        "retryRemoteLocalities": True,
        "retryIgnorePreviousHosts": False,
        "backoff": "10ms",
    }

    retries = _action({"retries": written})["retry_policy"]

    assert retries["retry_on"] == "gateway-error,retriable-status-codes"
    assert retries["retriable_status_codes"] == [503, 418]
    assert (retries["per_try_timeout"], retries["retry_back_off"]) == (
        "2s",
        {"base_interval": "0.01s"},
    )
    assert retries["retry_priority"]["name"] == "envoy.retry_priorities.previous_priorities"
    assert "retry_host_predicate" not in retries


def test_a_fault_delays_and_aborts_its_share() -> None:
    written = {
        "delay": {"fixedDelay": "5s", "percentage": {"value": 0.1}},
        "abort": {"httpStatus": 400, "percentage": {"value": 50}},
    }

    fault = _filter(FAULT, {"fault": written})

    assert fault["delay"] == {
        "fixed_delay": "5s",
        "percentage": {"numerator": 1000, "denominator": "MILLION"},
    }
    assert fault["abort"] == {
        "http_status": 400,
        "percentage": {"numerator": 500_000, "denominator": "MILLION"},
    }


def test_a_fault_may_speak_grpc_and_whole_percents() -> None:
    written = {"delay": {"fixedDelay": "1s", "percent": 7}, "abort": {"grpcStatus": "UNAVAILABLE"}}

    fault = _filter(FAULT, {"fault": written})

    assert (fault["delay"]["percentage"], fault["abort"]) == ({"numerator": 7}, {"grpc_status": 14})


@pytest.mark.parametrize(
    "fault",
    [
        {"delay": {"exponentialDelay": "1s"}},
        {"abort": {"http2Error": "REFUSED"}},
        {"abort": {"httpStatus": 42}},
        "often",
    ],
)
def test_a_fault_that_cannot_be_carried_out_is_left_over(fault: object) -> None:
    policy = translate({"fault": fault}, _cluster)

    assert (policy.left_over, policy.filters) == (["fault"], {})


def test_rewrites_change_prefix_authority_or_by_pattern() -> None:
    plain = _action({"rewrite": {"uri": "/v2/", "authority": "a.example"}})
    pattern = _action({"rewrite": {"uriRegexRewrite": {"match": "^/a/(.*)", "rewrite": r"/\1"}}})

    assert (plain["prefix_rewrite"], plain["host_rewrite_literal"]) == ("/v2/", "a.example")
    assert pattern["regex_rewrite"] == {
        "pattern": {"regex": "^/a/(.*)"},
        "substitution": r"/\1",
    }
    assert translate({"rewrite": "no"}, _cluster).left_over == ["rewrite"]


@pytest.mark.parametrize(
    ("more", "numerator"),
    [
        ({}, 100),
        ({"mirrorPercentage": {"value": 12.5}}, 125_000),
        ({"mirrorPercent": 30}, 30),
        ({"mirror_percent": 40}, 40),
    ],
)
def test_a_mirror_gets_its_percentage(more: Mapping[str, Any], numerator: int) -> None:
    (mirror,) = _action({"mirror": {"host": "b"}, **more})["request_mirror_policies"]

    assert mirror["cluster"] == "b"
    assert mirror["runtime_fraction"]["default_value"]["numerator"] == numerator


def test_several_mirrors_stand_beside_each_other_and_none_gets_zero_percent() -> None:
    written = [
        {"destination": {"host": "b"}, "percentage": {"value": 0}},
        {"destination": {"host": "c"}},
        {"destination": {"host": "d"}, "percentage": {"value": 1}},
    ]

    policies = _action({"mirrors": written})["request_mirror_policies"]

    assert [policy["cluster"] for policy in policies] == ["c", "d"]


@pytest.mark.parametrize(
    "raw",
    [
        {"mirror": {"subset": "v1"}},
        {"mirror": "b"},
        {"mirrors": {"host": "b"}},
        {"mirrors": ["b"]},
        {"mirrors": [{"percentage": {"value": 1}}]},
        {"mirrorPercent": 3},
        {"retries": 3},
        {"corsPolicy": []},
        {"somethingNew": {}},
    ],
)
def test_what_has_no_meaning_is_left_over_by_name(raw: Mapping[str, Any]) -> None:
    assert translate(raw, _cluster).left_over == list(raw)


def test_fields_that_are_spelled_elsewhere_are_not_left_over() -> None:
    assert translate({"name": "a", "headers": {}, "fault": None}, _cluster).left_over == []


def test_cors_says_who_may_come_and_how() -> None:
    written = {
        "allowOrigins": [{"exact": "http://a"}, {"prefix": "http://b"}, {"regex": ".*c"}, "odd"],
        "allowMethods": ["GET", "PUT"],
        "allowHeaders": ["x-a"],
        "exposeHeaders": ["x-b"],
        "maxAge": "1m",
        "allowCredentials": True,
        "unmatchedPreflights": "IGNORE",
    }

    cors = _filter(CORS, {"corsPolicy": written})

    assert cors["allow_origin_string_match"] == [
        {"exact": "http://a"},
        {"prefix": "http://b"},
        {"safe_regex": {"regex": ".*c"}},
    ]
    assert (cors["allow_methods"], cors["allow_headers"]) == ("GET,PUT", "x-a")
    assert (cors["expose_headers"], cors["max_age"]) == ("x-b", "60")
    assert (cors["allow_credentials"], cors["forward_not_matching_preflights"]) == (True, False)


def test_cors_knows_the_old_list_of_origins() -> None:
    assert _filter(CORS, {"corsPolicy": {"allowOrigin": ["http://a"]}})[
        "allow_origin_string_match"
    ] == [{"exact": "http://a"}]
    assert _filter(CORS, {"corsPolicy": {}})["allow_origin_string_match"] == []


def test_percentages_stay_between_none_and_all() -> None:
    assert fraction({"value": 250}) == {"numerator": 1_000_000, "denominator": "MILLION"}
    assert fraction({"value": "x"}) == {"numerator": 0, "denominator": "MILLION"}
    assert fraction({}) == {"numerator": 0, "denominator": "MILLION"}
    assert fraction(None) is None
    assert hundredths(-3) == {"numerator": 0}
