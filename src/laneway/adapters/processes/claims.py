"""What this process keeps for itself on the machine, so that two of a kind never choose alike.

Comes in: names. Goes out: whether they are this process's now. A claim is an abstract socket: it
needs no file, is seen exactly as far as network addresses are, and ends with the process however
that ends. https://man7.org/linux/man-pages/man7/unix.7.html
"""

from __future__ import annotations

import socket


class Claims:
    """The names this process has claimed, until it ends or gives them up."""

    def __init__(self) -> None:
        """Begin without any."""
        self._held: dict[str, socket.socket] = {}

    def claim(self, name: str) -> bool:
        """Claim a name; return whether it is this process's, now or already."""
        if name in self._held:
            return True
        claim = socket.socket(socket.AF_UNIX)
        try:
            claim.bind(f"\0laneway/{name}")
        except OSError:
            claim.close()
            return False
        self._held[name] = claim
        return True

    def release(self) -> None:
        """Give up all names."""
        for claim in self._held.values():
            claim.close()
        self._held.clear()
