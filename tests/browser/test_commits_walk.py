"""Edits in a browser that are commits: two people at once, a remote that moves, a proposal."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.accessibility import faults_for_people
from tests.browser.chromium import Faults
from tests.browser.consoles import console_of, copied
from tests.console.edited import clone_of, git, in_git, remote_of

pytestmark = pytest.mark.browser


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A work tree with a group that is entered by weights, and a remote."""
    found = in_git(copied("weighted-entry", tmp_path / "shop"))
    hook = remote_of(found) / "hooks" / "post-receive"
    hook.write_text("#!/bin/sh\nread a b ref\necho https://git.test/new/${ref#refs/heads/} >&2\n")
    hook.chmod(0o755)
    return found


def opened(page: Page, link: str) -> None:
    """Open a page with the sliders, and move one of them."""
    page.goto(link)
    page.get_by_role("button", name="Weights").click()
    slider = page.get_by_role("slider", name="stable")
    slider.focus()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_text("Apply makes a commit").or_(of_its_own(page))).to_be_visible()


def of_its_own(page: Page) -> Locator:
    return page.get_by_text("Apply pushes a commit as a branch of its own")


def apply(page: Page) -> None:
    page.get_by_role("button", name="Apply").click()


def test_the_second_of_two_browsers_and_a_remote_that_moved_are_told(
    tree: Path, tmp_path: Path, tab: Page, faults: Faults
) -> None:
    with console_of(tree, tmp_path / "home", "--push") as link:
        opened(tab, link)
        other = tab.context.new_page()
        opened(other, tab.url)
        apply(tab)
        expect(tab.get_by_role("status").filter(has_text="committed and pushed as")).to_be_visible()
        first = git(tree, "rev-parse", "HEAD")
        apply(other)
        expect(other.get_by_role("alert")).to_contain_text("1 commit came since")
        faults.forgive("409")
        assert git(tree, "rev-parse", "HEAD") == first

        other.get_by_role("button", name="Take what is there now").click()
        bob = clone_of(tree.parent / "remote.git", tmp_path / "bob")
        git(bob, "commit", "--quiet", "--allow-empty", "--message", "At night")
        git(bob, "push", "--quiet")
        other.get_by_role("slider", name="stable").focus()
        other.keyboard.press("ArrowLeft")
        apply(other)
        expect(other.get_by_role("alert")).to_contain_text("At night")
        faults.forgive("502")
        assert git(tree, "rev-parse", "HEAD") == first

        git(tree, "pull", "--quiet", "--ff-only")
        apply(other)
        expect(
            other.get_by_role("status").filter(has_text="committed and pushed as")
        ).to_be_visible()
        for page in (tab, other):
            page.goto("about:blank")
    assert git(tree, "rev-parse", "HEAD") == git(bob.parent / "remote.git", "rev-parse", "main")
    assert git(tree, "log", "--format=%s", "-1").startswith("Set: stable 58 %")


def test_a_proposal_leads_to_its_page_and_is_told_to_whoever_edits_its_file(
    tree: Path, tmp_path: Path, tab: Page
) -> None:
    with console_of(tree, tmp_path / "home", "--pr-branch", "lanes") as link:
        opened(tab, link)
        apply(tab)
        expect(tab.get_by_text("waits to be merged")).to_be_visible()
        page = tab.get_by_role("link", name="https://git.test/new/lanes/console-")
        expect(page).to_have_attribute("rel", "noreferrer")
        assert faults_for_people(tab) == []
        tab.get_by_role("button", name="OK").click()
        tab.get_by_role("button", name="Weights").click()
        tab.get_by_role("slider", name="stable").focus()
        tab.keyboard.press("ArrowLeft")
        expect(tab.get_by_text("changes the same file")).to_be_visible()
        tab.goto("about:blank")
    assert git(tree, "log", "--format=%s") == "Lanes\n"
