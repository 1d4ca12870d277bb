"""What `laneway verify --context` says: a table and a last line, at most as wide as the screen."""

from __future__ import annotations

from laneway.apps.terminal.tables import WIDTH, duration, table
from laneway.core.findings.codes.verifying import LANE_NOT_SEEN
from laneway.core.judging.lane_report import LaneReport, verdict
from laneway.core.judging.losing import callers_text
from laneway.core.judging.tally import Tallied
from laneway.core.judging.wording import number
from laneway.core.rules.questions.words import short_host

HEAD = ("SERVICE", "CALLS", "CAME IN", "WENT ON", "LOST", "VERDICT")


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


def _cells(report: LaneReport, row: Tallied) -> tuple[str, ...]:
    one = row.passage
    counts = (str(one.came_in), str(one.kept), str(one.lost))
    last = row.example if report.sent else row.confidence
    return (callers_text(one), short_host(one.host), *counts, verdict(report, row), last)
