"""The cluster of a test session: one for all tests, gone with the process that asked for it.

A test takes a namespace of its own, or cleans up after itself. Where the programs cannot be had, it
is skipped; in CI that fails.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from laneway.adapters.netns import probe
from tests.cluster.children import Children
from tests.cluster.control_plane import VERSIONS, ControlPlane, needed
from tests.cluster.serving import cluster, described, start_node
from tests.cluster.sweeping import sweep
from tests.conftest import Had
from tests.engines import engine, istio_crds

KEEPER = Path(__file__).with_name("keeper.py")
PROGRAMS = (
    f"test/keeper={sys.executable} -I -S {KEEPER}",
    "test/stubborn=sh -c 'trap : TERM; while :; do sleep 1; done'",
)
"""What stands for the images of pods, besides the mock."""


@pytest.fixture(scope="session")
def plane(had: Had, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    """A real API server with its controllers and an istiod of each version."""
    had(istio_crds)
    for name in needed(VERSIONS):
        had(partial(engine, name))
    with cluster(tmp_path_factory.mktemp("cluster") / "k") as running:
        yield running


@pytest.fixture(autouse=True, scope="module")
def swept(request: pytest.FixtureRequest) -> Iterator[None]:
    """Behind a module in which a test failed nothing is left of it for those that follow."""
    is_concerned = request.node.get_closest_marker("cluster") is not None
    plane = request.getfixturevalue("plane") if is_concerned else None
    before = request.session.testsfailed
    yield
    if plane and request.session.testsfailed > before:
        sweep(plane)


@pytest.fixture(scope="module")
def entry(plane: ControlPlane) -> Iterator[int]:
    """A node that runs the cluster's pods; the port by which its gateway is reached."""
    if missing := probe():
        pytest.skip(missing)
    found = described(plane.folder)
    assert found is not None
    children = Children(plane.folder / "logs")
    start_node(plane.folder, children, PROGRAMS)
    yield found.gateway
    children.kill()
