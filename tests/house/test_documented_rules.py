"""The pages for users keep their word: the cases, codes and links they name exist."""

import re
from pathlib import Path

from laneway.core.findings.catalog import CATALOG
from tests.golden.case import CASES

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs").glob("*.md")) + sorted((ROOT / "examples").glob("*/README.md"))


def named(pattern: str) -> set[tuple[str, str]]:
    """Return each match of a pattern with the page it stands on."""
    return {(page.name, found) for page in PAGES for found in re.findall(pattern, page.read_text())}


def test_every_case_a_page_names_exists() -> None:
    lost = {
        (page, case)
        for page, case in named(r"`([a-z]+/[a-z0-9_]{8,})`")
        if not (CASES / f"{case}.yaml").is_file()
    }

    assert lost == set()


def test_every_code_a_page_names_exists() -> None:
    assert {one for one in named(r"\bLW\d{4}\b") if one[1] not in CATALOG} == set()


def headings(page: Path) -> set[str]:
    """Return the names by which links reach the headings of a page."""
    found = re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", one.lower()).replace(" ", "-") for one in found}


def leads_somewhere(page: Path, link: str, heading: str) -> bool:
    target = page.parent / link if link else page
    return target.exists() and (not heading or heading in headings(target))


def test_every_link_between_pages_leads_somewhere() -> None:
    lost = [
        (str(page.relative_to(ROOT)), link, heading)
        for page in (*PAGES, *ROOT.glob("*.md"), *ROOT.glob("*/README.md"))
        for link, heading in re.findall(r"\]\(([^)#:]*)(?:#([^)]*))?\)", page.read_text())
        if not leads_somewhere(page, link, heading)
    ]

    assert lost == []
