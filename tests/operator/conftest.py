"""What tests of the operator begin with."""

from __future__ import annotations

import pytest

from tests.operator.model_api import ModelApi
from tests.operator.running import at_work
from tests.operator.town import begin, create
from tests.operator.virtual_time import in_virtual_time


@pytest.fixture(scope="module")
def settled() -> ModelApi:
    """Return a town whose lanes are live."""
    api = ModelApi()
    begin(api)
    in_virtual_time(at_work(api, create))
    return api
