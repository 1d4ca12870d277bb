"""Starting a program in a session of its own, with its output in a file.

Comes in: a Program. Goes out: Started, by which the caller asks whether it still runs. A command
that cannot be started is a value and not an exception: commands are written by users.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from laneway.adapters.processes.identity import MARK, ProcessId, identify

LAUNCHER = (sys.executable, "-I", "-S", str(Path(__file__).with_name("entering.py")))
"""What enters namespaces and then becomes a command."""


class Program(Struct, frozen=True):
    """What to run.

    `mark` finds the program's family again and is unique among all programs of the machine's user.
    `environment` is the whole environment. `log` is appended to. `parent` is the command of a
    warmed parent that forks it (`forking`), given the last word of its own command as its name.
    `inside` are the words by which `entering` is told where it lives, none for here.
    """

    mark: str
    command: tuple[str, ...]
    log: Path
    environment: Mapping[str, str] = {}
    parent: tuple[str, ...] = ()
    inside: tuple[str, ...] = ()


class Child(Protocol):
    """A process that this one started, or had started."""

    def poll(self) -> int | None:
        """Return how it ended, None while it runs."""

    def wait(self) -> object:
        """Have it collected, so that nothing of it is left when it has ended."""


class Started(Struct):
    """A program that was started by this process."""

    program: Program
    id: ProcessId
    child: Child

    def exit_code(self) -> int | None:
        """Return how it ended: its exit code, minus a signal's number, or None while it runs."""
        return self.child.poll()


class CannotStart(Struct, frozen=True):
    """A command that the machine cannot run, and why."""

    program: Program
    reason: str


def start(program: Program, stdin: int = subprocess.DEVNULL) -> Started | CannotStart:
    """Start a program.

    It gets no terminal input, unless `stdin` is a handle, and a session and process group of its
    own, so that the terminal's Ctrl-C reaches only Laneway, which stops programs in its own order.
    """
    found = shutil.which(program.command[0], path=program.environment.get("PATH"))
    if found is None:
        return CannotStart(program, f"{program.command[0]}: command not found")
    try:
        with program.log.open("ab") as log:
            popen = subprocess.Popen(  # noqa: S603 - running the user's command is the purpose
                entering(program.inside, (found, *program.command[1:])),
                stdin=stdin,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**program.environment, MARK: program.mark},
                start_new_session=True,
            )
    except OSError as error:
        return CannotStart(program, f"{program.command[0]}: {error.strerror or error}")
    except ValueError as error:  # a word or a variable that no process can be given
        return CannotStart(program, f"{program.command[0]}: {error}")
    # A child that has already ended still waits to be collected, so its number is still its own.
    return Started(program, identify(popen.pid) or ProcessId(popen.pid, 0), popen)


def entering(inside: tuple[str, ...], command: tuple[str, ...]) -> tuple[str, ...]:
    """Return the command that runs another one inside namespaces."""
    return (*LAUNCHER, *inside, "--", *command) if inside else command
