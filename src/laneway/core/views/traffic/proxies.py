"""What proxies have counted since they were asked before, by pages of theirs that Prometheus reads.

Comes in: what a proxy had counted, and its page now. Goes out: series that grew, and how fast, as a
metrics server would tell them. A series that is less than before is of a proxy that began anew, and
all of it is new; the first page only says where counting sets out. The page is read here: the usual
library takes nine times as long, which is a tenth of a core for a hundred proxies, and of most
series only the number matters.
https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec import Struct

from laneway.core.release.series import BUCKETS, REQUESTS
from laneway.core.views.traffic.cluster import SOURCE, WAYPOINT, Labels

PATTERN = f"({REQUESTS}|{BUCKETS.removesuffix('_bucket')})"
"""The expression by which Envoy keeps all other counters out of a page."""
_WANTED = f"{REQUESTS}{{", f"{BUCKETS}{{"
_TELLING = tuple(f'reporter="{one}"' for one in (SOURCE, WAYPOINT))
_MOST = 1e12
"""No proxy counts so many in seconds: whoever says more is none."""
_LABEL = re.compile(r'(\w+)="([^"\\]*(?:\\.[^"\\]*)*)"')
"""A label; what is escaped stays so, as no name of Kubernetes has any of it."""


class CounterPage(Struct, frozen=True):
    """What a proxy had counted at a time in seconds, by hashes: the texts of series are long."""

    at: float
    values: Mapping[int, float]


class GrownCounter(Struct, frozen=True):
    """A series that grew: its labels, by how much, and in how many seconds."""

    labels: Labels
    grown: float
    seconds: float
    is_time: bool

    @property
    def rate(self) -> float:
        """By how much it grew a second."""
        return self.grown / self.seconds


def read_page(
    text: str, at: float, before: CounterPage | None
) -> tuple[CounterPage, list[GrownCounter]]:
    r"""Return a page, and what grew since the one before; without one nothing did.

    Raises ValueError where the text is no such page.

    >>> line = 'istio_requests_total{reporter="source",response_code="200"} %d\n'
    >>> first, _ = read_page(line % 7, 10, None)
    >>> [(one.grown, one.rate) for one in read_page(line % 9, 20, first)[1]]
    [(2.0, 0.2)]
    >>> [one.grown for one in read_page(line % 3, 20, first)[1]]
    [3.0]
    """
    values: dict[int, float] = {}
    grown: list[GrownCounter] = []
    for line in text.splitlines():
        if not line.startswith(_WANTED) or not any(one in line for one in _TELLING):
            continue
        series, _, number = line.rpartition(" ")
        key, value = hash(series), float(number)
        values[key] = value
        if before is not None:
            known = before.values.get(key, 0.0)
            more = value - known if value >= known else value
            if 0 < more < _MOST:
                is_time = line.startswith(BUCKETS)
                labels = dict(_LABEL.findall(series))
                grown.append(GrownCounter(labels, more, at - before.at, is_time))
    return CounterPage(at, values), grown
