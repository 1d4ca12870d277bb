"""The examples in docstrings are true."""

import doctest
from importlib import import_module

import pytest

from tests.house.trees import CODE, OURS

MODULES = [
    ".".join(path.relative_to(CODE.parent).with_suffix("").parts)
    for path in OURS
    if ">>>" in path.read_text() and path.is_relative_to(CODE / "core")
]


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_hold(name: str) -> None:
    result = doctest.testmod(import_module(name))

    assert result.attempted > 0
    assert result.failed == 0
