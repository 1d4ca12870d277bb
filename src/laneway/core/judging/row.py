"""One line of a report: a kind of request, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from laneway.core.findings.finding import Finding
from laneway.core.judging.coverage import Met


class ShareRow(Struct, frozen=True):
    """A destination's part of a split: promised in percent, seen in requests.

    `seen` is None where requests of others in the mesh cannot be told from it. Between `low` and
    `high` is chance.
    """

    lane: str
    destination: str
    percent: float
    seen: int | None
    low: int
    high: int

    @property
    def is_kept(self) -> bool:
        """Whether the requests seen are within the bounds of chance."""
        return self.seen is None or self.low <= self.seen <= self.high


class Row(Struct, frozen=True):
    """A kind of request: `sent` = `kept` + `elsewhere` + `failed`.

    `port` is the gateway's, 0 where none serves it. `promise` is the status that is promised, 0
    where an application answers. `findings` say what was not as promised; an error among them
    breaks the promise.
    """

    lanes: tuple[str, ...]
    port: int
    request: str
    purpose: str
    promise: int = 0
    sent: int = 0
    kept: int = 0
    elsewhere: int = 0
    failed: int = 0
    shares: tuple[ShareRow, ...] = ()
    statuses: Mapping[int, int] = {}
    findings: tuple[Finding, ...] = ()
    strangers: int = 0
    """How many requests of others came in meanwhile."""
    met: frozenset[Met] = frozenset()
    """The services that requests came to, each with the lane they were of."""
    stood_in: frozenset[Met] = frozenset()
    """The services at which others answered for a lane whose own pods are down."""

    @property
    def is_kept(self) -> bool:
        """Whether everything was as promised."""
        return self.kept == self.sent and not any(one.level == "error" for one in self.findings)

    @property
    def verdict(self) -> str:
        """`ok`, with the status where one is promised, or the code of what is wrong."""
        if not self.sent and self.findings:
            return self.findings[0].code.id
        if self.is_kept:
            return f"ok {self.promise}" if self.promise else "ok"
        errors = [one.code.id for one in self.findings if one.level == "error"]
        return errors[0] if errors else "broken"
