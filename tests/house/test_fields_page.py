"""`docs/fields.md` says what the tables of fields say, and what it calls named is named."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from laneway.core.findings.catalog import CATALOG
from laneway.core.resources.istio.fields.entry import NOT_FOLLOWED, Followed, Named
from laneway.core.resources.istio.fields.every import TABLES
from tests.house.fields_page import page
from tests.house.provoking import SPECS, provoking

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "fields.md"
CORE = ROOT / "src" / "laneway" / "core"
NAMED = [
    (kind, path, entry)
    for kind, fields in TABLES.items()
    for path, entry in fields.items()
    if isinstance(entry, Named)
]


def test_page_of_fields_is_fresh() -> None:
    if os.environ.get("LANEWAY_BLESS"):
        PAGE.write_text(page())

    assert PAGE.read_text() == page()


@pytest.mark.parametrize(
    ("kind", "path", "entry"), NAMED, ids=[f"{kind} {path}" for kind, path, _ in NAMED]
)
def test_a_named_field_provokes_its_finding(kind: str, path: str, entry: Named) -> None:
    asked = provoking(kind, path)

    found = [one for one in asked.given.findings() if one.code.id == entry.code]

    assert [one.subject for one in found] == [asked.subject]
    if entry.code == NOT_FOLLOWED:
        assert found[0].place is not None
        assert found[0].place.path == asked.place


@pytest.mark.parametrize("kind", sorted(SPECS))
def test_an_object_without_such_a_field_provokes_none(kind: str) -> None:
    codes = {one.code.id for one in provoking(kind).given.findings()}

    assert NOT_FOLLOWED not in codes


def test_a_followed_field_is_read_by_a_module_that_is_there() -> None:
    texts = {path: path.read_text() for path in CORE.rglob("*.py") if path.parent.name != "fields"}
    words = {word for text in texts.values() for word in re.findall(r'"(\w+)"', text)}
    astray = [
        f"{kind} {path}"
        for kind, fields in TABLES.items()
        for path, entry in fields.items()
        if isinstance(entry, Followed)
        and (CORE / entry.by not in texts or re.findall(r"\w+", path)[-1] not in words)
    ]

    assert astray == []


def test_named_codes_are_in_the_catalog() -> None:
    assert {entry.code for _, _, entry in NAMED} <= set(CATALOG)
