"""From a push to its weights at the gateway: by Argo CD and by `laneway sync`, in one run.

Comes in: a control plane on which the operator runs, and how many pushes there are. Goes out: a
table of seconds, from the end and from the begin of `git push`. On the cluster a push is live when
the gateway's Envoy routes by its weights; on the laptop, when the mesh says that every proxy has
confirmed it. Nobody begins a push before the one before has come in whole.
"""

from __future__ import annotations

import http.client
import os
import re
import socket
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from msgspec import Struct

from tests.argocd.api_server import ApiServer, api_server
from tests.argocd.beside import clean, laneway_sync
from tests.argocd.following import Following, followed, is_in, is_well
from tests.argocd.installation import installation
from tests.argocd.remote import Remote
from tests.argocd.scripts import CONTRIB
from tests.argocd.standing import Json, listed_kinds, objects
from tests.argocd.story import Edits
from tests.cluster.api_server import RefusedError
from tests.cluster.control_plane import ControlPlane
from tests.gitstore.web import serving
from tests.sync.search import until_live
from tests.wire.remote import SECRET, free_port, tell_of_push

APPLICATION = CONTRIB / "application.yaml"
POLL = 1
"""Seconds between looks where nobody is told of pushes: Argo CD knows no fraction of a second."""
PATIENCE = 120.0
NEVER = "3600"

Took = tuple[float, float]
"""Seconds from the begin and from the end of a push until it is live."""


class Gateway(Struct, frozen=True):
    """The gateway's Envoy, asked at its admin socket."""

    admin: Path

    def weights(self) -> list[int]:
        """Return the weights that it routes by now, in the order of the route."""
        with closing(socket.socket(socket.AF_UNIX)) as connection:
            connection.connect(str(self.admin))
            asked = http.client.HTTPConnection("localhost")
            asked.sock = connection
            asked.request("GET", "/config_dump?resource=dynamic_route_configs")
            text = asked.getresponse().read().decode()
        return [int(one) for one in re.findall(r'"weight":\s*(\d+)', text)]

    def until(self, weights: Sequence[int]) -> float:
        """Wait until it routes by some weights, and return when that was."""
        end = time.monotonic() + PATIENCE
        while self.weights() != list(weights):
            assert time.monotonic() < end, f"{self.weights()} are live, not {weights}"
            time.sleep(0.005)
        return time.time()


class Pushing(Struct, frozen=True):
    """Somebody who pushes weights. `told` tells the syncer, `is_in` says that all came in."""

    remote: Remote
    gateway: Gateway
    count: int

    def times(self, told: Callable[[], object], is_in: Callable[[str], bool]) -> list[Took]:
        """Push so many times, and return what each took."""
        return [self._once(number, told, is_in) for number in range(self.count)]

    def _once(self, number: int, told: Callable[[], object], is_in: Callable[[str], bool]) -> Took:
        weights = number % 99 + 1, 99 - number % 99
        Edits(self.remote).edit_route(dict(zip(("v1", "v2"), weights, strict=True)))
        commit = self.remote.commit(f"push {number}")
        begun = time.time()
        self.remote.send(commit)
        pushed = time.time()
        told()
        live = self.gateway.until(weights)
        end = time.monotonic() + PATIENCE
        while not is_in(commit):
            assert time.monotonic() < end, f"{commit} is not in"
            time.sleep(0.05)
        return live - begun, live - pushed


def times(plane: ControlPlane, count: int, tell: Callable[[str], object]) -> None:
    """Measure all ways, and print a table."""
    tell(f"{count} pushes each, polls each {POLL} s; milliseconds until live, and the load then\n")
    with tempfile.TemporaryDirectory() as folder, _served(Path(folder)) as remote:
        pushing = Pushing(remote, Gateway(_admin(plane)), count)
        for name, took in _all(plane, pushing, Path(folder)):
            tell(_row(name, took))


def _all(plane: ControlPlane, pushing: Pushing, folder: Path) -> Iterator[tuple[str, list[Took]]]:
    yield from _by_argocd(plane, pushing)
    yield from _by_laneway(plane, pushing)
    os.environ["XDG_STATE_HOME"] = f"{folder}/state"
    count = pushing.count
    yield "laneway sync, laptop, webhook", until_live(folder / "hook", count, NEVER, is_told=True)
    polled = until_live(folder / "poll", count, str(POLL), is_told=False)
    yield "laneway sync, laptop, poll", polled


