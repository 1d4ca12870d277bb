"""What a user of a cluster does by a console: each thing is asked of the API server as that user.

Comes in: a client of that user, and the kinds of the cluster. Goes out: what the server answers; a
refusal of it is a KubeError.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import msgspec

from laneway.adapters.kube import Client, Forbidden, Kind, NotFound
from laneway.adapters.kube.reviews import may
from laneway.apps.cluster.following import SeenByUser
from laneway.apps.cluster.injection import may_switch, switch
from laneway.core.keeping.followed import RELEASE
from laneway.core.release.requests import REQUEST_ANNOTATION, Action
from laneway.core.resources.meta import Ref


class ActingUser:
    """A user, and what they do."""

    def __init__(self, following: SeenByUser) -> None:
        """Nothing is asked before somebody acts."""
        self.following = following

    @property
    def client(self) -> Client:
        """A client with the rights of the user, for what is written."""
        return self.following.client

    @property
    def kinds(self) -> dict[tuple[str, str], Kind]:
        """The kinds of the cluster that matter, by API group and kind."""
        return self.following.sight.kinds if self.following.sight else {}

    async def may_switch_injection(self, name: str) -> bool:
        """Return whether the user may write the labels of a namespace. Raises KubeError."""
        return await may_switch(self.client, name)

    async def switch_injection(
        self, name: str, *, on: bool, revision: str = ""
    ) -> dict[str, str | None]:
        """Switch it, and return the labels that changed. Raises KubeError."""
        return await switch(self.client, name, on=on, revision=revision)

    async def body_of(self, ref: Ref) -> Mapping[str, Any] | None:
        """Return an object as the server has it; None where the user may not get it, or it is gone.

        Raises KubeError.
        """
        kinds = (kind for (_, name), kind in self.kinds.items() if name == ref.kind)
        for kind in kinds:
            with suppress(Forbidden, NotFound):
                raw = await self.client.get(kind, ref.namespace, ref.name)
                return msgspec.json.decode(raw, type=dict[str, Any])
        return None

    async def may_ask_releases(self) -> bool:
        """Return whether the user may ask something of releases. Raises KubeError."""
        kind = self.kinds.get(RELEASE)
        return kind is not None and await may(self.client, "patch", kind)

    async def ask_release(self, name: str, action: Action) -> str:
        """Write a request to a release, for whoever executes it. Raises KubeError."""
        kind = self.kinds.get(RELEASE)
        if kind is None:
            raise NotFound("the cluster knows no releases")
        value = f"{action} {datetime.now(UTC).isoformat()}"
        head = {"name": name, "annotations": {REQUEST_ANNOTATION: value}}
        about = {"apiVersion": kind.api_version, "kind": kind.kind, "metadata": head}
        await self.client.merge(kind, about)
        return value
