"""The same pushes by real Argo CD and by `laneway sync`, one after the other: the same states.

Comes in: a control plane on which the operator and Argo CD run. Goes out: for each push the objects
of the cluster and what each syncer says of them, compared once nothing moves any more; and requests
that failed meanwhile. What differs and is not stated in `STATED` makes the figure fail.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import yaml
from msgspec import Struct

from tests.argocd.following import PATIENCE, Following, followed, is_in
from tests.argocd.installation import refresh
from tests.argocd.load import Span, load
from tests.argocd.pushes import Push, release, troubles, without_pods
from tests.argocd.remote import Remote
from tests.argocd.scripts import CONTRIB
from tests.argocd.standing import (
    Json,
    Standing,
    Stands,
    by_argocd,
    by_laneway,
    differences,
    listed_kinds,
    objects,
)
from tests.cluster.control_plane import ControlPlane, environment
from tests.cluster.lanes import asked
from tests.wire.laneway_up import COMMAND, laneway

Tell = Callable[[str], object]
State = Callable[[], dict[str, Json]]
"""Reads the objects of a cluster."""
STILL = 8.0
"""Seconds for which nothing may have moved, where a push does not come to an end."""
ROUTE = ("object VirtualService istio-system/mock:", "state of VirtualService istio-system/mock:")
STATED: Mapping[str, tuple[str, ...]] = {
    "a weight for them": (*ROUTE, "state of all: Argo CD Synced, Progressing, laneway sync OutOf"),
    "a weight beside one that is refused": ROUTE,
}
"""What differs behind which push, by its begin; docs/argo-cd.md says why."""


class Stood(Struct, frozen=True):
    """How it stood behind a push, after how many seconds, and the requests meanwhile."""

    standing: Standing
    seconds: float
    span: Span


Said = tuple[dict[str, Stands], Stands]
"""What a syncer says of each object, and of all."""


class Syncer(Protocol):
    """Somebody who follows the repository, as seen from outside."""

    def look(self) -> None:
        """Have it look at the repository now."""

    def says(self, push: Push) -> Said | None:
        """Return what it says, once it has seen a commit and, if that is to come, all is well."""


class ByArgoCD(Struct, frozen=True):
    """Argo CD."""

    following: Following

    def look(self) -> None:
        """Ask as a webhook does."""
        refresh(self.following.plane, self.following.name)

    def says(self, push: Push) -> Said | None:
        """Read the status of the Application."""
        status = self.following.seen()
        has_seen = status.get("sync", {}).get("revision") == push.commit
        has_seen = has_seen or bool(status.get("conditions"))
        is_there = is_in(status, push.commit) if push.is_well else has_seen
        return by_argocd(status) if is_there else None


class ByLaneway(Struct, frozen=True):
    """`laneway sync` in a process of its own, followed to a cluster that `words` name."""

    words: Sequence[str]

    def look(self) -> None:
        """Do nothing: it looks every 300 ms."""

    def says(self, push: Push) -> Said | None:
        """Ask `sync status`."""
        done = laneway("sync", "status", *self.words, "-o", "json")
        assert done.returncode in (0, 1), done.stderr
        status = json.loads(done.stdout)
        stands = status["sync"]["status"], status["health"]["status"]
        live = (status["live"] or {"revision": {"id": ""}})["revision"]["id"]
        is_in_whole = live == push.commit and stands == ("Synced", "Healthy")
        return None if push.is_well and not is_in_whole else by_laneway(status)


def _in_waves(remote: Remote) -> Iterator[Push]:
    return release(remote, in_waves=True)


PUSHES: Mapping[str, Callable[[Remote], Iterator[Push]]] = {
    "beside-short": without_pods,
    "beside-release": release,
    "beside-waves": _in_waves,
    "beside-troubles": troubles,
}


def beside(plane: ControlPlane, port: int, name: str, tell: Tell) -> list[str]:
    """Compare some pushes; return what differs and is not stated."""
    in_waves = name == "beside-waves"
    with tempfile.TemporaryDirectory() as folder:
        remote = Remote(Path(folder), in_waves=in_waves)
        pushes = list(PUSHES[name](remote))
        return list(_compared(_Scene(plane, port, remote, in_waves), pushes, tell))


class _Scene(Struct, frozen=True):
    plane: ControlPlane
    port: int
    remote: Remote
    in_waves: bool

    @property
    def manifest(self) -> Path:
        """The Application."""
        return CONTRIB / ("application-in-waves.yaml" if self.in_waves else "application.yaml")


def _compared(scene: _Scene, pushes: Sequence[Push], tell: Tell) -> Iterator[str]:
    """Yield what differs behind each push and is not stated."""
    kinds = listed_kinds(scene.plane)
    before = objects(scene.plane, kinds, {})

    def state() -> dict[str, Json]:
        return objects(scene.plane, kinds, before)

    scene.remote.send(pushes[0].commit)
    with followed(scene.plane, scene.remote, scene.manifest) as following:
        tell("  Argo CD:\n")
        by_them = _all(scene, ByArgoCD(following), state, pushes, tell)
    _until_clean(state)
    scene.remote.send(pushes[0].commit)
    url, poll = scene.remote.url, ("--poll", "0.3")
    with laneway_sync(scene.plane, url, scene.manifest, *poll) as words:
        tell("  laneway sync:\n")
        by_us = _all(scene, ByLaneway(words), state, pushes, tell)
    clean(scene.plane, state)
    for push, theirs, ours in zip(pushes, by_them, by_us, strict=True):
        tell(f"  {push.says}\n")
        for line in differences(theirs.standing, ours.standing):
            is_stated = any(line.startswith(one) for one in STATED.get(push.says, ()))
            tell(f"    {'stated' if is_stated else 'DIFFERS'}: {line}\n")
            if not is_stated:
                yield f"{push.says}: {line}"


def _row(push: Push, stood: Stood) -> str:
    span = stood.span
    lost = f"{span.failed.total()} of {span.total} failed"
    return f"    {push.says:42} {stood.seconds:5.1f} s  {stood.standing.whole!s:24} {lost}\n"


def _all(
    scene: _Scene, syncer: Syncer, state: State, pushes: Sequence[Push], tell: Tell
) -> list[Stood]:
    """Send one push after the other, each once the one before has come to a stand."""
    found = []
    with load(scene.port) as calling:
        for push in pushes:
            calling.lap()
            begun = time.monotonic()
            scene.remote.send(push.commit)
            for words in push.by_hand:
                asked(scene.plane, *words)
            syncer.look()
            (each, whole), seconds = _stood(syncer, push, begun)
            found.append(Stood(Standing(_at_rest(state), each, whole), seconds, calling.lap()))
            tell(_row(push, found[-1]))
    return found


def _stood(syncer: Syncer, push: Push, begun: float) -> tuple[Said, float]:
    """Wait until all is well with a push, or, where that is not to come, until nothing moves.

    Returns what is said then, and since how many seconds behind the push.
    """
    last: Said | None = None
    since = begun
    while True:
        said, now = syncer.says(push), time.monotonic()
        assert now < begun + PATIENCE, f"{push.says}: {last}"
        if said != last:
            last, since = said, now
        is_at_once = push.is_well and not push.by_hand
        if said and (is_at_once or now - since >= STILL):
            return said, since - begun
        time.sleep(0.2)


def _at_rest(state: State) -> dict[str, Json]:
    """Return the objects once none of them moves: the operator works on behind what is said."""
    end = time.monotonic() + PATIENCE
    found, since = state(), time.monotonic()
    while (now := time.monotonic()) - since < STILL:
        assert now < end, "the objects do not come to rest"
        time.sleep(0.2)
        if (again := state()) != found:
            found, since = again, time.monotonic()
    return found


@contextmanager
def laneway_sync(
    plane: ControlPlane, url: str, manifest: Path, *more: str
) -> Iterator[Sequence[str]]:
    """Have it follow the same Application to the same cluster; yield the words that name both."""
    with tempfile.TemporaryDirectory() as folder:
        body = yaml.safe_load(manifest.read_text())
        body["spec"]["source"]["repoURL"] = url
        app = Path(folder) / "app.yaml"
        app.write_text(yaml.dump(body))
        namespaces = ("--namespace", "default", "--namespace", "istio-system", "--drain", "0.5")
        words = ("--app", str(app), "--kubeconfig", str(plane.kubeconfig), *namespaces)
        log = plane.folder / "logs" / "laneway-sync.log"
        with log.open("ab") as told:
            process = subprocess.Popen(
                (*COMMAND, "sync", *words, *more),
                stdout=told,
                stderr=told,
                env=environment(plane.folder),
            )
        try:
            yield words
            process.terminate()
            assert process.wait(timeout=60) == 0, log.read_text()[-2000:]
        finally:
            process.kill()


def _until_clean(state: State) -> None:
    end = time.monotonic() + PATIENCE
    while left := state():
        assert time.monotonic() < end, f"{sorted(left)} is left"
        time.sleep(0.3)


def clean(plane: ControlPlane, state: State) -> None:
    """Remove what `laneway sync` has left, the operator's objects with it."""
    asked(plane, "delete", "configmap", "laneway-sync-mock", "-n=default", "--ignore-not-found")
    asked(plane, "delete", "asmswimlanes,asmswimlanegroups", "--all")
    for name in state():
        kind, _, place = name.partition(" ")
        namespace, _, own = place.rpartition("/")
        where = (f"-n={namespace}",) if namespace else ()
        asked(plane, "delete", kind, own, *where, "--ignore-not-found")
    asked(plane, "wait", "--for=delete", "pod", "--all", "-n=default", "--timeout=180s")
    _until_clean(state)
