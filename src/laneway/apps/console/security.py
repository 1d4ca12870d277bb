"""The guard in front of everything: which requests are answered at all, and with which headers.

Comes in: an ASGI application. Goes out: the same, which answers only to its own names (a page
elsewhere that has another name lead here gets nothing), takes writes only from its own pages, and
whose pages run nothing but their own files.
https://developer.mozilla.org/en-US/docs/Web/HTTP/CSP
"""

from __future__ import annotations

from collections.abc import Collection

from msgspec import Struct
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_SAFE = ("GET", "HEAD")
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": _POLICY,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}


class Guard(Struct, frozen=True):
    """Guards an application.

    `origins` are where its pages come from, as `http://127.0.0.1:8420`: each with its port, since
    another port of the same host is somebody else.
    """

    app: ASGIApp
    origins: Collection[str]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        answer = self._refusal(scope) or self.app
        await answer(scope, receive, with_headers)

    def _refusal(self, scope: Scope) -> PlainTextResponse | None:
        headers = Headers(scope=scope)
        host, origin = headers.get("host", ""), headers.get("origin")
        own = {one for one in self.origins if one.partition("://")[2] == host}
        if not own:
            return PlainTextResponse("This console does not answer to that name.\n", 421)
        if origin is not None and origin not in own:
            return PlainTextResponse("Other pages may ask nothing here.\n", 403)
        if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            is_link = headers.get("sec-fetch-mode") == "navigate" and scope["method"] in _SAFE
            if not is_link:
                return PlainTextResponse("Other pages may ask nothing here.\n", 403)
        if scope["method"] not in _SAFE and origin is None:
            return PlainTextResponse("A write names the page it comes from (Origin).\n", 403)
        return None
