"""A store, and a repository to be fetched."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from laneway.adapters.gitstore import Store
from tests.gitstore.remotes import Repository
from tests.gitstore.web import WebServer, serving


@pytest.fixture(autouse=True)
def _nobody_s_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the person who runs the tests has configured is not what is tested."""
    for name in ("GIT_SSH_COMMAND", "HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(str(tmp_path / "store")) as opened:
        yield opened


@pytest.fixture
def origin(tmp_path: Path) -> Repository:
    return Repository.made(tmp_path / "remotes" / "origin.git")


@pytest.fixture
def web(origin: Repository) -> Iterator[WebServer]:
    with serving(origin.folder.parent) as server:
        yield server
