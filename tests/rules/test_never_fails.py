"""Whatever is written, rules end in findings: no input makes one of them fail.

Inputs are those of all claims, with some values taken away, doubled or replaced.
"""

from __future__ import annotations

import copy
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from laneway.core.compile import compile_snapshot
from laneway.core.findings.render import as_text
from laneway.core.mesh.gather import gather
from laneway.core.resources.read import read_objects
from tests.rules.test_rules import CLAIMS

Path = tuple[Any, ...]

SEEDS = [list(yaml.load_all(claim.spoiled.text, yaml.CSafeLoader)) for claim in CLAIMS]
VALUES: list[Any] = [None, "", "*", "a", "default", 0, -1, 80, True, [], {}, ["*"], {"a": "b"}]


def paths_of(value: Any, path: Path = ()) -> list[Path]:
    """Return the path of every value inside a document."""
    found = [path] if path else []
    if isinstance(value, dict):
        for key, inner in value.items():
            found += paths_of(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            found += paths_of(inner, (*path, index))
    return found


@st.composite
def spoiled(draw: st.DrawFn) -> list[Any]:
    documents: list[Any] = copy.deepcopy(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(1, 4))):
        document = draw(st.sampled_from(documents))
        *way, last = draw(st.sampled_from(paths_of(document)))
        inner: Any = document
        for step in way:
            inner = inner[step]
        action = draw(st.sampled_from(["drop", "replace", "double"]))
        if action == "drop":
            del inner[last]
        elif action == "double" and isinstance(inner, list):
            inner.append(copy.deepcopy(inner[last]))
        else:
            inner[last] = copy.deepcopy(draw(st.sampled_from(VALUES)))
        if not document:
            documents.remove(document)
        if not documents:
            break
    return documents


@settings(max_examples=150)
@given(spoiled())
def test_whatever_is_written_ends_in_findings(documents: list[Any]) -> None:
    snapshot = gather([read_objects("mesh.yaml", documents)])

    text = as_text(compile_snapshot(snapshot).findings)

    assert text
