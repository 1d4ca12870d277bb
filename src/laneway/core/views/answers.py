"""What came back for a request that was sent a number of times, as counts and a table.

Comes in: statuses, bodies and what went wrong. Goes out: how often each status came, the first
body, and of programs that say who they are (`-> mocka(version: v1, ip: …)-> …`) each line with its
count and each service with its versions. Bodies of other programs are counted as they are.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

View = dict[str, Any]
_HOP = re.compile(r"-> ?([\w.-]+)\(version: ([^,()]+), ip: ([^,()]+)\)")
_MOST_LINES = 50
_LONGEST_LINE = 400


class SentAnswer(Protocol):
    """An answer; its status is 0 where none came, and `trouble` says why."""

    @property
    def status(self) -> int:
        """The status."""

    @property
    def body(self) -> str:
        """The body, or its beginning."""

    @property
    def is_cut(self) -> bool:
        """Whether there was more of the body."""

    @property
    def trouble(self) -> str:
        """Why there is none."""

    @property
    def ms(self) -> float:
        """How many milliseconds it took."""


def answers_view(answers: Sequence[SentAnswer]) -> View:
    """Return what answers come to."""
    came = [one for one in answers if one.status]
    first = came[0] if came else None
    return {
        "sent": len(answers),
        "statuses": {str(status): count for status, count in _statuses(came)},
        "lost": dict(Counter(one.trouble for one in answers if not one.status).most_common()),
        "first": {"status": first.status, "body": first.body, "isCut": first.is_cut}
        if first
        else None,
        "ms": _middle([one.ms for one in came]),
        "lines": _lines(came),
        "services": _services(came),
    }


def _statuses(came: Iterable[SentAnswer]) -> list[tuple[int, int]]:
    return sorted(Counter(one.status for one in came).items())


def _middle(times: Sequence[float]) -> float | None:
    return sorted(times)[len(times) // 2] if times else None


def _lines(came: Iterable[SentAnswer]) -> list[View]:
    """Return each line that came with its count, addresses left out where a program says them.

    >>> _shape("-> a(version: v1, ip: 10.0.0.1)-> b(version: v2, ip: 10.0.0.2)")
    '-> a(version: v1)-> b(version: v2)'
    """
    shapes = Counter((one.status, _shape(one.body)) for one in came)
    return [
        {"status": status, "text": text, "count": count, "hops": _hops(text)}
        for (status, text), count in shapes.most_common(_MOST_LINES)
    ]


def _shape(body: str) -> str:
    line = _HOP.sub(r"-> \1(version: \2)", body.strip())
    return line if len(line) <= _LONGEST_LINE else f"{line[: _LONGEST_LINE - 1]}…"


def _hops(shape: str) -> list[View]:
    found = re.findall(r"-> ([\w.-]+)\(version: ([^,()]+)\)", shape)
    return [{"service": service, "version": version} for service, version in found]


def _services(came: Iterable[SentAnswer]) -> list[View]:
    """Return for each service that said who it is the versions that answered, with addresses."""
    counts: dict[tuple[str, str], Counter[str]] = {}
    for one in came:
        for service, version, address in _HOP.findall(one.body):
            counts.setdefault((service, version), Counter())[address] += 1
    return [
        {
            "service": service,
            "version": version,
            "count": addresses.total(),
            "addresses": sorted(addresses),
        }
        for (service, version), addresses in counts.items()
    ]
