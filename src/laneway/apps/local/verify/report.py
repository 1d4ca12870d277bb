"""What `laneway verify` says: a table, findings, a last line; or the same as plain values.

Pure text, at most 80 columns wide, numbers to the right. A split is a line for all its requests and
one for each share below it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from laneway.apps.local.tables import WIDTH, duration, table
from laneway.apps.local.verify.coverage import NOTHING_ASKED, Covered
from laneway.apps.local.verify.row import Row, ShareRow
from laneway.apps.local.verify.wording import number
from laneway.core.findings.finding import Finding

Verdict = Literal["as promised", "not as promised", "untested"]
HEAD = ("LANE", "REQUEST", "SENT", "KEPT", "ELSEWHERE", "FAILED", "VERDICT")


@dataclass(frozen=True, slots=True)
class Report:
    """What verifying a mesh came to; `further` are findings that no row has."""

    mesh: str
    urls: tuple[str, ...]
    rows: tuple[Row, ...]
    seconds: float
    further: tuple[Finding, ...] = ()
    covered: Covered = NOTHING_ASKED

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings, each once."""
        of_rows = (one for row in self.rows for one in row.findings)
        return tuple(dict.fromkeys([*of_rows, *self.further]))

    @property
    def sent(self) -> int:
        """How many requests were sent."""
        return sum(row.sent for row in self.rows)

    @property
    def has_met(self) -> bool:
        """Whether anything was put to the test at all."""
        return self.sent > 0

    @property
    def is_broken(self) -> bool:
        """Whether anything that was met was not as promised."""
        errors = any(one.level == "error" for one in self.findings)
        return errors or not all(row.is_kept for row in self.rows)

    @property
    def is_kept(self) -> bool:
        """Whether everything was met, and as promised."""
        return self.verdict == "as promised"

    @property
    def verdict(self) -> Verdict:
        """What is broken comes first; what was never met is not known."""
        if self.is_broken:
            return "not as promised"
        return "untested" if not self.sent or self.covered.untested else "as promised"


def table_lines(report: Report, width: int = WIDTH) -> list[str]:
    """Return the table; requests name their port where there are several."""
    several = len({row.port for row in report.rows if row.port}) > 1
    rows = [cells for row in report.rows for cells in _cells(row, with_port=several)]
    rows += [
        (lane, what, "", "", "", "", "untested") for lane, what in report.covered.rows() if rows
    ]
    return table(HEAD, _aligned(rows), width) if rows else []


def last_line(report: Report) -> str:
    """Return the sentence that says how it came out."""
    if not report.sent:
        return f"Nothing was sent to mesh {report.mesh}: no rule at a gateway can be tried."
    sent = f"{number(report.sent, 'request')} in {duration(report.seconds)}"
    if report.is_kept:
        return f"All as promised: {sent}."
    if not report.is_broken:
        return f"Not all tested: {report.covered.sentence()}; {sent}."
    broken = report.sent - sum(row.kept for row in report.rows)
    what = f"{broken} of " if broken else "see the findings for "
    return f"Not as promised: {what}{sent}."


def _cells(row: Row, *, with_port: bool) -> Iterator[tuple[str, ...]]:
    counts = (row.sent, row.kept, row.elsewhere, row.failed)
    request = f":{row.port} {row.request}" if with_port and row.port else row.request
    yield (_lanes(row), request, *map(str, counts), row.verdict)
    yield from (_share_cells(share) for share in row.shares)


def _lanes(row: Row) -> str:
    """Name the lanes a row is for; a request that is to miss lanes is for none."""
    if row.purpose not in ("rule", "asked"):
        return "-"
    return ",".join(row.lanes) if len(row.lanes) == 1 else "split" if row.lanes else "-"


def _share_cells(share: ShareRow) -> tuple[str, ...]:
    seen = "?" if share.seen is None else str(share.seen)
    name = share.lane or share.destination
    verdict = f"{share.low} to {share.high}" if share.is_kept else f"not {share.low}-{share.high}"
    return (name, f"  {share.percent:.4g} % of these", "", seen, "", "", verdict)


def _aligned(rows: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Move the counts to the right of their columns."""
    widths = [max(len(HEAD[at]), *(len(row[at]) for row in rows)) for at in range(len(HEAD))]
    return [
        tuple(cell.rjust(widths[at]) if 2 <= at <= 5 else cell for at, cell in enumerate(row))
        for row in rows
    ]


def as_value(report: Report) -> dict[str, Any]:
    """Return a report as plain values."""
    return {
        "mesh": report.mesh,
        "urls": list(report.urls),
        "verdict": report.verdict,
        "asPromised": report.is_kept,
        "sent": report.sent,
        "seconds": round(report.seconds, 3),
        "requests": [_row_value(row) for row in report.rows],
        "untested": report.covered.as_value(),
        "findings": [finding_value(one) for one in report.findings],
    }


def _row_value(row: Row) -> dict[str, Any]:
    return {
        "lanes": list(row.lanes),
        "port": row.port,
        "request": row.request,
        "purpose": row.purpose,
        "promised": row.promise or "lane",
        "sent": row.sent,
        "asPromised": row.kept,
        "elsewhere": row.elsewhere,
        "failed": row.failed,
        "verdict": row.verdict,
        "statuses": {str(status): count for status, count in row.statuses.items()},
        "shares": [asdict(share) for share in row.shares],
        "findings": list(dict.fromkeys(one.code.id for one in row.findings)),
    }


def finding_value(one: Finding) -> dict[str, Any]:
    """Return a finding as plain values."""
    return {
        "code": one.code.id,
        "level": one.level,
        "subject": one.subject,
        "message": one.message,
        "why": one.code.why,
        "fix": one.mend,
    }
