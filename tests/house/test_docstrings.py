"""The examples in docstrings are true."""

import doctest
from importlib import import_module
from pkgutil import walk_packages

import pytest

import laneway

MODULES = sorted(
    module.name
    for module in walk_packages(laneway.__path__, "laneway.")
    if module.name.startswith("laneway.core")
)


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_hold(name: str) -> None:
    result = doctest.testmod(import_module(name))

    assert result.failed == 0
