"""The law of order, held at every write: every route has its subset, and nobody leaves their lane.

Our objects as they lie there are read as Istio reads them, by the little model that the laws of
changes use. A caller meets what it met before the act or what it meets after it, never a third.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product

from laneway.core.emit.manifest import Manifest
from laneway.core.resources.meta import Ref
from tests.laws.test_no_request_leaves_its_lane_during_a_change import (
    ANYBODY,
    NOBODY,
    host,
    met_in_the_mesh,
    tag_of,
)
from tests.operator.town import SERVICES

State = Mapping[Ref, Manifest]
TAGS = ("v1", "v2", "v3", NOBODY)
ROOT = "istio-system"


class Watch:
    """What callers met before an act and meet after it."""

    def __init__(self, before: State, after: State) -> None:
        self._may = {
            (tag, service): {met(before, tag, service), met(after, tag, service)}
            for tag, service in product(TAGS, SERVICES)
        }
        self._in = set(let_in(before)) | set(let_in(after))

    def hold(self, state: State) -> None:
        """Hold a state to the law."""
        for (tag, service), may in self._may.items():
            assert met(state, tag, service) in may, (tag, service)
        assert set(let_in(state)) <= self._in


def met(state: State, tag: str, service: str) -> str:
    """Return the tag of the pods that a caller meets; without routes anybody's."""
    return met_in_the_mesh(dict(state), tag, service) if state else ANYBODY


def let_in(state: State) -> Iterator[str]:
    """Yield the tags of the pods that the gateway sends to."""
    for one in state.values():
        spec = one.body["spec"]
        for route in spec.get("http", ()) if "gateways" in spec else ():
            for share in route.get("route", ()):
                to = share["destination"]
                assert to["host"] in map(host, SERVICES)
                yield tag_of(dict(state), to, ROOT, NOBODY)
