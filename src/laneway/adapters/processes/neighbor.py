"""Becoming a command beside a program that runs: in its namespaces, with its environment.

Comes in: the program's process, and a command. Goes out: nothing, since this process has become the
command. What a program lives in is asked of the kernel, so that it holds for every program whoever
started it. https://man7.org/linux/man-pages/man7/namespaces.7.html
"""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path

from laneway.adapters.processes.program import entering

_KINDS = {"user": "user", "mounts": "mnt", "network": "net"}
"""Words of `entering`, and what the kernel calls the namespaces, in the order of entering."""


def environment_of(pid: int) -> dict[str, str]:
    """Return the environment a process was started with. Raises OSError where it has gone."""
    variables = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    pairs = (os.fsdecode(one).partition("=") for one in variables)
    return {name: value for name, equals, value in pairs if equals}


def has_own_network(pid: int) -> bool:
    """Whether a process lives in another network than this one. Raises OSError."""
    return _is_elsewhere(pid, "net")


def become(pid: int, command: Sequence[str], environment: Mapping[str, str]) -> None:
    """Become a command where a process lives. Returns only by an OSError."""
    inside = tuple(
        f"{word}=/proc/{pid}/ns/{kind}" for word, kind in _KINDS.items() if _is_elsewhere(pid, kind)
    )
    words = entering(inside, tuple(command))
    # Python ignores it, and what is ignored stays so
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    os.execvpe(words[0], words, dict(environment))  # noqa: S606 - running the user's command is the purpose


def _is_elsewhere(pid: int, kind: str) -> bool:
    theirs, ours = (Path(f"/proc/{process}/ns/{kind}") for process in (pid, "self"))
    return theirs.readlink() != ours.readlink()
