"""The cluster of a test session: one for all tests, gone with the process that asked for it.

A test takes a namespace of its own, or cleans up after itself. Where the programs cannot be had, it
is skipped; in CI that fails.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest

from tests.cluster.control_plane import VERSIONS, ControlPlane, needed
from tests.cluster.serving import cluster
from tests.conftest import Had
from tests.engines import engine, istio_crds


@pytest.fixture(scope="session")
def plane(had: Had, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    """A real API server with its controllers and an istiod of each version."""
    had(istio_crds)
    for name in needed(VERSIONS):
        had(partial(engine, name))
    with cluster(tmp_path_factory.mktemp("cluster") / "k") as running:
        yield running
