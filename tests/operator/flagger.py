"""Flagger, built from its Go module and run beside an API server, with what it needs around it.

Comes in: a control plane without controllers, a kubeconfig, a folder. Goes out: a running Flagger,
as its chart starts it, which finds a Prometheus that calls everything well, and whose Deployments
are ready as soon as it has made them. Nothing of it is kept but Go's own caches.
"""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import yaml

from tests.cluster.children import Children
from tests.cluster.control_plane import ControlPlane, environment, free_ports
from tests.cluster.writer import Writer
from tests.engines import SOURCES, EngineAbsentError, go_command
from tests.laws.objects import Object

MODULE = "github.com/fluxcd/flagger"
VERSION = "v1.44.0"
NAME = "flagger"


def built(folder: Path) -> Path:
    """Return the program, built into a folder; raises EngineAbsentError where it cannot be."""
    _go(folder, "install", "-trimpath", f"{MODULE}/cmd/flagger@{VERSION}")
    return folder / NAME


def kinds(folder: Path) -> Iterator[Object]:
    """Yield the CustomResourceDefinitions that lie in the module."""
    told = json.loads(_go(folder, "mod", "download", "-json", f"{MODULE}@{VERSION}"))
    text = (Path(told["Dir"]) / "artifacts" / "flagger" / "crd.yaml").read_text()
    yield from (one for one in yaml.safe_load_all(text) if one)


def _go(folder: Path, *words: str) -> str:
    own = {"GOTOOLCHAIN": "local", "GOWORK": "off", "GOBIN": str(folder)}
    done = subprocess.run(
        (*go_command(SOURCES), *words),
        cwd=folder,
        env=os.environ | own,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise EngineAbsentError(f"no {NAME} {VERSION}: {done.stderr.strip()[-500:]}")
    return done.stdout


@contextmanager
def running(
    plane: ControlPlane, children: Children, program: Path, kubeconfig: Path
) -> Iterator[int]:
    """Have Flagger run; gives its process."""
    with _prometheus() as port:
        words = (
            *(f"-kubeconfig={kubeconfig}", "-mesh-provider=istio", "-log-level=info"),
            f"-metrics-server=http://127.0.0.1:{port}",
            f"-port={free_ports(1)[0]}",
        )
        process = children.start(NAME, (program, *words), environment(plane.folder))
        try:
            yield process.pid
        finally:
            process.terminate()
            process.wait(60)
            children.running.pop(NAME)


@contextmanager
def _prometheus() -> Iterator[int]:
    """Answer every query with 1, which is how Flagger asks whether anybody is there."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _One)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


class _One(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        found = {"resultType": "vector", "result": [{"metric": {}, "value": [0, "1"]}]}
        body = json.dumps({"status": "success", "data": found}).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def make_ready(plane: ControlPlane) -> None:
    """Say of every Deployment that all its pods are there, from now on, as a cluster would."""
    threading.Thread(target=_all_ready, args=(plane,), daemon=True).start()


def _all_ready(plane: ControlPlane) -> None:
    path = "/apis/apps/v1/deployments"
    with closing(Writer(plane.api)) as writer:
        for event in plane.api.changes(f"{path}?watch=true"):
            item: Object = event["object"]
            meta, status = item["metadata"], item.get("status", {})
            if event["type"] == "DELETED" or status.get("observedGeneration") == meta["generation"]:
                continue
            counts = ("replicas", "updatedReplicas", "readyReplicas", "availableReplicas")
            ready = dict.fromkeys(counts, item["spec"]["replicas"])
            writer.merge(
                {
                    **{key: item[key] for key in ("apiVersion", "kind") if key in item},
                    "metadata": {key: meta[key] for key in ("name", "namespace")},
                    "status": {**ready, "observedGeneration": meta["generation"]},
                },
                "/status",
            )
