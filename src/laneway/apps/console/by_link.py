"""A console of one user: whoever has the link that was printed once is that user.

Comes in: requests with a link's token or a session's cookie. Goes out: the one visit there is. The
console acts as the user who started it, so there is nothing to be told apart behind the door.
"""

from __future__ import annotations

import asyncio
from http.cookies import CookieError, SimpleCookie

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from laneway.apps.console.keys import SESSION_HOLDS, Keys
from laneway.apps.console.visits import Visit

NO_LINK = (
    "This link was used before, or is older than ten minutes.\n"
    "`laneway console --link` prints a new one.\n"
)


class ByLink:
    """The door of a console that runs as one user."""

    def __init__(self, keys: Keys, visit: Visit) -> None:
        self._keys = keys
        self._visit = visit

    @property
    def cookie(self) -> str:
        """The name of the cookie."""
        return f"laneway-{self._keys.instance}"

    async def visit(self, request: Request) -> Visit | None:
        """Return the visit, if the cookie is one of ours."""
        session = cookie_of(request, self.cookie)
        return self._visit if session and self._keys.holds(session) else None

    def enter(self, request: Request) -> Response:
        """Take a link's token, and lead to the page with a cookie instead."""
        session = self._keys.session_for(request.query_params.get("token", ""))
        if session is None:
            return PlainTextResponse(NO_LINK, 403, {"cache-control": "no-store"})
        answer = RedirectResponse("/", 303, {"cache-control": "no-store"})
        answer.set_cookie(
            self.cookie, session, max_age=int(SESSION_HOLDS), httponly=True, samesite="strict"
        )
        return answer

    async def run(self, ready: asyncio.Event) -> None:
        """Follow the ground."""
        ready.set()
        await self._visit.run()

    def leave(self) -> None:
        """End all streams of events."""
        self._visit.broadcast.end()


def cookie_of(request: Request, name: str) -> str:
    """Return the value of a cookie, empty where there is none."""
    found: SimpleCookie = SimpleCookie()
    try:
        found.load(request.headers.get("cookie", ""))
    except CookieError:
        return ""
    return found[name].value if name in found else ""
