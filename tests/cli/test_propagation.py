"""`laneway propagation` prints the table, whole or for one SDK, in the width of a terminal."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from laneway.apps.cli.entry import laneway
from laneway.core.sdks.table.every import FACTS, SDKS


def _said(*arguments: str) -> str:
    result = CliRunner().invoke(laneway, ["propagation", *arguments])

    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.parametrize("arguments", [(), *(("--sdk", name) for name in SDKS)])
def test_no_line_is_wider_than_a_terminal_but_a_link(arguments: tuple[str, ...]) -> None:
    lines = _said(*arguments).splitlines()

    assert [line for line in lines if len(line) > 80 and "https://" not in line] == []


def test_json_holds_every_fact() -> None:
    said = json.loads(_said("-o", "json"))

    assert [one["name"] for one in said] == [one.name for one in FACTS]


def test_one_sdk_is_told_with_remedy_and_versions() -> None:
    said = _said("--sdk", "opentelemetry-node")

    assert "OTEL_TRACES_SAMPLER=always_off instead" in said
    assert "auto-instrumentations-node 0.81.2" in said
    assert "Datadog" not in said


def test_a_name_that_is_none_proposes_the_nearest() -> None:
    result = CliRunner().invoke(laneway, ["propagation", "--sdk", "opentelemetry-nod"])

    assert result.exit_code == 2
    assert "Did you mean opentelemetry-node?" in result.output


def test_names_of_sdks_are_completed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_LANEWAY_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", "laneway propagation --sdk sky")
    monkeypatch.setenv("COMP_CWORD", "3")
    said = CliRunner().invoke(laneway, prog_name="laneway", complete_var="_LANEWAY_COMPLETE")

    assert "skywalking-java" in said.output
    assert "sentry-node" not in said.output
