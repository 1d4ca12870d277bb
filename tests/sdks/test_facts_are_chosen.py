"""Every fact of the table is chosen by an input that shows it, and by the next version of none."""

from __future__ import annotations

import pytest
import yaml

from laneway.core.sdks.fact import ROUTE_HEADER, Fact, Setting
from laneway.core.sdks.sighting import SDKS_ANNOTATION
from laneway.core.sdks.table.every import FACTS
from tests.sdks.reading import LANE_HEADER, mesh_of, predicted_of

SHOWN = [one for one in FACTS if one.in_manifest]


def _written(fact: Fact, version: str = "") -> str:
    """Return a manifest of a program for which a fact holds."""
    version = version or (fact.packages[0].version if fact.of_version else "")
    names = [f"{fact.sdk}@{version}" if version else fact.sdk, *fact.beside]
    values: dict[str, str] = {}
    for setting in fact.settings:
        if setting.test not in ("unset", "without"):
            values[setting.name] = _value(setting, values.get(setting.name, ""))
    properties = {name: value for name, value in values.items() if "." in name}
    variables = [{"name": name, "value": one} for name, one in values.items() if "." not in name]
    options = [f"-D{name}={value}" for name, value in properties.items()]
    container = {"name": "a", "image": "example.com/a", "env": variables, "args": options}
    annotations = {SDKS_ANNOTATION: ", ".join(names)}
    labels = {"app": "a"}
    template = {
        "metadata": {"labels": labels, "annotations": annotations},
        "spec": {"containers": [container]},
    }
    spec = {"selector": {"matchLabels": labels}, "template": template}
    head = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "a"}}
    return yaml.safe_dump({**head, "spec": spec})


def _value(setting: Setting, before: str) -> str:
    if setting.test == "lacks":
        return before or "other"
    return setting.values[0].replace(ROUTE_HEADER, LANE_HEADER)


CASES = [(one, header) for one in SHOWN for header in one.effects]


@pytest.mark.parametrize(("fact", "header"), CASES, ids=[f"{one.name} {h}" for one, h in CASES])
def test_a_fact_is_chosen_by_an_input_that_shows_it(fact: Fact, header: str) -> None:
    found = predicted_of(mesh_of(_written(fact)), header)

    outcome = fact.effects[header]
    assert found.fact is fact
    assert found.outcome == (outcome if outcome != "not by itself" else "unknown")


@pytest.mark.parametrize("fact", SHOWN, ids=[one.name for one in SHOWN])
def test_of_another_version_nothing_is_predicted_by_it(fact: Fact) -> None:
    header = next(iter(fact.effects))

    found = predicted_of(mesh_of(_written(fact, "0.0.7")), header)

    assert found.outcome == "unknown"
    if found.fact is fact:
        assert "here " in found.words
        assert fact.versions in found.words


def test_what_a_request_decides_is_predicted_of_nobody() -> None:
    texts = [_written(one) for one in FACTS if not one.in_manifest]

    found = [predicted_of(mesh_of(text), "baggage").fact for text in texts]

    assert texts
    assert [one.name for one in found if one is not None and not one.in_manifest] == []
