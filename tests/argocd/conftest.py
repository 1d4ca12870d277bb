"""Argo CD as a judge: asked for once a session, skipped where it cannot be had."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest

from tests.argocd.scripts import ArgoCD
from tests.conftest import Had
from tests.engines import engine


@pytest.fixture(scope="session")
def argocd(had: Had) -> Iterator[ArgoCD]:
    """Argo CD's machine for scripts."""
    with ArgoCD(had(partial(engine, "argocd-scripts"))) as running:
        yield running
