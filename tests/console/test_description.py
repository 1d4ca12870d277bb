"""The API is described as it is."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest

from laneway.apps.console.api.description import PREFIX, description
from laneway.apps.console.run import CALLS

DOCUMENT = description(CALLS, "1.2.3")


def test_every_call_is_described_with_what_it_takes_and_gives() -> None:
    described = {
        (method.upper(), path.removeprefix(PREFIX))
        for path, methods in DOCUMENT["paths"].items()
        for method in methods
    }

    assert described == {(one.method, one.path) for one in CALLS}


@pytest.mark.parametrize("call", CALLS, ids=lambda one: f"{one.method} {one.path}")
def test_words_of_a_path_are_described(call: Any) -> None:
    in_path = {one.strip("{}").partition(":")[0] for one in call.path.split("/") if "{" in one}

    assert in_path <= {one.name for one in call.parameters}
    assert call.says


def test_schemas_are_schemas() -> None:
    for schema in DOCUMENT["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)


def test_no_two_calls_share_an_id() -> None:
    ids = [one["operationId"] for path in DOCUMENT["paths"].values() for one in path.values()]

    assert len(ids) == len(set(ids))
