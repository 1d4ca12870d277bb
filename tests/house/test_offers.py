"""What is answered at once is what click says, and click says it of the commands themselves."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import laneway.apps.cli
from tests.house.offers import offers, pages

CLI = Path(laneway.apps.cli.__path__[0])
OFFERS = CLI / "offers.json"
HELP = CLI / "help"


def test_offers_are_what_the_commands_declare() -> None:
    if os.environ.get("LANEWAY_BLESS"):
        OFFERS.write_text(offers())

    assert OFFERS.read_text() == offers()


def test_pages_of_help_are_what_the_commands_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    wanted = pages()
    if os.environ.get("LANEWAY_BLESS"):
        HELP.mkdir(exist_ok=True)
        for old in HELP.iterdir():
            old.unlink()
        for name, text in wanted.items():
            (HELP / f"{name}.txt").write_text(text)

    assert {page.stem: page.read_text() for page in HELP.iterdir()} == wanted
