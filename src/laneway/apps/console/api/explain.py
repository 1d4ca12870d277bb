"""Where a request goes: typed or pasted, then followed hop by hop."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from laneway.apps.console.api.calls import ApiCall, CallAsked
from laneway.core.compile import Compilation
from laneway.core.findings.finding import Finding, Level
from laneway.core.findings.machine import as_json
from laneway.core.routing.ask.inquiry import Inquiry, Part, Unasked, port_dialed
from laneway.core.routing.ask.typed.read_request import TypedRequest, read_request
from laneway.core.views.explained import explained


class ToldFinding(Struct, frozen=True, rename="camel"):
    """A finding. `path` leads to the value within its object."""

    code: str
    level: Level
    message: str
    why: str
    fix: str
    also: str = ""
    subject: str = ""
    file: str = ""
    line: int | None = None
    column: int | None = None
    path: tuple[str | int, ...] = ()


class _WrittenFindings(Struct, frozen=True):
    findings: tuple[ToldFinding, ...]


class ExplainWish(Struct, frozen=True, rename="camel"):
    """A request as text, and where it begins.

    Without a `workload` it begins at a gateway: the named one, or the first of lanes. `forgets`
    names workloads and services that do not pass the lane on; without it those of which that is
    predicted, with none of them nobody.
    """

    text: str
    workload: str = ""
    gateway: str = ""
    port: int | None = None
    forgets: tuple[str, ...] | None = None


class ReadRequest(Struct, frozen=True, rename="camel"):
    """The request that was read."""

    method: str
    host: str
    path: str
    headers: tuple[tuple[str, str], ...]
    port: int | None
    body: str | None


class Unanswered(Struct, frozen=True, rename="camel"):
    """Which part of what was asked has no answer, and why."""

    part: Part
    why: str


class ExplainAnswer(Struct, frozen=True, rename="camel"):
    """The way of a request: `journey` is the first hop, and all that follow are inside of it.

    Where there is none, `findings` say what of the text was not understood, or `unanswered` what
    else was not.
    """

    request: ReadRequest | None = None
    journey: dict[str, Any] | None = None
    unanswered: Unanswered | None = None
    findings: tuple[ToldFinding, ...] = ()


async def _explain(asked: CallAsked) -> ExplainAnswer:
    wish: ExplainWish = asked.body
    seen = asked.seen
    decides = seen.compilation if seen.refused is None else seen.served  # the lines people know
    return await asyncio.to_thread(_explained, decides, wish)


def _explained(compilation: Compilation, wish: ExplainWish) -> ExplainAnswer:
    typed = read_request(wish.text)
    if typed.request is None:
        return ExplainAnswer(findings=told(typed.findings))
    inquiry = inquiry_of(compilation, typed, wish)
    found = explained(compilation.mesh, compilation.plan, inquiry, quotes=True)
    request = inquiry.request
    read = ReadRequest(
        request.method, request.host, request.path, request.headers, request.port, typed.body
    )
    if isinstance(found, Unasked):
        return ExplainAnswer(read, unanswered=Unanswered(found.part, found.why))
    return ExplainAnswer(read, found)


def told(findings: Iterable[Finding]) -> tuple[ToldFinding, ...]:
    """Return findings in the order people see them in."""
    return msgspec.json.decode(as_json(findings), type=_WrittenFindings).findings


def inquiry_of(compilation: Compilation, typed: TypedRequest, wish: ExplainWish) -> Inquiry:
    """Return what is asked for. A dialed port that no gateway has only leads to one."""
    dialed = typed.port if wish.workload else port_dialed(compilation.plan, typed.port)
    request = typed.request
    if request is None:
        raise ValueError("a text that was not understood asks nothing")
    request = replace(request, port=wish.port or dialed)
    return Inquiry(request, wish.workload, wish.gateway, wish.forgets)


CALLS = (
    ApiCall("POST", "/explain", "Follow a request", _explain, ExplainAnswer, takes=ExplainWish),
)
