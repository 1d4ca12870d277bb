"""A configuration the filter does not understand stops Envoy before a request does harm."""

import json
from pathlib import Path

import pytest

from tests.wasm.filtered import LANE, refused

pytestmark = pytest.mark.envoy

GOOD = {"role": "outbound", "routeHeader": LANE, "traceHeader": "x-request-id"}
TAG = {"role": "tag", "header": "x", "tagHeader": "y", "modulo": "100", "partitions": "1=a"}


@pytest.mark.parametrize(
    "settings",
    [
        json.dumps(GOOD),
        json.dumps(GOOD | {"buckets": 1024, "linger": 0, "keep": 60}, indent=2),
        json.dumps(TAG),
        json.dumps(GOOD | {"group": 'a"b\\c'}).replace("a", "\\u0061", 1),
    ],
)
def test_settings_of_an_istio_object_are_read(tmp_path: Path, settings: str) -> None:
    assert refused(tmp_path, settings) == ""


@pytest.mark.parametrize(
    ("settings", "flaw"),
    [
        ("", "no flat JSON object"),
        ("[]", "no flat JSON object"),
        ("{}", "no flat JSON object"),
        ('{"role":"outbound"', "no flat JSON object"),
        ('{"role":"outbound",}', "no flat JSON object"),
        ('{"role":"outbound"} more', "no flat JSON object"),
        ('{"role":{"a":"b"}}', "no flat JSON object"),
        ('{"role":"\\n"}', "no flat JSON object"),
        ('{"role":"\\', "no flat JSON object"),
        (json.dumps({"group": "g" * 2000}), "no flat JSON object"),
        (json.dumps(GOOD | {"role": "inbuond"}), "role"),
        ('{"role":"outbound","role":"inbuond"}', "role"),
        (json.dumps(GOOD | {"routeheader": LANE}), "routeheader"),
        (json.dumps(GOOD | {"buckets": 0}), "buckets"),
        (json.dumps(GOOD | {"buckets": 9999999999}), "buckets"),
        (json.dumps(GOOD | {"linger": "2s"}), "linger"),
        (json.dumps(TAG | {"modulo": "0"}), "modulo"),
        (json.dumps({"role": "outbound", "routeHeader": LANE}), "traceHeader"),
        (json.dumps({"role": "inbound", "traceHeader": "b3"}), "routeHeader"),
        (json.dumps({"role": "tag", "header": "x", "modulo": 5}), "tagHeader"),
    ],
)
def test_a_flaw_is_named(tmp_path: Path, settings: str, flaw: str) -> None:
    assert f"wrong or missing: {flaw}" in refused(tmp_path, settings).replace(
        "the configuration is ", ""
    )
