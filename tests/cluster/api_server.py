"""What is asked of the real API server: JSON over HTTPS with a token.

Comes in: a path under the server's address. Goes out: what it answered, decoded. It is the little
that a test needs beside `kubectl`: no types, no cache, no retries. A refusal is an exception that
quotes the server.
"""

from __future__ import annotations

import http.client
import json
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from msgspec import Struct

PATIENCE = 30.0
"""Seconds after which an answer is given up."""
PATCHES = {
    "PATCH": "application/strategic-merge-patch+json",
    "APPLY": "application/apply-patch+yaml",
}
"""What is asked as a patch, and of which kind; JSON is YAML."""


class RefusedError(Exception):
    """The API server said no; `status` is its HTTP status."""

    def __init__(self, status: int, said: str) -> None:
        super().__init__(f"{status}: {said}")
        self.status = status


class ApiServer(Struct, frozen=True):
    """Where the API server is, and as whom it is asked."""

    port: int
    token: str
    certificate: Path

    @property
    def url(self) -> str:
        """Its address."""
        return f"https://127.0.0.1:{self.port}"

    def ask(self, path: str, method: str = "GET", body: object = None) -> Any:
        """Return the answer's JSON, or its text. Raises RefusedError, OSError."""
        connection = self._connection(PATIENCE)
        try:
            self._send(connection, method, path, body)
            answer = connection.getresponse()
            text = answer.read().decode()
        finally:
            connection.close()
        if answer.status >= 300:
            raise RefusedError(answer.status, text)
        is_json = "json" in answer.headers.get("content-type", "")
        return json.loads(text) if is_json else text

    def changes(self, path: str) -> Iterator[Any]:
        """Yield each event of a watch, for as long as the server goes on. Raises OSError."""
        connection = self._connection(None)
        try:
            self._send(connection, "GET", path, None)
            for line in connection.getresponse():
                yield json.loads(line)
        finally:
            connection.close()

    def _connection(self, patience: float | None) -> http.client.HTTPSConnection:
        trusted = ssl.create_default_context(cafile=self.certificate)
        return http.client.HTTPSConnection(
            "127.0.0.1", self.port, timeout=patience, context=trusted
        )

    def _send(
        self, connection: http.client.HTTPSConnection, method: str, path: str, body: object
    ) -> None:
        connection.request(
            "PATCH" if method in PATCHES else method,
            path,
            None if body is None else json.dumps(body),
            {
                "authorization": f"Bearer {self.token}",
                "content-type": PATCHES.get(method, "application/json"),
            },
        )
