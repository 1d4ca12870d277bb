"""The holder, seen from the side that asks it.

Comes in: a folder for the holder to mount on, and its environment. Goes out: handles of namespaces
and of sockets made inside them, in the order they were asked for. Closing it ends the holder; so
does the end of this process, however it ends.
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import Struct

HOLDER = str(Path(__file__).with_name("holder.py"))
_MOST_HANDLES = 8
_LONGEST_ANSWER = 4096
_ENDED = "the process that holds the network has ended: the mesh has to be started anew"

Kind = tuple[int, int, int]
"""A socket's family, type and protocol."""


class NetworkError(OSError):
    """The system does not give what a private network needs; the text says what, in its words."""

    def __init__(self, text: str, number: int = 0) -> None:
        """Keep the kernel's number beside its words."""
        super().__init__(text)
        self.number = number


class Holding(Struct):
    """A holder that runs; `owns_users` says that it lives in a user namespace of its own."""

    child: subprocess.Popen[bytes]
    control: socket.socket
    owns_users: bool = False

    @classmethod
    def start(cls, folder: Path, environment: Mapping[str, str]) -> Holding:
        """Start a holder. Raises NetworkError."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            child = subprocess.Popen(  # noqa: S603 - a program of this package
                (sys.executable, "-I", "-S", HOLDER, str(folder)),
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,  # whoever reads what this process says waits for its end
                stderr=subprocess.DEVNULL,
                env=dict(environment),
                start_new_session=True,  # the terminal's Ctrl-C is not for it
            )
        found = cls(child, ours)
        try:
            found.owns_users = found._answer()[0] == "done user"
        except BaseException:
            found.close()
            raise
        return found

    @property
    def pid(self) -> int:
        """The holder's process."""
        return self.child.pid

    def ask(self, *words: str, sockets: Sequence[Kind] = ()) -> None:
        """Ask for something; `handles` has the answer."""
        kinds = (" ".join(map(str, kind)) for kind in sockets)
        try:
            self.control.send("\0".join((*words, *kinds)).encode())
        except OSError as error:
            raise NetworkError(_ENDED) from error

    def handles(self) -> list[int]:
        """Return the answer to the eldest question: handles to close. Raises NetworkError."""
        return self._answer()[1]

    def _answer(self) -> tuple[str, list[int]]:
        text, handles, *_ = socket.recv_fds(self.control, _LONGEST_ANSWER, _MOST_HANDLES)
        if not text:
            raise NetworkError(_ENDED)
        if text.startswith(b"failed"):
            _, number, what = text.decode().split(" ", 2)
            raise NetworkError(f"{what}: {os.strerror(int(number))}", int(number))
        return text.decode(), handles

    def close(self) -> None:
        """End the holder."""
        self.control.close()
        with contextlib.suppress(ProcessLookupError):
            self.child.wait()
