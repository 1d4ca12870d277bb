"""How soon after a watch event an operator sends its first request, by the API server's own record.

Comes in: a control plane whose operator has an account of its own. Goes out: seconds from a lane's
event, as another watch is told it, to the first request that the server got from that account. An
operator's own metrics cannot tell it, as they say nothing of what has not begun.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from tests.cluster.control_plane import AUDIT_LOG, ROOT, ControlPlane, kubeconfig_of
from tests.laws.objects import Object

NAME = "measured"
USER = f"system:serviceaccount:{ROOT}:{NAME}"
LANES = "/apis/istio.alibabacloud.com/v1/asmswimlanes"
PATIENCE = 60.0


def kubeconfig_of_its_own(plane: ControlPlane) -> Path:
    """Return a kubeconfig with an account whose requests the server writes down."""
    plane.api.ask(
        f"/api/v1/namespaces/{ROOT}/serviceaccounts",
        "POST",
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": NAME}},
    )
    group = "rbac.authorization.k8s.io"
    binding = {
        "apiVersion": f"{group}/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": NAME},
        "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": "cluster-admin"},
        "subjects": [{"kind": "ServiceAccount", "name": NAME, "namespace": ROOT}],
    }
    plane.api.ask(f"/apis/{group}/v1/clusterrolebindings", "POST", binding)
    asked = {"spec": {"expirationSeconds": 6 * 3600}}
    path = f"/api/v1/namespaces/{ROOT}/serviceaccounts/{NAME}/token"
    token = plane.api.ask(path, "POST", asked)["status"]["token"]
    found = plane.folder / f"{NAME}.kubeconfig"
    found.write_text(json.dumps(kubeconfig_of(replace(plane.api, token=token))))
    return found


class FirstRequests(Struct):
    """What a watch of lanes was told, and when."""

    plane: ControlPlane
    told: list[tuple[float, Object]] = field(default_factory=list)

    def after(self, weight: int, sent: float) -> float:
        """Return the seconds from the event of a lane's weight, which was sent at a time."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            heard = [at for at, lane in self.told if _weight(lane) == weight]
            asked = [at for at in self._asked() if at >= sent]
            if heard and asked:
                return min(asked) - min(heard)
            time.sleep(0.05)
        raise TimeoutError(f"no request after the event of weight {weight}")

    def _asked(self) -> Iterator[float]:
        """Yield when the operator asked for something that its work is, in seconds since 1970."""
        for line in (self.plane.folder / AUDIT_LOG).read_text().splitlines():
            event = json.loads(line)
            is_work = event.get("objectRef", {}).get("resource") != "leases"
            if is_work and event["user"]["username"] == USER and event["verb"] != "watch":
                yield datetime.fromisoformat(event["requestReceivedTimestamp"]).timestamp()


@contextmanager
def first_requests(plane: ControlPlane) -> Iterator[FirstRequests]:
    """Watch lanes for the length of a block."""
    found = FirstRequests(plane)
    version = plane.api.ask(LANES)["metadata"]["resourceVersion"]

    def listen() -> None:
        query = f"{LANES}?watch=true&resourceVersion={version}&timeoutSeconds=3600"
        for event in plane.api.changes(query):
            found.told.append((time.time(), event["object"]))

    threading.Thread(target=listen, daemon=True).start()
    yield found


def _weight(lane: Object) -> int | None:
    weight: int | None = lane["spec"].get("ingressWeight", {}).get("weight")
    return weight
