"""A call of the API: its method and path, what it takes and gives, and who carries it out.

Calls are values, so that routes and their description (OpenAPI) are made of the same list and none
is missing in either.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Literal, TypeVar

from msgspec import Struct

from laneway.apps.console.picture import Picture
from laneway.apps.console.seams import ConsoleGround, ShownState

T = TypeVar("T")
Method = Literal["GET", "POST", "PUT", "DELETE"]


READ_ONLY = ("This console only reads", "It was started with --read-only.")


class CallRefused(Exception):  # noqa: N818 - an answer, no fault of ours
    """A call is answered with a status beyond 399: what it is about, and why."""

    def __init__(
        self, status: int, title: str, detail: str = "", findings: Sequence[Any] = ()
    ) -> None:
        super().__init__(title)
        self.status = status
        self.title = title
        self.detail = detail
        self.findings = findings


class Parameter(Struct, frozen=True):
    """A part of a path or query: `kind` is what it is read as."""

    name: str
    says: str
    kind: type = str


class CallAsked(Struct, frozen=True):
    """A call that was made: of which ground, with which words, by whom.

    `read_only` says that this console refuses all that writes.
    """

    ground: ConsoleGround
    picture: Picture
    words: Mapping[str, Any]
    body: Any = None
    by: str = ""
    read_only: bool = False

    @property
    def seen(self) -> ShownState:
        """The newest state. Raises CallRefused before there is one."""
        found = self.ground.seen
        if found is None:
            raise CallRefused(
                503, "Nothing is known yet", "The first look is under way; try again."
            )
        return found

    async def of_seen(self, name: str, make: Callable[[ShownState], T]) -> T:
        """Work something out of the newest state, once for each state and in a thread.

        Who asks meanwhile waits for the same: what takes minutes is not begun again by a page that
        is loaded again. What failed is tried again by who asks next.
        """
        seen = self.seen
        kept: dict[str, Any] = vars(seen)
        if name not in kept:
            work = kept[name] = asyncio.ensure_future(asyncio.to_thread(make, seen))
            work.add_done_callback(lambda done: _failed(done) and kept.pop(name, None))
        found: T = await asyncio.shield(kept[name])
        return found


def _failed(done: asyncio.Future[Any]) -> bool:
    return done.cancelled() or done.exception() is not None


class ApiCall(Struct, frozen=True):
    """One call of the API. `writes` says that it changes something outside this process.

    One whose `media` is not JSON gives text.
    """

    method: Method
    path: str
    says: str
    run: Callable[[CallAsked], Awaitable[Any]]
    gives: Any
    takes: Any = None
    parameters: Sequence[Parameter] = ()
    writes: bool = False
    media: str = "application/json"
