"""The process that a cluster lives in: whatever ends it ends the cluster.

Comes in: a folder, versions of Istio, and whether the end of standard input is the end. Goes out: a
running control plane, described in `cluster.json` of the folder once it is ready. At an orderly end
the folder is removed; after `kill -9` of this process the kernel kills the programs, and the next
start there removes what is left. This process is known by a lock that it holds.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import msgspec
from msgspec import Struct

from tests.cluster.api_server import ApiServer
from tests.cluster.children import Children
from tests.cluster.control_plane import (
    VERSIONS,
    ControlPlane,
    Istiod,
    NotReadyError,
    environment,
    free_ports,
    start,
)
from tests.engines import EngineAbsentError, EngineBrokenError

DESCRIPTION = "cluster.json"
LOCK = "lock"
ATTACHED, NODE, RESTARTING = "attached", "node", "restarting"
ENDS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
TOLD: list[int] = []
"""The signal by which this process was told to end. No threading.Event: whoever waits for one holds
its lock at moments, and the handler of a signal, in the same thread, would wait for that."""


Starting = Callable[[Path, tuple[str, ...], Children], ControlPlane]
Again = Callable[[Children, Iterable[str]], None]


class EndedError(Exception):
    """A program of the cluster ended by itself."""


class Description(Struct, frozen=True):
    """A running cluster as others find it."""

    seconds: float
    port: int
    token: str
    istiods: dict[str, Istiod]
    gateway: int
    """The port of 127.0.0.1 that a node of the cluster leads to its gateway."""
    has_node: bool
    """Whether it has a node of its own, which lives as long."""
    programs: dict[str, int]

    def plane(self, folder: Path) -> ControlPlane:
        """Return the control plane that it describes."""
        certificate = folder / "certificates" / "apiserver.crt"
        return ControlPlane(folder, ApiServer(self.port, self.token, certificate), self.istiods)


def described(folder: Path) -> Description | None:
    """Return the cluster that is ready in a folder, None where there is none."""
    if not holder(folder):
        return None
    try:
        return msgspec.json.decode((folder / DESCRIPTION).read_bytes(), type=Description)
    except (OSError, msgspec.DecodeError):
        return None


def holder(folder: Path) -> int:
    """Return the process in which a cluster runs in a folder, ready or not; 0 where none does."""
    try:
        with (folder / LOCK).open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return 0
    except BlockingIOError:
        return int((folder / LOCK).read_text() or 0)
    return 0


def begin(
    folder: Path,
    words: tuple[str, ...],
    log: Path,
    *,
    attached: bool,
    module: str = "tests.cluster.serving",
) -> subprocess.Popen[bytes]:
    """Start a cluster in a process of its own; it ends with its standard input if `attached`.

    Words are versions of Istio, `node`, IMAGE=COMMAND for what this node is to run, and
    `restarting` where a program that is killed is to come back.
    """
    command = (sys.executable, "-m", module, str(folder), *words)
    with log.open("wb") as said:
        return subprocess.Popen(
            (*command, ATTACHED) if attached else command,
            stdin=subprocess.PIPE if attached else subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            cwd=Path(__file__).parents[2],
            start_new_session=True,
        )


def ready_after(process: subprocess.Popen[bytes], folder: Path) -> Description | None:
    """Wait for the cluster that a process makes in a folder; None if it ended instead."""
    while (found := described(folder)) is None:
        if process.poll() is not None:
            return None
        time.sleep(0.02)
    return found


def serve(folder: Path, words: tuple[str, ...], starting: Starting = start) -> int:
    """Run a cluster until this process is told to end, as `begin` says."""
    begun = time.monotonic()
    for told in ENDS:
        signal.signal(told, end)
    if ATTACHED in words:
        threading.Thread(target=_end_with_input, daemon=True).start()
    with _taken(folder):
        children = Children(folder / "logs")
        try:
            plane = starting(folder, tuple(word for word in words if word in VERSIONS), children)
            took = time.monotonic() - begun
            _describe(plane, children, took, has_node=NODE in words)
            if NODE in words:
                start_node(folder, children, tuple(word for word in words if "=" in word))
            until_the_end(children, partial(_again, folder) if RESTARTING in words else None)
        except (NotReadyError, EndedError, EngineAbsentError, EngineBrokenError) as problem:
            sys.stderr.write(f"cluster: {problem}\n")
            return 3
        finally:
            children.kill()
    return 0


def start_node(
    folder: Path, children: Children, commands: tuple[str, ...], *, renewed: float = 300.0
) -> None:
    """Start the node of a cluster that is ready; it ends with this process.

    Pods get new tokens after that many seconds: by itself half of the shortest life they can have.
    """
    command = (sys.executable, "-m", "tests.cluster.node", str(folder), str(renewed), *commands)
    here = {"PYTHONPATH": os.pathsep.join((str(Path(__file__).parents[2]), *sys.path))}
    children.start("node", command, {**environment(folder), **here})


@contextmanager
def cluster(
    folder: Path, versions: tuple[str, ...] = VERSIONS, *more: str
) -> Iterator[ControlPlane]:
    """Run a cluster in a folder that is not there yet, for the length of a block.

    More words are those of `begin`. Raises NotReadyError.
    """
    log = folder.with_name(f"{folder.name}.log")
    with begin(folder, (*versions, *more), log, attached=True) as process:
        found = ready_after(process, folder)
        if found is None:
            raise NotReadyError(log.read_text())
        yield found.plane(folder)


@contextmanager
def _taken(folder: Path) -> Iterator[None]:
    """Hold an empty folder; it is gone afterwards."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / LOCK).open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        lock.truncate(0)
        lock.write(str(os.getpid()).encode())
        lock.flush()
        for left in folder.iterdir():
            if left.is_dir():
                shutil.rmtree(left)
            elif left.name != LOCK:
                left.unlink()
        try:
            yield
        finally:
            shutil.rmtree(folder)


