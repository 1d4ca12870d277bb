"""`docs/findings.md` says what the catalog says, and every code of it can be provoked."""

import os
import re
from pathlib import Path

from laneway.core.findings.catalog import CATALOG
from tests.golden.case import CASES
from tests.house.findings_page import RANGES, page

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "findings.md"
BY_RULES = ("LW12", "LW13", "LW14", "LW15", "LW16")


def test_page_of_findings_is_fresh() -> None:
    if os.environ.get("LANEWAY_BLESS"):
        PAGE.write_text(page())

    assert PAGE.read_text() == page()


def test_every_code_has_a_place_on_the_page() -> None:
    assert [code for code in CATALOG if code[:4] not in RANGES] == []


def test_every_code_of_a_rule_is_provoked_by_a_golden_case() -> None:
    heads = [path.read_text().partition("\n---\n")[0] for path in CASES.rglob("*.yaml")]
    provoked = {code for head in heads for code in re.findall(r"LW\d{4}", head)}
    codes = {code for code in CATALOG if code.startswith(BY_RULES)}

    assert sorted(codes - provoked) == []
