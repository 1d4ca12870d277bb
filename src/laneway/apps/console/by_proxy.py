"""A console that many come to, by a proxy that knows who they are.

Comes in: requests with the `Authorization: Bearer …` that the proxy adds. Goes out: a visit of that
user. Credentials stay in memory, known to a browser by a random cookie alone; a request without
them, or with others than the cookie's, is somebody else.
"""

from __future__ import annotations

import asyncio
import hashlib

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from laneway.apps.console.api.calls import CallRefused
from laneway.apps.console.by_link import cookie_of
from laneway.apps.console.sessions import Session, Sessions
from laneway.apps.console.visits import Visit

NO_CREDENTIALS = CallRefused(
    401,
    "Nobody says who you are",
    "This console stands behind a proxy that sends `Authorization: Bearer …`; come in by that.",
)


class ByProxy:
    """The door of a console in a cluster."""

    def __init__(self, sessions: Sessions, origin: str) -> None:
        """Take where pages come from, as `https://console.example.com`."""
        self._sessions = sessions
        self._is_secure = origin.startswith("https://")
        own = hashlib.sha256(origin.encode()).hexdigest()[:8]
        self.cookie = "__Host-laneway" if self._is_secure else f"laneway-{own}"
        """The name of the cookie: over HTTPS one that no other host can set."""

    async def visit(self, request: Request) -> Visit | None:
        """Return the visit of whoever comes. Raises CallRefused."""
        authorization = request.headers.get("authorization", "")
        if not authorization.lower().startswith("bearer "):
            raise NO_CREDENTIALS
        found = self._sessions.find(cookie_of(request, self.cookie), authorization)
        if found is None:
            found = await self._sessions.begin(authorization)
            request.state.cookies = [self._cookie(found)]
        return found.visit

    def enter(self, request: Request) -> Response:  # noqa: ARG002 - there are no links here
        """Lead to the page: nobody comes by a link."""
        return RedirectResponse("/", 303, {"cache-control": "no-store"})

    async def run(self, ready: asyncio.Event) -> None:
        """Keep sessions until canceled."""
        ready.set()
        await self._sessions.run()

    def leave(self) -> None:
        """End all streams of events."""
        self._sessions.hush()

    def _cookie(self, session: Session) -> str:
        answer = Response()
        answer.set_cookie(
            self.cookie,
            session.word,
            max_age=int(self._sessions.bounds.holds),
            httponly=True,
            samesite="strict",
            secure=self._is_secure,
        )
        return answer.headers["set-cookie"]
