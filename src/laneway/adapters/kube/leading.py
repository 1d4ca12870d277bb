"""One of several at work: whoever holds the Lease.

Comes in: a client, the Lease's place, a name of one's own. Goes out: calls that begin work once the
Lease is held, and end it before anybody else may hold it. Whose clock is right does not matter: a
Lease counts as free when it was not renewed for its whole duration by the watch of who waits.
https://kubernetes.io/docs/concepts/architecture/leases/
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from laneway.adapters.kube.client import Client
from laneway.adapters.kube.errors import Conflict, KubeError, NotFound
from laneway.adapters.kube.kinds import Kind

LEASES = Kind("coordination.k8s.io", "v1", "Lease", "leases", is_namespaced=True)
DURATION = 20.0
"""Seconds after which a Lease that nobody renews is free."""
DEADLINE = 14.0
"""Seconds after the last renewal when work ends, if there was no other. What was sent until then
has the rest of the duration to be carried out."""
PERIOD = 5.0
"""Seconds between two renewals, and between two looks of those who wait."""


_SOON = 1.0
"""Seconds until a renewal that failed is tried again."""


class _Spec(Struct, rename="camel", omit_defaults=True):
    holder_identity: str = ""
    lease_duration_seconds: int = 0
    acquire_time: str = ""
    renew_time: str = ""
    lease_transitions: int = 0


class _Meta(Struct, rename="camel"):
    resource_version: str = ""


class _Lease(Struct):
    metadata: _Meta = msgspec.field(default_factory=_Meta)
    spec: _Spec = msgspec.field(default_factory=_Spec)


_lease = msgspec.json.Decoder(_Lease)


class Leading:
    """Holds a Lease, or waits for it."""

    def __init__(
        self,
        client: Client,
        namespace: str,
        name: str,
        identity: str,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`identity` is a name that no other process ever has; `now` is only written down."""
        self.identity = identity
        self.holder = ""
        """Who held it when it was last looked at."""
        self.problem: KubeError | None = None
        """Why it could not be looked at or renewed, if it could not."""
        self._client = client
        self._place = {"namespace": namespace, "name": name}
        self._now = now
        self._seen = _Lease()
        self._seen_at = 0.0
        self._until = 0.0

    @property
    def is_leading(self) -> bool:
        """Whether the Lease is held for sure, at this very moment."""
        return asyncio.get_running_loop().time() < self._until

    async def run(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Wait for the Lease, work, and release it when work has ended or this is cancelled.

        Work is cancelled where the Lease is lost; then it is waited for again.
        """
        while True:
            if not await self._tried():
                await asyncio.sleep(PERIOD)
            elif await self._led(work):
                return

    async def _led(self, work: Callable[[], Coroutine[Any, Any, None]]) -> bool:
        """Work for as long as the Lease is held; return whether work has ended by itself."""
        task = asyncio.create_task(work())
        pause = PERIOD
        try:
            while self.is_leading:
                left = self._until - asyncio.get_running_loop().time()
                await asyncio.wait({task}, timeout=min(pause, left))
                if task.done():
                    task.result()
                    return True
                pause = PERIOD if await self._tried() else _SOON
            return False
        finally:
            task.cancel()
            await asyncio.wait({task})
            await self._release()

    async def _tried(self) -> bool:
        """Take the Lease or renew it, in one period at most; return whether that came out."""
        loop = asyncio.get_running_loop()
        end = loop.time() + PERIOD
        try:
            async with asyncio.timeout_at(min(end, self._until) if self.is_leading else end):
                if not self.is_leading:
                    await self._look()
                    if not self._is_free():
                        return False
                await self._take()
        except (KubeError, TimeoutError) as error:
            if isinstance(error, Conflict):
                self._until = 0.0
            self.problem = error if isinstance(error, KubeError) else None
            return False
        return True

    async def _look(self) -> None:
        """See who has the Lease, and since when it looks the same."""
        try:
            found = _lease.decode(
                await self._client.get(LEASES, self._place["namespace"], self._place["name"])
            )
        except NotFound:
            found = _Lease()
        if found.metadata != self._seen.metadata:
            self._seen, self._seen_at = found, asyncio.get_running_loop().time()
        self.holder = found.spec.holder_identity

    def _is_free(self) -> bool:
        spec = self._seen.spec
        if spec.holder_identity in {"", self.identity}:
            return True
        waited = asyncio.get_running_loop().time() - self._seen_at
        return waited >= max(spec.lease_duration_seconds, DURATION)

    async def _take(self) -> None:
        """Write that it is held from now on; whoever wrote meanwhile is a Conflict."""
        begun = asyncio.get_running_loop().time()
        before, now = self._seen.spec, self._now().strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        is_mine = before.holder_identity == self.identity
        spec = _Spec(
            self.identity,
            int(DURATION),
            before.acquire_time if is_mine else now,
            now,
            before.lease_transitions + (not is_mine),
        )
        await self._write(spec)
        self._until = begun + DEADLINE
        self.holder = self.identity

    async def _release(self) -> None:
        """Let the next one have it at once."""
        self._until = 0.0
        spec = self._seen.spec
        if spec.holder_identity != self.identity:
            return
        with suppress(KubeError, TimeoutError):
            async with asyncio.timeout(PERIOD):
                await self._write(replace(spec, holder_identity="", lease_duration_seconds=1))
                self.holder = ""

    async def _write(self, spec: _Spec) -> None:
        version = self._seen.metadata.resource_version
        body = {
            "apiVersion": LEASES.api_version,
            "kind": LEASES.kind,
            "metadata": {**self._place, **({"resourceVersion": version} if version else {})},
            "spec": msgspec.to_builtins(spec),
        }
        write = self._client.replace if version else self._client.create
        self._seen = _lease.decode(await write(LEASES, body))
        self._seen_at = asyncio.get_running_loop().time()