def _describe(plane: ControlPlane, children: Children, seconds: float, *, has_node: bool) -> None:
    found = Description(
        seconds,
        plane.api.port,
        plane.api.token,
        plane.istiods,
        free_ports(1)[0],
        has_node,
        _processes(children),
    )
    _write(found, plane.folder)


def _processes(children: Children) -> dict[str, int]:
    return {name: child.pid for name, child in children.running.items()}


def _write(found: Description, folder: Path) -> None:
    fresh = folder / f".{DESCRIPTION}"
    fresh.write_bytes(msgspec.json.encode(found))
    fresh.replace(folder / DESCRIPTION)


def _again(folder: Path, children: Children, gone: Iterable[str]) -> None:
    """Start programs again that have ended, and say where they are now."""
    found = described(folder)
    for name in gone:
        children.again(name)
    if found is not None:
        _write(msgspec.structs.replace(found, programs=_processes(children)), folder)


def until_the_end(children: Children, again: Again | None = None) -> None:
    """Return never: raises SystemExit when this process is told to end.

    A program that ends is started `again`, or else raises EndedError.
    """
    while not TOLD:
        gone = {name: code for name, code in children.ended().items() if code}
        if gone and again is None:
            said = (f"{name} ended: {children.last_words(name)}" for name in gone)
            raise EndedError(", ".join(said))
        if gone and again is not None:
            again(children, gone)
        time.sleep(0.5)
    raise SystemExit(0)


def end(told: int, _: object) -> None:
    """Begin the end, once: whoever tells it again does not disturb it.

    What is raised here is lost where a destructor was at work, so it is written down as well.
    """
    for other in ENDS:
        signal.signal(other, signal.SIG_IGN)
    TOLD.append(told)
    raise SystemExit(0)


def _end_with_input() -> None:
    """Tell this process to end when whoever started it has gone."""
    while os.read(0, 65536):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(serve(Path(sys.argv[1]), tuple(sys.argv[2:])))
