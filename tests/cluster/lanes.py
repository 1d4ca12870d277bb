"""An example on the cluster: its own objects, what Laneway renders of them, and requests to it.

Comes in: a folder of examples and a version of Istio. Goes out: answers of the gateway, once every
lane answers as a whole. The vendor's kinds are left out, as this API server does not know them: a
cluster gets what Laneway makes of them. Nothing of it is left afterwards.
"""

from __future__ import annotations

import http.client
import subprocess
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import yaml
from msgspec import Struct

from laneway.core.judging.shares import bounds
from tests.cluster.control_plane import ControlPlane, kubectl
from tests.cluster.pods import PROXY, PROXY_IMAGE
from tests.wire.laneway_up import VERSION, laneway

NAMESPACES = ("default", "istio-system")
VENDORS = "istio.alibabacloud.com/"
GATEWAY = Path(__file__).with_name("gateway.yaml")
NEVER = 10**9
"""Runs in which chance alone may once take a share out of its bounds."""
PATIENCE = 180.0
"""Seconds after which what does not answer is given up."""

Versions = tuple[str, ...]
"""The versions that answered a request, the first service's first."""


class Lanes(Struct, frozen=True):
    """Lanes that run on a cluster, behind the gateway at a port of this machine."""

    port: int

    def ask(self, number: int, headers: Mapping[str, str], path: str = "/mock") -> Counter[Any]:
        """Count what requests over one connection come to: versions, or a status but 200."""
        found: Counter[Any] = Counter()
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)) as connection:
            for _ in range(number):
                connection.request("GET", path, headers=dict(headers))
                answer = connection.getresponse()
                text = answer.read().decode()
                versions = tuple(version for _, version, _ in VERSION.findall(text))
                found[versions if answer.status == 200 else answer.status] += 1
        return found

    def shares(self, number: int, wanted: Mapping[Versions, float]) -> None:
        """Ask without a header: each chain as often as its share says, and nothing else."""
        met = self.ask(number, {})
        assert set(met) == set(wanted), met
        for chain, share in wanted.items():
            least, most = bounds(number, share, NEVER)
            assert least <= met[chain] <= most, met

    def until(self, wanted: Iterable[Versions], headers: Mapping[str, str]) -> None:
        """Ask until each of some chains has answered; no whole chain but these may."""
        missing, until = set(wanted), time.monotonic() + PATIENCE
        allowed = frozenset(missing)
        while missing:
            met = self._try(headers)
            missing.discard(met)
            whole = isinstance(met, tuple) and len(met) == 3
            assert not whole or met in allowed, f"{met} answered before all was live"
            assert time.monotonic() < until, f"{missing} never answered, the last was {met}"

    def _try(self, headers: Mapping[str, str]) -> Any:
        """Return what one request comes to, or why there is no answer yet."""
        try:
            (met,) = self.ask(1, headers)
        except (OSError, http.client.HTTPException) as problem:
            return repr(problem)
        return met


@contextmanager
def running(plane: ControlPlane, port: int, example: Path, version: str) -> Iterator[Lanes]:
    """Have an example run on a cluster, its proxies joined to the istiod of a version."""
    label(plane, {"istio-injection": "enabled", "istio.io/rev": version.replace(".", "-")})
    objects = list(_objects(example))
    try:
        asked(plane, "apply", "-f", "-", told=yaml.dump_all(objects))
        wait(plane, "--for=condition=Available", "deployment")
        yield Lanes(port)
    finally:
        mine = [item for item in objects if item["kind"] != "Namespace"]
        words = ("delete", "--wait=false", "--ignore-not-found", "-f", "-")
        asked(plane, *words, told=yaml.dump_all(mine))
        wait(plane, "--for=delete", "pod")
        label(plane, dict.fromkeys(("istio-injection", "istio.io/rev")))


def wait(plane: ControlPlane, condition: str, kind: str) -> None:
    """Wait until all objects of a kind meet a condition, in the namespaces of the examples."""
    for namespace in NAMESPACES:
        asked(plane, "wait", condition, kind, "--all", f"-n={namespace}", "--timeout=180s")


def asked(plane: ControlPlane, *words: str, told: str = "") -> str:
    """Return what kubectl says; its refusal fails the test."""
    command = (*kubectl(plane), *words)
    done = subprocess.run(command, input=told, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"kubectl {words}: {done.stderr}"
    return done.stdout


def label(plane: ControlPlane, labels: Mapping[str, str | None]) -> None:
    """Label the namespaces of the examples, or take labels away."""
    for namespace in NAMESPACES:
        path = f"/api/v1/namespaces/{namespace}"
        plane.api.ask(path, "PATCH", {"metadata": {"labels": dict(labels)}})


def injected(item: dict[str, Any]) -> dict[str, Any]:
    """Return an object with the proxy that Istio puts into the pods of a Deployment."""
    if item["kind"] == "Deployment":
        pod = item["spec"]["template"]["spec"]
        pod["containers"] = [*pod["containers"], {"name": PROXY, "image": PROXY_IMAGE}]
    return item


def _objects(example: Path) -> Iterator[dict[str, Any]]:
    """Yield all that is applied, routes before what they lead to."""
    texts = [*(path.read_text() for path in sorted(example.glob("*.yaml"))), GATEWAY.read_text()]
    rendered = laneway("render", str(example))
    assert rendered.returncode == 0, rendered.stderr
    found = [
        item for text in (rendered.stdout, *texts) for item in yaml.safe_load_all(text) if item
    ]
    kept = [item for item in found if not item["apiVersion"].startswith(VENDORS)]
    yield from sorted(kept, key=lambda item: item["kind"] == "Deployment")
