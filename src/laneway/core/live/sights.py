"""What an observer has to see of an object, so that its new state is known to be sent.

A Sight is of one object. It is met by what a proxy holds. Some sights tell the new state by
themselves: routes by names, clusters and weights that the old state does not have in this order, a
cluster that was not there. Others only say that something is another than when the observer joined;
then it is not proven that this edit made the difference, though nobody else writes that object.
An object is written at once, so one sight of it is enough.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from laneway.core.live.seen import Route, SentHost, SentResources
from laneway.core.resources.meta import Ref


class RoutesSight(Struct, frozen=True):
    """Routes in virtual hosts by name, of whichever of some tables there is.

    `present` have to stand there in this order and `absent` nowhere; with `differs` their digest
    has to be another one than at first, since nothing else tells the states apart.
    """

    ref: Ref
    tables: tuple[str, ...]
    virtual_hosts: tuple[str, ...]
    present: tuple[Route, ...] = ()
    absent: tuple[Route, ...] = ()
    differs: bool = False

    def is_met(self, now: SentResources, first: SentResources) -> bool:
        """Whether it is seen in what is held now; `first` is what was held at first."""
        routes = [route for one in self._hosts(now) for route in one.routes]
        if not _stand_in_order(self.present, routes) or not set(self.absent).isdisjoint(routes):
            return False
        return not self.differs or self._digests(now) != self._digests(first)

    def _digests(self, held: SentResources) -> list[bytes]:
        return [one.digest for one in self._hosts(held)]

    def _hosts(self, held: SentResources) -> Iterator[SentHost]:
        tables = [held.tables.get(name, {}) for name in self.tables]
        names = self.virtual_hosts
        yield from (table[name] for table in tables for name in names if name in table)


class ClusterSight(Struct, frozen=True):
    """A cluster that comes to exist, or to exist no more."""

    ref: Ref
    cluster: str
    exists: bool

    @property
    def differs(self) -> bool:
        """That it exists tells enough."""
        return False

    def is_met(self, now: SentResources, _first: SentResources) -> bool:
        """Whether it is seen in what is held now."""
        return (self.cluster in now.clusters) == self.exists


class AddressesSight(Struct, frozen=True):
    """A cluster that comes to have other addresses behind it."""

    ref: Ref
    cluster: str

    @property
    def differs(self) -> bool:
        """That addresses are others is all there is to see."""
        return True

    def is_met(self, now: SentResources, first: SentResources) -> bool:
        """Whether they are others than at first."""
        return now.addresses.get(self.cluster) != first.addresses.get(self.cluster)


Sight = RoutesSight | ClusterSight | AddressesSight


def _stand_in_order(wanted: Iterable[Route], there: Iterable[Route]) -> bool:
    """Whether all that is wanted stands there in this order, whatever stands between."""
    passing = iter(there)
    return all(one in passing for one in wanted)