def _row(name: str, took: Sequence[Took]) -> str:
    begin, end = (sorted(one[place] * 1000 for one in took) for place in (0, 1))
    at = {part: min(len(took) - 1, int(part * len(took))) for part in (0.5, 0.95)}
    words = (f"p50 {one[at[0.5]]:5.0f}  p95 {one[at[0.95]]:5.0f}" for one in (end, begin))
    load = f"load {os.getloadavg()[0]:.0f}"
    return f"{name:32} from the end {next(words)}   from the begin {next(words)}   {load}\n"


@contextmanager
def _served(folder: Path) -> Iterator[Remote]:
    """Have the sample in a repository that is reached by the web, as those that send webhooks."""
    remote = Remote(folder)
    with serving(folder) as web:
        remote.url = f"{web.url}/{remote.bare.name}"
        remote.push("v1 and v2")
        yield remote


def _admin(plane: ControlPlane) -> Path:
    """Return the admin socket of the gateway's proxy."""
    (pod,) = plane.api.ask("/api/v1/namespaces/istio-system/pods")["items"]
    return plane.folder / "node" / f"{pod['metadata']['uid'][:8]}.sock"


def _by_argocd(plane: ControlPlane, pushing: Pushing) -> Iterator[tuple[str, list[Took]]]:
    """Measure Argo CD by its webhook, its poll as it is, then by as short a poll as it takes."""
    for name, poll in (("webhook", 0), ("poll", POLL)):
        with (
            installation(plane, poll=poll) as running,
            followed(plane, pushing.remote, APPLICATION) as following,
        ):
            told = _nobody if name == "poll" else _hook(api_server(running), pushing.remote.url)
            following.until(is_well, "the sample is not in")
            yield f"Argo CD, cluster, {name}", pushing.times(told, _is_in(following))


def _hook(server: ApiServer, url: str) -> Callable[[], None]:
    def told() -> None:
        assert server.tell(url) == 200

    return told


def _is_in(following: Following) -> Callable[[str], bool]:
    return lambda commit: is_in(following.seen(), commit)


def _nobody() -> None:
    """Tell nobody."""


def _by_laneway(plane: ControlPlane, pushing: Pushing) -> Iterator[tuple[str, list[Took]]]:
    """Measure `laneway sync` to the same cluster."""
    kinds = listed_kinds(plane)
    before = objects(plane, kinds, {})

    def state() -> dict[str, Json]:
        return objects(plane, kinds, before)

    hook, url = free_port(), pushing.remote.url
    with tempfile.TemporaryDirectory() as folder:
        secret = Path(folder) / "secret"
        secret.write_text(f"{SECRET}\n")
        hooked = ("--webhook", f"127.0.0.1:{hook}", "--webhook-secret-file", str(secret))
        ways = {"webhook": (*hooked, "--poll", NEVER), "poll": ("--poll", str(POLL))}
        for name, more in ways.items():
            with laneway_sync(plane, url, APPLICATION, "--allow", "http", *more):
                _until_in(plane, pushing.remote.commit("again"))
                told = _nobody if name == "poll" else _told(hook, url)
                took = pushing.times(told, lambda commit: _applied(plane) == commit)
                yield f"laneway sync, cluster, {name}", took
    clean(plane, state)


def _told(hook: int, url: str) -> Callable[[], None]:
    def told() -> None:
        assert tell_of_push(hook, url) == 202, "more than are answered in a minute"

    return told


def _until_in(plane: ControlPlane, commit: str) -> None:
    end = time.monotonic() + PATIENCE
    while _applied(plane) != commit:
        assert time.monotonic() < end, f"{commit} is not in"
        time.sleep(0.2)


def _applied(plane: ControlPlane) -> str:
    """Return the commit that `laneway sync` has brought in whole."""
    try:
        found = plane.api.ask("/api/v1/namespaces/default/configmaps/laneway-sync-mock")
    except RefusedError:
        return ""
    commit: str = found["data"]["commit"]
    return commit
