"""A cluster takes groups and lanes just as the reader takes them from files."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest

from laneway.core.compile import compile_snapshot
from laneway.core.emit.crds.refusals import REFUSALS
from laneway.core.findings.finding import Finding
from laneway.core.resources.meta import Meta, Ref
from laneway.core.resources.read import read_objects
from tests.cluster.control_plane import ControlPlane
from tests.cluster.dry_runs import KINDS, DryRuns, dry_runs, make_known
from tests.cluster.lane_objects import RIGHT, SPOILED, VALUES, Body, holding, places
from tests.examples import example_meshes
from tests.golden.case import CASES, read_case
from tests.snapshot import snapshot_of_texts

pytestmark = pytest.mark.cluster

ONLY_READ = {"LW1102", "LW1105", "LW1107", "LW1112", "LW1114", "LW1115"}
"""Errors that a schema leaves to the reader: about names of fields that are kept, and of mappings,
and about a host that is missing where the vendor's programs write a mapping nobody filled."""

ONLY_READ_OF = {"LaneRelease": {"LW1109", "LW1110", "LW2032"}}
"""In a release each misspelled field is an error, quantities are numbers or texts, and every stage
has requests for both lanes."""


@pytest.fixture(scope="module")
def api(plane: ControlPlane) -> Iterator[DryRuns]:
    """The API server, once it knows the kinds."""
    make_known(plane)
    with dry_runs(plane.api) as asking:
        yield asking


def inputs() -> Iterator[list[str]]:
    """Yield the texts of every golden case and example that has objects of these kinds."""
    cases = (read_case(path).documents for path in sorted(CASES.rglob("*.yaml")))
    examples = (
        [one.read_text() for one in sorted(path.glob("*.yaml"))]
        for path in example_meshes().values()
    )
    for texts in (*cases, *examples):
        if any(f"kind: {kind}" in text for text in texts for kind in KINDS):
            yield list(texts)


def metas_in(texts: list[str]) -> list[Meta]:
    read = snapshot_of_texts((f"{number:03}", text) for number, text in enumerate(texts))
    metas = [resource.meta for resource in read.resources]
    return [meta for meta in metas if meta.ref.kind in KINDS]


def errors_of(meta: Meta, texts: list[str]) -> set[str]:
    """Return the codes of errors about an object of an input, or about its group."""
    read = snapshot_of_texts((f"{number:03}", text) for number, text in enumerate(texts))
    group = Ref("ASMSwimLaneGroup", "", meta.labels.get("swimlane-group", ""))
    subjects = {str(meta.ref), str(group)}
    findings = compile_snapshot(read).findings
    return {one.code.id for one in findings if is_error(one) and one.subject in subjects}


def errors_alone(body: Body) -> set[str]:
    """Return the codes of errors about an object that has a group beside it."""
    group = {"apiVersion": "istio.alibabacloud.com/v1", "kind": "ASMSwimLaneGroup"}
    labeled = {**body["metadata"], "labels": {"swimlane-group": "g"}}
    texts = [
        json.dumps({**body, "metadata": labeled}),
        json.dumps({**group, "metadata": {"name": "g"}}),
    ]
    return errors_of(metas_in(texts)[0], texts)


def is_error(one: Finding) -> bool:
    return one.level == "error"


def codes_in(refusal: str) -> set[str]:
    return set(re.findall(r"\((LW\d{4})\)", refusal))


def test_every_object_written_is_taken_unless_an_error_says_what_is_wrong(api: DryRuns) -> None:
    asked_before: dict[str, str] = {}
    refused = []
    for texts in inputs():
        for meta in metas_in(texts):
            key = json.dumps(meta.raw)
            if key not in asked_before:
                asked_before[key] = api.refusal(meta.raw)
            if said := asked_before[key]:
                refused.append(said)
                assert errors_of(meta, texts), said
    assert len(asked_before) > 200
    assert 5 < len(refused) < 20


@pytest.mark.parametrize("kind", KINDS)
def test_values_are_refused_just_where_the_reader_takes_none(api: DryRuns, kind: str) -> None:
    different = []
    for path in places(KINDS[kind].spec):
        for value in VALUES:
            body = holding(kind, path, value)
            said = api.refusal(body)
            found = {one.code.id for one in read_objects("a", [body]).findings if is_error(one)}
            if said and not (found or errors_alone(body)):
                different.append((".".join(path), value, said))
            if found - ONLY_READ - ONLY_READ_OF.get(kind, set()) and not said:
                different.append((".".join(path), value, ", ".join(found)))
    assert "\n".join(map(str, different)) == ""


@pytest.mark.parametrize(("code", "body"), SPOILED)
def test_what_is_certainly_wrong_is_refused_in_words(api: DryRuns, code: str, body: Body) -> None:
    assert codes_in(api.refusal(body)) == {code}
    assert code in errors_alone(body)


def test_every_rule_is_provoked() -> None:
    provoked = {(body["kind"], code) for code, body in SPOILED}
    assert provoked == {(kind, one.code.id) for kind, some in REFUSALS.items() for one in some}


@pytest.mark.parametrize("body", RIGHT)
def test_what_only_looks_wrong_is_taken(api: DryRuns, body: Body) -> None:
    assert api.refusal(body) == ""
    assert read_objects("a", [body]).findings == () or "unknown" in json.dumps(body)
