"""Visitors of a console that many come to: each with a ground of their own rights, in memory alone.

Comes in: what a proxy says of a visitor, as the value of `Authorization`. Goes out: a session, once
the API server knows who that is. It ends when nobody looks any more, after eight hours, or when its
credentials are refused. There are only so many, each of so many objects; what is beyond is refused
in words. Nothing here writes a credential anywhere.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import secrets
import time
from collections.abc import Callable
from functools import partial

from msgspec import Struct

from laneway.adapters.kube import Client, KubeError, NoAccess
from laneway.adapters.kube.reviews import name_of_user
from laneway.apps.cluster.following import SeenByUser, TooMuchError
from laneway.apps.console.api.calls import CallRefused
from laneway.apps.console.grounds.cluster import UserClusterGround
from laneway.apps.console.visits import Visit
from laneway.core.keeping.held import Shared

LOG = logging.getLogger("laneway.console")
ANONYMOUS = "system:anonymous"
SWEEP = 5.0
"""Seconds between two looks at which sessions are over."""
_ASKED_AT_ONCE = 8
_COMING = 100
"""So many may wait for the cluster to say who they are."""
_REMEMBERED = 500
"""So many refusals are remembered."""
UNKNOWN = CallRefused(
    401, "The cluster does not know you", "Log in anew at the proxy that leads here."
)
FULL = CallRefused(
    503,
    "This console has as many visitors as it holds",
    "Try again later, or run one of your own: kubectl laneway console",
)


class SessionBounds(Struct, frozen=True):
    """How many sessions there are, of how many objects, and for how many seconds."""

    sessions: int = 20
    objects: int = 50_000
    holds: float = 8 * 3600.0
    idle: float = 600.0


class Session(Struct, eq=False):
    """One visitor. `key` is a digest of the credentials."""

    word: str
    key: bytes
    visit: Visit
    begun: float
    used: float
    following: asyncio.Task[None] | None = None


class _SessionRefusal(Struct, frozen=True):
    why: CallRefused
    until: float


def key_of(authorization: str) -> bytes:
    """Return what credentials are known by."""
    return hashlib.sha256(authorization.encode()).digest()


class Sessions:
    """All visitors of one console."""

    def __init__(
        self,
        ground: Callable[[SeenByUser], UserClusterGround],
        client: Callable[[str], Client],
        namespaces: tuple[str, ...] = (),
        bounds: SessionBounds | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take what makes a ground, and what makes a client of a visitor's `Authorization`."""
        self._ground = ground
        self._client = client
        self._namespaces = namespaces
        self.bounds = bounds or SessionBounds()
        self._now = now
        self._shared = Shared()
        self._by_key: dict[bytes, Session] = {}
        self._by_word: dict[str, Session] = {}
        self._coming: dict[bytes, asyncio.Task[Session]] = {}
        self._refusals: dict[bytes, _SessionRefusal] = {}
        self._gate = asyncio.Semaphore(_ASKED_AT_ONCE)
        self._followings: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._by_key)

    def find(self, word: str, authorization: str) -> Session | None:
        """Return a visitor's session; one that comes with other credentials is ended."""
        found = self._by_word.get(word)
        if found is None:
            return None
        if not secrets.compare_digest(found.key, key_of(authorization)) or self._is_over(found):
            self._end(found)
            return None
        found.used = self._now()
        return found

    async def begin(self, authorization: str) -> Session:
        """Return a new session, or the one of the same credentials. Raises CallRefused."""
        key = key_of(authorization)
        known = self._by_key.get(key)
        if known is not None and self._is_over(known):
            self._end(known)
        elif known is not None:
            known.used = self._now()
            return known
        refusal = self._refusals.get(key)
        if refusal is not None and refusal.until > self._now():
            raise refusal.why
        coming = self._coming.get(key)
        if coming is None:
            if len(self._coming) >= _COMING:
                raise FULL
            coming = asyncio.create_task(self._come(key, authorization))
            self._coming[key] = coming
            coming.add_done_callback(partial(self._came, key))
        return await asyncio.shield(coming)

    def _came(self, key: bytes, coming: asyncio.Task[Session]) -> None:
        del self._coming[key]
        if not coming.cancelled():
            coming.exception()  # whoever asked may have left meanwhile

    async def _come(self, key: bytes, authorization: str) -> Session:
        client = self._client(authorization)
        try:
            async with self._gate:
                name = await name_of_user(client)
            if name in ("", ANONYMOUS):
                raise NoAccess("nobody is known by these credentials")
            self._make_room()  # for nobody whom the cluster does not know
        except (KubeError, CallRefused) as error:
            await client.__aexit__(None, None, None)
            raise self._refused(key, error) if isinstance(error, KubeError) else error from None
        following = SeenByUser(
            client, self._namespaces, shared=self._shared, most=self.bounds.objects
        )
        visit = Visit(self._ground(following), name)
        moment = self._now()
        found = Session(secrets.token_urlsafe(32), key, visit, moment, moment)
        self._by_key[key] = self._by_word[found.word] = found
        found.following = asyncio.create_task(self._follow(found))
        self._followings.add(found.following)
        found.following.add_done_callback(self._followings.discard)
        LOG.info("%s came in", name)
        return found

    async def _follow(self, session: Session) -> None:
        try:
            await session.visit.run()
        except (KubeError, TooMuchError) as error:
            self._refused(session.key, error)
        finally:
            self._end(session)

    def _refused(self, key: bytes, error: Exception) -> CallRefused:
        """Remember for a while what was refused, so that it is not asked again at once."""
        if isinstance(error, NoAccess):
            why, seconds = UNKNOWN, 10.0
        elif isinstance(error, TooMuchError):
            detail = f"The console bounds what it keeps for one: {error}. `--namespace` narrows it."
            why, seconds = CallRefused(503, "You may see more than fits", detail), 300.0
        else:
            why, seconds = CallRefused(503, "The cluster does not answer", "Try again soon."), 3.0
        self._refusals.pop(key, None)
        self._refusals[key] = _SessionRefusal(why, self._now() + seconds)
        while len(self._refusals) > _REMEMBERED:
            self._refusals.pop(next(iter(self._refusals)))
        return why

    def _make_room(self) -> None:
        """End the session that was left longest ago, if there is no room. Raises CallRefused."""
        if len(self._by_key) < self.bounds.sessions:
            return
        left = [one for one in self._by_key.values() if not one.visit.broadcast.is_heard]
        if not left:
            raise FULL
        self._end(min(left, key=lambda one: one.used))

    def _is_over(self, session: Session) -> bool:
        now, broadcast = self._now(), session.visit.broadcast
        if broadcast.is_heard:
            session.used = now
        is_left = now - session.used > self.bounds.idle
        return is_left or now - session.begun > self.bounds.holds

    def _end(self, session: Session) -> None:
        if self._by_word.pop(session.word, None) is None:
            return
        if self._by_key.get(session.key) is session:
            del self._by_key[session.key]
        session.visit.broadcast.end()
        if session.following is not None:
            session.following.cancel()
        LOG.info("the session of %s is over", session.visit.by)

    def sweep(self) -> None:
        """End what is over, and forget what was refused."""
        for one in list(self._by_key.values()):
            if self._is_over(one):
                self._end(one)
        now = self._now()
        self._refusals = {key: one for key, one in self._refusals.items() if one.until > now}

    async def run(self) -> None:
        """Sweep until canceled, then end every session."""
        try:
            while True:
                await asyncio.sleep(SWEEP)
                self.sweep()
        finally:
            await self.close()

    def hush(self) -> None:
        """End what visitors hear."""
        for one in self._by_key.values():
            one.visit.broadcast.end()

    async def close(self) -> None:
        """End every session."""
        for one in list(self._by_key.values()):
            self._end(one)
        await asyncio.gather(*self._followings, return_exceptions=True)
