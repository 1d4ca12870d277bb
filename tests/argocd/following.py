"""An Application that Argo CD follows, as somebody sees it who pushes and waits.

Comes in: a control plane with an installation, a remote, and a manifest of `contrib/argocd`. Goes
out: when a commit is in and healthy, and what was said of groups and lanes on the way.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml
from msgspec import Struct

from tests.argocd.installation import NAMESPACE, refresh
from tests.argocd.remote import Remote
from tests.cluster.api_server import RefusedError
from tests.cluster.control_plane import ControlPlane
from tests.cluster.lanes import asked

PATIENCE = 240.0
KIND = f"/apis/argoproj.io/v1alpha1/namespaces/{NAMESPACE}/applications"
GROUP_OF_LANES = "istio.alibabacloud.com"

CASCADE = {"metadata": {"finalizers": ["resources-finalizer.argocd.argoproj.io"]}}
"""What has Argo CD delete all that an Application applied, when that is deleted."""

Json = dict[str, Any]


class Settled(Struct, frozen=True):
    """How a commit came in: after so many seconds, and the health of each group and lane by turns.

    A health that is none at all is `-`.
    """

    seconds: float
    health: dict[str, list[str]]


class Following:
    """One Application."""

    def __init__(
        self, plane: ControlPlane, remote: Remote, manifest: Path, path: str = "."
    ) -> None:
        self.plane, self.remote = plane, remote
        self.body: Json = yaml.safe_load(manifest.read_text())
        self.body["spec"]["source"] |= {"repoURL": remote.url, "path": path}
        self.name: str = self.body["metadata"]["name"]

    def create(self) -> None:
        """Have Argo CD know it."""
        asked(self.plane, "apply", "-f", "-", told=yaml.dump(self.body))

    def seen(self) -> Json:
        """Return its status."""
        found: Json = self.plane.api.ask(f"{KIND}/{self.name}").get("status", {})
        return found

    def push(self, message: str) -> Settled:
        """Push what was edited, have Argo CD look, and wait until it is in and healthy."""
        begun = time.monotonic()
        commit = self.remote.push(message)
        refresh(self.plane, self.name)
        return self.until(lambda status: is_in(status, commit), f"{message}: not in", begun)

    def until(self, check: Callable[[Json], bool], problem: str, begun: float = 0.0) -> Settled:
        """Wait until its status is as wanted."""
        begun = begun or time.monotonic()
        health: dict[str, list[str]] = {}
        while True:
            status = self.seen()
            _note(status, health)
            if check(status):
                return Settled(time.monotonic() - begun, health)
            assert time.monotonic() < begun + PATIENCE, f"{problem}: {said(status)}"
            time.sleep(0.1)


def is_in(status: Json, commit: str) -> bool:
    """Whether a commit is applied, and all is well."""
    sync = status.get("sync", {})
    return (sync.get("status"), sync.get("revision")) == ("Synced", commit) and is_well(status)


def is_well(status: Json) -> bool:
    """Whether everything is healthy and no operation is under way or failed."""
    health = status.get("health", {}).get("status")
    return (health, status.get("operationState", {}).get("phase")) == ("Healthy", "Succeeded")


def said(status: Json) -> str:
    """Return the words of an Application on how it is."""
    operation = status.get("operationState", {})
    return " / ".join(
        str(one)
        for one in (
            status.get("sync", {}).get("status"),
            status.get("health", {}).get("status"),
            operation.get("phase"),
            operation.get("message"),
            [one.get("message") for one in status.get("conditions", ())],
        )
    )


def _note(status: Json, health: dict[str, list[str]]) -> None:
    for one in status.get("resources", ()):
        if one.get("group") == GROUP_OF_LANES:
            now = one.get("health", {}).get("status", "-")
            seen = health.setdefault(f"{one['kind']} {one['name']}", [])
            if seen[-1:] != [now]:
                seen.append(now)


@contextmanager
def followed(
    plane: ControlPlane, remote: Remote, manifest: Path, *, create: bool = True, path: str = "."
) -> Iterator[Following]:
    """Have Argo CD follow a remote, once somebody has created the Application.

    At the end all that it applied goes with it.
    """
    found = Following(plane, remote, manifest, path)
    if create:
        found.create()
    try:
        yield found
    finally:
        named = ("application", found.name, f"-n={NAMESPACE}")
        asked(plane, "patch", *named, "--type=merge", f"-p={json.dumps(CASCADE)}")
        asked(plane, "delete", *named, "--wait=false")
        _until_gone(plane, found.name)


def _until_gone(plane: ControlPlane, name: str) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            plane.api.ask(f"{KIND}/{name}")
        except RefusedError as refused:
            if refused.status == 404:
                return
            raise
        time.sleep(0.2)
    raise AssertionError(f"application {name} is not gone")
