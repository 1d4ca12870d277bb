"""What an API server's refusal means, in words that say what to do.

Comes in: a status and a body, and what was asked. Goes out: one of the errors. The server's own
words are quoted, since it knows best which field it does not like.
https://github.com/kubernetes/community/blob/main/contributors/devel/sig-architecture/api-conventions.md#http-status-codes
"""

from __future__ import annotations

import re

import msgspec
from msgspec import Struct

from laneway.adapters.kube.errors import (
    Conflict,
    Expired,
    Forbidden,
    Invalid,
    KubeError,
    NoAccess,
    NotFound,
    Unavailable,
)

_LONGEST = 2_000
"""Characters of what is quoted."""
_NOT_TYPED = "failed to create typed patch object"
"""How server-side apply begins to say that fields are unknown or of a wrong type; it says 500."""
_MANAGER = re.compile(r'conflict with "((?:[^"\\]|\\.)*)"')


class Cause(Struct):
    """One of the causes of a refusal."""

    reason: str = ""
    message: str = ""
    field: str = ""


class _Details(Struct, rename="camel"):
    causes: list[Cause] = []
    retry_after_seconds: int = 0


class Status(Struct):
    """A refusal as the server spells it, as an answer or as an event of a watch."""

    code: int = 0
    reason: str = ""
    message: str = ""
    details: _Details = msgspec.field(default_factory=_Details)


def status_of(code: int, body: bytes) -> Status:
    """Return what a body says; proxies before the server say it in words of their own."""
    try:
        found = msgspec.json.decode(body, type=Status)
    except msgspec.DecodeError:
        return Status(code=code, message=body.decode(errors="replace").strip())
    found.code = found.code or code
    return found


def error_of(status: Status, asked: str, origin: str) -> KubeError:
    """Return the error that a refusal is. `asked` is what was asked for, `origin` of whom."""
    said = status.message[:_LONGEST] or status.reason or f"status {status.code}"
    match status.code:
        case 401:
            return NoAccess(f"{asked}: the API server does not take the credentials of {origin}")
        case 403:
            return Forbidden(f"{asked}: {said}")
        case 404:
            return NotFound(f"{asked}: {said}")
        case 409:
            return _conflict(status, f"{asked}: {said}")
        case 410:
            return Expired(f"{asked}: {said}")
        case _ if said.startswith(_NOT_TYPED):
            return Invalid(f"{asked}: {said}")
        case code if code in {408, 429} or code >= 500:
            seconds = float(status.details.retry_after_seconds)
            return Unavailable(f"{asked}: {said} ({code})", code, seconds)
        case code:
            return Invalid(f"{asked}: {said} ({code})")


def _conflict(status: Status, words: str) -> Conflict:
    causes = [one for one in status.details.causes if one.reason == "FieldManagerConflict"]
    managers = (found[1] for one in causes if (found := _MANAGER.search(one.message)))
    # who updates fields is named with the version they use, who applies them is not
    is_applied = any(" using " not in one.message for one in causes)
    fields = tuple(one.field for one in causes)
    return Conflict(words, fields, tuple(sorted(set(managers))), is_applied=is_applied)
