"""Argo CD on a cluster: its repository server, its controller and a Redis, beside the API server.

Comes in: a control plane. Goes out: an installation with the ConfigMap of `contrib/argocd`, that
follows Applications; none of Argo CD's own waits is shortened but the poll, for which every push
asks as a webhook does. No user interface, no API of Argo CD's own.
https://argo-cd.readthedocs.io/en/stable/operator-manual/architecture/
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import yaml
from msgspec import Struct

from tests.argocd.scripts import CONTRIB
from tests.cluster.api_server import RefusedError
from tests.cluster.children import Children
from tests.cluster.control_plane import ControlPlane, answers, environment, free_ports, wait
from tests.cluster.lanes import asked
from tests.cluster.operated import until
from tests.engines import ARGOCD_CRDS, argocd_crd, argocd_wrapper, engine

NAMESPACE = "argocd"
PART = {"app.kubernetes.io/part-of": "argocd"}
OBJECTS: tuple[dict[str, Any], ...] = (
    {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}},
    *(
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": f"argocd-{name}", "namespace": NAMESPACE, "labels": PART},
        }
        for name in ("cm", "rbac-cm", "ssh-known-hosts-cm", "tls-certs-cm")
    ),
    {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "argocd-secret", "namespace": NAMESPACE, "labels": PART},
        "stringData": {"server.secretkey": "without it no changed setting is heeded"},
    },
    {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "AppProject",
        "metadata": {"name": "default", "namespace": NAMESPACE},
        "spec": {
            "sourceRepos": ["*"],
            "destinations": [{"server": "*", "namespace": "*"}],
            "clusterResourceWhitelist": [{"group": "*", "kind": "*"}],
        },
    },
)
"""What Argo CD's manifests install, as far as its controller asks for it."""


class Installation(Struct, frozen=True):
    """Argo CD at work: its programs, and the words by which further ones join them."""

    children: Children
    home: Path
    environment: dict[str, str]
    cache: str
    repository: str
    asking: tuple[str, ...]

    def start(self, name: str, program: str, words: Sequence[str], healthy: int) -> None:
        """Start a program and wait until it answers at a port."""
        self.children.start(name, (program, *words), self.environment)
        address = f"http://127.0.0.1:{healthy}/metrics"
        wait(self.children, name, partial(answers, address))


@contextmanager
def installation(
    plane: ControlPlane, *, scripts: bool = True, poll: int = 0
) -> Iterator[Installation]:
    """Have Argo CD run, with or without our scripts; its Applications and kinds go with it.

    `poll` is the time between looks at repositories in seconds, 0 for Argo CD's own.
    """
    definitions = [yaml.safe_load(argocd_crd(kind).read_text()) for kind in ARGOCD_CRDS]
    names = [one["metadata"]["name"] for one in definitions]
    children = Children(plane.folder / "logs")
    ours = (f"namespace/{NAMESPACE}", *(f"crd/{name}" for name in names))
    asked(plane, "wait", "--for=delete", *ours, "--timeout=180s")  # those of one before this
    try:
        told = yaml.dump_all(definitions)
        asked(plane, "apply", "--server-side", "-f", "-", told=told)
        until(lambda: all(_is_served(plane, name) for name in names), "its kinds are not known")
        asked(plane, "apply", "--server-side", "-f", "-", told=yaml.dump_all(OBJECTS))
        if scripts:
            patch = ("patch", "configmap", "argocd-cm", f"-n={NAMESPACE}")
            asked(plane, *patch, f"--patch-file={CONTRIB / 'argocd-cm.yaml'}")
        yield _start(plane, children, poll)
    finally:
        children.kill()
        gone = ("--ignore-not-found", "--wait=false")
        asked(plane, "delete", "crd", *names, *gone)
        asked(plane, "delete", "namespace", NAMESPACE, *gone)


def _is_served(plane: ControlPlane, name: str) -> bool:
    plural = name.partition(".")[0]
    try:
        plane.api.ask(f"/apis/argoproj.io/v1alpha1/{plural}")
    except RefusedError:
        return False
    return True


def _start(plane: ControlPlane, children: Children, poll: int) -> Installation:
    redis, repository, metrics, healthy = free_ports(4)
    home = plane.folder / "argocd"
    (home / ".kube").mkdir(parents=True, exist_ok=True)
    (home / ".kube" / "config").write_bytes(plane.kubeconfig.read_bytes())
    wrapper = home / "bin" / "git-verify-wrapper.sh"
    wrapper.parent.mkdir(exist_ok=True)
    shutil.copyfile(argocd_wrapper(), wrapper)
    wrapper.chmod(0o755)
    usual = environment(home)
    told = usual | {
        "PATH": os.pathsep.join((str(wrapper.parent), usual["PATH"])),
        "ARGOCD_FAKE_IN_CLUSTER": "true",
        "ARGOCD_GPG_ENABLED": "false",
        "ARGOCD_TLS_DATA_PATH": str(home / "tls"),
        "ARGOCD_SSH_DATA_PATH": str(home / "ssh"),
        "ARGOCD_PLUGINSOCKFILEPATH": str(home / "plugins"),
        "TMPDIR": str(home),
        "HOSTNAME": "argocd-application-controller-0",
    }
    if poll:  # a hard look asks Git itself: what this Redis remembers never gets too old
        told |= {f"ARGOCD_{one}RECONCILIATION_TIMEOUT": f"{poll}s" for one in ("", "HARD_")}
        told["ARGOCD_RECONCILIATION_JITTER"] = "0s"
    found = Installation(
        children,
        home,
        told,
        f"--redis=127.0.0.1:{redis}",
        f"127.0.0.1:{repository}",
        (f"--kubeconfig={plane.kubeconfig}", f"--namespace={NAMESPACE}"),
    )
    program = str(engine("argocd"))
    children.start("redis", (program, "redis", f"127.0.0.1:{redis}"), told)
    words = ("argocd-repo-server", found.cache, "--address=127.0.0.1", f"--port={repository}")
    places = ("--metrics-address=127.0.0.1", f"--metrics-port={metrics}")
    plain = ("--disable-tls", "--client-ca-path=")
    found.start("argocd-repo-server", program, (*words, *places, *plain), metrics)
    controller = (
        *("argocd-application-controller", found.cache, *found.asking),
        *(f"--repo-server={found.repository}", "--repo-server-plaintext"),
        *(f"--metrics-port={healthy}", "--persist-resource-health"),
    )
    found.start("argocd-application-controller", program, controller, healthy)
    return found


def application(plane: ControlPlane, name: str) -> dict[str, Any]:
    """Return an Application as it is now."""
    words = ("get", "application", name, f"-n={NAMESPACE}", "-o=json")
    found: dict[str, Any] = json.loads(asked(plane, *words))
    return found


def refresh(plane: ControlPlane, name: str) -> None:
    """Have an Application looked at now, as a webhook does."""
    words = ("annotate", "application", name, f"-n={NAMESPACE}", "--overwrite")
    asked(plane, *words, "argocd.argoproj.io/refresh=normal")
