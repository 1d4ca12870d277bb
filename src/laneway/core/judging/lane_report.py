"""Who was asked in a lane, and who passed it on: rows and a verdict; the same as plain values."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from laneway.core.findings.finding import Finding
from laneway.core.judging.coverage import NOTHING_ASKED, Covered
from laneway.core.judging.losing import code_of
from laneway.core.judging.report import Verdict, finding_value
from laneway.core.judging.tally import Tallied
from laneway.core.resources.meta import Ref


class LaneReport(Struct, frozen=True):
    """How lanes got through a mesh. `sent` is 0 where live traffic was watched instead.

    `came_in` counts requests that came to some program in a known lane, `needy` are the workloads
    that answer for lanes of others.
    """

    mesh: str
    rows: tuple[Tallied, ...]
    findings: tuple[Finding, ...]
    needy: frozenset[Ref]
    came_in: int
    sent: int
    seconds: float
    covered: Covered = NOTHING_ASKED

    @property
    def has_met(self) -> bool:
        """Whether any request of a lane was seen at all."""
        return self.came_in > 0

    @property
    def is_kept(self) -> bool:
        """Whether everything was met, and nobody lost a lane."""
        return self.verdict == "as promised"

    @property
    def verdict(self) -> Verdict:
        """Who loses a lane comes first; where no request of a lane was seen nothing is known."""
        if any(one.level == "error" for one in self.findings):
            return "not as promised"
        return "untested" if not self.came_in or self.covered.untested else "as promised"


def verdict(report: LaneReport, row: Tallied) -> str:
    """Return `ok`, or the code of what a row shows."""
    code = code_of(row.passage, report.needy)
    return code.id if code else "ok"


def as_value(report: LaneReport) -> dict[str, Any]:
    """Return a report as plain values."""
    return {
        "mesh": report.mesh,
        "verdict": report.verdict,
        "asPromised": report.is_kept,
        "sent": report.sent,
        "cameIn": report.came_in,
        "seconds": round(report.seconds, 3),
        "passages": [_row_value(report, row) for row in report.rows],
        "untested": report.covered.as_value(),
        "findings": [finding_value(one) for one in report.findings],
    }


def _row_value(report: LaneReport, row: Tallied) -> dict[str, Any]:
    one = row.passage
    return {
        "services": [str(ref) for ref in one.callers],
        "calls": str(one.host),
        "cameIn": one.came_in,
        "wentOn": one.kept,
        "lost": one.lost,
        "goneOnIn": list(one.gone_on),
        "verdict": verdict(report, row),
        "confidence": row.confidence,
        "example": row.example,
        "onlyLostIn": list(row.losing),
        "sent": [
            {
                "service": str(seen.caller),
                "what": seen.saw.words,
                "carriesLane": seen.saw.carries,
                "calls": seen.calls,
                "requests": list(seen.forms),
                "manifest": seen.manifest,
            }
            for seen in row.sightings
        ],
    }
