"""The outside judges as fixtures: asked for once a session, skipped where they cannot be had."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests import engines
from tests.agree.istioctl import Istioctl
from tests.agree.oracle import Oracle
from tests.agree.schemas import Schemas

Making = Callable[[], Path]


@pytest.fixture(scope="session")
def had(request: pytest.FixtureRequest) -> Callable[[Making], Path]:
    """Return what builds an engine, or skips; the building may take minutes, so it is shown."""
    capture = request.config.pluginmanager.getplugin("capturemanager")

    def made(making: Making) -> Path:
        try:
            with capture.global_and_fixture_disabled():
                return making()
        except engines.EngineAbsentError as absent:
            pytest.skip(str(absent))

    return made


@pytest.fixture(scope="session")
def oracle(had: Callable[[Making], Path]) -> Iterator[Oracle]:
    """Istio's own translation of a mesh."""
    with Oracle(had(lambda: engines.engine("oracle"))) as running:
        yield running


@pytest.fixture(scope="session")
def istioctl(had: Callable[[Making], Path]) -> Istioctl:
    """Istio's own analyzers."""
    return Istioctl(had(lambda: engines.engine("istioctl")))


@pytest.fixture(scope="session")
def istio_schemas(had: Callable[[Making], Path]) -> Schemas:
    """The schemas of Istio's own CustomResourceDefinitions."""
    return Schemas.read(had(engines.istio_crds).read_text())
