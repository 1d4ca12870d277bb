"""Argo CD's own API server beside an installation, and its command line.

Comes in: an installation. Goes out: a port that takes webhooks of code hosts, and the words of a
person at a shell. Whoever asks is let in: nobody but this machine reaches it.
https://argo-cd.readthedocs.io/en/stable/operator-manual/server-commands/argocd-server/
"""

from __future__ import annotations

import http.client
import json
import subprocess
from collections.abc import Mapping
from contextlib import closing

from msgspec import Struct

from tests.argocd.installation import Installation
from tests.cluster.control_plane import free_ports
from tests.engines import engine

NAME = "argocd-server"
"""By this name the program is the server, by any other the command line."""


class ApiServer(Struct, frozen=True):
    """The running server."""

    installation: Installation
    port: int

    def argocd(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run Argo CD's command line against it."""
        where = (f"--server=127.0.0.1:{self.port}", "--plaintext")
        return subprocess.run(
            (str(engine("argocd-cli")), *words, *where),
            env=self.installation.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def tell(self, url: str) -> int:
        """Send a webhook about a push to main, as GitHub does; return the status of its answer."""
        named = {"html_url": url, "default_branch": "main"}
        body = json.dumps({"ref": "refs/heads/main", "repository": named})
        headers = {"Content-Type": "application/json", "X-GitHub-Event": "push"}
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)) as connection:
            connection.request("POST", "/api/webhook", body, headers)
            return connection.getresponse().status

    def run(self, name: str, action: str, release: str, parameters: Mapping[str, str]) -> None:
        """Run an action of a LaneRelease with parameters, which the command line does not take."""
        given = [{"name": one, "value": value} for one, value in parameters.items()]
        body = {
            "name": name,
            "resourceName": release,
            "action": action,
            "group": "laneway.dev",
            "kind": "LaneRelease",
            "version": "v1alpha1",
            "resourceActionParameters": given,
        }
        path = f"/api/v1/applications/{name}/resource/actions/v2"
        headers = {"Content-Type": "application/json"}
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as connection:
            connection.request("POST", path, json.dumps(body), headers)
            answer = connection.getresponse()
            assert answer.status == 200, answer.read()


def api_server(found: Installation) -> ApiServer:
    """Start it beside an installation, with which it ends."""
    port, metrics = free_ports(2)
    program = found.home / "bin" / NAME
    if not program.exists():
        program.symlink_to(engine("argocd-cli"))
    words = (
        *("--insecure", "--disable-auth", found.cache, *found.asking),
        *("--address=127.0.0.1", f"--port={port}"),
        *("--metrics-address=127.0.0.1", f"--metrics-port={metrics}"),
        *(f"--repo-server={found.repository}", "--repo-server-plaintext"),
    )
    found.start(NAME, str(program), words, metrics)
    return ApiServer(found, port)
