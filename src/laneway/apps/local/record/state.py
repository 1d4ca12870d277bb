"""What is known of a mesh from outside: its folder, its record, and its lock.

Comes in: a mesh's name. Goes out: its folder `$XDG_STATE_HOME/laneway/NAME`, which holds `logs/`,
and while the mesh runs also the proxies' files and `mesh.json`, the record that other commands
read. The folder itself is locked by the process that runs the mesh, so that the lock goes with it
however it ends. Nothing is ever written into the folders a mesh is read from.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import time
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import asdict

VERSION = 1
_SETTLED = 100_000_000
"""Nanoseconds after which a file that is written again has another time."""
_NAME = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")


class BadNameError(ValueError):
    """A mesh name that is no DNS label and so might not be a folder's name."""


class WorkloadRecord(Struct, frozen=True):
    """One program as `laneway ps` shows it.

    `state` is ready, starting, ended, stopping or stopped. `name` is the replica's, which its
    successors keep; a proxy has none. `calls` names the services whose URLs it was given. `alone`
    are the ports at which it is reached on 127.0.0.1 alone, in a network of its own.
    """

    replica: str
    container: str
    workload: str
    namespace: str
    kind: str
    state: str
    address: str
    pid: int
    started: int
    restarts: int
    log: str
    reason: str = ""
    name: str = ""
    calls: Sequence[str] = ()
    alone: Sequence[int] = ()


class GatewayRecord(Struct, frozen=True):
    """A gateway port and where it listens."""

    selector: dict[str, str]
    port: int
    gateways: list[str]
    local: int
    url: str


class MeshRecord(Struct, frozen=True):
    """A running mesh. Times are seconds since 1970; `boot` is the machine's boot it belongs to.

    `paths` are absolute, `-` is standard input. `replicas` are those the proxies serve, as plain
    values; `served` gives them back. `refused` tells of an edit that did not go live, as a plain
    value of `refusal`; it is None while the mesh serves what its files say. `trouble` says what
    keeps it from following further edits, if anything does. `namespace` is that of objects in its
    input which name none. `interception` is what its proxies know
    of the private network, if it has one.
    """

    name: str
    pid: int
    started: int
    boot: str
    since: float
    paths: list[str]
    detached: bool = False
    state: str = "starting"
    gateways: list[GatewayRecord] = []
    workloads: list[WorkloadRecord] = []
    replicas: list[Any] = []
    per_workload: bool = False
    refused: dict[str, Any] | None = None
    interception: Any = None
    trouble: str = ""
    namespace: str = "default"
    version: int = VERSION


class MeshFolder(Struct, frozen=True):
    """The folder of one mesh and the names in it."""

    path: Path

    @property
    def name(self) -> str:
        """The mesh's name."""
        return self.path.name

    @property
    def mark(self) -> str:
        """The mark of all processes of this mesh."""
        return str(self.path)

    @property
    def run_mark(self) -> str:
        """The mark of the workloads' processes, which leaves the proxies out."""
        return f"{self.path}/run"

    @property
    def logs(self) -> Path:
        """Where logs are. They stay when the mesh is gone, until the next one of its name."""
        return self.path / "logs"

    @property
    def proxies(self) -> Path:
        """Where the proxies' files are."""
        return self.path / "envoy"

    @property
    def network(self) -> Path:
        """Where the files of its private network are, if it has one."""
        return self.path / "network"

    @property
    def record(self) -> Path:
        """The record of the running mesh."""
        return self.path / "mesh.json"

    @property
    def input(self) -> Path:
        """The input that is live, as one file: what the mesh serves, whatever its files say now."""
        return self.path / "input.yaml"

    @property
    def sync(self) -> Path:
        """What is kept of the repository it follows, if it does. It stays, as logs do."""
        return self.path / "sync"

    @property
    def stopped(self) -> Path:
        """Where a file stands for each workload or replica that somebody stopped."""
        return self.path / "held"

    def log_of(self, replica: str, container: str, *, alone: bool) -> Path:
        """The log of a program; `alone` in its replica it is named after that."""
        return self.logs / (f"{replica}.log" if alone else f"{replica}.{container}.log")

    def write(self, record: MeshRecord) -> None:
        """Write the record, in one step for those who read it meanwhile."""
        self._replace(self.record, json.dumps(record, default=asdict))

    def write_input(self, text: str) -> None:
        """Write the input that is live."""
        self._replace(self.input, text)

    def _replace(self, file: Path, text: str) -> None:
        partly = file.with_suffix(".partly")
        partly.write_text(text, encoding="utf-8")
        partly.replace(file)

    def read(self) -> MeshRecord | None:
        """Read the record; None if there is none or another version of Laneway wrote it.

        Who asks again while it stays as it is gets the very same one, which is not to be changed.
        """
        try:
            found = self.record.stat()
        except OSError:
            return None
        if time.time_ns() - found.st_mtime_ns < _SETTLED:
            return _read(self.record)
        return _read_once(self.record, found.st_mtime_ns, found.st_ino, found.st_size)

    def forget_logs(self) -> None:
        """Remove the logs of an earlier mesh."""
        for log in self.logs.iterdir():
            log.unlink()

    def clear(self) -> None:
        """Remove all but logs and what was fetched; logs that lie elsewhere come to the others."""
        for link in self.logs.iterdir():
            if link.is_symlink():
                target = link.readlink()
                link.unlink()
                if target.is_file():
                    target.replace(link)
        for entry in self.path.iterdir():
            if entry in (self.logs, self.sync):
                continue
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry, ignore_errors=True)
            else:
                entry.unlink(missing_ok=True)


