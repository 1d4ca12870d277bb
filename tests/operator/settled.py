"""An operator that runs as a process, and what it says of itself by its metrics.

Comes in: a control plane, and words for the command line. Goes out: when it has settled, what it
weighs, and how many requests it has sent, by verb and resource.
"""

from __future__ import annotations

import re
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from msgspec import Struct

from tests.cluster.children import Children
from tests.cluster.control_plane import ControlPlane, environment, free_ports
from tests.cost.processes import taken
from tests.wire.laneway_up import COMMAND

NAME = "operator"
PATIENCE = 600.0
WRITES = {"apply", "take", "merge", "create", "update", "delete"}


def tell(words: str) -> None:
    """Tell something at once."""
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


class Running(Struct):
    """An operator that runs, and where its metrics are."""

    process: int
    port: int
    health: int
    began: float
    settled: float = 0.0

    def metrics(self) -> dict[str, float]:
        """Return its metrics by name and labels."""
        url = f"http://127.0.0.1:{self.port}/metrics"
        with urllib.request.urlopen(url, timeout=60) as answer:
            text = answer.read().decode()
        lines = (line.rpartition(" ") for line in text.splitlines() if not line.startswith("#"))
        return {name: float(value) for name, _, value in lines if name}

    def is_ready(self) -> bool:
        """Whether it has read everything."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.health}/readyz") as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def requests(self) -> Counter[str]:
        """Return how many requests it has sent, by verb and resource."""
        found: Counter[str] = Counter()
        for name, value in self.metrics().items():
            if match := re.match(r"rest_client_requests_total\{(.*)\}", name):
                labels = dict(re.findall(r'(\w+)="(.*?)"', match[1]))
                found[f"{labels['verb']} {labels['resource']}"] += int(value)
        return found

    def until_settled(self, is_done: Callable[[], bool], quiet: float = 3.0) -> None:
        """Wait until something is so, and then nothing was sent for a while."""
        end, before, since = time.monotonic() + PATIENCE, Counter[str](), time.monotonic()
        while time.monotonic() < end:
            try:
                now = _written(self.requests())
            except OSError:
                time.sleep(0.1)
                since = time.monotonic()
                continue
            if now != before or not is_done():
                before, since = now, time.monotonic()
            elif time.monotonic() - since > quiet:
                self.settled = since
                return
            time.sleep(0.1)
        raise TimeoutError(f"the operator does not settle: {before}")

    def tell(self, when: str) -> None:
        """Tell what it has taken so far."""
        cost = taken(self.process)
        writes = {
            name: number
            for name, number in sorted(self.requests().items())
            if name.split()[0] in WRITES
        }
        tell(
            f"  {when}: after {self.settled - self.began:.1f} s, {cost.processor:.1f} s of "
            f"processor, {cost.resident:.0f} MB, at most {cost.peak:.0f} MB; writes {writes}"
        )


def _written(requests: Counter[str]) -> Counter[str]:
    """Return what was written, but for the Lease."""
    return Counter(
        {
            name: one
            for name, one in requests.items()
            if name.split()[0] in WRITES and "leases" not in name
        }
    )


@contextmanager
def operator(plane: ControlPlane, children: Children, more: tuple[str, ...]) -> Iterator[Running]:
    """Have an operator run, with more words on its command line."""
    port, health = free_ports(2)
    words = (
        *("operator", f"--kubeconfig={plane.kubeconfig}", "--drain=0.2", "--wait=0.2"),
        f"--metrics-address=127.0.0.1:{port}",
        f"--health-address=127.0.0.1:{health}",
        *more,
    )
    began = time.monotonic()
    process = children.start(NAME, (*COMMAND, *words), environment(plane.folder))
    try:
        yield Running(process.pid, port, health, began)
    finally:
        process.terminate()
        process.wait(60)
        children.running.pop(NAME)
