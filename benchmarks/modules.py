"""Two modules of the lane filter side by side: that of this checkout, and that of a commit.

Two Envoys answer by themselves and take turns, each round in another order. What counts is the
time that Envoy's process took: the client is no part of it, and a busy machine makes it no longer.
The commit is HEAD, or what LANEWAY_MODULE_OF names.
"""

from __future__ import annotations

import os
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from benchmarks.local_mesh import processor_seconds
from benchmarks.timing import interval_of_median, table

from tests.wasm.filtered import LANE, MODULE, Filtered, filtered

ROUNDS, BATCHES, BATCH = 24, 10, 200
CONNECTIONS = 50
SPAN = "00f067aa0ba902b7"
Lines = Callable[[int], str]

TRACES: Mapping[str, tuple[str, Lines]] = {
    "x-request-id": (
        "x-request-id",
        lambda trace: f"x-request-id: {trace:08x}-7d1f-4d2a-9d5c-cc8d4d8a0f4e\r\n",
    ),
    "traceparent": ("traceparent", lambda trace: f"traceparent: 00-{trace:032x}-{SPAN}-01\r\n"),
    "b3": ("b3", lambda trace: f"b3: {trace:032x}-{SPAN}-1\r\n"),
    "x-b3-traceid": (
        "x-b3-traceid",
        lambda trace: f"x-b3-traceid: {trace:032x}\r\nx-b3-spanid: {SPAN}\r\n",
    ),
    "uber-trace-id": ("uber-trace-id", lambda trace: f"uber-trace-id: {trace:032x}:{SPAN}:0:1\r\n"),
    "x-amzn-trace-id": (
        "x-amzn-trace-id",
        lambda trace: f"x-amzn-trace-id: Root=1-00000001-{trace:024x};Parent={SPAN}\r\n",
    ),
}
"""The header of a group, and the lines of a request by which a program names a trace."""


def measure() -> None:
    """Print requests for a second of Envoy's time, beside those of the other module."""
    commit = os.environ.get("LANEWAY_MODULE_OF", "HEAD")
    with tempfile.TemporaryDirectory(prefix="laneway-bench-") as name, ExitStack() as stack:
        modules = {"this": MODULE, "that": _module_of(commit, Path(name))}
        envoys = {}
        for which, module in modules.items():
            folder = Path(name) / which
            folder.mkdir()
            envoys[which] = stack.enter_context(filtered(folder, _listeners(), module=module))
        rows = list(_rows(envoys))
    table(
        f"in and out of a pod, {ROUNDS} rounds of {2 * BATCHES * BATCH} requests, beside {commit}",
        ("trace by", "requests/s of Envoy's time", "of them", "95 %"),
        rows,
    )


def _module_of(commit: str, folder: Path) -> Path:
    found = folder / "other.wasm"
    path = MODULE.relative_to(Path(__file__).parents[1])
    done = subprocess.run(["git", "show", f"{commit}:{path}"], capture_output=True, check=True)
    found.write_bytes(done.stdout)
    return found


def _listeners() -> dict[str, list[dict[str, str | int]]]:
    found: dict[str, list[dict[str, str | int]]] = {}
    for name, (header, _) in TRACES.items():
        common: dict[str, str | int] = {"group": name, "routeHeader": LANE, "traceHeader": header}
        common |= {"linger": 3600, "buckets": 65_536}
        found[f"in-{name}"] = [common | {"role": "inbound"}]
        found[f"out-{name}"] = [common | {"role": "outbound"}]
    return found


def _rows(envoys: Mapping[str, Filtered]) -> Iterator[tuple[str, ...]]:
    for name, (_, lines) in TRACES.items():
        spent: dict[str, list[float]] = {which: [] for which in envoys}
        for number in range(-2, ROUNDS):
            turns = list(envoys) if number % 2 else list(reversed(envoys))
            for which in turns:
                seconds = _round(envoys[which], name, lines, (number + 2) * BATCHES * BATCH + 1)
                if number >= 0:
                    spent[which].append(seconds)
        ratios = [that / this for this, that in zip(*spent.values(), strict=True)]
        this, that = (sum(found) for found in spent.values())
        rate = ROUNDS * 2 * BATCHES * BATCH / this
        low, high = interval_of_median(ratios)
        yield name, f"{rate:,.0f}", f"{that / this:.3f}", f"{low:.3f} to {high:.3f}"


def _round(envoy: Filtered, name: str, lines: Lines, start: int) -> float:
    """Send a round's requests in and out; return the seconds that Envoy's process took."""
    before = processor_seconds(envoy.process.pid)
    for batch in range(BATCHES):
        traces = range(start + batch * BATCH, start + (batch + 1) * BATCH)
        _send(envoy.ports[f"in-{name}"], [f"{LANE}: s2\r\n{lines(one)}" for one in traces])
        _send(envoy.ports[f"out-{name}"], [lines(one) for one in traces])
    return processor_seconds(envoy.process.pid) - before


def _send(port: int, requests: Sequence[str]) -> None:
    """Send requests on a connection each; each has to be answered by the route of its lane."""
    with ExitStack() as stack:
        clients = [
            stack.enter_context(socket.create_connection(("127.0.0.1", port), 30))
            for _ in range(CONNECTIONS)
        ]
        for start in range(0, len(requests), CONNECTIONS):
            asked = list(zip(clients, requests[start : start + CONNECTIONS], strict=False))
            for client, one in asked:
                client.sendall(f"GET / HTTP/1.1\r\nhost: a\r\n{one}\r\n".encode())
            for client, _ in asked:
                answer = client.recv(1 << 16)
                while answer and b"\r\n\r\n" not in answer[:-2]:
                    answer += client.recv(1 << 16)
                if not answer.endswith(b"\r\n\r\ns2"):
                    raise RuntimeError("a request left its lane")
