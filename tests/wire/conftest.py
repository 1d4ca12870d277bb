"""Meshes of a test, and their certain end."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from laneway.apps.local.record.outside import bring_down
from laneway.apps.local.record.state import mesh_folders
from tests.wire.chains import Chain, RunningChain, running_chain
from tests.wire.laneway_up import Up
from tests.wire.remote import GitRemote, Sync
from tests.wire.standing import Standing, standing_mesh

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    """A folder of its own with a weighted entry, two lanes and three services."""
    return Path(shutil.copytree(EXAMPLES / "gitops", tmp_path / "sample"))


@pytest.fixture
def up() -> Iterator[Callable[..., Up]]:
    """Start meshes; whatever still runs in the end is ended."""
    started: list[Up] = []

    def start(*arguments: str | Path, cwd: Path | None = None) -> Up:
        started.append(Up(*map(str, arguments), cwd=cwd))
        return started[-1]

    yield start
    for one in started:
        one.stop()
    for folder in mesh_folders(os.environ):
        bring_down(folder)


@pytest.fixture
def remote(tmp_path: Path) -> GitRemote:
    """A repository with the sample in it."""
    return GitRemote(tmp_path, EXAMPLES / "gitops")


@pytest.fixture
def sync() -> Iterator[Callable[..., Sync]]:
    """Start meshes that follow repositories; whatever still runs in the end is ended."""
    started: list[Sync] = []

    def start(remote: GitRemote, *arguments: str) -> Sync:
        started.append(Sync(remote, *arguments))
        return started[-1]

    yield start
    for one in started:
        one.stop()
    for folder in mesh_folders(os.environ):
        bring_down(folder)


@pytest.fixture(scope="session")
def chain_mesh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningChain]:
    """One mesh for all tests that only ask about a chain: each edits it into its own."""
    first = Chain({"s1": "mocka mockb mockc", "s2": "mocka mockc", "s3": "mockb"})
    with running_chain(tmp_path_factory.mktemp("chain") / "lanes", first.yaml) as mesh:
        yield mesh


@pytest.fixture(scope="session")
def trace_mesh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningChain]:
    """One mesh for all tests of chains that pass on a trace's id: its proxies hold the filter."""
    lanes = {"s1": "mocka mockb mockc", "s2": "mocka mockc", "s3": "mockb"}
    first = Chain(lanes, trace_header="my-trace-id")
    with running_chain(tmp_path_factory.mktemp("trace") / "lanes", first.yaml) as mesh:
        yield mesh


@pytest.fixture(scope="session")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    """One mesh of the sample for all tests that only edit it or ask it."""
    broken = "shop/cart=sh -c 'exit 4'"
    with standing_mesh(tmp_path_factory.mktemp("standing"), "--run", broken) as mesh:
        yield mesh


@pytest.fixture
def mesh(standing: Standing, monkeypatch: pytest.MonkeyPatch) -> Up:
    """The standing mesh with its files as they were; commands of this test find it."""
    monkeypatch.setenv("XDG_STATE_HOME", str(standing.state))
    standing.begin()
    return standing.up


@pytest.fixture
def followed(standing: Standing) -> Path:
    """The files that the standing mesh follows."""
    return standing.sample
