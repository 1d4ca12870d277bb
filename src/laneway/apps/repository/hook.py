"""Webhooks of a mesh that follows a repository: a push that is told of is looked at, at once.

Comes in: an address, a secret, what is followed. Goes out: a server that has somebody look again,
and nothing else: what is fetched is what was configured, whoever asks for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from msgspec import Struct

from laneway.adapters.webhook import PATHS, listening
from laneway.core.git.remote import Remote
from laneway.core.git.revision import GitRevision
from laneway.core.git.webhook import answered


class Hook(Struct, frozen=True):
    """Where webhooks are taken (`HOST:PORT`), and the secret that senders have to know, if any."""

    address: str
    secret: str
    remote: Remote
    revision: GitRevision

    @property
    def url(self) -> str:
        """Where a code host is to send them."""
        return f"http://{self.address}{PATHS[0]}"

    async def opened(self, look_again: Callable[[], None]) -> asyncio.Server:
        """Begin to listen. Raises OSError and Unguarded."""

        def answer(headers: Sequence[tuple[str, str]], body: bytes) -> tuple[int, str]:
            found = answered(headers, body, self.secret, [(self.remote, self.revision)])
            if found.is_due:
                look_again()
            return found.status, found.text

        return await listening(self.address, answer, is_guarded=bool(self.secret))

    def tried(self) -> None:
        """See whether it can listen, before anything is started. Raises OSError and Unguarded."""

        async def once() -> None:
            server = await self.opened(lambda: None)
            server.close()

        asyncio.run(once())
