"""Whether proxies follow: what istiods list of them, against the pushes that have the change.

Comes in: who has to follow what, and per istiod since which push it sends each object and what it
lists. Goes out: the proxies that are not known to follow. A push is made from one state of
everything, and later ones from later states, so a proxy that acknowledged a push in which an
observer saw the change, or a later one, has the change: istiod sends a proxy all that concerns it
in one push. A proxy that several connections are listed of (one may be half open) has to follow on
each. What was there when an observer joined tells no push; then a proxy that is owed nothing, at
two looks with a time of quiet between them, is taken to follow: that is not proven where istiod
cannot even send to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from laneway.core.live.liveness import NOT_CONNECTED, Missing
from laneway.core.live.watching import Concerned
from laneway.core.resources.meta import Ref

UNIQUE = 36
"""Letters at the end of a nonce that say nothing of its push: those of a UUID."""


class Push(Struct, frozen=True):
    """The push in which an object was seen: its number, and whether it had come before.

    `is_settled`: it was there when the observer joined, and nothing has changed for a while.
    """

    number: int
    is_settled: bool = False


class ListedProxy(Struct, frozen=True):
    """What istiod lists of a proxy: the nonces that it sent and that were acknowledged.

    https://github.com/istio/istio/blob/master/pilot/pkg/xds/debug.go
    """

    proxy: str
    cluster_sent: str = ""
    cluster_acked: str = ""
    endpoint_sent: str = ""
    endpoint_acked: str = ""
    route_sent: str = ""
    route_acked: str = ""

    def is_owed_nothing(self, kind: str) -> bool:
        """Whether it acknowledged all that it was sent of what objects of a kind become."""
        if kind == "VirtualService":
            return bool(self.route_sent) and self.route_sent == self.route_acked
        settled = self.endpoint_sent == self.endpoint_acked
        return settled and bool(self.cluster_sent) and self.cluster_sent == self.cluster_acked

    def acknowledged(self, kind: str) -> int:
        """Return the last push that it acknowledged of what objects of a kind become.

        A cluster serves once its endpoints are there, so that all that was sent has to be taken.
        """
        if kind == "VirtualService":
            return push_number(self.route_acked)
        settled = self.endpoint_sent == self.endpoint_acked
        return push_number(self.cluster_acked) if settled else 0


class IstiodReport(Struct, frozen=True):
    """What one istiod does and says: since which push it sends each object, and its proxies."""

    istiod: str
    pushes: Mapping[Ref, Push]
    listed: Mapping[str, Sequence[ListedProxy]]


def push_number(nonce: str) -> int:
    """Return the number of the push that a nonce is of, 0 without one.

    >>> push_number("2026-11-28T14:40:16Z/1682d829c5-0000-4000-8000-000000000000")
    16
    """
    number = nonce[:-UNIQUE].rpartition("/")[2]
    return int(number) if number.isdigit() else 0


def by_proxy(listed: Iterable[ListedProxy]) -> dict[str, list[ListedProxy]]:
    """Return what is listed by the proxies' names; one may have several connections."""
    found: dict[str, list[ListedProxy]] = {}
    for one in listed:
        found.setdefault(one.proxy, []).append(one)
    return found


def missing(following: Iterable[Concerned], reports: Sequence[IstiodReport]) -> Iterator[Missing]:
    """Yield the proxies that are not known to follow."""
    for some in following:
        for proxy in some.proxies:
            why = _why(proxy.id, some.refs, reports)
            if why:
                yield Missing(proxy.id, why)


def _why(proxy: str, refs: Sequence[Ref], reports: Sequence[IstiodReport]) -> str:
    """Return why a proxy is not known to follow, empty where it does."""
    found = [(report, one) for report in reports for one in report.listed.get(proxy, ())]
    if not found:
        return NOT_CONNECTED
    for report, one in found:
        for ref in refs:
            push = report.pushes.get(ref)
            if push is None:
                return f"not sent {ref} by {report.istiod}"
            if one.acknowledged(ref.kind) >= push.number:
                continue
            if not (push.is_settled and one.is_owed_nothing(ref.kind)):
                return "has not acknowledged"
    return ""
