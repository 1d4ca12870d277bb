"""The console as an ASGI application: the door, the API, its events, and the page's files.

Comes in: a door, the calls of the API, whether writes are allowed. Goes out: an application.
Everything but the door and the page's own files needs a visit; what a call answers is JSON, and so
is why it was refused.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from importlib.resources import files
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from laneway.apps.console.api.calls import READ_ONLY, ApiCall, CallAsked, CallRefused
from laneway.apps.console.api.description import PREFIX, ErrorAnswer, ErrorText, description
from laneway.apps.console.audit import Audit
from laneway.apps.console.security import Guard
from laneway.apps.console.visits import Entrance, Visit

LARGEST_BODY = 1 << 20
_PACKED = 5
"""How hard answers are packed: beyond it they take several times as long and get no smaller."""
PAGE = files("laneway.apps.console") / "page"
NO_VISIT = CallRefused(
    401, "Come in by a link", "This browser has none; `laneway console --link` prints one."
)
Answering = Callable[[Request], Awaitable[Response]]


class Console(msgspec.Struct, frozen=True):
    """What an application is made of."""

    door: Entrance
    calls: Sequence[ApiCall]
    origins: Sequence[str]
    audit: Audit
    version: str
    read_only: bool = False

    def app(self) -> ASGIApp:
        """Return the application."""
        described = _json(description(self.calls, self.version))

        async def enter(request: Request) -> Response:
            return self.door.enter(request)

        async def events(request: Request) -> Response:
            return (await self._visit(request)).broadcast.answer()

        async def openapi(request: Request) -> Response:
            await self._visit(request)
            return Response(described, media_type="application/json")

        async def page(_: Request) -> Response:
            return FileResponse(str(PAGE / "index.html"), headers={"cache-control": "no-cache"})

        unknown = Route("/api/{rest:path}", _refusing(_unknown), methods=_METHODS)
        routes = [
            Route("/enter", enter),
            Route(f"{PREFIX}/events", _refusing(events)),
            Route(f"{PREFIX}/openapi.json", _refusing(openapi)),
            *map(self._route, self.calls),
            unknown,
            Mount("/page", _PageFiles(directory=str(PAGE))),
            Route("/{rest:path}", page),
        ]
        return Guard(GZipMiddleware(Starlette(routes=routes), 1000, _PACKED), tuple(self.origins))

    async def _visit(self, request: Request) -> Visit:
        visit = await self.door.visit(request)
        if visit is None:
            raise NO_VISIT
        return visit

    def _route(self, call: ApiCall) -> Route:
        async def answer(request: Request) -> Response:
            visit = await self._visit(request)
            if call.writes and self.read_only:
                raise CallRefused(403, *READ_ONLY)
            with self._audited(request, visit) if call.writes else nullcontext():
                raw = await self._ran(call, request, visit)
            return Response(raw, media_type=call.media, headers=_NEW)

        return Route(f"{PREFIX}{call.path}", _refusing(answer), methods=[call.method])

    @contextmanager
    def _audited(self, request: Request, visit: Visit) -> Iterator[None]:
        """Note a write, however it ends."""
        outcome = "failed"
        try:
            yield
            outcome = "done"
        except CallRefused as refused:
            outcome = f"refused: {refused.title}"
            raise
        finally:
            self.audit.note(visit.by, f"{request.method} {request.url.path}", outcome)

    async def _ran(self, call: ApiCall, request: Request, visit: Visit) -> bytes:
        words = _words(call, {**request.query_params, **request.path_params})
        body = None if call.takes is None else _decoded(await _body(request), call.takes)
        asked = CallAsked(visit.ground, visit.picture, words, body, visit.by, self.read_only)
        found = await call.run(asked)
        return _json(found) if call.media == _JSON else str(found).encode()


_JSON = "application/json"
_METHODS = ["GET", "POST", "PUT", "DELETE"]
_NEW = {"cache-control": "no-store"}


class _PageFiles(StaticFiles):
    """The page's files, asked for again whenever a page is opened: they change with a release."""

    async def get_response(self, path: str, scope: Any) -> Response:
        answer = await super().get_response(path, scope)
        answer.headers["cache-control"] = "no-cache"
        return answer


def _refusing(answer: Answering) -> Answering:
    """Turn a refusal into an answer."""

    async def answered(request: Request) -> Response:
        try:
            found = await answer(request)
        except CallRefused as refused:
            told = ErrorAnswer(ErrorText(refused.title, refused.detail, refused.findings))
            found = Response(_json(told), refused.status, _NEW, media_type=_JSON)
        for cookie in getattr(request.state, "cookies", ()):
            found.headers.append("set-cookie", cookie)
        return found

    return answered


async def _unknown(request: Request) -> Response:
    raise CallRefused(404, "There is no such call", f"{request.method} {request.url.path}")


async def _body(request: Request) -> bytes:
    """Read a body within its bound. Raises CallRefused."""
    if request.headers.get("content-type", "").partition(";")[0] != _JSON:
        raise CallRefused(415, "A call takes JSON", "Send it as application/json.")
    raw = bytearray()
    async for piece in request.stream():
        raw += piece
        if len(raw) > LARGEST_BODY:
            raise CallRefused(
                413, "The body is too large", f"It holds {LARGEST_BODY} bytes at most."
            )
    return bytes(raw)


def _decoded(raw: bytes, kind: Any) -> Any:
    try:
        return msgspec.json.decode(raw, type=kind)
    except msgspec.MsgspecError as error:
        raise CallRefused(400, "The body is not as described", str(error)) from None


def _words(call: ApiCall, given: Mapping[str, str]) -> dict[str, Any]:
    known = {one.name: one.kind for one in call.parameters}
    try:
        return {
            name: msgspec.convert(text, known[name], strict=False)
            for name, text in given.items()
            if name in known
        }
    except msgspec.ValidationError as error:
        raise CallRefused(400, "A parameter is not as described", str(error)) from None


def _json(value: Any) -> bytes:
    return msgspec.json.encode(value)
