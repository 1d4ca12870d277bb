"""The meshes that laws share are drawn before the first of them is timed."""

import pytest

from tests.laws.corpus import prepare


@pytest.fixture(scope="session", autouse=True)
def drawn() -> None:
    prepare()
