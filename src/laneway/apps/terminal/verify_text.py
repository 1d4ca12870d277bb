"""What `laneway verify` says: a table and a last line.

Pure text, at most 80 columns wide, numbers to the right. A split is a line for all its requests and
one for each share below it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from laneway.apps.terminal.tables import WIDTH, duration, table
from laneway.core.judging.report import Report
from laneway.core.judging.row import Row, ShareRow
from laneway.core.judging.wording import number

HEAD = ("LANE", "REQUEST", "SENT", "KEPT", "ELSEWHERE", "FAILED", "VERDICT")


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
