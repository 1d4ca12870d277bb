"""The operator on a cluster, as its users install it: by Helm, as a pod of its own account.

Comes in: a control plane whose node knows the image, and values of the chart. Goes out: a ready
operator; afterwards nothing of it is left but definitions. Its pods get what the chart gives them:
the account's roles, tokens that expire and are renewed, and no other way to anything.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.cluster.chart import CHART
from tests.cluster.control_plane import BRIDGE, ROOT, ControlPlane
from tests.cluster.lanes import asked
from tests.cluster.node import ISTIOD
from tests.engines import engine

NAME = "laneway"
ACCOUNT = f"system:serviceaccount:{ROOT}:{NAME}"
INSTALLATION = f"{NAME}-{ROOT}"
IMAGE = "test/laneway"
PROGRAM = f"{IMAGE}={Path(sys.executable).with_name('laneway')}"
"""What stands for the operator's image."""
SELECTOR = "-l=app.kubernetes.io/instance=laneway"
VALUES = (
    f"image.repository={IMAGE}",
    "namespaces={default,istio-system}",
    f"istiod.addresses={{{BRIDGE}:{ISTIOD[0]}:{ISTIOD[1]}}}",
    "drain=0.2",
    "wait=0.2",
    "replicas=1",
)


def helm(plane: ControlPlane, *words: str) -> str:
    """Return what Helm says; its refusal fails the test."""
    home = {"HOME": str(plane.folder), "PATH": ""}
    command = (str(engine("helm")), f"--kubeconfig={plane.kubeconfig}", f"--namespace={ROOT}")
    done = subprocess.run((*command, *words), env=home, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"helm {words}: {done.stderr}{told_by_pods(plane)}"
    return done.stdout


def told_by_pods(plane: ControlPlane) -> str:
    """Return the last words of the operator's pods."""
    logs = sorted(plane.folder.glob(f"node/pods/{ROOT}_{NAME}-*/operator.log"))
    return "".join(f"\n{log.parent.name}: {log.read_text()[-2000:]}" for log in logs)


@contextmanager
def installed(plane: ControlPlane, *values: str) -> Iterator[None]:
    """Have the operator run for the length of a block, or until it is uninstalled."""
    upgrade(plane, *values)
    try:
        yield
    finally:
        uninstall(plane)


def upgrade(plane: ControlPlane, *values: str) -> None:
    """Have the operator run with these values; returns when it is ready."""
    settings = [word for value in (*VALUES, *values) for word in ("--set", value)]
    helm(plane, "upgrade", "--install", NAME, str(CHART), *settings, "--wait", "--timeout=180s")


def uninstall(plane: ControlPlane) -> None:
    """Take the operator away; it may be gone already."""
    helm(plane, "uninstall", NAME, "--ignore-not-found", "--wait", "--timeout=180s")
    asked(plane, "wait", f"-n={ROOT}", "--for=delete", "pod", SELECTOR, "--timeout=180s")
