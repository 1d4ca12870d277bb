"""Programs that end with the process that started them, whatever ends it.

Comes in: a name and a command. Goes out: a running program with a log of its own. The kernel kills
it when this process is gone, even after `kill -9` (`setpriv --pdeathsig`, of util-linux). A program
in a session of its own sees no Ctrl-C meant for this one.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

BOUND = ("setpriv", "--pdeathsig", "KILL", "--")
"""Words before a command that bind its life to that of its parent."""


class Children:
    """The programs that this process has started, newest last."""

    def __init__(self, logs: Path) -> None:
        self.logs = logs
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self._begun: dict[str, tuple[Sequence[str | Path], Mapping[str, str]]] = {}
        logs.mkdir(parents=True, exist_ok=True)

    def start(
        self, name: str, command: Sequence[str | Path], environment: Mapping[str, str]
    ) -> subprocess.Popen[bytes]:
        """Start a program; what it says is appended to the log of that name."""
        with self.log_of(name).open("ab") as log:
            child = subprocess.Popen(
                (*BOUND, *command),
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.running[name] = child
        self._begun[name] = (command, environment)
        return child

    def again(self, name: str) -> subprocess.Popen[bytes]:
        """End a program by force if it still runs, and start it as it was started."""
        child = self.running.pop(name)
        self._signal(child, signal.SIGKILL)
        child.wait()
        return self.start(name, *self._begun[name])

    def log_of(self, name: str) -> Path:
        """The file with what a program has said."""
        return self.logs / f"{name}.log"

    def last_words(self, name: str) -> str:
        """Return the last lines of a program's log."""
        lines = self.log_of(name).read_text(errors="replace").splitlines()
        return " / ".join(lines[-5:])

    def ended(self) -> dict[str, int]:
        """Return the exit codes of those that ended by themselves."""
        polled = {name: child.poll() for name, child in self.running.items()}
        return {name: code for name, code in polled.items() if code is not None}

    def ask(self, name: str) -> None:
        """Ask a program, and what it has started itself, to end."""
        self._signal(self.running[name], signal.SIGTERM)

    def kill(self) -> None:
        """End them all by force: nothing they know is kept."""
        for child in self.running.values():
            self._signal(child, signal.SIGKILL)
        for child in self.running.values():
            child.wait()
        self.running.clear()

    def _signal(self, child: subprocess.Popen[bytes], number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.killpg(child.pid, number)
