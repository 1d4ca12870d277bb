"""What one istiod lists of its proxies: asked over TLS as a resource, or else as a debug page.

Comes in: links and namespaces. Goes out: what is listed, by proxy. Over TLS istiod tells the
accounts of its own namespace alone; its page tells those of namespaces it was told to allow as
well, and anybody on its own machine.
https://istio.io/latest/docs/ops/diagnostic-tools/proxy-cmd/
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from contextlib import AsyncExitStack

import msgspec

from laneway.adapters.istiod.links import PATIENCE, Links, NoAccessError, Talk
from laneway.adapters.istiod.messages import DEBUG, Node, request, response
from laneway.adapters.istiod.observer import ADDRESS
from laneway.core.live.following import ListedProxy

PAGE = "syncz"
FEW = 50
"""Namespaces that are asked for one by one, so that no answer is long."""
_DECODER = msgspec.json.Decoder(list[ListedProxy])


class Listing:
    """Asks one istiod again and again, over one stream as long as it lasts."""

    def __init__(self, links: Links) -> None:
        self._links = links
        self._opened = AsyncExitStack()
        self._talk: Talk | None = None
        self._is_told = links.is_secure_for(links.credentials.namespace())

    async def ask(self, namespaces: Collection[str]) -> list[ListedProxy]:
        """Return what is listed of namespaces. Raises NoAccessError, OSError."""
        few = 0 < len(namespaces) <= FEW
        pages = [f"{PAGE}?namespace={one}" for one in sorted(namespaces)] if few else [PAGE]
        return [listed for page in pages for listed in _read(await self._page(page))]

    async def _page(self, page: str) -> bytes | memoryview:
        if self._is_told:
            try:
                return await self._told(page)
            except NoAccessError:
                self._is_told = False
            except OSError:
                await self.close()
                raise
            await self.close()
        return await self._links.page(f"/debug/{page}")

    async def _told(self, page: str) -> bytes | memoryview:
        node = None
        if self._talk is None:
            talk = self._links.talk("state", is_secure=True)
            self._talk = await self._opened.enter_async_context(talk)
            node = Node("sidecar", ADDRESS, "laneway", self._links.credentials.namespace())
        async with asyncio.timeout(PATIENCE):
            await self._talk.say(request("state", DEBUG, [page], node))
            answer = response("state", await self._talk.hear())
        return answer.resources[0] if answer.resources else b"[]"

    async def close(self) -> None:
        """End the stream; the next question opens one again."""
        self._talk = None
        await self._opened.aclose()


def _read(page: bytes | memoryview) -> list[ListedProxy]:
    """Read a page. Raises ConnectionError where it is none."""
    try:
        return _DECODER.decode(page)
    except msgspec.MsgspecError as error:
        raise ConnectionError(f"{PAGE} is not understood: {error}") from error
