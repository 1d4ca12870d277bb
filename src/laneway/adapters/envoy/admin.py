"""Envoy's admin interface, over a socket in the proxy's own folder.

Comes in: a path and a question. Goes out: versions, gauges, counters. One connection stays open,
since a change is confirmed by asking again and again; a socket in a folder can be reached by the
folder's owner alone, unlike a port. https://www.envoyproxy.io/docs/envoy/latest/operations/admin
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

_PATIENCE = 10.0
"""Seconds after which an answer is no longer waited for; Envoy answers within milliseconds."""


class Unreachable(Exception):  # noqa: N818 - reads as what is the case
    """The admin interface does not answer: Envoy is starting, ending or gone."""


class Admin:
    """A connection to one Envoy's admin interface. Not for use by two threads at once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._socket: socket.socket | None = None
        self._stream: BinaryIO | None = None

    def close(self) -> None:
        """Close the connection; the next question opens another."""
        if self._stream is not None:
            self._stream.close()
        if self._socket is not None:
            self._socket.close()
        self._socket = self._stream = None

    def get(self, target: str, method: str = "GET") -> bytes:
        """Return the body of an answer. Raises Unreachable when there is none."""
        try:
            return self._ask(target, method)
        except (OSError, ValueError) as problem:
            self.close()
            raise Unreachable(str(problem)) from problem

    def reopen_logs(self) -> None:
        """Have Envoy write its logs to new files of their names. Raises Unreachable."""
        self.get("/reopen_logs", "POST")

    def switch(self, key: str, percent: int) -> None:
        """Turn something of Envoy's runtime on or off, in percent. Raises Unreachable."""
        self.get(f"/runtime_modify?{quote(key)}={percent}", "POST")

    def is_live(self) -> bool:
        """Return whether Envoy has loaded its first configuration and serves."""
        return self.get("/ready").strip() == b"LIVE"

    def versions(self) -> dict[str, str]:
        """Return the version that each subscription last took, by the name of its text readout."""
        return {name: str(value) for name, value in self._stats("type=TextReadouts")}

    def gauges(self, pattern: str) -> dict[str, int]:
        """Return gauges that were used at least once, by a regular expression on their names."""
        found = self._stats(f"type=Gauges&usedonly&filter={quote(pattern)}")
        return {name: int(value) for name, value in found if isinstance(value, int)}

    def counters(self, pattern: str = "") -> dict[str, int]:
        """Return counters that ever counted, by a regular expression on their names."""
        chosen = f"&filter={quote(pattern)}" if pattern else ""
        found = self._stats(f"type=Counters&usedonly{chosen}")
        return {name: int(value) for name, value in found if isinstance(value, int)}

    def histograms(self, pattern: str) -> dict[str, dict[float, int]]:
        """Return histograms by a regular expression on their names: counts up to each edge.

        The last edge has everything in all but name. Envoy puts them together every few seconds.
        """
        query = f"type=Histograms&filter={quote(pattern)}&histogram_buckets=cumulative"
        answer = json.loads(self.get(f"/stats?{query}&format=json"))
        found = (one for part in answer["stats"] for one in part.get("histograms", ()))
        return {
            one["name"]: {float(at["upper_bound"]): int(at["cumulative"]) for at in one["buckets"]}
            for one in found
        }

    def connections(self, cluster: str) -> dict[str, int]:
        """Return how many connections each endpoint of a cluster got, which no counter tells."""
        said = self.get(f"/clusters?filter={quote(f'^{cluster}$')}").decode()
        lines = (line.rpartition("::") for line in said.splitlines())
        return {name: int(value) for name, _, value in lines if name.endswith("::cx_total")}

    def _stats(self, query: str) -> Iterable[tuple[str, object]]:
        answer = json.loads(self.get(f"/stats?{query}&format=json"))
        return ((one["name"], one.get("value")) for one in answer["stats"] if "name" in one)

    def _ask(self, target: str, method: str) -> bytes:
        if self._socket is None or self._stream is None:
            self._socket = _connected(self._path)
            self._stream = self._socket.makefile("rb")
        self._socket.sendall(f"{method} {target} HTTP/1.1\r\nhost: admin\r\n\r\n".encode())
        return _body(self._stream)


def _connected(path: Path) -> socket.socket:
    """Connect through the folder's descriptor, since a socket's whole path may be too long."""
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(_PATIENCE)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        connection.connect(f"/proc/self/fd/{folder}/{path.name}")
    except OSError:
        connection.close()
        raise
    finally:
        os.close(folder)
    return connection


def _body(stream: BinaryIO) -> bytes:
    """Read one answer of HTTP/1.1, of a stated length or in chunks."""
    if not stream.readline():
        raise ConnectionResetError("the admin interface closed the connection")
    length = 0
    chunked = False
    while line := stream.readline().strip():
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
        chunked = chunked or line.lower() == b"transfer-encoding: chunked"
    if not chunked:
        return stream.read(length)
    pieces = []
    while size := int(stream.readline(), 16):
        pieces.append(stream.read(size))
        stream.readline()
    stream.readline()
    return b"".join(pieces)
