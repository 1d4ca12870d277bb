"""Starting programs out of warmed parents, so that many of a kind share their memory.

Comes in: Programs. Goes out: Started for each, in their order, as if each had been started alone;
a program that names no parent is. A parent is started when the first program needs it, and again if
somebody killed it: its children go on, and whether they run is asked of the kernel from then on.
"""

from __future__ import annotations

import os
import select
import socket
from collections import deque
from collections.abc import Collection, Sequence
from pathlib import Path

from msgspec import Struct, field

from laneway.adapters.processes.identity import MARK, ProcessId, identify, is_running
from laneway.adapters.processes.program import CannotStart, Program, Started, start

FOLDER = str(Path(__file__).parent)
"""Where a parent's command finds the module `parent`."""

UNSEEN = 256
"""The exit code of a program that ended when its parent was gone: no program has it."""

_ROOM = "0" * 8192
"""What a parent's environment holds, so that the longer ones of its children fit in its place."""


class Parents(Struct):
    """The warmed parents of a mesh, by their commands. `mark` is theirs, `log` what they write to.

    `start` and what it returns are used by one thread.
    """

    mark: str
    log: Path
    alive: dict[tuple[str, ...], _Parent] = {}

    def start(self, programs: Sequence[Program]) -> list[Started | CannotStart]:
        """Start programs; all are asked for before the first answer is waited for."""
        asked = [self._ask(program) for program in programs]
        return [
            one.forked(program) if isinstance(one, _Parent) else one
            for one, program in zip(asked, programs, strict=True)
        ]

    def _ask(self, program: Program) -> _Parent | Started | CannotStart:
        if not program.parent:
            return start(program)
        parent = self.alive.get(program.parent)
        if parent is None or parent.is_gone():
            parent = self._parent(program.parent)
        return start(program) if parent is None else parent.ask(program)

    def _parent(self, command: tuple[str, ...]) -> _Parent | None:
        ours, theirs = socket.socketpair()
        with theirs:
            # One arena: threads of a child would each write into pages of their own.
            environment = {"MALLOC_ARENA_MAX": "1", "LANEWAY_ROOM": _ROOM}
            program = Program(self.mark, command, self.log, environment)
            started = start(program, theirs.fileno())
        if isinstance(started, CannotStart):
            ours.close()
            return None
        self.alive[command] = _Parent(started, ours)
        return self.alive[command]

    def close(self) -> None:
        """Let the parents go; they end, and what they forked goes on."""
        for parent in self.alive.values():
            parent.socket.close()
            parent.started.child.wait()
        self.alive.clear()

    def are_gone_from(self, running: Collection[Started]) -> bool:
        """Whether any of these has lost its parent, so that nobody says when it ends."""
        return any(isinstance(one.child, _Forked) and one.child.parent.is_lost for one in running)


class _Parent(Struct):
    """A parent, seen from the side that asks."""

    started: Started
    socket: socket.socket
    arrived: bytes = b""
    answers: deque[bytes] = field(default_factory=deque)
    ended: dict[int, int] = {}
    is_lost: bool = False

    def ask(self, program: Program) -> _Parent | CannotStart:
        """Ask for a child. Whatever no process can be given is refused as `start` refuses it."""
        variables = {MARK: "", **program.environment}  # the mark first: `/proc` may not show all
        variables[MARK] = program.mark
        inside = program.inside
        words = [str(program.log), program.command[-1], str(len(inside)), *inside]
        words += [f"{name}={text}" for name, text in variables.items()]
        if any("\0" in word for word in words):
            return CannotStart(program, f"{program.command[0]}: embedded null byte")
        if any("=" in name for name in variables):
            return CannotStart(program, f"{program.command[0]}: illegal environment variable name")
        try:
            # opened in the child, where a failure would look like a program that ends at once
            program.log.open("ab").close()
        except OSError as error:
            return CannotStart(program, f"{program.command[0]}: {error.strerror or error}")
        message = b"\0".join(os.fsencode(word) for word in words)
        try:
            self.socket.sendall(b"%d\n" % len(message) + message)
        except OSError:
            self.is_lost = True
        return self

    def forked(self, program: Program) -> Started | CannotStart:
        """Wait for the answer to the eldest request; without a parent the program starts alone."""
        while not self.answers and not self.is_lost:
            self._receive()
        if not self.answers:
            return start(program)
        what, number = self.answers.popleft().split()
        if what == b"failed":
            return CannotStart(program, f"{program.command[0]}: {os.strerror(int(number))}")
        pid = int(number)
        # one that has ended already has no start time to be known by; no process has 0
        process = identify(pid) or ProcessId(pid, 0)
        return Started(program, process, _Forked(self, process))

    def is_gone(self) -> bool:
        """Look at what has arrived; return whether the parent has ended."""
        while not self.is_lost and select.select([self.socket], [], [], 0)[0]:
            self._receive()
        return self.is_lost

    def _receive(self) -> None:
        try:
            received = self.socket.recv(65536)
        except OSError:
            received = b""
        if not received:
            self.is_lost = True
            self.socket.close()
            self.started.child.wait()
            return
        *lines, self.arrived = (self.arrived + received).split(b"\n")
        for line in lines:
            what, pid, *code = line.split()
            if what == b"ended":
                self.ended[int(pid)] = int(code[0])
            else:
                self.ended.pop(int(pid), None)
                self.answers.append(line)


class _Forked(Struct):
    """A child of a parent, asked as one of this process's own would be."""

    parent: _Parent
    id: ProcessId

    def poll(self) -> int | None:
        """Return how it ended, None while it runs."""
        is_lost = self.parent.is_gone()
        if self.id.pid in self.parent.ended:
            return self.parent.ended[self.id.pid]
        return UNSEEN if is_lost and not is_running(self.id) else None

    def wait(self) -> None:
        """Do nothing: the parent collects it."""
