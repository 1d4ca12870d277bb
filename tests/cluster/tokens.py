"""Tokens of service accounts, as files inside pods.

Comes in: a pod that mounts projected tokens. Goes out: files with tokens that the API server issued
for this very pod, and the words that show them inside. A pod's files are this machine's, so a token
is mounted over a folder that is there, or below /run, of which such a pod has one of its own.
https://kubernetes.io/docs/concepts/storage/projected-volumes/#serviceaccounttoken
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from tests.cluster import pods
from tests.cluster.api_server import ApiServer
from tests.cluster.pods import Json

RENEWED = 0.8
"""The part of a token's life after which it is replaced, as a kubelet does."""


class PodTokens:
    """The tokens of one pod; `due` is when they are to be written again."""

    def __init__(self, pod: Json, folder: Path) -> None:
        self.wanted = tuple(pods.tokens(pod))
        self.due = 0.0 if self.wanted else float("inf")
        account = pod["spec"].get("serviceAccountName", "default")
        home = f"/api/v1/namespaces/{pod['metadata']['namespace']}"
        self.path = f"{home}/serviceaccounts/{account}/token"
        self.bound = {"kind": "Pod", "apiVersion": "v1", "name": pod["metadata"]["name"]}
        self.bound["uid"] = pod["metadata"]["uid"]
        self.folder = folder / "mounted"

    def renew(self, api: ApiServer) -> None:
        """Write every token anew. Raises RefusedError, OSError."""
        for one in self.wanted:
            spec = {"expirationSeconds": one.seconds, "boundObjectRef": self.bound}
            if one.audience:
                spec["audiences"] = [one.audience]
            issued = api.ask(self.path, "POST", {"spec": spec})["status"]["token"]
            file = self._outside(one.mount) / one.path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(issued)
            self.due = time.monotonic() + RENEWED * one.seconds

    def mounts(self) -> Iterator[str]:
        """Yield the words by which the folders are seen inside."""
        for mount in sorted({_over(one.mount) for one in self.wanted}):
            yield f"file={self._outside(mount)}:{mount}"

    def _outside(self, mount: str) -> Path:
        return self.folder / mount.removeprefix("/var").strip("/")


def _over(mount: str) -> str:
    """Return the folder of this machine that a mount lies over.

    >>> _over("/var/run/secrets/tokens")
    '/run'
    """
    inside = mount.removeprefix("/var")
    return "/run" if inside.startswith("/run/") else mount
