"""One observer: it joins an istiod as a proxy, for one change, and notes in which push it comes.

Comes in: a Lookout. Goes out: per object the push that first had its new state. It asks by name for
the tables and clusters concerned, acknowledges what it is sent at once, as a proxy would, and
leaves with its context. A stream that breaks is opened anew: what was there at first is kept, the
pushes are not, since another istiod counts anew.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress

from laneway.adapters.istiod.links import Links, NoAccessError, Talk
from laneway.adapters.istiod.messages import (
    CLUSTER,
    ENDPOINTS,
    TABLE,
    Form,
    Node,
    Response,
    acknowledgement,
    cluster_name,
    endpoints,
    request,
    response,
    table,
)
from laneway.adapters.istiod.protobuf import MalformedError
from laneway.core.live.following import Push, push_number
from laneway.core.live.proxies import ExpectedProxy
from laneway.core.live.seen import SentResources
from laneway.core.live.sights import AddressesSight, ClusterSight, RoutesSight, Sight
from laneway.core.live.watching import Lookout
from laneway.core.resources.meta import Ref

ADDRESS = "203.0.113.1"
"""An address that is documentation's alone, so that no pod has it: istiod would take its labels.
https://www.rfc-editor.org/rfc/rfc5737"""
REST = 0.2
"""Seconds between a stream that broke and the next."""


class Observer:
    """A proxy that is none: `pushes` is what it knows so far, `trouble` what keeps it from it."""

    def __init__(self, links: Links, watch: Lookout, changed: Callable[[], None]) -> None:
        self.pushes: dict[Ref, Push] = {}
        self.trouble, self.is_refused = "", False
        self.is_joined = asyncio.Event()
        self._links, self._watch, self._changed = links, watch, changed
        self._sights: dict[Ref, list[Sight]] = {}
        for one in watch.sights:
            self._sights.setdefault(one.ref, []).append(one)
        self._names = _names(watch.sights)
        self._form: Form = "delta" if TABLE in self._names else "state"
        self._first: SentResources | None = None

    async def run(self) -> None:
        """Observe until cancelled; a refusal ends it, too."""
        while True:
            try:
                await self._join()
            except NoAccessError as refused:
                self.trouble, self.is_refused = str(refused), True
            except (OSError, MalformedError) as broken:
                self.trouble = str(broken) or type(broken).__name__
            self.is_joined.set()
            self.pushes.clear()
            self._changed()
            await asyncio.sleep(REST)

    async def _join(self) -> None:
        is_secure = self._links.is_secure_for(self._watch.proxy.namespace)
        node: Node | None = node_of(self._watch.proxy, self._form)
        async with self._links.talk(self._form, is_secure=is_secure) as talk:
            for kind, names in self._names.items():
                await talk.say(request(self._form, kind, names, node))
                node = None
            await self._follow(talk)

    async def _follow(self, talk: Talk) -> None:
        """Take each answer; the first of each kind together are what is there at first."""
        held, missing, latest = SentResources(), set(self._names), 0
        while True:
            answer = response(self._form, await talk.hear())
            self.trouble, self.is_refused = "", False
            _take(held, answer)
            names = self._names.get(answer.kind, ())
            await talk.say(acknowledgement(self._form, answer, names))
            latest = max(latest, push_number(answer.nonce))
            missing.discard(answer.kind)
            if not missing:
                self._note(held, latest)

    def _note(self, held: SentResources, push: int) -> None:
        """Note which objects are seen in what is held since this push."""
        is_first = self._first is None
        first = self._first if self._first is not None else held.copy()
        self._first = first
        for ref, sights in self._sights.items():
            is_met = all(one.is_met(held, first) for one in sights)
            if not is_met:
                self.pushes.pop(ref, None)
            elif ref not in self.pushes:
                self.pushes[ref] = Push(push, is_settled=is_first)
        self.is_joined.set()
        self._changed()


def _names(sights: Iterable[Sight]) -> dict[str, tuple[str, ...]]:
    """Return what is asked for by name, by kind of resource."""
    found: dict[str, dict[str, None]] = {}
    for one in sights:
        match one:
            case RoutesSight():
                found.setdefault(TABLE, {}).update(dict.fromkeys(one.tables))
            case ClusterSight():
                found.setdefault(CLUSTER, {})[one.cluster] = None
            case AddressesSight():
                found.setdefault(ENDPOINTS, {})[one.cluster] = None
    return {kind: tuple(names) for kind, names in found.items()}


def node_of(proxy: ExpectedProxy, form: Form) -> Node:
    """Return who an observer says it is.

    For clusters it asks as a client of gRPC without a proxy does: such a one is given by name what
    others are only given all of.
    https://istio.io/latest/blog/2021/proxyless-grpc/
    """
    return Node(
        "router" if proxy.is_gateway else "sidecar",
        ADDRESS,
        f"laneway-observer-{proxy.name}",
        proxy.namespace,
        dict(proxy.labels),
        "grpc" if form == "state" else "",
    )


def _take(held: SentResources, answer: Response) -> None:
    """Bring what is held up to date with an answer."""
    if answer.kind == TABLE:
        for name in answer.removed:
            held.tables.pop(name, None)
        held.tables |= dict(map(table, answer.resources))
    elif answer.kind == CLUSTER:
        held.clusters = frozenset(map(cluster_name, answer.resources))
    elif answer.kind == ENDPOINTS:
        held.addresses |= dict(map(endpoints, answer.resources))


@asynccontextmanager
async def joined(observers: Iterable[Observer], patience: float) -> AsyncIterator[None]:
    """Let observers run; begins once all have joined or were refused, and no later than that."""
    all_of = tuple(observers)
    running = [asyncio.create_task(one.run()) for one in all_of]
    try:
        with suppress(TimeoutError):
            async with asyncio.timeout(patience):
                for one in all_of:
                    await one.is_joined.wait()
        yield
    finally:
        for task in running:
            task.cancel()
        for task in running:
            with suppress(asyncio.CancelledError):
                await task
