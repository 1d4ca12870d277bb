"""Pictures in the docs: each is shown by a page, says in words what it shows, and is small."""

from __future__ import annotations

import re

import pytest

from tests.house.trees import ROOT

FOLDER = ROOT / "docs" / "images"
PICTURES = sorted(FOLDER.iterdir())
SHOWN = re.compile(r"!\[([^\]]*)\]\((?:docs/)?images/([^)\s]+)\)")
LARGEST = 150_000
"""Bytes: a page with all of them is read over a slow line too."""
SIGNATURE = b"\x89PNG\r\n\x1a\n"


def shown() -> dict[str, str]:
    """Return the words of each picture that a page shows, by its file's name."""
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    return {name: words for page in pages for words, name in SHOWN.findall(page.read_text())}


def test_every_picture_is_shown_and_every_shown_one_is_there() -> None:
    assert {one.name for one in PICTURES} == shown().keys()


@pytest.mark.parametrize("name", shown())
def test_who_does_not_see_a_picture_is_told_what_it_shows(name: str) -> None:
    assert len(shown()[name].split()) > 5


@pytest.mark.parametrize("path", PICTURES, ids=[one.name for one in PICTURES])
def test_a_picture_is_a_small_png(path: object) -> None:
    raw = (FOLDER / str(path)).read_bytes()

    assert raw.startswith(SIGNATURE)
    assert len(raw) <= LARGEST
