"""One proxy: an Envoy, its files, and the proof that it took them.

Comes in: a configuration. Goes out: nothing until Envoy itself reports the version of every file
that changed, or else what it rejected, in its own words. Writing a file proves nothing: one bad
string makes Envoy keep the whole table it had before.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from laneway.adapters.envoy.admin import Admin, Unreachable
from laneway.adapters.envoy.files import CLUSTERS, LISTENERS, LOG, SOCKET, Folder
from laneway.adapters.envoy.outcome import EnvoyStartError, Rejected, Settings
from laneway.adapters.envoy.process import Process, find, forget, start
from laneway.core.emit.envoy.carrier_log import CARRIERS_FILE
from laneway.core.emit.envoy.config import ProxyConfig
from laneway.core.emit.envoy.request_log import OLDER_REQUESTS_FILE, REQUESTS_FILE

_PAUSE = 0.0003
"""Seconds between two questions while a change is not live yet; an answer takes about as long."""

_LONGER_PAUSE = 0.01
_QUICK = 0.05
"""Seconds after which questions are asked less often."""

_WARMING = {
    LISTENERS: "listener_manager.total_listeners_warming",
    CLUSTERS: "cluster_manager.warming_clusters",
}
"""By file what counts the resources that Envoy has taken and does not use yet: a cluster waits for
the first answers to its health checks, and until then the one before it serves."""
_LAST_LINES = 15
_LOOKS = 20


class Proxy:
    """One Envoy and its folder. All its verbs expect one caller at a time."""

    def __init__(self, folder: Folder, concurrency: int, settings: Settings) -> None:
        self.folder = folder
        self.process: Process | None = None
        self._concurrency = concurrency
        self._settings = settings
        self._admin = Admin(folder.path / SOCKET)
        self._expected: Mapping[str, str] = {}
        self._left: Mapping[str, str] = {}
        self._warming: frozenset[str] = frozenset()
        self._log_read = 0

    @property
    def name(self) -> str:
        """The proxy's name."""
        return self.folder.path.name

    @property
    def log(self) -> Path:
        """The file Envoy writes its words to."""
        return self.folder.path / LOG

    @property
    def admin(self) -> Admin:
        """Envoy's admin interface."""
        return self._admin

    @property
    def is_running(self) -> bool:
        """Whether Envoy runs."""
        return self.process is not None and self.process.is_running

    def adopt(self) -> bool:
        """Take over the Envoy an earlier run left here. Returns whether it serves what lies here.

        One that serves something else (its files were replaced while nobody watched, or it rejected
        them) is kept as the process to stop, no more.
        """
        self.process = find(self.folder.path)
        self._log_read = self._log_size()
        for _ in range(_LOOKS if self.process is not None else 0):
            self.folder = Folder.read(self.folder.path)
            self._expected = self.folder.expected(self.folder.versions.keys())
            if not self._is_pending():
                return True
            time.sleep(_LONGER_PAUSE)  # somebody may be changing it just now
        return False

    async def start(self) -> None:
        """Start Envoy on what the files hold; returns when every listener answers.

        Raises CannotStart with Envoy's last words.
        """
        self._admin.close()
        self.folder.prepare(self._concurrency)
        self._log_read = self._log_size()
        begun = self._log_read
        try:
            self.process = start(self.folder.path, self._concurrency, self._settings)
        except OSError as problem:
            raise EnvoyStartError(f"{self.name}: {problem}") from problem
        try:
            await asyncio.wait_for(self._until_ready(), self._settings.start_seconds)
        except TimeoutError as late:
            await self.stop()
            took = self._settings.start_seconds
            raise EnvoyStartError(
                f"{self.name}: not ready after {took:g} s{self._words(begun)}"
            ) from late

    async def stop(self) -> None:
        """End Envoy, and remember that this was meant."""
        self._admin.close()
        if self.process is not None:
            await self.process.stop()
        self.process = None
        forget(self.folder.path)

    def write(self, wanted: ProxyConfig) -> bool:
        """Write what differs; `confirm` then waits for it. Returns whether anything differs."""
        if wanted == self.folder.config:
            self._expected, self._left, self._warming = {}, {}, frozenset()
            return False
        self._log_read = self._log_size()
        written = self.folder.write(wanted)
        self._expected, self._left = self.folder.expected(written), self.folder.left(written)
        self._warming = frozenset(gauge for file, gauge in _WARMING.items() if file in written)
        return True

    async def confirm(self) -> tuple[Rejected, ...]:
        """Wait until Envoy has taken what was written last, or says that it did not."""
        begun = time.monotonic()
        while self._is_pending():
            if not self.is_running:
                return await self._come_back()
            if words := self._rejections():
                return (Rejected(self.name, self._pending(), words),)
            waited = time.monotonic() - begun
            if waited > self._settings.confirm_seconds:
                return (Rejected(self.name, self._pending(), f"not live after {waited:.1f} s"),)
            await asyncio.sleep(_PAUSE if waited < _QUICK else _LONGER_PAUSE)
        return ()

    def in_flight(self, clusters: frozenset[str]) -> int:
        """Count the requests under way in some clusters. Zero when Envoy does not run."""
        try:
            active = self._admin.gauges(r"^cluster\..*\.upstream_rq_active$")
        except Unreachable:
            return 0
        return sum(active.get(f"cluster.{name}.upstream_rq_active", 0) for name in clusters)

    def under_way(self) -> int:
        """Count the requests that came in and are not answered. Zero when Envoy does not run."""
        try:
            active = self._admin.gauges(r"^http\..*\.downstream_rq_active$")
        except Unreachable:
            return 0
        return sum(count for name, count in active.items() if not name.startswith("http.admin."))

    def begin_long_requests_anew(self, longest: int) -> None:
        """Begin the log of requests anew if it is longer than so many bytes; keep the old one."""
        file = self.folder.path / REQUESTS_FILE
        with suppress(FileNotFoundError, Unreachable):
            if file.stat().st_size > longest:
                file.replace(file.with_name(OLDER_REQUESTS_FILE))
                self._admin.reopen_logs()
        with suppress(FileNotFoundError):  # whoever turned it on may have been killed
            if (carriers := self.folder.path / CARRIERS_FILE).stat().st_size > longest:
                os.truncate(carriers, 0)

    async def _come_back(self) -> tuple[Rejected, ...]:
        """Start an Envoy that ended in the middle of a change: it reads what was written."""
        pending = self._pending()
        try:
            await self.start()
        except EnvoyStartError as problem:
            return (Rejected(self.name, pending, str(problem)),)
        return ()

    async def _until_ready(self) -> None:
        """Wait until Envoy serves all that its files hold. Raises CannotStart when it will not."""
        self._expected = self.folder.expected(self.folder.versions.keys())
        self._warming = frozenset(_WARMING.values())
        begun = self._log_read
        while self._is_pending() or not self._is_live():
            if self.process is None or not self.process.is_running:
                raise EnvoyStartError(f"{self.name}: Envoy ended at once{self._words(begun)}")
            if words := self._rejections():
                await self.stop()
                raise EnvoyStartError(f"{self.name}: {words}")
            await asyncio.sleep(_LONGER_PAUSE)

    def _is_pending(self) -> bool:
        """Ask Envoy what it has taken, and whether anything is still expected of it."""
        try:
            if self._expected or self._left:
                versions = self._admin.versions()
                self._expected = {
                    name: version
                    for name, version in self._expected.items()
                    if not _tells(versions, name, version)
                }
                self._left = {
                    name: version
                    for name, version in self._left.items()
                    if any(one.endswith(name) for one in versions)
                    and not _tells(versions, name, version)
                }
            if self._warming and not self._expected:
                gauges = self._admin.gauges(f"^({'|'.join(self._warming)})$")
                self._warming = frozenset(name for name in self._warming if gauges.get(name))
        except Unreachable:
            return True
        return bool(self._expected) or bool(self._left) or bool(self._warming)

    def _is_live(self) -> bool:
        try:
            return self._admin.is_live()
        except Unreachable:
            return False

    def _pending(self) -> str:
        """Name what is not live yet: clusters, listeners, or a table."""
        for name in sorted((*self._expected, *self._left)):
            if name.startswith(".rds."):
                return f"routes {name.removeprefix('.rds.').removesuffix('.version_text')}"
        kinds = {"cluster_manager.cds.version_text": "clusters"}
        return next((kinds[name] for name in self._expected if name in kinds), "listeners")

    def _rejections(self) -> str:
        """Return what Envoy said of rejected files since the last write, empty for nothing."""
        if self._log_size() <= self._log_read:
            return ""
        said = [
            line.partition("update rejected: ")[2]
            for line in self._new_lines(self._log_read)
            if "update rejected: " in line
        ]
        return "; ".join(said)

    def _new_lines(self, since: int) -> list[str]:
        with self.log.open("rb") as file:
            file.seek(since)
            return file.read().decode(errors="replace").splitlines()

    def _words(self, since: int) -> str:
        lines = self._new_lines(since)[-_LAST_LINES:]
        return "".join(f"\n  {line}" for line in lines)

    def _log_size(self) -> int:
        try:
            return self.log.stat().st_size
        except OSError:
            return 0


def _tells(versions: Mapping[str, str], name: str, version: str) -> bool:
    if name in versions:
        return versions[name] == version
    return any(one.endswith(name) and told == version for one, told in versions.items())
