"""An istiod as Istio's chart installs it: it asks who asks, on an address that is not loopback.

Comes in: a running control plane, a version, and the namespaces that may read its debug pages. Goes
out: where it answers, and what its certificate is held against. Callers on its own machine's
loopback would be believed without a token, so it listens on another address of this machine.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from msgspec import Struct

from laneway.adapters.istiod import IstiodCredentials
from laneway.core.live.replicas import IstiodReplica
from tests.cluster.api_server import RefusedError
from tests.cluster.children import Children
from tests.cluster.control_plane import (
    ROOT,
    ControlPlane,
    answers,
    environment,
    free_ports,
    wait,
)
from tests.engines import engine

NOBODY = ("192.0.2.1", 9)
"""An address of documentation: asking which way leads there sends nothing."""
TOLD = {
    "POD_NAMESPACE": ROOT,
    "REVISION": "default",
    "ENABLE_LEADER_ELECTION": "false",
    "PILOT_CERT_PROVIDER": "istiod",
    "PILOT_ENABLE_GATEWAY_API": "false",
    "INJECTION_WEBHOOK_CONFIG_NAME": "",
    "VALIDATION_WEBHOOK_CONFIG_NAME": "",
}


class Guarded(Struct, frozen=True):
    """A running istiod that asks for tokens, and the folder for those and its certificate."""

    plane: ControlPlane
    replica: IstiodReplica
    folder: Path

    def credentials(self, namespace: str) -> IstiodCredentials:
        """Return those of an account of a namespace, with a token that the API server issued."""
        home = f"/api/v1/namespaces/{namespace}/serviceaccounts"
        with suppress(RefusedError):  # it may be there
            self.plane.api.ask("/api/v1/namespaces", "POST", {"metadata": {"name": namespace}})
        with suppress(RefusedError):
            self.plane.api.ask(home, "POST", {"metadata": {"name": "laneway"}})
        asked = {"spec": {"audiences": ["istio-ca"], "expirationSeconds": 600}}
        issued = self.plane.api.ask(f"{home}/laneway/token", "POST", asked)
        token = self.folder / f"token-{namespace}"
        token.write_text(issued["status"]["token"])
        return IstiodCredentials(token, self.folder / "root.pem")


def address() -> str:
    """Return an address of this machine that is not loopback, empty where it has none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            asking.connect(NOBODY)
        except OSError:
            return ""
        found: str = asking.getsockname()[0]
    return "" if found.startswith("127.") else found


@contextmanager
def guarded(
    plane: ControlPlane, folder: Path, version: str, allowed: str = ""
) -> Iterator[Guarded]:
    """Run an istiod that asks for tokens; `allowed` namespaces may read its debug pages."""
    folder.mkdir(parents=True, exist_ok=True)
    children, host = Children(folder / "logs"), address()
    plain, secure, debug, ready = free_ports(4)
    (folder / "mesh.yaml").write_text(json.dumps({"rootNamespace": ROOT}))
    command = [
        str(engine(f"istiod-{version}")),
        "discovery",
        f"--kubeconfig={plane.kubeconfig}",
        f"--meshConfig={folder / 'mesh.yaml'}",
        f"--networksConfig={folder / 'none'}",
        f"--grpcAddr={host}:{plain}",
        f"--secureGRPCAddr={host}:{secure}",
        f"--httpAddr=127.0.0.1:{ready}",
        "--httpsAddr=",
        f"--monitoringAddr={host}:{debug}",
        "--ctrlz_port=0",
    ]
    told = {**environment(folder), **TOLD, "POD_NAME": f"istiod-{version}"}
    children.start("istiod", command, told | {"DEBUG_ENDPOINT_AUTH_ALLOWED_NAMESPACES": allowed})
    try:
        wait(children, "istiod", lambda: answers(f"http://127.0.0.1:{ready}/ready"))
        root = f"/api/v1/namespaces/{ROOT}/configmaps/istio-ca-root-cert"
        wait(children, "istiod", lambda: _written(plane.api.ask(root), folder / "root.pem"))
        replica = IstiodReplica(f"istiod-{version}", host, "default", plain, secure, debug)
        yield Guarded(plane, replica, folder)
    finally:
        children.kill()


def _written(found: Any, file: Path) -> bool:
    file.write_text(found["data"]["root-cert.pem"])
    return True
