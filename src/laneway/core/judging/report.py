"""What verifying a mesh came to: rows, findings and a verdict; the same as plain values."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import asdict

from laneway.core.findings.finding import Finding
from laneway.core.judging.coverage import NOTHING_ASKED, Covered
from laneway.core.judging.row import Row

Verdict = Literal["as promised", "not as promised", "untested"]


class Report(Struct, frozen=True):
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
        "fix": one.fix,
    }
