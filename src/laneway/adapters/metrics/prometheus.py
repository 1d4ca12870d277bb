"""A server that speaks Prometheus' HTTP API.

Comes in: a URL and PromQL. Goes out: values now, or the samples of a stretch as they were scraped,
with no rate worked out of them. An answer that leads elsewhere is none: redirects are not followed.
Raises MetricsError where the server cannot be asked or refuses.
https://prometheus.io/docs/prometheus/latest/querying/api/
"""

from __future__ import annotations

import http.client
import json
import math
from collections.abc import Callable, Mapping
from contextlib import closing
from typing import Any
from urllib.parse import urlencode, urlsplit

from msgspec import Struct

_PATIENCE = 10.0
_LARGEST = 64 << 20


class MetricsError(OSError):
    """The server did not answer, or not with samples; the text says what it said."""


class Series(Struct, frozen=True):
    """One series: its labels, and samples as seconds since 1970 and value, oldest first."""

    labels: Mapping[str, str]
    samples: tuple[tuple[float, float], ...]


class MetricsServer(Struct, frozen=True):
    """A server by its URL. What `token` returns is sent as bearer token, if it is any.

    It is asked before each query, since tokens are replaced while programs run.
    """

    url: str
    token: Callable[[], str] = str

    def values(self, query: str) -> tuple[float, ...]:
        """Return the values of an expression now, without those that are no number."""
        found = self._ask(query)
        vector = [one.get("value") for one in found if isinstance(one, dict)]
        pairs: list[Any] = [found] if _is_sample(found) else vector
        values = (float(pair[1]) for pair in pairs if _is_sample(pair))
        return tuple(value for value in values if not math.isnan(value))

    def vector(self, query: str) -> tuple[Series, ...]:
        """Return the series of an expression now, each with its one sample that is a number."""
        found = self._ask(query)
        return tuple(
            Series(one["metric"], ((float(one["value"][0]), float(one["value"][1])),))
            for one in found
            if isinstance(one, dict) and _is_sample(one.get("value"))
            if not math.isnan(float(one["value"][1]))
        )

    def samples(self, selector: str, seconds: int) -> tuple[Series, ...]:
        """Return the raw samples of series of the last seconds."""
        found = self._ask(f"{selector}[{seconds}s]")
        return tuple(
            Series(one["metric"], tuple((float(at), float(value)) for at, value in one["values"]))
            for one in found
            if isinstance(one, dict) and "values" in one
        )

    def _ask(self, query: str) -> Any:
        """Return the result of a query."""
        try:
            token = self.token()
        except OSError as error:
            raise MetricsError(f"the token for {self.url} cannot be read: {error}") from error
        try:
            status, raw = self._exchange(query, token)
            answer = json.loads(raw)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise MetricsError(f"{self.url} does not answer as Prometheus does: {error}") from error
        if not isinstance(answer, dict) or answer.get("status") != "success":
            said = answer.get("error", "") if isinstance(answer, dict) else ""
            raise MetricsError(f"{self.url} answered {status}: {said}")
        data = answer.get("data")
        if not isinstance(data, dict) or not isinstance(data.get("result"), list):
            raise MetricsError(f"{self.url} answered {status} without a result")
        return data["result"]

    def _exchange(self, query: str, token: str) -> tuple[int, bytes]:
        parts = urlsplit(self.url)
        secure = parts.scheme == "https"
        made = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        headers = {"content-type": "application/x-www-form-urlencoded"}
        if token:
            headers["authorization"] = f"Bearer {token}"
        with closing(made(parts.hostname or "", parts.port, timeout=_PATIENCE)) as connection:
            path = f"{parts.path.rstrip('/')}/api/v1/query"
            connection.request("POST", path, urlencode({"query": query}), headers)
            response = connection.getresponse()
            raw = response.read(_LARGEST + 1)
        if len(raw) > _LARGEST:
            raise MetricsError(f"{self.url} answered more than {_LARGEST >> 20} MB")
        return response.status, raw


def _is_sample(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and isinstance(value[1], str)
