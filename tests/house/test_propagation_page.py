"""`docs/propagation.md` says what the table of SDKs says."""

from __future__ import annotations

import os
from pathlib import Path

from laneway.core.sdks.table.every import SDKS
from tests.house.propagation_page import page

PAGE = Path(__file__).parents[2] / "docs" / "propagation.md"


def test_page_of_sdks_is_fresh() -> None:
    if os.environ.get("LANEWAY_BLESS"):
        PAGE.write_text(page())

    assert PAGE.read_text() == page()


def test_every_tracer_stands_in_the_short_table() -> None:
    short = page().partition("## In short")[2].partition("\n## ")[0]

    assert [
        one.name for one in SDKS.values() if one.is_tracer and f"(#{one.name})" not in short
    ] == []
