"""The outside judges as fixtures: asked for once a session, skipped where they cannot be had."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests import engines
from tests.agree.istioctl import Istioctl
from tests.agree.oracle import Oracle
from tests.agree.schemas import Schemas
from tests.conftest import Had


@pytest.fixture(scope="session")
def oracle(had: Had) -> Iterator[Oracle]:
    """Istio's own translation of a mesh."""
    with Oracle(had(lambda: engines.engine("oracle"))) as running:
        yield running


@pytest.fixture(scope="session")
def istioctl(had: Had) -> Istioctl:
    """Istio's own analyzers."""
    return Istioctl(had(lambda: engines.engine("istioctl")))


@pytest.fixture(scope="session")
def istio_schemas(had: Had) -> Schemas:
    """The schemas of Istio's own CustomResourceDefinitions."""
    return Schemas.read(had(engines.istio_crds).read_text())
