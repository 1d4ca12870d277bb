"""What a code host says of a push, and whether it is that host who says it.

Comes in: the headers and the raw body of a request, a secret, and what is followed. Goes out: an
answer, and whether a fetch is due. Nothing in a request decides what is fetched: it is always the
branch that was configured, so that whoever sends one again, or makes one up, causes one question to
a server that is asked anyway.

GitHub: https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
GitLab: https://docs.gitlab.com/user/project/integrations/webhooks/ (its signing token is that of
https://www.standardwebhooks.com); Gitea and Forgejo: https://docs.gitea.com/usage/webhooks
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import parse_qs

import msgspec
from msgspec import Struct

from laneway.core.git.remote import Remote, read_remote
from laneway.core.git.revision import HEAD, GitRevision

Headers = Sequence[tuple[str, str]]
"""Names in lower case, and values, as they came."""
Followed = tuple[Remote, GitRevision]

SIGNING = "whsec_"
"""How GitLab's signing tokens begin; what follows is the key in base64."""
_SIGNED = ("x-gitea-signature", "x-forgejo-signature", "x-hub-signature-256")
_STANDARD = ("webhook-id", "webhook-timestamp")
_FORM = "application/x-www-form-urlencoded"
_EVENTS = ("x-gitea-event", "x-forgejo-event", "x-gitlab-event", "x-github-event")
_PUSHES = frozenset({"push", "create", "push hook", "tag push hook"})
_BY_SYSTEM = "system hook"
_URLS = (
    *(("repository", key) for key in ("clone_url", "ssh_url", "git_http_url", "git_ssh_url")),
    *(("project", key) for key in ("git_http_url", "git_ssh_url")),
)


class WebhookAnswer(Struct, frozen=True):
    """An HTTP status and a line of text; `is_due` says that a fetch is."""

    status: int
    text: str
    is_due: bool = False


def answered(
    headers: Headers, body: bytes, secret: str, follows: Iterable[Followed]
) -> WebhookAnswer:
    """Answer a request. Without a secret anybody is believed."""
    if secret and not is_signed(headers, body, secret):
        return WebhookAnswer(401, "the signature or token is missing or wrong")
    event = next((value for name in _EVENTS for value in _all(headers, name)), "").lower()
    if event not in _PUSHES and event != _BY_SYSTEM:
        return WebhookAnswer(200, "only pushes are of interest")
    payload = _payload(headers, body)
    if payload is None:
        return WebhookAnswer(400, "the body is no JSON object")
    if any(_concerns(payload, remote, revision) for remote, revision in follows):
        return WebhookAnswer(202, "the repository is fetched", is_due=True)
    return WebhookAnswer(200, "that repository or branch is not followed here")


def is_signed(headers: Headers, body: bytes, secret: str) -> bool:
    """Whether a request proves that its sender knows the secret; compared in constant time.

    The first signature there is has to hold: a wrong one is not made good by another.

    >>> digest = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    >>> sent = [("x-hub-signature-256", f"sha256={digest}")]
    >>> is_signed(sent, b"Hello, World!", "It's a Secret to Everybody")
    True
    """
    for name in _SIGNED:
        if given := _all(headers, name):
            digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
            return len(given) == 1 and _equal(given[0].removeprefix("sha256="), digest)
    if given := _all(headers, "webhook-signature"):
        return len(given) == 1 and _is_standard(headers, body, secret, given[0])
    given = _all(headers, "x-gitlab-token")
    return len(given) == 1 and _equal(given[0], secret)


def _is_standard(headers: Headers, body: bytes, secret: str, given: str) -> bool:
    """Whether one of several signatures is that of the id, the time and the body.

    The time is not held against a clock: who sends a push again causes a fetch, and no more.
    """
    try:
        key = base64.b64decode(secret.removeprefix(SIGNING), validate=True)
    except (binascii.Error, ValueError):
        return False
    named = [_all(headers, name) for name in _STANDARD]
    if any(len(values) != 1 for values in named):
        return False
    signed = b".".join([*(values[0].encode() for values in named), body])
    digest = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    right = [_equal(one, f"v1,{digest}") for one in given.split()[:8]]
    return any(right)


def _concerns(payload: dict[str, Any], remote: Remote, revision: GitRevision) -> bool:
    """Whether a push may have moved what is followed.

    Hosts are known by several names, inside and outside of a network; so paths alone are compared.
    """
    if not any(remote.is_alike(one) for one in _remotes(payload)):
        return False
    ref = payload.get("ref")
    if not isinstance(ref, str):
        return False
    if revision.text == HEAD:
        default = _below(payload, "repository", "default_branch") or _below(
            payload, "project", "default_branch"
        )
        return not default or ref in (default, f"refs/heads/{default}")
    return ref in revision.names or ref == revision.text


def _remotes(payload: dict[str, Any]) -> Iterable[Remote]:
    for outer, key in _URLS:
        found = read_remote(_below(payload, outer, key), None, ("https", "http", "ssh", "file"))
        if isinstance(found, Remote):
            yield found


def _payload(headers: Headers, body: bytes) -> dict[str, Any] | None:
    kind = next(iter(_all(headers, "content-type")), "")
    try:
        if kind.lower().startswith(_FORM):
            fields = parse_qs(body.decode(), max_num_fields=8)
            body = fields.get("payload", [""])[0].encode()
        found = msgspec.json.decode(body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _below(payload: dict[str, Any], outer: str, key: str) -> str:
    inner = payload.get(outer)
    found = inner.get(key) if isinstance(inner, dict) else None
    return found if isinstance(found, str) else ""


def _all(headers: Headers, name: str) -> list[str]:
    return [value for one, value in headers if one == name]


def _equal(given: str, right: str) -> bool:
    return hmac.compare_digest(given.encode(), right.encode())
