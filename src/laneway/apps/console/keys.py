"""Who may come in: links that open once, and sessions, each a file that only its owner reads.

Comes in: a folder of this user's alone. Goes out: a new link's token, a session for a token, and
whether a session holds. Names of files are digests, so that a folder that is read gives nothing
away. They are files so that a page survives a restart of its server, and a link can be made by
another process than the one that serves.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from pathlib import Path
from urllib.parse import urlsplit

from msgspec import Struct

LINK_HOLDS = 600.0
"""Seconds in which a link opens."""
SESSION_HOLDS = 8 * 3600.0
"""Seconds after which a browser has to come in again."""


class Keys(Struct, frozen=True):
    """The links and sessions of one console."""

    folder: Path

    @property
    def instance(self) -> str:
        """The console's id, which names its cookie: cookies cross the ports of a host."""
        return hashlib.sha256(str(self.folder).encode()).hexdigest()[:8]

    def serves(self, origin: str) -> None:
        """Note where the console is reached, for who makes a link later."""
        (self.folder / "address").write_text(origin, encoding="ascii")

    @property
    def served_at(self) -> str:
        """Where it was reached last. Raises OSError where it never was."""
        return (self.folder / "address").read_text(encoding="ascii")

    @property
    def port_before(self) -> int | None:
        """The port at which it was reached last, if it ever was."""
        try:
            return urlsplit(self.served_at).port
        except (OSError, ValueError):
            return None

    def new_link(self) -> str:
        """Make a token that opens once. Raises OSError."""
        return self._new("links")

    def session_for(self, token: str) -> str | None:
        """Take a link's token and return a new session; None if it does not open any more."""
        link = self._file("links", token)
        held = self._holds(link, LINK_HOLDS)
        try:
            link.unlink()  # of two who come with the same link one is the first
        except OSError:
            return None
        return self._new("sessions") if held else None

    def holds(self, session: str) -> bool:
        """Whether a session is one of ours and not over."""
        return self._holds(self._file("sessions", session), SESSION_HOLDS)

    def end(self, session: str) -> None:
        """End a session."""
        self._file("sessions", session).unlink(missing_ok=True)

    def sweep(self) -> None:
        """Remove what holds no more."""
        for kind, seconds in (("links", LINK_HOLDS), ("sessions", SESSION_HOLDS)):
            for file in self._folder(kind).iterdir():
                if not self._holds(file, seconds):
                    file.unlink(missing_ok=True)

    def _new(self, kind: str) -> str:
        word = secrets.token_urlsafe(32)
        self._folder(kind)
        self._file(kind, word).touch(mode=0o600, exist_ok=False)
        return word

    def _folder(self, kind: str) -> Path:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = self.folder / kind
        found.mkdir(mode=0o700, exist_ok=True)
        return found

    def _file(self, kind: str, word: str) -> Path:
        return self.folder / kind / hashlib.sha256(word.encode()).hexdigest()

    @staticmethod
    def _holds(file: Path, seconds: float) -> bool:
        try:
            return time.time() - file.stat().st_mtime < seconds
        except OSError:
            return False
