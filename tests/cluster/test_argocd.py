"""A release that real Argo CD follows, as `docs/argo-cd.md` shows it, without a failed request.

Argo CD's own repository server and controller, a real API server and istiod, the operator, stock
Envoys. The whole figures are those of `./dev figures argocd`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest

from tests.argocd.following import followed
from tests.argocd.installation import installation
from tests.argocd.load import load
from tests.argocd.releases import RELEASE, REQUEST, heal, request, tracked
from tests.argocd.remote import Remote
from tests.argocd.scripts import CONTRIB
from tests.cluster.control_plane import VERSIONS, ControlPlane
from tests.cluster.lanes import GATEWAY, asked, label, wait
from tests.cluster.operated import kinds, operator, ours, until
from tests.conftest import Had
from tests.engines import engine
from tests.house.console import commands_of, matches

pytestmark = pytest.mark.cluster
ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "argo-cd.md"
INJECTED = {"istio-injection": "enabled", "istio.io/rev": VERSIONS[0].replace(".", "-")}


@pytest.fixture(scope="module")
def gateway(plane: ControlPlane, entry: int, had: Had) -> Iterator[int]:
    """The operator and Argo CD at work on a cluster with a node; the port of its gateway."""
    had(partial(engine, "argocd"))
    label(plane, INJECTED)
    asked(plane, "apply", "-f", str(GATEWAY))
    try:
        with kinds(plane), operator(plane, VERSIONS[0]), installation(plane, scripts=False):
            yield entry
    finally:
        asked(plane, "delete", "--wait=false", "-f", str(GATEWAY))
        wait(plane, "--for=delete", "pod")
        label(plane, dict.fromkeys(INJECTED))


def test_page_shows_a_release_that_argocd_follows_and_no_request_fails(
    plane: ControlPlane, gateway: int, tmp_path: Path
) -> None:
    remote = Remote(tmp_path)
    remote.push("v1 and v2")
    variables = _shell(plane, remote, gateway, tmp_path)
    with ExitStack() as opened:
        opened.enter_context(followed(plane, remote, CONTRIB / "application.yaml", create=False))
        calling = None
        for command in commands_of(PAGE.read_text(), "argocd"):
            if "laneway release" in command.text and calling is None:
                calling = opened.enter_context(load(gateway))
            said = _run(command.text, variables)
            assert matches(command.output, said.stdout.splitlines()), said
        assert calling is not None
        span = calling.lap()
        assert span.total > 100
        assert span.failed == {}
    until(lambda: ours(plane) == [], f"{ours(plane)} is left")


def test_self_heal_leaves_a_request_to_a_release_alone(
    plane: ControlPlane, gateway: int, tmp_path: Path
) -> None:
    assert gateway
    with tracked(plane, tmp_path) as following:
        asked(plane, "annotate", *RELEASE, f"{REQUEST}=pause 2026-11-30T09:00:00Z")
        heal(plane, following)
        assert request(plane) == "pause 2026-11-30T09:00:00Z"


def _shell(plane: ControlPlane, remote: Remote, gateway: int, folder: Path) -> dict[str, str]:
    """Return the environment of a person at a shell, with kubectl and this Laneway."""
    programs = folder / "bin"
    programs.mkdir()
    (programs / "kubectl").symlink_to(engine("kubectl"))
    own = Path(sys.executable).parent
    return {
        **os.environ,
        "PATH": os.pathsep.join((str(programs), str(own), os.environ["PATH"])),
        "KUBECONFIG": str(plane.kubeconfig),
        "HOME": str(folder),
        "SHOP": remote.url,
        "GATEWAY": f"127.0.0.1:{gateway}",
    }


def _run(text: str, variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ("sh", "-c", text),
        env=variables,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )
