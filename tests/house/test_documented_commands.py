"""Every command that a page shows in a block marked `console run` is run and gives what is shown.

Pages of examples are run where the example is asked for what it is there to show:
`tests/wire/test_examples.py`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.house.console import commands_of
from tests.house.pages import ROOT, Page, environment

PAGES = [
    page
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
    if list(commands_of(page.read_text()))
]


@pytest.mark.envoy
@pytest.mark.parametrize("file", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_commands_of_the_page_give_what_it_shows(file: Path, tmp_path: Path) -> None:
    with environment(tmp_path) as variables:
        page = Page(file, variables)
        page.rest()

    assert page.differences == []


def test_every_example_shows_how_it_is_run() -> None:
    folders = [folder for folder in sorted((ROOT / "examples").iterdir()) if folder.is_dir()]
    silent = [
        folder.name
        for folder in folders
        if not any(
            command.text.startswith(("laneway up", "cd "))
            for mark in ("run", "fleet")
            for command in commands_of((folder / "README.md").read_text(), mark)
        )
    ]

    assert folders
    assert silent == []