def _read(path: Path) -> MeshRecord | None:
    try:
        found = msgspec.json.decode(path.read_bytes())
    except (OSError, ValueError):
        return None
    if not isinstance(found, dict) or found.get("version") != VERSION:
        return None
    return _record(found)


@lru_cache(maxsize=4)
def _read_once(path: Path, *_: int) -> MeshRecord | None:
    """Read a record known by its time, number and size: a console asks several times a second."""
    return _read(path)


def _record(found: Mapping[str, Any]) -> MeshRecord:
    gateways = [GatewayRecord(**_known(GatewayRecord, one)) for one in found["gateways"]]
    workloads = [WorkloadRecord(**_known(WorkloadRecord, one)) for one in found["workloads"]]
    whole = _known(MeshRecord, found)
    return MeshRecord(**{**whole, "gateways": gateways, "workloads": workloads})


def _known(kind: type[Struct], found: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what a neighboring version of Laneway has written and this one does not know."""
    return {name: value for name, value in found.items() if name in kind.__struct_fields__}


class FolderLock:
    """A mesh's folder, locked for this process."""

    def __init__(self, folder: MeshFolder, handle: int) -> None:
        """Wrap a locked folder; `take` makes these."""
        self.folder = folder
        self._handle = handle

    @classmethod
    def take(cls, folder: MeshFolder) -> FolderLock | None:
        """Lock a mesh's folder, made if need be. None if another process holds it.

        Logs and manifests may hold what others must not read, so it is the user's alone.
        """
        folder.logs.mkdir(parents=True, exist_ok=True)
        folder.path.chmod(0o700)
        handle = os.open(folder.path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return None
        return cls(folder, handle)

    def release(self) -> None:
        """Give the folder up."""
        os.close(self._handle)


def state_home(environment: Mapping[str, str]) -> Path:
    """Return the folder of all meshes of a user.

    https://specifications.freedesktop.org/basedir-spec/latest/
    """
    stated = environment.get("XDG_STATE_HOME", "")
    home = Path(stated) if stated.startswith("/") else Path.home() / ".local" / "state"
    return home / "laneway"


def mesh_folder(name: str, environment: Mapping[str, str]) -> MeshFolder:
    """Return the folder of a mesh. Raises BadNameError."""
    if not _NAME.fullmatch(name):
        raise BadNameError(
            f"{name!r} is no mesh name: lower-case letters, digits, dashes; 63 at most"
        )
    return MeshFolder(state_home(environment) / name)


def mesh_folders(environment: Mapping[str, str]) -> list[MeshFolder]:
    """Return the folders of all meshes that are or were, by name."""
    home = state_home(environment)
    if not home.is_dir():
        return []
    return [MeshFolder(path) for path in sorted(home.iterdir()) if path.is_dir()]


def boot_id() -> str:
    """Return the identity of the machine's boot, since process numbers begin anew with each."""
    return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
