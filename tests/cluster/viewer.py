"""Somebody who may look at a cluster and no more, with `kubectl laneway` on the PATH.

Comes in: a control plane, and the ClusterRole to be bound. Goes out: what kubectl says to that
ServiceAccount. kubectl finds the plugin as it finds any, by its name on the PATH.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from msgspec import Struct

from tests.cluster.chart import chart_objects
from tests.cluster.control_plane import ControlPlane
from tests.cluster.lanes import asked, label
from tests.engines import engine

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "strict-lanes"
PLUGINS = {
    "kubectl-laneway": "kubectl_laneway",
    "kubectl_complete-laneway": "kubectl_complete_laneway",
}
APPS = ("mocka", "mockb", "mockc")
VERSIONS = ("v1", "v2", "v3")
CONDITIONS = {"Ready": "True", "Reconciling": "False", "Stalled": "False", "Live": "True"}
"""What an operator says of a group that is live."""


class Viewer(Struct, frozen=True):
    """A person at a shell."""

    environment: dict[str, str]

    def kubectl(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Return how kubectl ended."""
        return subprocess.run(
            ("kubectl", *words),
            env=self.environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def begin(self, *words: str) -> subprocess.Popen[str]:
        """Start kubectl, its output to be read on the way."""
        return subprocess.Popen(
            ("kubectl", *words), env=self.environment, cwd=ROOT, stdout=subprocess.PIPE, text=True
        )

    def shell(self, text: str) -> subprocess.CompletedProcess[str]:
        """Return how a line of a shell ended."""
        return subprocess.run(
            ("sh", "-c", text),
            env=self.environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )


@contextmanager
def viewer(plane: ControlPlane, folder: Path, name: str, role: dict[str, Any]) -> Iterator[Viewer]:
    """Bind a new ServiceAccount to a ClusterRole, and hand it a shell."""
    text = yaml.dump_all([role, _account(name), _binding(name, role["metadata"]["name"])])
    asked(plane, "apply", "-f", "-", told=text)
    token = asked(plane, "create", "token", name, "-n=default").strip()
    folder.mkdir()
    kubeconfig = folder / "kubeconfig"
    kubeconfig.write_text(json.dumps(_kubeconfig(plane, token)))
    for plugin, function in PLUGINS.items():
        file = folder / plugin
        start = f"from laneway.apps.cli import {function} as main; main()"
        file.write_text(f"#!/bin/sh\nexec {sys.executable} -c '{start}' \"$@\"\n")
        file.chmod(0o755)
    (folder / "kubectl").symlink_to(engine("kubectl"))
    path = os.pathsep.join((str(folder), os.environ["PATH"]))
    try:
        yield Viewer(
            {**os.environ, "PATH": path, "KUBECONFIG": str(kubeconfig), "HOME": str(folder)}
        )
    finally:
        asked(plane, "delete", "-f", "-", told=text)


@cache
def charts_viewer() -> dict[str, Any]:
    """Return the chart's role for whoever looks."""
    (found,) = [one for one in chart_objects() if one["metadata"]["name"].endswith("-viewer")]
    return found


def lean_viewer() -> dict[str, Any]:
    """Return a role that reads lanes and what Kubernetes has built in, and nothing of Istio."""
    groups = ("istio.alibabacloud.com", "")
    rules = [one for one in charts_viewer()["rules"] if one["apiGroups"][0] in groups]
    return charts_viewer() | {"metadata": {"name": "lean"}, "rules": rules}


def _account(name: str) -> dict[str, Any]:
    head = {"name": name, "namespace": "default"}
    return {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": head}


def _binding(name: str, role: str) -> dict[str, Any]:
    group = "rbac.authorization.k8s.io"
    return {
        "apiVersion": f"{group}/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": f"{name}-{role}"},
        "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": role},
        "subjects": [{"kind": "ServiceAccount", "name": name, "namespace": "default"}],
    }


def _kubeconfig(plane: ControlPlane, token: str) -> dict[str, Any]:
    cluster = {
        "server": plane.api.url,
        "certificate-authority": str(plane.api.certificate),
    }
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "shop", "cluster": cluster}],
        "users": [{"name": "viewer", "user": {"token": token}}],
        "contexts": [{"name": "shop", "context": {"cluster": "shop", "user": "viewer"}}],
        "current-context": "shop",
    }


@contextmanager
def strict_lanes(plane: ControlPlane) -> Iterator[None]:
    """Have a cluster hold the strict lanes of the examples, and a ready pod for each service."""
    texts = [(EXAMPLE / f"{name}.yaml").read_text() for name in ("lanes", "services", "gateway")]
    pods = [_pod(app, version) for version in VERSIONS for app in APPS]
    others = [one for text in texts for one in yaml.safe_load_all(text)]
    objects = [one for one in (*others, *pods) if one["kind"] != "Namespace"]
    asked(plane, "apply", "-f", "-", told=yaml.dump_all(objects))
    label(plane, {"istio-injection": "enabled"})
    for pod in pods:
        path = f"/api/v1/namespaces/default/pods/{pod['metadata']['name']}/status"
        ready = {"conditions": [{"type": "Ready", "status": "True"}]}
        plane.api.ask(path, "PATCH", {"status": ready})
    try:
        yield
    finally:
        asked(plane, "delete", "--force", "-f", "-", told=yaml.dump_all(objects))
        label(plane, {"istio-injection": None})


def _pod(app: str, version: str) -> dict[str, Any]:
    labels = {"app": app, "ASM_TRAFFIC_TAG": version}
    containers = [{"name": name, "image": f"test/{name}"} for name in ("app", "istio-proxy")]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": f"{app}-{version}", "namespace": "default", "labels": labels},
        "spec": {"containers": containers},
    }


def tell_status(plane: ControlPlane, **conditions: str) -> None:
    """Say of all groups and lanes what an operator would; a group last, as it does."""
    root = "/apis/istio.alibabacloud.com/v1"
    for plural in ("asmswimlanes", "asmswimlanegroups"):
        for one in plane.api.ask(f"{root}/{plural}")["items"]:
            head = one["metadata"]
            status = _status(head["generation"], CONDITIONS | conditions)
            body = {"apiVersion": one["apiVersion"], "kind": one["kind"], "status": status}
            path = f"{root}/{plural}/{head['name']}/status?fieldManager=laneway&force=true"
            plane.api.ask(path, "APPLY", body | {"metadata": {"name": head["name"]}})


def _status(generation: int, conditions: Mapping[str, str]) -> dict[str, Any]:
    words = {"Live": ("Live", "12 of 12 proxies after 240 ms")}
    if conditions["Live"] == "False":
        words = {"Live": ("ProxiesBehind", "11 of 12 proxies: mockb-v2.default is not connected")}
    told = [
        {
            "type": kind,
            "status": status,
            "reason": words.get(kind, ("Compiled", ""))[0],
            "message": words.get(kind, ("Compiled", ""))[1],
            "lastTransitionTime": "2026-11-29T12:00:00Z",
        }
        for kind, status in conditions.items()
    ]
    pods = {"ready": 3, "total": 3}
    return {"observedGeneration": generation, "pods": pods, "conditions": told}
