"""What is kept of the repository that a mesh follows, and how others ask it to sync.

Comes in: a mesh's folder. Goes out: `sync/status.json`, which the process that runs the mesh keeps
and others read; `sync/asked`, a file for each wish to sync now, which goes once it is answered; and
`sync/store`, what was fetched. They stay when the mesh is gone, as logs do, so that a mesh begins
where the last one ended though its repository cannot be reached.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from msgspec import Struct

VERSION = 1


class SyncWish(Struct, frozen=True):
    """That somebody wants the newest commit, and with `prune` what it lacks to be removed."""

    file: Path
    prune: bool = False

    @property
    def is_open(self) -> bool:
        """Whether nobody has answered it yet."""
        return self.file.exists()

    def answered(self) -> None:
        """Take it away."""
        self.file.unlink(missing_ok=True)


class SyncFolder(Struct, frozen=True):
    """The part of a mesh's folder that is about its repository."""

    path: Path

    @property
    def status(self) -> Path:
        """How the mesh follows its repository."""
        return self.path / "status.json"

    @property
    def store(self) -> Path:
        """What was fetched."""
        return self.path / "store"

    @property
    def _asked(self) -> Path:
        return self.path / "asked"

    def begin(self) -> None:
        """Make it, without wishes of the past."""
        shutil.rmtree(self._asked, ignore_errors=True)
        self._asked.mkdir(parents=True)

    def read(self) -> dict[str, Any] | None:
        """Read the status; None if there is none, or another version of Laneway wrote it."""
        try:
            found = json.loads(self.status.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        is_ours = isinstance(found, dict) and found.get("version") == VERSION
        return found if is_ours else None

    def write(self, status: dict[str, Any]) -> None:
        """Write the status, in one step for those who read it meanwhile."""
        partly = self.status.with_suffix(".partly")
        partly.write_text(json.dumps({"version": VERSION, **status}), encoding="utf-8")
        partly.replace(self.status)

    def ask(self, *, prune: bool) -> SyncWish:
        """Leave a wish."""
        wish = SyncWish(self._asked / f"{time.time_ns()}-{os.getpid()}", prune)
        partly = wish.file.with_suffix(".partly")
        partly.write_text(json.dumps({"prune": prune}), encoding="utf-8")
        partly.replace(wish.file)
        return wish

    def wishes(self) -> Iterator[SyncWish]:
        """Yield the wishes that nobody has answered yet."""
        for file in sorted(self._asked.iterdir()):
            if file.suffix != ".partly":
                with suppress(OSError, ValueError):
                    found = json.loads(file.read_text(encoding="utf-8"))
                    yield SyncWish(file, prune=bool(found["prune"]))
