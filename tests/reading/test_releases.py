"""A LaneRelease among other objects: read as one of the kinds; no route is made of it."""

from __future__ import annotations

from laneway.core.compile import compile_snapshot
from laneway.core.findings.finding import Finding
from laneway.core.keeping.followed import FOLLOWED
from laneway.core.resources.read import read_file
from laneway.core.resources.releases.plan import GitTarget, LaneRelease
from tests.snapshot import snapshot_of_texts

RELEASE = """\
apiVersion: laneway.dev/v1alpha1
kind: LaneRelease
metadata: {name: v3}
spec:
  lane: v3
  stable: v1
  git: {repository: shop, branch: main, path: deploy/lanes}
  stages:
    - weights: {v1: 90, v3: 10}
    - weights: {v3: 100}
"""


def found(text: str) -> tuple[LaneRelease | None, tuple[Finding, ...]]:
    """Return the release of a text, and what is said of it."""
    read = read_file("release.yaml", text.encode())
    assert not read.unread
    [one] = read.resources or (None,)
    assert one is None or isinstance(one, LaneRelease)
    return one, read.findings


def test_a_release_in_a_folder_is_read_with_where_it_commits() -> None:
    release, findings = found(RELEASE)

    assert findings == ()
    assert release
    assert release.plan
    assert release.plan.git == GitTarget("shop", "main", "deploy/lanes")
    assert str(release.meta.ref) == "LaneRelease v3"


def test_a_release_with_an_error_is_there_and_has_no_plan() -> None:
    for old, new, code in (
        ("v1: 90", "v1: 80", "LW2031"),
        ("  stable: v1\n", "", "LW1102"),
        ("branch:", "brunch:", "LW1109"),
        ("branch: main", "branch: --upload-pack", "LW1110"),
        ("deploy/lanes", "/deploy", "LW1110"),
        ("deploy/lanes", "deploy/../..", "LW1110"),
        ("repository: shop, ", "", "LW1102"),
    ):
        release, findings = found(RELEASE.replace(old, new))
        assert release
        assert release.plan is None
        assert (code, "error") in {(one.code.id, one.code.level) for one in findings}, new


def test_what_is_almost_a_release_is_told() -> None:
    for old, new, code in (
        ("kind: LaneRelease", "kind: Lanerelease", "LW1030"),
        ("v1alpha1", "v1", "LW1019"),
    ):
        read = read_file("release.yaml", RELEASE.replace(old, new).encode())
        assert read.unread, new
        assert code in {one.code.id for one in read.findings}, read.findings


def test_a_release_changes_no_route_and_no_operator_asks_for_it() -> None:
    compiled = compile_snapshot(snapshot_of_texts([("release.yaml", RELEASE)]))

    assert not [one for one in compiled.findings if one.level == "error"]
    assert list(compiled.manifests()) == []
    assert ("laneway.dev", "LaneRelease") not in FOLLOWED
