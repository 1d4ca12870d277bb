"""Real Envoys that join a real istiod as a mesh's proxies, asked by real requests.

Comes in: a mesh as the cluster holds it, and requests. Goes out: those that Envoy answers otherwise
than planned. The Envoys live in a network of their own (`tests/cluster/inside.py`), one after the
other; what they hold comes from istiod alone, over a socket that is passed on to its port. Requests
that leave the mesh, and those that are no HTTP to the proxy, are left out: there is no interception
here that would tell Envoy the address that was dialed.
"""

from __future__ import annotations

import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from socket import SHUT_WR, create_connection, socket
from tempfile import TemporaryDirectory
from typing import Any

from tests.agree.by_istio import PASSTHROUGH, Met, by_istio, meeting
from tests.agree.cluster import ROOT
from tests.agree.comparing import through_the_filter
from tests.agree.decisions import by_walk, carried_by, errors_alike
from tests.agree.istio_routes import Forward
from tests.agree.oracle import Workload
from tests.agree.piped import Piped
from tests.cluster.control_plane import Istiod
from tests.cluster.fetching import node
from tests.cluster.holding import Apart, Held, Tally
from tests.laws.asks import Ask

NETWORKS = (("unshare", "--user", "--map-root-user", "--net"), ("unshare", "--net"))
"""Words before a command that give it a network of its own: as any user, and as the administrator
where user namespaces are switched off."""


def network() -> tuple[str, ...]:
    """Return the words that work here; none where nobody gets a network of his own."""
    for words in NETWORKS:
        tried = subprocess.run([*words, "true"], capture_output=True, check=False)
        if not tried.returncode:
            return words
    return ()


class Envoys:
    """The program in whose network one Envoy after the other joins."""

    def __init__(self, folder: Path) -> None:
        inside = [sys.executable, "-m", "tests.cluster.inside", str(folder)]
        self._inside = Piped([*network(), *inside])

    def close(self) -> None:
        """End it."""
        self._inside.close()

    def answers(
        self, held: Held, version: str, proxy: Workload, requests: list[tuple[Ask, Met]]
    ) -> list[tuple[str | int, Any]]:
        """Let an Envoy join as a proxy; return who answered each request and what he was sent."""
        tables = sorted({met.table for _, met in requests})
        ports = {
            port["port"]
            for item in held.cluster.things
            if item["kind"] == "EndpointSlice"
            for port in item["ports"]
        }
        question = {
            "version": version,
            "node": node(proxy, version),
            "tables": tables,
            "ports": sorted(ports),
            "requests": [[tables.index(met.table), _text(ask)] for ask, met in requests],
        }
        answers = self._inside.ask(question)["answers"]
        assert len(answers) == len(requests), answers
        return [_who(held.cluster.workload_at, *answer) for answer in answers]


def by_envoys(
    real: Envoys, held: Held, version: str, asks: Iterable[Ask], tally: Tally
) -> list[Apart]:
    """Return the requests that Envoys, joined to an istiod, answer otherwise than planned."""
    found = []
    proxies = {one.key: one for one in held.cluster.proxies}
    tally.served += 1
    for name, requests in _by_proxy(held, version, asks).items():
        answers = real.answers(held, version, proxies[name], requests)
        for (ask, _), answer in zip(requests, answers, strict=True):
            tally.by_envoy += 1
            planned = errors_alike(by_walk(held.compilation, ask))
            if not planned.allows(*answer):
                words = f"plan {planned}, Envoy by istiod {version} {answer}"
                found.append(Apart(version, ask, words))
    tally.apart += [f"{one.ask}: {one.words}" for one in found]
    return found


def _by_proxy(held: Held, version: str, asks: Iterable[Ask]) -> dict[str, list[tuple[Ask, Met]]]:
    """Return the requests that a route table decides, by the proxy that has it."""
    found: dict[str, list[tuple[Ask, Met]]] = {}
    translation = held.translations[version]
    there = filter(held.speaks_of, asks)
    for ask in (through_the_filter(held.compilation, one) for one in there):
        met = meeting(held.cluster, translation, ask)
        if met and met.table and _stays(met) and by_istio(held.cluster, translation, ask):
            found.setdefault(ask.caller or f"{ROOT}/{ask.gateway}", []).append((ask, met))
    return found


@contextmanager
def envoys(istiods: Mapping[str, Istiod]) -> Iterator[Envoys]:
    """Give the Envoys a network of their own, in which each istiod is a socket."""
    with TemporaryDirectory() as folder, ExitStack() as opened:
        for version, istiod in istiods.items():
            opened.enter_context(_passed_on(Path(folder) / f"istiod-{version}", istiod.grpc))
        found = Envoys(Path(folder))
        opened.callback(found.close)
        yield found


def _stays(met: Met) -> bool:
    outcome = met.outcome
    return not isinstance(outcome, Forward) or PASSTHROUGH not in outcome.parts


def _text(ask: Ask) -> str:
    lines = [f"{ask.method} {ask.path} HTTP/1.1"]
    lines.append(f"host: {ask.host}:{ask.port}" if ask.caller else f"host: {ask.host}")
    lines += [f"{name}: {value}" for name, value in ask.headers]
    if ask.method == "POST":
        lines.append("content-length: 0")
    return "\r\n".join([*lines, "", ""])


def _who(workload_at: Mapping[str, str], status: int, body: str) -> tuple[str | int, Any]:
    """Return the workload that answered, and what it was sent; or the status the proxy gave."""
    address, *lines = body.split("\n")
    if status != 200 or address not in workload_at:
        return 503 if status == 502 else status, ()
    pairs = (line.partition(": ") for line in lines)
    return workload_at[address], carried_by((name, value) for name, _, value in pairs)


@contextmanager
def _passed_on(path: Path, port: int) -> Iterator[None]:
    """Serve a socket of the file system that leads to a port of this machine."""

    class Pass(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with create_connection(("127.0.0.1", port)) as beyond:
                back = threading.Thread(target=_copy, args=(beyond, self.request), daemon=True)
                back.start()
                _copy(self.request, beyond)
                back.join()

    class Door(socketserver.ThreadingUnixStreamServer):
        daemon_threads = True

    with Door(str(path), Pass) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield
        finally:
            server.shutdown()


def _copy(source: socket, target: socket) -> None:
    """Pass on bytes until there are no more."""
    try:
        while part := source.recv(65536):
            target.sendall(part)
        target.shutdown(SHUT_WR)
    except OSError:
        source.close()
        target.close()
