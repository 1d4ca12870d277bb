"""Pods of a lane that fail under load: what fails meanwhile, how long that lasts, and the return.

Eight clients ask for lane `s2` 240 times a second together, each waiting at most half a second. The
pods of the lane, or half of them, fail in one way after the other; then they are well again. Times
count from the moment the programs are told to fail, and from the moment they are well.
"""

from __future__ import annotations

import http.client
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from statistics import median

from benchmarks.local_mesh import NAME, READY, LocalMesh, running
from benchmarks.timing import laneway, table
from msgspec import Struct, field

from tests.wire.chains import HEADER
from tests.wire.shop import BOTH, command, put, shop

CLIENTS, RATE, PATIENCE, ROUNDS = 8, 30, 0.5, 5
PROBE = "readinessProbe: {httpGet: {path: /, port: http}, periodSeconds: 1, failureThreshold: 2}"
HEAD = ("", "requests", "failed", "last failure", "first stand-in", "left the lane", "return")


class Ended(Struct, frozen=True):
    """A request: when it began and ended, and the version that answered, or what went wrong."""

    begun: float
    over: float
    outcome: str

    @property
    def failed(self) -> bool:
        """Whether no version answered it."""
        return self.outcome not in ("v1", "v2")


class Load(Struct):
    """Clients that ask at a steady rate, and every request that has ended."""

    port: int
    ended: list[Ended] = []
    over: threading.Event = field(default_factory=threading.Event)

    def ask(self) -> None:
        """Ask until told to stop; who waited too long does not ask more often afterwards."""
        due = time.perf_counter()
        with closing(self._client()) as client:
            while not self.over.is_set():
                begun = time.perf_counter()
                outcome = self._outcome(client)
                self.ended.append(Ended(begun, time.perf_counter(), outcome))
                due = max(due + 1 / RATE, begun)
                time.sleep(max(0.0, due - time.perf_counter()))

    def since(self, moment: float) -> list[Ended]:
        """Return the requests that began after a moment, in their order."""
        return sorted((one for one in self.ended if one.begun >= moment), key=lambda one: one.begun)

    def until(self, outcome: str, since: float, seconds: float) -> list[Ended]:
        """Wait for so many seconds without anything else than an outcome; return all since then."""
        while True:
            time.sleep(0.1)
            found = self.since(since)
            others = [one.over for one in found if one.outcome != outcome]
            if time.perf_counter() - max(others, default=since) > seconds:
                return found

    def _client(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)

    def _outcome(self, client: http.client.HTTPConnection) -> str:
        try:
            client.request("POST", "/", headers={HEADER: "s2"})
            response = client.getresponse()
            body = response.read().decode()
        except (OSError, http.client.HTTPException) as problem:
            client.close()
            return type(problem).__name__
        return body if response.status == 200 else str(response.status)


