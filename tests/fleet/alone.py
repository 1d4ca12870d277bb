"""One program of the fleet by itself: started with an environment, asked, and ended.

Comes in: the words that run it and the variables of a manifest. Goes out: for header lines that are
sent to it, those in which it asked the next service. It ends with whoever started it, also where
that is killed.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from msgspec import Struct

from tests.cluster.children import BOUND
from tests.fleet.listener import Line, Listener, ask

QUIET = {
    "OTEL_TRACES_EXPORTER": "none",
    "OTEL_METRICS_EXPORTER": "none",
    "OTEL_LOGS_EXPORTER": "none",
    "SW_AGENT_LOGGING_LEVEL": "CRITICAL",
    "DD_INSTRUMENTATION_TELEMETRY_ENABLED": "false",
    "DD_TRACE_STARTUP_LOGS": "false",
}
"""Nobody listens for what the SDKs measure."""
OF_SDKS = ("OTEL_", "DD_", "SW_", "SENTRY_", "MANAGEMENT_", "SPRING_", "JAVA_TOOL", "NODE_OPTIONS")
"""How variables of this machine begin that would speak to an SDK."""
SECONDS = 300.0


class Alone(Struct, frozen=True):
    """A program that runs, and the next service it asks."""

    port: int
    next: Listener

    def passed_on(self, lines: Sequence[Line]) -> list[Line]:
        """Return what leaves the program when these lines come in."""
        self.next.heard.clear()
        status, body = ask(self.port, lines)
        if status != 200 or len(self.next.heard) != 1:
            raise RuntimeError(f"{status}, asked {len(self.next.heard)} times: {body[:300]}")
        return self.next.heard[0]


@contextmanager
def alone(
    words: Sequence[str], folder: Path, told: Mapping[str, str], log: Path
) -> Iterator[Alone]:
    """Run a program in a folder for the length of a block."""
    port = _free_port()
    with Listener() as behind, log.open("ab") as written:
        own = {"HOST": "127.0.0.1", "PORT": str(port), "NEXT": behind.url}
        own |= {"SERVICE": "cart", "VERSION": "v1"}
        kept = {name: text for name, text in os.environ.items() if not name.startswith(OF_SDKS)}
        child = subprocess.Popen(
            (*BOUND, *words),
            cwd=folder,
            env=kept | _quiet(words) | own | dict(told),
            stdout=written,
            stderr=written,
            start_new_session=True,
        )
        try:
            _listens(child, port, log)
            yield Alone(port, behind)
        finally:
            with suppress(ProcessLookupError):  # it may have ended by itself
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()


def _quiet(words: Sequence[str]) -> dict[str, str]:
    # OpenTelemetry's word for no exporter switches Datadog's propagation off as well
    datadog = any("ddtrace" in word for word in words)
    return {name: text for name, text in QUIET.items() if not (datadog and "OTEL" in name)}


def _listens(child: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + SECONDS
    while time.monotonic() < until and child.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"it does not listen; {log} has what it said")


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
