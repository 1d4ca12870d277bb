"""The Applications and the files of waves: what Argo CD knows, and the sample with waves alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from laneway.core.resources.argo.read_application import read_applications
from tests.agree.schemas import Schemas
from tests.argocd.remote import SAMPLE, WAVES
from tests.argocd.scripts import CONTRIB
from tests.conftest import Had
from tests.engines import argocd_crd

WAVE = "argocd.argoproj.io/sync-wave"
APPLICATIONS = sorted(CONTRIB.glob("application*.yaml"))


def _objects(name: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the objects of a file of waves, and of that file of the sample."""
    waves, sample = (list(yaml.safe_load_all((one / name).read_text())) for one in (WAVES, SAMPLE))
    return waves, sample


@pytest.mark.parametrize("name", sorted(one.name for one in WAVES.iterdir()))
def test_files_of_waves_are_those_of_the_sample_with_waves(name: str) -> None:
    waves, sample = _objects(name)
    for one in waves:
        del one["metadata"]["annotations"][WAVE]
        assert one["metadata"].pop("annotations") == {}
    assert waves == sample


def test_lanes_come_behind_their_pods_and_routes_behind_lanes() -> None:
    (lanes, _), (route, _) = _objects("lanes.yaml"), _objects("route.yaml")
    assert {one["metadata"]["annotations"][WAVE] for one in lanes} == {"1"}
    assert {one["metadata"]["annotations"][WAVE] for one in route} == {"2"}


@pytest.mark.engine
@pytest.mark.parametrize("path", APPLICATIONS, ids=lambda path: path.stem)
def test_argocd_knows_every_field_of_an_application(had: Had, path: Path) -> None:
    schemas = Schemas.read(had(lambda: argocd_crd("application")).read_text())
    assert schemas.errors(yaml.safe_load_all(path.read_text())) == []


@pytest.mark.parametrize("path", APPLICATIONS, ids=lambda path: path.stem)
def test_laneway_sync_follows_the_same_applications(path: Path) -> None:
    found = read_applications(str(path), path.read_bytes())
    assert [str(one.meta.ref) for one in found.applications] == ["Application argocd/mock"]
    assert [one for one in found.findings if one.level != "info"] == []
