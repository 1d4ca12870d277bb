"""The lane filter for a mesh of Istio: its module, and the plugins that name it."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
import yaml
from msgspec.structs import replace

from laneway.core.emit.filter_module import SHA256
from tests.cli.conftest import Command
from tests.wire.chains import Chain
from tests.wire.lanes import GATEWAY
from tests.wire.test_sticky import CHAIN, tagging

URL = "https://example.com/laneway.wasm"
BY_TRACE = Chain({"s1": "mocka mockb mockc", "s2": "mocka mockc"}, trace_header="traceparent")


def plugins(text: str) -> dict[str, dict[str, Any]]:
    objects = [one for one in yaml.safe_load_all(text) if one["kind"] == "WasmPlugin"]
    return {f"{one['metadata']['namespace']}/{one['metadata']['name']}": one for one in objects}


@pytest.fixture
def by_trace(tmp_path: Path) -> Path:
    file = tmp_path / "mesh.yaml"
    file.write_text(BY_TRACE.yaml)
    return file


def test_the_module_written_is_the_one_the_plugins_pin(laneway: Command, tmp_path: Path) -> None:
    ended = laneway("wasm", tmp_path / "filter.wasm")

    assert ended.code == 0
    digest = hashlib.sha256((tmp_path / "filter.wasm").read_bytes()).hexdigest()
    assert digest == SHA256
    assert digest in ended.out


def test_services_that_go_by_a_trace_remember_and_restore(laneway: Command, by_trace: Path) -> None:
    ended = laneway("render", "--wasm-url", URL, by_trace)
    found = plugins(ended.out)

    assert sorted(found) == [
        "default/lane-filter-mock-mocka-in",
        "default/lane-filter-mock-mocka-out",
        "default/lane-filter-mock-mockb-in",
        "default/lane-filter-mock-mockb-out",
        "default/lane-filter-mock-mockc-in",
        "default/lane-filter-mock-mockc-out",
        "istio-system/lane-filter-istio-system-ingressgateway-entry-0",
    ]
    assert found["default/lane-filter-mock-mockb-out"]["spec"] == {
        "selector": {"matchLabels": {"app": "mockb"}},
        "url": URL,
        "sha256": SHA256,
        "failStrategy": "FAIL_OPEN",
        "pluginConfig": {
            "role": "outbound",
            "group": "mock",
            "routeHeader": "x-asm-prefer-tag",
            "traceHeader": "traceparent",
        },
        "match": [{"mode": "CLIENT"}],
    }
    assert "LW1810" not in ended.err


def test_without_a_url_it_is_said_that_the_filter_is_missing(
    laneway: Command, by_trace: Path
) -> None:
    ended = laneway("render", by_trace)

    assert plugins(ended.out) == {}
    assert "LW1810" in ended.err
    assert ended.code == 0


def test_users_are_tagged_at_the_gateway(laneway: Command, tmp_path: Path) -> None:
    (tmp_path / "mesh.yaml").write_text(CHAIN.yaml + tagging(20))

    found = plugins(laneway("render", "--wasm-url", URL, tmp_path).out)

    (spec,) = (one["spec"] for one in found.values())
    assert spec["selector"] == {"matchLabels": {"istio": "ingressgateway"}}
    assert spec["pluginConfig"]["partitions"] == "20=s2,80=s1"
    assert "match" not in spec


def test_baggage_is_put_in_order_at_the_gateway_and_on_both_sides_of_every_pod(
    laneway: Command, tmp_path: Path
) -> None:
    (tmp_path / "mesh.yaml").write_text(replace(BY_TRACE, trace_header="baggage").yaml)
    found = plugins(laneway("render", "--wasm-url", URL, tmp_path).out)

    assert list(found) == [
        "default/lane-filter-mock-mocka-baggage-0",
        "default/lane-filter-mock-mockb-baggage-0",
        "default/lane-filter-mock-mockc-baggage-0",
        "istio-system/lane-filter-istio-system-ingressgateway-baggage-0",
    ]
    *pods, gateway = (one["spec"] for one in found.values())
    members = {"role": "baggage", "members": "x-asm-prefer-tag"}
    assert gateway["selector"] == {"matchLabels": {"istio": "ingressgateway"}}
    assert gateway["pluginConfig"] == members
    assert all(spec["pluginConfig"] == members | {"group": "mock"} for spec in pods)
    assert all("match" not in spec for spec in pods)


def test_a_group_may_keep_its_users_baggage_as_it_is(laneway: Command, tmp_path: Path) -> None:
    yaml = replace(BY_TRACE, trace_header="baggage").yaml
    name = "kind: ASMSwimLaneGroup\nmetadata: {name: mock"
    assert name in yaml
    off = f"{name}, annotations: {{laneway.dev/tidy-baggage: 'off'}}"
    (tmp_path / "mesh.yaml").write_text(yaml.replace(name, off))

    ended = laneway("render", "--wasm-url", URL, tmp_path)

    [one] = plugins(ended.out).values()
    assert one["spec"]["selector"] == {"matchLabels": {"istio": "ingressgateway"}}
    assert one["spec"]["pluginConfig"] == {"role": "baggage"}
    assert "LW1810" not in laneway("render", tmp_path).err


@pytest.mark.parametrize(
    ("header", "asked", "made"),
    [
        ("baggage", "unsampled", {"traceHeader": "traceparent", "sampled": "0"}),
        ("baggage", "2.5%", {"traceHeader": "traceparent", "sampled": "250"}),
        ("sw8-correlation", "2.5%", {"traceHeader": "sw8", "sampled": "250"}),
        ("x-amzn-trace-id", "sampled", {"traceHeader": "x-amzn-trace-id", "sampled": "10000"}),
        ("baggage", "some", None),
    ],
)
def test_the_entry_makes_what_sdks_need_where_a_group_asks_for_it(
    laneway: Command, tmp_path: Path, header: str, asked: str, made: dict[str, str] | None
) -> None:
    name = "kind: ASMSwimLaneGroup\nmetadata: {name: mock"
    yaml = replace(BY_TRACE, trace_header=header).yaml
    asking = yaml.replace(name, f"{name}, annotations: {{laneway.dev/entry-trace: '{asked}'}}")
    (tmp_path / "mesh.yaml").write_text(asking)

    found = plugins(laneway("render", "--wasm-url", URL, tmp_path).out).values()

    entries = [one["spec"]["pluginConfig"] for one in found]
    expected = [{"role": "entry", **made}] if made else []
    assert [one for one in entries if one["role"] == "entry"] == expected


def test_gateways_of_one_name_and_port_keep_apart_by_their_proxies(
    laneway: Command, tmp_path: Path
) -> None:
    second = GATEWAY.replace("name: ingressgateway", "name: edge")
    second = second.replace("istio: ingressgateway", "app: ingressgateway")
    (tmp_path / "mesh.yaml").write_text(f"{BY_TRACE.yaml}\n---{second}")

    found = plugins(laneway("render", "--wasm-url", URL, tmp_path).out)

    made = [one["spec"] for name, one in found.items() if "-entry-" in name]
    assert [one["selector"]["matchLabels"] for one in made] == [
        {"app": "ingressgateway"},
        {"istio": "ingressgateway"},
    ]


def test_an_empty_url_is_a_wrong_call(laneway: Command, by_trace: Path) -> None:
    assert laneway("render", "--wasm-url", "", by_trace).code == 2


def test_the_vendors_layout_has_the_vendors_means(laneway: Command, by_trace: Path) -> None:
    assert laneway("render", "--layout", "asm", "--wasm-url", URL, by_trace).code == 2
