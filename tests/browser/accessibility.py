"""What axe-core holds against a page: a page comes in, its serious faults go out, in words.

The rules are those of WCAG 2.2 at level AA and axe's own best practices. The program comes from
the wheel that ships it, so that the product carries none of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

LOOKING = Path(__file__).with_name("looking.js")
"""What axe does not ask: whether text is cut off, and whether Tab comes to everything."""
SERIOUS = ("serious", "critical")


def axe_into(page: Page) -> None:
    """Put axe into a page, which keeps it as long as it is not loaded anew.

    It goes in by the protocol, which a page's policy does not hold for.
    """
    page.evaluate(AXE_SCRIPT)


def faults_for_people(
    page: Page, within: str = "html", rules: Sequence[str] = (), but: Sequence[str] = ()
) -> list[str]:
    """Return each serious or critical fault as `rule: what to mend: the element`.

    Without `rules` by every rule there is `but` some: to hold colors against each other takes
    longer than all the rest.
    """
    if not page.evaluate("'axe' in window"):
        axe_into(page)
    asked: dict[str, Any] = {"rules": {one: {"enabled": False} for one in but}}
    asked |= {"resultTypes": ["violations"], "preload": False, "iframes": False} | (
        {"runOnly": list(rules)} if rules else {}
    )
    found: dict[str, Any] = page.evaluate(
        "([within, asked]) => axe.run(within, asked)", [within, asked]
    )
    return [
        f"{broken['id']}: {broken['help']}: {node['html'][:200]}: {node['failureSummary']}"
        for broken in found["violations"]
        if broken["impact"] in SERIOUS
        for node in broken["nodes"]
    ]
