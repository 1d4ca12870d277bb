"""What axe-core holds against a page: a page comes in, its serious faults go out, in words.

The rules are those of WCAG 2.2 at level AA and axe's own best practices. The program comes from
the wheel that ships it, so that the product carries none of it.
"""

from __future__ import annotations

from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

SERIOUS = ("serious", "critical")


def faults_for_people(page: Page, within: str = "html") -> list[str]:
    """Return each serious or critical fault as `rule: what to mend: the element`.

    The script goes in by the protocol, which a page's policy does not hold for.
    """
    page.evaluate(AXE_SCRIPT)
    found: dict[str, Any] = page.evaluate("within => axe.run(within)", within)
    return [
        f"{broken['id']}: {broken['help']}: {node['html'][:200]}: {node['failureSummary']}"
        for broken in found["violations"]
        if broken["impact"] in SERIOUS
        for node in broken["nodes"]
    ]
