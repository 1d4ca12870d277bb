"""Asks a gateway many times, and sorts what answered by lane.

Comes in: a URL of the mock application. Goes out: a tally. An answer is in a lane if every service
of the chain answered in one version; anything else has strayed, whatever its status.
"""

from __future__ import annotations

import http.client
import re
from collections import Counter
from contextlib import closing
from math import sqrt

from msgspec import Struct, field

CHAIN = ("mocka", "mockb", "mockc")
_HOP = re.compile(r"-> (\w+)\(version: (\w+), ip: [\d.]+\)")


class AnswerTally(Struct, frozen=True):
    """How many answers came from each lane, and texts of those that came from none."""

    lanes: Counter[str] = field(default_factory=Counter)
    strayed: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        """The number of answers."""
        return self.lanes.total() + len(self.strayed)

    def is_fair(self, lane: str, share: float) -> bool:
        """Whether a lane got its share, as far as chance allows.

        Five standard deviations: a fair split fails this once in two million times.

        >>> AnswerTally(Counter(v1=250, v2=250)).is_fair("v1", 0.5)
        True
        >>> AnswerTally(Counter(v1=350, v2=150)).is_fair("v1", 0.5)
        False
        """
        expected = share * self.total
        return abs(self.lanes[lane] - expected) <= 5 * sqrt(expected * (1 - share))


def ask(port: int, path: str, times: int) -> AnswerTally:
    """Ask on one connection, one request after the other. Raises OSError."""
    lanes: Counter[str] = Counter()
    strayed = []
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        for _ in range(times):
            connection.request("GET", path)
            response = connection.getresponse()
            body = response.read().decode(errors="replace")
            lane = lane_of(body) if response.status == http.client.OK else ""
            if lane:
                lanes[lane] += 1
            else:
                strayed.append(f"{response.status} {body.strip()}".strip())
    return AnswerTally(lanes, tuple(strayed))


def lane_of(body: str) -> str:
    """Return the version in which the whole chain answered, empty if it was not one.

    >>> hop = "-> {}(version: {}, ip: 127.1.2.3)".format
    >>> lane_of(hop("mocka", "v1") + hop("mockb", "v1") + hop("mockc", "v1"))
    'v1'
    >>> lane_of(hop("mocka", "v1") + hop("mockb", "v1") + hop("mockc", "v2"))
    ''
    """
    hops = _HOP.findall(body)
    versions = {version for _, version in hops}
    complete = tuple(name for name, _ in hops) == CHAIN
    return versions.pop() if complete and len(versions) == 1 else ""
