"""`laneway logs`: all workloads side by side, in colors only where somebody sees them."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import Command
from tests.cli.meshes import running_mesh


@pytest.fixture
def shop() -> None:
    folder = running_mesh("shop")
    for name in ("cart-0", "price-v1-0", "envoy", "laneway"):
        (folder.logs / f"{name}.log").write_text(f"{name} one\n{name} two\n")
    line = {"time": "2026-11-28T17:23:59.189Z", "caller": "gateway", "status": 200}
    (folder.logs / "envoy.jsonl").write_text(json.dumps(line) + "\n")


@pytest.mark.usefixtures("shop")
def test_without_a_name_all_workloads_are_printed_each_line_after_its_log(
    laneway: Command,
) -> None:
    assert laneway("logs", "--tail", "1").out.splitlines() == [
        "cart-0     | cart-0 two",
        "price-v1-0 | price-v1-0 two",
    ]


@pytest.mark.usefixtures("shop")
def test_colors_are_for_terminals_only(laneway: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\x1b" not in laneway("logs").out

    monkeypatch.setattr("laneway.apps.terminal.screen.has_color", lambda _: True)
    first, second, *_ = laneway("logs", "--tail", "1").out.splitlines()

    assert first == "\x1b[36mcart-0     |\x1b[0m cart-0 two"
    assert second.startswith("\x1b[33mprice-v1-0 |\x1b[0m")


@pytest.mark.usefixtures("shop")
def test_requests_are_a_table_or_an_object_a_line(laneway: Command) -> None:
    head, row = laneway("logs", "--requests").out.splitlines()
    value = json.loads(laneway("logs", "--requests", "-o", "json").out)

    assert head.split() == ["TIME", "CALLER", "LANE", "REQUEST", "ROUTE", "POD", "STATUS", "MS"]
    assert row.split()[1:3] == ["gateway", "-"]
    assert value["status"] == 200


@pytest.mark.usefixtures("shop")
def test_an_output_without_requests_is_wrong_usage(laneway: Command) -> None:
    assert laneway("logs", "-o", "json").code == 2
