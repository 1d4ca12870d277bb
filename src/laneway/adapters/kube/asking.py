"""Questions to the Kubernetes API, put until there is an answer or time is over.

Comes in: a `ApiRequest`. Goes out: its answer, whole or as it comes, or an error of the small tree.
Where the API says so (429, 5xx, no answer), a question that may be put twice is put again, for a
bounded time; credentials that are refused are taken anew, once. Every request is counted.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlencode

from msgspec import Struct

from laneway.adapters.kube.access import Access
from laneway.adapters.kube.answers import error_of, status_of
from laneway.adapters.kube.connections import Connections, Dial, Question, Reply
from laneway.adapters.kube.credentials import Presented
from laneway.adapters.kube.errors import NoAccess, Unavailable

AGENT = "laneway"
"""Who asks, in the server's log."""
JSON = "application/json"
_PATIENCE = 15.0
"""Seconds until an answer has begun, or its next piece come."""
BOUND = 45.0
"""Seconds after which a question is not put again, where nobody says otherwise."""
_PAUSE = 0.25
"""Seconds before a question is put again; twice as many each time."""


class Counted(NamedTuple):
    """What requests are counted by. `code` is 0 where no answer came."""

    verb: str
    resource: str
    code: int


class ApiRequest(Struct, frozen=True):
    """A question in words of the API."""

    verb: str
    resource: str
    method: str
    path: str
    query: Mapping[str, str] = {}
    body: bytes = b""
    form: str = JSON
    accept: str = JSON
    is_repeatable: bool = True
    """Whether asking twice does the same as asking once."""

    @property
    def words(self) -> str:
        """What is asked, for people."""
        return f"{self.verb} {self.path}"


class Asking:
    """Puts questions to one API server."""

    def __init__(self, access: Access, dial: Dial, bound: float) -> None:
        self.access = access
        self._bound = bound
        self.requests: Counter[Counted] = Counter()
        """How many requests were sent, by verb, resource and code."""
        self._connections = Connections(access, dial)

    async def close(self) -> None:
        """End all connections."""
        self._connections.close()
        await asyncio.sleep(0)  # sockets are closed at the loop's next turn

    async def answer(self, request: ApiRequest) -> bytes:
        """Return the whole answer; ask again where that may help, for a while."""
        loop = asyncio.get_running_loop()
        until, pause, fresh = loop.time() + self._bound, _PAUSE, False
        while True:
            try:
                reply = await self.reply(request, fresh=fresh)
                return await self._whole(request, reply)
            except Unavailable as error:
                wait = max(error.retry_after, pause)
                may_repeat = request.is_repeatable or error.status == 429
                if not may_repeat or loop.time() + wait > until:
                    raise
            await asyncio.sleep(wait)
            pause, fresh = pause * 2, True

    async def reply(self, request: ApiRequest, *, fresh: bool = False) -> Reply:
        """Put a question once, with new credentials twice; return an answer that is no refusal."""
        presented = await self.access.credentials.present()
        reply = await self._sent(request, presented, fresh=fresh)
        if reply.status == 401 and self.access.credentials.refused(presented):
            reply.close()
            presented = await self.access.credentials.present()
            reply = await self._sent(request, presented, fresh=fresh)
        if reply.status < 300:
            return reply
        status = status_of(reply.status, await self._whole(request, reply))
        if not status.details.retry_after_seconds:
            status.details.retry_after_seconds = _seconds(reply.headers.get("retry-after", ""))
        raise error_of(status, request.words, self.access.origin)

    async def _whole(self, request: ApiRequest, reply: Reply) -> bytes:
        try:
            async with asyncio.timeout(_PATIENCE):
                return await reply.read()
        except (OSError, TimeoutError) as error:
            raise unanswered(request.words, self.access.origin, error) from error
        finally:
            reply.close()

    async def _sent(self, request: ApiRequest, presented: Presented, *, fresh: bool) -> Reply:
        query = f"?{urlencode(request.query)}" if request.query else ""
        question = Question(
            request.method,
            f"{self.access.prefix}{request.path}{query}",
            _headers(request, self.access, presented),
            request.body,
        )
        code = 0
        try:
            async with asyncio.timeout(_PATIENCE):
                reply = await self._connections.ask(question, presented, fresh=fresh)
            code = reply.status
        except ssl.SSLCertVerificationError as error:
            raise _distrusted(self.access, error) from error
        except (OSError, TimeoutError) as error:
            raise unanswered(request.words, self.access.origin, error) from error
        finally:
            self.requests[Counted(request.verb, request.resource, code)] += 1
        return reply


def _distrusted(access: Access, error: ssl.SSLCertVerificationError) -> NoAccess:
    return NoAccess(
        f"{access.origin}: the certificate of {access.authority} is not to be trusted "
        f"({error.verify_message}); certificate-authority(-data) has to be the authority that "
        "signed it, and tls-server-name a name that it bears where its address is another"
    )


def unanswered(asked: str, origin: str, error: Exception) -> Unavailable:
    """Return what it means that no answer came."""
    why = str(error) or "no answer in time"
    return Unavailable(f"{asked}: {origin} does not answer ({why})")


def _headers(request: ApiRequest, access: Access, presented: Presented) -> list[tuple[str, str]]:
    headers = [
        ("host", access.authority),
        ("user-agent", AGENT),
        ("accept", request.accept),
        *access.headers(),
    ]
    if presented.authorization:
        headers.append(("authorization", presented.authorization))
    if request.body:
        headers.append(("content-type", request.form))
    return headers


def _seconds(told: str) -> int:
    """Return what `Retry-After` says in seconds; Kubernetes writes no dates there."""
    return int(told) if told.isdecimal() else 0
