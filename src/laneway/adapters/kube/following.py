"""All objects of one kind, kept as the API server has them.

Comes in: a client, a kind, and how an object is decoded. Goes out: a mapping by namespace and name,
and a call whenever it changed; only the mapping counts, never what changed. What the server
forgot, cut or stopped saying is read anew; until that is whole, what is known stays.
https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from typing import Generic, TypeVar

import msgspec
from msgspec import Struct

from laneway.adapters.kube.answers import Status, error_of
from laneway.adapters.kube.client import Client
from laneway.adapters.kube.connections import Reply
from laneway.adapters.kube.errors import Expired, Invalid, KubeError, Unavailable
from laneway.adapters.kube.kinds import EVERYTHING, Extent, Kind

SILENCE = 90.0
"""Seconds without a word after which a watch counts as cut: bookmarks come every 60 to 75."""
RENEWAL = 300
"""Seconds after which the server is to end a watch, so that another of its kind may answer."""
_SHORTEST = 1.0
"""Seconds a watch lives at least; one that says nothing and ends sooner is no watch."""
_PAUSE = 0.5
"""Seconds before it is tried again; twice as many each time."""
_LONGEST_PAUSE = 30.0
_LARGEST = 16 * 2**20
"""Bytes of an event; an object has 3 MB at most."""

T = TypeVar("T")
Place = tuple[str, str]
"""A namespace and a name."""

_IN_VAIN = 3
"""Watches that may end at once and say nothing before all is read anew."""
_WATCH = {"allowWatchBookmarks": "true", "timeoutSeconds": str(RENEWAL)}
_FROM_THE_BEGINNING = {"sendInitialEvents": "true", "resourceVersionMatch": "NotOlderThan"}
_ENDS_INITIAL = "k8s.io/initial-events-end"


class _Head(Struct, rename="camel"):
    name: str = ""
    namespace: str = ""
    resource_version: str = ""


class _Named(Struct):
    metadata: _Head = msgspec.field(default_factory=_Head)


class _Event(Struct):
    type: str
    object: msgspec.Raw


class _Marks(Struct):
    annotations: dict[str, str] | None = None


class _Bookmark(Struct):
    metadata: _Marks = msgspec.field(default_factory=_Marks)


_event = msgspec.json.Decoder(_Event)
_named = msgspec.json.Decoder(_Named)
_bookmark = msgspec.json.Decoder(_Bookmark)
_status = msgspec.json.Decoder(Status)


class _Known(Struct, Generic[T]):
    """What is known of a kind, and the version of each object."""

    objects: dict[Place, T]
    versions: dict[Place, str]


class Following(Generic[T]):
    """One kind, as the server has it. `run` keeps it so until it is cancelled."""

    def __init__(
        self,
        client: Client,
        kind: Kind,
        decode: Callable[[bytes], T | None],
        extent: Extent = EVERYTHING,
    ) -> None:
        """Take how an object is decoded; None stands for one that is not wanted.

        Objects of kinds that are built in may come without their kind. Nothing that the server
        has may make it raise.
        """
        self.kind = kind
        self.decode = decode
        self.extent = extent
        self.is_synced = False
        """Whether all objects were read at least once."""
        self.problem: KubeError | None = None
        """Why it is not followed at the moment."""
        self.stale_since: float | None = None
        """The loop's time at which the server was last heard, where it is not heard now."""
        self.readings = 0
        """How often all objects were read."""
        self._client = client
        self._can_stream = True
        self._known: _Known[T] = _Known({}, {})
        self._version = ""
        self._heard = 0.0
        self._changed: Callable[[], None] = lambda: None

    @property
    def objects(self) -> Mapping[Place, T]:
        """What is known, by namespace and name. An object that did not change stays the same."""
        return self._known.objects

    async def run(self, changed: Callable[[], None]) -> None:
        """Follow, and call whenever something changed. Failures are tried again, for ever."""
        loop = asyncio.get_running_loop()
        self._changed = changed
        self._heard = self.stale_since = loop.time()
        pause, in_vain = _PAUSE, 0
        while True:
            begun = loop.time()
            problem = await self._tried()
            until = loop.time() if problem is None else self._heard
            if until - begun >= _SHORTEST:
                pause, in_vain = _PAUSE, 0
            in_vain = in_vain + 1 if problem is None else 0
            if isinstance(problem, Expired) or in_vain > _IN_VAIN:
                self._version = ""
            if problem is not None:
                self._note(problem)
            if until - begun < _SHORTEST or not isinstance(problem, Expired | None):
                told = getattr(problem, "retry_after", 0.0)
                await asyncio.sleep(max(pause, min(told, 2 * _LONGEST_PAUSE)))
                pause = min(pause * 2, _LONGEST_PAUSE)

    async def _tried(self) -> KubeError | None:
        """Follow until the server ends it; return what went wrong, if something did."""
        try:
            await self._follow()
        except KubeError as error:
            return error
        return None

    async def _follow(self) -> None:
        if not self._version:
            if self._can_stream:
                try:
                    await self._watch(_Known({}, {}))
                except Invalid:
                    self._can_stream = False
                else:
                    return
            await self._list()
        await self._watch(None)

    async def _list(self) -> None:
        fresh: _Known[T] = _Known({}, {})
        version = ""
        async with aclosing(self._client.pages(self.kind, self.extent)) as found:
            async for page in found:
                self._heard = asyncio.get_running_loop().time()
                version = page.metadata.resource_version
                for item in page.items or ():
                    self._keep(fresh, self._head(item), item)
        self._replace(fresh, version)

    async def _watch(self, fresh: _Known[T] | None) -> None:
        """Watch from the version that is known, or into `fresh` all there is and then on."""
        loop = asyncio.get_running_loop()
        begin = {"resourceVersion": self._version} if fresh is None else _FROM_THE_BEGINNING
        reply = await self._client.watch(self.kind, self.extent, {**_WATCH, **begin})
        self._heard = loop.time()
        if fresh is None:
            self._note(None)
        try:
            async with aclosing(_lines(reply, self.kind.resource)) as lines:
                async for line in lines:
                    self._heard = loop.time()
                    fresh = self._take(line, fresh)
        finally:
            reply.close()

    def _take(self, line: bytes, fresh: _Known[T] | None) -> _Known[T] | None:
        """Take an event; return what the next one goes into until all were read."""
        try:
            event = _event.decode(line)
        except msgspec.DecodeError as error:
            raise Unavailable(f"watch {self.kind.resource}: {error} in an event") from error
        head = self._head(event.object)
        match event.type:
            case "ERROR":
                status = _status.decode(event.object)
                raise error_of(status, f"watch {self.kind.resource}", self._client.access.origin)
            case "BOOKMARK" if fresh is None:
                self._version = head.resource_version
            case "BOOKMARK" if fresh is not None:
                marks = _bookmark.decode(event.object).metadata.annotations or {}
                if marks.get(_ENDS_INITIAL) != "true":
                    raise Invalid(f"watch {self.kind.resource}: no end of what is there")
                self._replace(fresh, head.resource_version)
                return None
            case _ if fresh is not None:
                self._keep(fresh, head, event.object)
            case word:
                self._version = head.resource_version
                if word == "DELETED":
                    self._drop(head)
                else:
                    self._keep(self._known, head, event.object)
                self._changed()
        return fresh

    def _head(self, item: msgspec.Raw) -> _Head:
        try:
            return _named.decode(item).metadata
        except msgspec.DecodeError as error:
            raise Unavailable(f"{self.kind.resource}: {error} in an object") from error

    def _keep(self, into: _Known[T], head: _Head, item: msgspec.Raw) -> None:
        """Take an object; one of a version that is known is not decoded again."""
        place = sys.intern(head.namespace), head.name
        version = head.resource_version
        if self._known.versions.get(place) == version:
            found: T | None = self._known.objects[place]
        else:
            found = self.decode(bytes(item))
        if found is None:
            into.objects.pop(place, None)
            into.versions.pop(place, None)
        else:
            into.objects[place] = found
            into.versions[place] = version

    def _drop(self, head: _Head) -> None:
        place = head.namespace, head.name
        self._known.objects.pop(place, None)
        self._known.versions.pop(place, None)

    def _replace(self, fresh: _Known[T], version: str) -> None:
        """Put what was read in the place of what was known, all at once."""
        is_other = not self.is_synced or fresh.versions != self._known.versions
        self._known, self._version = fresh, version
        self.is_synced = True
        self.readings += 1
        self._note(None)
        if is_other:
            self._changed()

    def _note(self, problem: KubeError | None) -> None:
        is_news = problem is not None and self.problem is None and not self.is_synced
        self.problem = problem
        if is_news:  # whoever waits for all kinds may have waited for this one alone
            self._changed()
        if problem is None:
            self.stale_since = None
        elif self.stale_since is None:
            self.stale_since = self._heard


async def _lines(reply: Reply, resource: str) -> AsyncGenerator[bytes]:
    """Yield the events of a watch. Raises Unavailable where it is cut, or silent for too long."""
    pieces = reply.pieces()
    rest = b""
    async with aclosing(pieces):
        while True:
            try:
                async with asyncio.timeout(SILENCE):
                    piece = await anext(pieces)
            except StopAsyncIteration:
                return
            except (OSError, TimeoutError) as error:
                why = str(error) or f"silent for {SILENCE:.0f} seconds"
                raise Unavailable(f"watch {resource}: {why}") from error
            *lines, rest = (rest + piece).split(b"\n")
            for line in lines:
                yield line
            if len(rest) > _LARGEST:
                raise Unavailable(f"watch {resource}: an event of more than {_LARGEST} bytes")
