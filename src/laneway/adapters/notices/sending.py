"""Notices to others: one JSON object by POST, to an address that this machine's configuration has.

Comes in: a URL, a body. Goes out: nothing; raises NoticeError where it was not taken. An answer
that leads elsewhere is a refusal: redirects are not followed, and what comes back is not read.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from contextlib import closing
from urllib.parse import urlsplit

_PATIENCE = 5.0


class NoticeError(OSError):
    """Nobody took the notice; the text says what came instead."""


def notify(url: str, token: str, body: Mapping[str, object]) -> None:
    """Send a notice. `token` is sent as bearer token, if there is one. Raises NoticeError."""
    parts = urlsplit(url)
    made = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    headers = {"content-type": "application/json"}
    if token:
        headers["authorization"] = f"Bearer {token}"
    path = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
    try:
        with closing(made(parts.hostname or "", parts.port, timeout=_PATIENCE)) as connection:
            connection.request("POST", path, json.dumps(body), headers)
            status = connection.getresponse().status
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NoticeError(f"{parts.hostname} does not answer: {error}") from error
    if not 200 <= status < 300:
        raise NoticeError(f"{parts.hostname} answered {status}")
