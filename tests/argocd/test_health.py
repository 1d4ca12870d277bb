"""The health of groups and lanes, as Argo CD runs its scripts: with and without Lua's libraries.

One error in a script makes the health of a whole application unknown. So each row of the test data
is also spoiled, field by field, and never is there an error or a word that Argo CD does not know.
"""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from laneway.core.keeping.names import REASONS
from laneway.core.rules.all import CHECKS
from laneway.core.syncing.cluster.lane_health import PATIENCE, lane_health
from tests.argocd.action_scripts import FOLDERS
from tests.argocd.argocd_cm import text_of_config_map
from tests.argocd.scripts import (
    CONTRIB,
    OF_LANES,
    SCRIPTS,
    ArgoCD,
    Expected,
    Health,
    expectations,
)
from tests.argocd.spoiled import spoiled

pytestmark = pytest.mark.engine
KNOWN = {"Healthy", "Progressing", "Degraded", "Suspended", "Missing"}
ROWS = list(expectations())


def row(name: str) -> Expected:
    """Return a row by the name of its test."""
    (found,) = [one for one in ROWS if str(one) == name]
    return found


@pytest.mark.parametrize("libraries", [True, False], ids=["open", "closed"])
@pytest.mark.parametrize("expected", ROWS, ids=str)
def test_health_is_as_its_row_says(argocd: ArgoCD, expected: Expected, *, libraries: bool) -> None:
    said = argocd.health(expected.script, expected.object, libraries=libraries)
    assert said == expected.health


def test_every_object_of_the_test_data_has_a_row() -> None:
    there = {path for script in SCRIPTS for path in (script.parent / "testdata").iterdir()}
    assert {one.path for one in ROWS} == there


@pytest.mark.parametrize("expected", ROWS, ids=str)
def test_no_spoiled_field_is_an_error(argocd: ArgoCD, expected: Expected) -> None:
    for item in spoiled(expected.object):
        said = argocd.health(expected.script, item)
        assert said is None or said["status"] in KNOWN, json.dumps(item)
        if expected.script in OF_LANES:
            assert said == _by_laneway_sync(item), json.dumps(item)


def _by_laneway_sync(item: dict[str, Any]) -> Health:
    """Return what `laneway sync` to a cluster says of a lane or group."""
    long_ago = datetime.now(UTC) - timedelta(seconds=PATIENCE)
    found = lane_health(item, f"{long_ago:%Y-%m-%dT%H:%M:%SZ}")
    if found is None:
        return None
    said = {"message": found.message} if found.message else {}
    return {"status": found.health, **said}


@pytest.mark.parametrize("expected", [one for one in ROWS if one.script in OF_LANES], ids=str)
def test_laneway_sync_says_of_a_lane_what_argocd_says(expected: Expected) -> None:
    assert _by_laneway_sync(expected.object) == expected.health


@pytest.mark.parametrize(("minutes", "waits"), [(9, True), (11, False)])
@pytest.mark.parametrize("zone", ["UTC", "Asia/Shanghai", "America/Los_Angeles"])
@pytest.mark.parametrize("kind", ["ASMSwimLane", "LaneRelease"])
def test_ten_minutes_are_ten_minutes_in_every_zone(
    argocd: ArgoCD, kind: str, zone: str, minutes: int, *, waits: bool
) -> None:
    expected = row(f"{kind}/old_without_status")
    item = expected.object
    stamp = datetime.now(UTC) - timedelta(minutes=minutes)
    item["metadata"]["creationTimestamp"] = f"{stamp:%Y-%m-%dT%H:%M:%SZ}"
    with ArgoCD(argocd.program, {"TZ": zone}) as elsewhere:
        assert _waits(elsewhere.health(expected.script, item)) is waits


def _waits(health: Health) -> bool:
    return health is not None and health["status"] == "Progressing"


@pytest.mark.parametrize("reason", sorted(REASONS))
def test_what_stands_still_is_never_healthy(argocd: ArgoCD, reason: str) -> None:
    for name in ("ASMSwimLane/live", "ASMSwimLaneGroup/live"):
        expected = row(name)
        item = expected.object
        ready, _, stalled, _ = item["status"]["conditions"]
        stalled |= {"status": "True", "reason": reason, "message": "why"}
        ready |= {"status": "False", "reason": reason, "message": "why"}
        said = argocd.health(expected.script, item)
        passes = reason in ("ProxiesBehind", "Unavailable")
        wanted = "Progressing" if passes else "Degraded"
        assert said == {"status": wanted, "message": f"{reason}: why"}


def test_errors_about_what_may_still_come_are_those_that_speak_of_what_is_missing() -> None:
    wanted = {one.code.id for one in CHECKS if one.missing and one.code.level == "error"}
    for script in OF_LANES:
        table = script.read_text().partition("NOT_THERE = {")[2].partition("}")[0]
        assert {word.split()[0] for word in table.split(",") if word.strip()} == wanted


def test_one_script_serves_both_kinds() -> None:
    assert len(OF_LANES) == 2
    assert len({script.read_text() for script in OF_LANES}) == 1


def test_config_map_holds_the_scripts() -> None:
    path, text = CONTRIB / "argocd-cm.yaml", text_of_config_map(SCRIPTS, FOLDERS)
    if os.environ.get("LANEWAY_BLESS"):
        path.write_text(text)
    assert path.read_text() == text
