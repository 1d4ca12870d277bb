"""Asks the real API server whether it would take objects of the lane kinds, and why not.

Comes in: an object as somebody wrote it. Goes out: nothing, or the words of the refusal. Nothing is
stored, and one connection serves all, so that hundreds of objects are asked about in a second or
two.
"""

from __future__ import annotations

import http.client
import json
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from msgspec import Struct

from laneway.core.emit.crds.definitions import DEFINITIONS
from tests.cluster.api_server import PATIENCE, ApiServer
from tests.cluster.control_plane import ControlPlane
from tests.cluster.lanes import asked
from tests.wire.laneway_up import laneway

CRDS = [one.name for one in DEFINITIONS]
KINDS = {one.kind: one for one in DEFINITIONS}


def make_known(plane: ControlPlane) -> None:
    """Have a cluster know the kinds, as a user does it."""
    printed = laneway("crds")
    assert printed.returncode == 0, printed.stderr
    asked(plane, "apply", "--server-side", "-f", "-", told=printed.stdout)
    asked(plane, "wait", "--for=condition=Established", "crd", *CRDS, "--timeout=30s")


class DryRuns(Struct, frozen=True):
    """A connection to the API server."""

    connection: http.client.HTTPSConnection
    token: str

    def refusal(self, body: Mapping[str, Any]) -> str:
        """Return why an object would not be created; empty if it would. Its namespace is ours."""
        kind = KINDS[body["kind"]]
        head = {**body["metadata"], "namespace": "default" if kind.is_namespaced else None}
        space = "/namespaces/default" if kind.is_namespaced else ""
        self.connection.request(
            "POST",
            f"/apis/{body['apiVersion']}{space}/{kind.plural}?dryRun=All&fieldValidation=Strict",
            json.dumps({**body, "metadata": head}),
            {"authorization": f"Bearer {self.token}", "content-type": "application/json"},
        )
        answer = self.connection.getresponse()
        said = json.loads(answer.read())
        assert answer.status in (201, 400, 422), said
        return "" if answer.status == 201 else said["message"]


@contextmanager
def dry_runs(api: ApiServer) -> Iterator[DryRuns]:
    """Connect."""
    trusted = ssl.create_default_context(cafile=api.certificate)
    connection = http.client.HTTPSConnection(
        "127.0.0.1", api.port, timeout=PATIENCE, context=trusted
    )
    try:
        yield DryRuns(connection, api.token)
    finally:
        connection.close()
