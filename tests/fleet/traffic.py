"""Requests through a mesh of real programs, and which lanes they met.

Comes in: a chain, and whether the lane filter stands beside the proxies. Goes out: how often each
row of hops answered, by lane. The mesh is `laneway up` with a network for each program, run in the
folder of the built programs, whose `laneway.toml` says which command stands for an image.
"""

from __future__ import annotations

import http.client
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from laneway.apps.local.record.outside import bring_down
from laneway.apps.local.record.state import mesh_folder
from tests.fleet.chains import LANE, LANES, Chain
from tests.wire.laneway_up import Up
from tests.wire.strict_mesh import unique_name

ENDING = ("setpriv", "--pdeathsig", "TERM", "--")
"""Words before a mesh by which it ends itself and its programs where the fleet is killed."""
PATIENT = (*ENDING, sys.executable, str(Path(__file__).parent / "command.py"))
CLIENTS = 4


def met(chain: Chain, folder: Path, times: int, *, filtered: bool) -> Mapping[str, Counter[str]]:
    """Run a chain and send so many requests in each lane; return what each lane met."""
    with tempfile.TemporaryDirectory() as home:
        lanes = Path(home) / "chain.yaml"
        lanes.write_text(chain.yaml)
        with running(lanes, folder, filtered=filtered) as up:
            return asked(up.port, times, chain.sends)


@contextmanager
def running(lanes: Path, folder: Path, *, filtered: bool = True) -> Iterator[Up]:
    """Run a mesh of the programs in a folder for the length of a block."""
    with ExitStack() as stack:
        mesh = mesh_folder(unique_name(), os.environ)
        command = PATIENT if filtered else (*PATIENT, "--unfiltered")
        up = Up("--name", mesh.name, "--intercept", "on", str(lanes), cwd=folder, command=command)
        stack.callback(bring_down, mesh)
        stack.callback(up.stop)
        yield up.ready()


def asked(
    port: int, times: int, sends: Callable[[], Mapping[str, str]] = dict
) -> Mapping[str, Counter[str]]:
    """Send so many requests in each lane, lanes in turn and clients side by side."""

    def client(_: int) -> Mapping[str, Counter[str]]:
        found = {lane: Counter[str]() for lane in LANES}
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=120)) as connection:
            for number in range(times * len(LANES) // CLIENTS):
                lane = LANES[number % len(LANES)]
                connection.request("GET", "/", headers={LANE: lane, **sends()})
                reply = connection.getresponse()
                found[lane][_hops(reply.status, reply.read().decode())] += 1
        return found

    with ThreadPoolExecutor(CLIENTS) as pool:
        parts = list(pool.map(client, range(CLIENTS)))
    return {lane: sum((part[lane] for part in parts), Counter()) for lane in LANES}


def _hops(status: int, body: str) -> str:
    hops = [line for line in body.splitlines() if line and not line.startswith(" ")]
    return " > ".join(hops) if status == 200 else f"{status} {body[:200]}"