@contextmanager
def asking(port: int) -> Iterator[Load]:
    """Ask for the length of a block."""
    load = Load(port)
    threads = [threading.Thread(target=load.ask) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    try:
        yield load
    finally:
        load.over.set()
        for thread in threads:
            thread.join()


class Round(Struct, frozen=True):
    """What one failure and one return did. Times are in milliseconds."""

    requests: int
    failed: int
    last_failure: float
    first_other: float
    left: int
    came_back: float
    failed_again: int


class Bench(Struct):
    """A mesh under load, and the folder its programs take their moods from."""

    mesh: LocalMesh
    moods: Path
    load: Load
    addresses: dict[str, str] = {}

    def __post_init__(self) -> None:
        """Learn the addresses, which stay: looking them up takes longer than a failure lasts."""
        programs = self.mesh.workloads()
        self.addresses = {str(one["replica"]): str(one["address"]) for one in programs}

    def mood(self, mood: str, pods: Sequence[str]) -> None:
        """Put pods in a mood."""
        for pod in pods:
            put(self.moods, self.addresses[pod], mood)

    def processes(self) -> list[int]:
        """Return the processes of the lane."""
        return [int(one["pid"]) for one in self.mesh.workloads() if one["replica"] in BOTH]

    def say(self, *words: str) -> None:
        """Have Laneway do something with the mesh."""
        command = [str(laneway()), *words, "--name", NAME]
        subprocess.run(command, env=self.mesh.environment, capture_output=True, check=True)

    def round(self, fail: Callable[[], None], restore: Callable[[], None], stays: str) -> Round:
        """Fail, wait until `stays` alone answers, restore, wait for the lane's own version."""
        self.load.until("v2", time.perf_counter(), 1.0)
        begun = time.perf_counter()
        fail()
        found = self.load.until(stays, begun, 1.0)
        restored = time.perf_counter()
        restore()
        again = self.load.until("v2", restored, 1.0)
        failures = [one for one in found if one.failed]
        others = [one for one in found if one.outcome == "v1"]
        return Round(
            len(found),
            len(failures),
            max((one.over - begun for one in failures), default=0.0) * 1000,
            (others[0].over - begun) * 1000 if others else 0.0,
            len(others),
            max((one.over - restored for one in again if one.outcome != "v2"), default=0.0) * 1000,
            sum(one.failed for one in again),
        )


def measure() -> None:
    """Print what each way of failing cost."""
    rows = [*_measured("", _kinds), *_measured(PROBE, _hanging)]
    table(f"two pods of a lane under {CLIENTS * RATE} requests/s, {ROUNDS} times each", HEAD, rows)
    print(
        "failed: while failing + during the return, all rounds; times: the median, then the worst"
    )


def _measured(
    probe: str, kinds: Callable[[Bench], Iterator[tuple[str, ...]]]
) -> list[tuple[str, ...]]:
    work = Path(tempfile.mkdtemp(prefix="laneway-bench-"))
    try:
        for folder in ("mesh", "moods"):
            (work / folder).mkdir()
        (work / "mesh" / "mesh.yaml").write_text(shop(probe=probe))
        with running(work / "mesh", "--run", command(work / "moods")) as mesh:
            mesh.wait_for(READY)
            with asking(mesh.port) as load:
                return list(kinds(Bench(mesh, work / "moods", load)))
    finally:
        shutil.rmtree(work)


def _kinds(bench: Bench) -> Iterator[tuple[str, ...]]:
    for name, mood in (("ends", "gone"), ("stops listening", "deaf"), ("answers 503", "failing")):
        for pods, stays in ((BOTH, "v1"), (BOTH[:1], "v2")):
            rounds = [
                bench.round(
                    lambda mood=mood, pods=pods: bench.mood(mood, pods),  # type: ignore[misc]
                    lambda pods=pods: bench.mood("well", pods),  # type: ignore[misc]
                    stays,
                )
                for _ in range(ROUNDS)
            ]
            yield _row(f"{'all' if stays == 'v1' else 'half'}: the program {name}", rounds)
    yield _row("all: killed, started again", [_killed(bench) for _ in range(ROUNDS)])
    stop, start = (lambda: bench.say("stop", "cart-v2")), (lambda: bench.say("start", "cart-v2"))
    yield _row("all: laneway stop, start", [bench.round(stop, start, "v1") for _ in range(ROUNDS)])


def _killed(bench: Bench) -> Round:
    processes = bench.processes()

    def kill() -> None:
        for one in processes:
            os.kill(one, signal.SIGKILL)

    return bench.round(kill, lambda: None, "v2")


def _hanging(bench: Bench) -> Iterator[tuple[str, ...]]:
    rounds = [
        bench.round(lambda: bench.mood("hanging", BOTH), lambda: bench.mood("well", BOTH), "v1")
        for _ in range(ROUNDS)
    ]
    yield _row("all: hangs, probe of 2 s", rounds)


def _row(name: str, rounds: Sequence[Round]) -> tuple[str, ...]:
    def times(of: Callable[[Round], float]) -> str:
        found = [of(one) for one in rounds]
        return f"{median(found):.0f}, {max(found):.0f} ms" if any(found) else "-"

    failed = f"{sum(one.failed for one in rounds)} + {sum(one.failed_again for one in rounds)}"
    return (
        name,
        str(sum(one.requests for one in rounds)),
        failed,
        times(lambda one: one.last_failure),
        times(lambda one: one.first_other),
        str(sum(one.left for one in rounds)),
        times(lambda one: one.came_back),
    )
