"""A mesh that follows a repository, edited in a browser: pushed and live, or told why not."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from laneway.apps.local.record.outside import bring_down
from laneway.apps.local.record.state import mesh_folder
from tests.browser.chromium import Faults
from tests.browser.consoles import EXAMPLES
from tests.browser.walking import LONGER
from tests.console.edited import git, known_as
from tests.wire.laneway_up import RunningMesh
from tests.wire.remote import GitRemote

pytestmark = [pytest.mark.browser, pytest.mark.envoy]


@pytest.fixture
def remote(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> GitRemote:
    """A repository with two lanes that share, and somebody's work tree of it."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    found = GitRemote(tmp_path, EXAMPLES / "gitops")
    known_as(found.work, "Ann")
    git(found.work, "push", "--quiet", "--set-upstream", "origin", "main")
    return found


@contextmanager
def followed(remote: GitRemote, *words: str) -> Iterator[str]:
    """Run a mesh that follows a repository, with a console; give its link."""
    mesh = RunningMesh("sync", "--app", str(remote.app), "--poll", "1", "--console", *words)
    try:
        yield mesh.ready().until("/enter?token=").rpartition(" ")[2].strip()
    finally:
        mesh.stop()
        bring_down(mesh_folder("default", os.environ))


def test_an_edit_is_pushed_from_the_work_tree_and_live_when_the_mesh_follows(
    remote: GitRemote, tab: Page
) -> None:
    before = remote.newest()
    with followed(remote, "--push", "--work-tree", str(remote.work)) as link:
        tab.goto(link)
        tab.get_by_role("button", name="Weights").click()
        tab.get_by_role("slider", name="v1").focus()
        tab.keyboard.press("ArrowLeft")
        tab.get_by_role("button", name="Apply").click()
        told = tab.get_by_role("status").filter(has_text="committed and pushed as")
        expect(told).to_contain_text("live since", timeout=LONGER)
        expect(tab.get_by_role("row", name="v1")).to_contain_text("49 %")
        tab.goto("about:blank")
    assert git(remote.bare, "rev-parse", "main~1").strip() == before
    assert git(remote.bare, "diff", "--name-only", "main~1", "main") == "lanes/route.yaml\n"


def test_without_a_work_tree_a_form_says_how_and_has_nothing_to_apply(
    remote: GitRemote, tab: Page, faults: Faults
) -> None:
    with followed(remote) as link:
        tab.goto(link)
        tab.get_by_role("button", name="Weights").click()
        expect(tab.get_by_role("alert")).to_contain_text("--work-tree FOLDER --push")
        faults.forgive("403")
        tab.get_by_role("link", name="Edit").last.click()
        expect(tab.get_by_text("--work-tree FOLDER --push")).to_be_visible()
        assert tab.get_by_role("button", name="Apply").count() == 0
        tab.goto("about:blank")
