"""What `laneway verify --context` says: who was asked in a lane, and who passed it on.

Comes in: rows of a tally and findings. Goes out: a table, a last line, or plain values. Pure text,
at most as wide as the screen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from laneway.apps.local.tables import WIDTH, duration, table
from laneway.apps.local.verify.coverage import NOTHING_ASKED, Covered
from laneway.apps.local.verify.losing import callers_text, code_of
from laneway.apps.local.verify.report import Verdict, finding_value
from laneway.apps.local.verify.tally import Tallied
from laneway.apps.local.verify.wording import number
from laneway.core.findings.codes.verifying import LANE_NOT_SEEN
from laneway.core.findings.finding import Finding
from laneway.core.resources.meta import Ref
from laneway.core.rules.questions.words import short_host

HEAD = ("SERVICE", "CALLS", "CAME IN", "WENT ON", "LOST", "VERDICT")


@dataclass(frozen=True, slots=True)
class LaneReport:
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


def table_lines(report: LaneReport, width: int = WIDTH) -> list[str]:
    """Return the table; without rows there is none. A namespace that all share is left out."""
    last = "EXAMPLE" if report.sent else "CONFIDENCE"
    spaces = {ref.namespace for row in report.rows for ref in row.passage.callers}
    spaces |= {short_host(row.passage.host).partition("/")[0] for row in report.rows}
    prefix = f"{spaces.pop()}/" if len(spaces) == 1 else ""
    rows = [
        tuple(cell.replace(prefix, "") if at < 2 else cell for at, cell in enumerate(cells))
        for cells in (_cells(report, row) for row in report.rows)
    ]
    numbers = range(2, 5)
    sizes = {at: max(len(HEAD[at]), *(len(row[at]) for row in rows)) for at in numbers if rows}
    aligned = [
        tuple(cell.rjust(sizes[at]) if at in sizes else cell for at, cell in enumerate(row))
        for row in rows
    ]
    return table((*HEAD, last), aligned, width) if rows else []


def last_line(report: LaneReport) -> str:
    """Return the sentence that says how it came out."""
    how = number(report.sent, "request") + " one by one, in" if report.sent else "live traffic of"
    seen = f"{how} {duration(report.seconds)}"
    if not report.came_in:
        return f"No request of a lane was seen: {seen}."
    losing = [row for row in report.rows if verdict(report, row) == "LW1738"]
    if losing:
        return f"Lanes are lost in {number(len(losing), 'place')}: {seen}."
    if not report.rows:
        return f"Nobody who was asked in a lane called a service of its group: {seen}."
    if report.covered.untested:
        return f"Not all tested: {report.covered.sentence()}; {seen}."
    if any(one.code is LANE_NOT_SEEN for one in report.findings):
        return f"No lane was lost where one was seen: {seen}."
    return f"Every lane goes on where it has to: {seen}."


def verdict(report: LaneReport, row: Tallied) -> str:
    """Return `ok`, or the code of what a row shows."""
    code = code_of(row.passage, report.needy)
    return code.id if code else "ok"


def _cells(report: LaneReport, row: Tallied) -> tuple[str, ...]:
    one = row.passage
    counts = (str(one.came_in), str(one.kept), str(one.lost))
    last = row.example if report.sent else row.confidence
    return (callers_text(one), short_host(one.host), *counts, verdict(report, row), last)


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
    }
