"""A LaneRelease in an Application that heals itself, and what people ask of it in Argo CD.

Comes in: a control plane on which Argo CD runs with our scripts. Goes out: a release whose status
says that an agent executes it, and a self-heal that surely has gone by. Who stands for the agent
writes that status and nothing else.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.argocd.action_scripts import read
from tests.argocd.api_server import ApiServer
from tests.argocd.following import Following, followed
from tests.argocd.installation import refresh
from tests.argocd.remote import SAMPLE, Remote
from tests.argocd.scripts import CONTRIB
from tests.cluster.control_plane import ControlPlane
from tests.cluster.lanes import asked
from tests.cluster.operated import until

REQUEST = "laneway.dev/request"
RELEASE = ("lanerelease", "v3")
RUNNING = CONTRIB / "laneway.dev" / "LaneRelease" / "testdata" / "running.yaml"

Json = dict[str, Any]


@contextmanager
def tracked(plane: ControlPlane, folder: Path) -> Iterator[Following]:
    """Have Argo CD keep the example's release, and nothing else; yield once it is in."""
    remote = Remote(folder)
    (remote.tree / "release").mkdir()
    remote.write({"release/v3.yaml": (SAMPLE.parent / "release.yaml").read_text()})
    commit = remote.push("a release")
    with followed(plane, remote, CONTRIB / "application.yaml", path="release") as found:
        found.until(lambda status: status.get("sync", {}).get("revision") == commit, "not in")
        until(lambda: bool(seen(plane)), "there is no release")
        yield found


def seen(plane: ControlPlane) -> Json:
    """Return the release as it is; nothing if it is not there."""
    said = asked(plane, "get", *RELEASE, "-o=json", "--ignore-not-found")
    found: Json = json.loads(said) if said else {}
    return found


def execute(plane: ControlPlane, status: Json) -> None:
    """Write a status, as the agent does that executes releases."""
    patch = json.dumps({"status": status})
    asked(plane, "patch", *RELEASE, "--subresource=status", "--type=merge", f"-p={patch}")


def heal(plane: ControlPlane, following: Following) -> None:
    """Edit a field that Git has, and wait until Argo CD has put it right."""
    wanted = seen(plane)["spec"]["stages"]
    edit = '{"spec": {"stages": [{"weights": {"v1": 100, "v3": 0}}]}}'
    asked(plane, "patch", *RELEASE, "--type=merge", f"-p={edit}")
    refresh(plane, following.name)
    until(lambda: bool(seen(plane)["spec"]["stages"] == wanted), "the edit is not put right")


def request(plane: ControlPlane) -> str:
    """Return what is asked of the release; empty for nothing."""
    found: str = seen(plane)["metadata"].get("annotations", {}).get(REQUEST, "")
    return found


def actions(plane: ControlPlane, server: ApiServer, tell: Callable[[str], object]) -> None:
    """Ask through Argo CD's own command line and API, and see that self-heal takes nothing away."""
    with tempfile.TemporaryDirectory() as folder, tracked(plane, Path(folder)) as following:
        where = (following.name, "--kind=LaneRelease")
        named = f"--resource-name={RELEASE[1]}"
        tell(server.argocd("app", "actions", "list", *where).stdout)
        refused = server.argocd("app", "actions", "run", where[0], "pause", where[1], named)
        assert refused.returncode != 0
        tell(f"pause without an agent: {_words(refused.stderr)}\n")
        assert request(plane) == ""
        execute(plane, read(RUNNING)["status"])
        following.until(_is_progressing, "its health is not told")
        done = server.argocd("app", "actions", "run", where[0], "pause", where[1], named)
        assert done.returncode == 0, done.stderr
        asked_first = request(plane)
        assert asked_first.startswith("pause 2")
        tell(f"pause: {asked_first}\n")
        heal(plane, following)
        assert request(plane) == asked_first
        tell("it is there yet behind a self-heal of another field\n")
        server.run(following.name, "set-weight", RELEASE[1], {"v1": "60", "v3": "40"})
        assert request(plane).startswith("set-weight v1=60 v3=40 2")
        tell(f"set-weight: {request(plane)}\n")


def _words(said: str) -> str:
    """Return the last thing that Argo CD's command line has logged, without codes around it."""
    message: str = json.loads(said.strip().splitlines()[-1])["msg"]
    return message.rpartition("desc = ")[2]


def _is_progressing(status: Json) -> bool:
    found = [one.get("health", {}).get("status") for one in status.get("resources", ())]
    return found == ["Progressing"]
