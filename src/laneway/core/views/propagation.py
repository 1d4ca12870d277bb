"""The table of SDKs as plain data: what each makes of a lane, and what to do about it.

Comes in: the name of an SDK, or none for all. Goes out: a mapping per fact, printed by a command
and written into a page.
"""

from __future__ import annotations

from typing import Any

from laneway.core.sdks.fact import Fact
from laneway.core.sdks.table.every import FACTS, SDKS, facts_of


def facts(name: str = "") -> list[dict[str, Any]]:
    """Return the facts about one SDK, or all."""
    return [_fact(one) for one in (facts_of(name) if name else FACTS)]


def _fact(one: Fact) -> dict[str, Any]:
    sdk = SDKS[one.sdk]
    return {
        "name": one.name,
        "sdk": one.sdk,
        "language": sdk.language,
        **({"beside": list(one.beside)} if one.beside else {}),
        "when": one.when,
        "seenIn": "manifest" if one.in_manifest else "request or code",
        "effects": dict(one.effects),
        "says": one.says,
        "remedy": one.remedy,
        "measured": {
            "on": one.measured,
            "packages": [{"name": pack.name, "version": pack.version} for pack in one.packages],
        },
        **({"link": one.link} if one.link else {}),
    }
