"""A console on which every page has something to show and every action can be done.

Comes in: an empty folder. Goes out: where the console is reached, with a ground whose files, Git
work tree, forms and commits are real. What needs a mesh or a cluster is told in their stead: the
answers of a gateway, rates, a repository that is followed, the label of a namespace.
"""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from io import StringIO
from pathlib import Path
from typing import Any

import uvicorn
from msgspec.structs import replace

from laneway.adapters.asking import GatewayAnswer
from laneway.adapters.files import Reader
from laneway.apps.console.app import Console
from laneway.apps.console.audit import Audit
from laneway.apps.console.by_link import ByLink
from laneway.apps.console.grounds.files import FilesGround
from laneway.apps.console.keys import Keys
from laneway.apps.console.run import CALLS
from laneway.apps.console.seams import About, GatewayAddress, GroupStanding, Sender
from laneway.apps.console.serving import listening
from laneway.apps.console.visits import Visit
from laneway.apps.local.verify.asked import SentInquiry
from laneway.core.compile import Compilation
from laneway.core.resources.meta import Ref
from laneway.core.syncing.looking import Commit
from laneway.core.syncing.report import SyncReport
from laneway.core.syncing.states import ObjectState, Wellness
from laneway.core.syncing.tracking import LiveCommit, RefusedCommit, Tracked
from laneway.core.views.answers import answers_view
from laneway.core.views.explained import explained
from laneway.core.views.taken import taken
from laneway.core.views.topology.topology import Topology
from laneway.core.views.traffic.counts import ALL, CountedAnswers, Passing, ToldCounts
from tests.browser.consoles import copied
from tests.console.work_trees import NOON, begin, made_a_work_tree, plan_of

LONG = "a-name-as-long-as-a-name-of-kubernetes-can-be-which-are-letters"
"""63 letters."""
GATEWAY = "istio-system/ingressgateway"
BROKEN = "broken"
"""A group with more than one error."""
MORE = f"""
apiVersion: v1
kind: Namespace
metadata:
  name: shop
---
apiVersion: v1
kind: Service
metadata:
  name: spare
  namespace: shop
spec:
  selector:
    app: spare
  ports:
    - name: http
      port: 8000
---
apiVersion: istio.alibabacloud.com/v1
kind: ASMSwimLane
metadata:
  name: {LONG}
  labels:
    swimlane-group: release
spec:
  labelSelector:
    version: {LONG}
---
apiVersion: istio.alibabacloud.com/v1
kind: ASMSwimLaneGroup
metadata:
  name: {BROKEN}
spec:
  ingress:
    gateway:
      name: no-such-gateway
      namespace: istio-system
      type: ASM
  services:
    - name: no-such-service
      namespace: default
    - name: neither-this
      namespace: default
"""
PLAN = """
apiVersion: laneway.dev/v1alpha1
kind: LaneRelease
metadata:
  name: canary
spec:
  lane: canary
  stable: stable
  requests: 50
  gates:
    - errors: {tolerance: 5%}
  stages:
    - weights: {stable: 50, next: 25, canary: 25}
      duration: 1h
      limit: 2h
    - weights: {stable: 0, next: 0, canary: 100}
"""
JUDGED = {
    "stage": 1,
    "attempt": 1,
    "at": NOON,
    "said": "Waits until it is known of each hop.",
    "verdicts": [
        {
            "hop": f"{host}.shop.svc.cluster.local",
            "gate": "errors",
            "outcome": outcome,
            "new": {"bad": bad, "of": 200},
            "stable": {"bad": 2, "of": 400},
            "said": f"{bad} of 200 bad beside 2 of 400",
            "rates": [0.0, 0.01, bad / 200],
        }
        for host, outcome, bad in (("mocka", "well", 1), ("mockb", "unknown", 6))
    ],
}


class TalkingGround(FilesGround):
    """Files that are said to run, to be followed and to be a cluster's, as a test wants it."""

    def __init__(self, paths: tuple[str, ...]) -> None:
        """Nothing is read before `run`."""
        super().__init__(Reader(paths))
        self.about = About("mesh", "people", paths)
        self.repository = FollowedRepository()
        self.followed = self.repository
        self.counting = CountsAsEver()
        self.sender: Sender | None = self._send
        self.injection = {"shop": False}

    @property
    def traffic(self) -> CountsAsEver:  # type: ignore[override]
        """Somebody counts."""
        return self.counting

    async def run(self, changed: Callable[[], None]) -> None:
        """Read now, and after every edit; all that is written is live since noon."""

        def told() -> None:
            seen = self.seen
            assert seen is not None
            names = [one.name for one in seen.compilation.mesh.groups if one.name != BROKEN]
            gateway = GatewayAddress(
                (GATEWAY,), {"istio": "ingressgateway"}, 80, "http://127.0.0.1:8080"
            )
            live = {name: GroupStanding("live", "", NOON) for name in names}
            self.seen = replace(seen, gateways=[gateway], standings=live)
            changed()

        await super().run(told)

    async def may_switch_injection(self, name: str) -> bool:
        """Everybody may, in the namespace there is."""
        return name in self.injection

    async def switch_injection(
        self, name: str, *, on: bool, revision: str = ""
    ) -> dict[str, str | None]:
        """Note it."""
        del revision
        self.injection[name] = on
        return {"istio-injection": "enabled" if on else "disabled"}

    async def _send(self, wish: SentInquiry) -> dict[str, Any]:
        assert self.seen is not None
        body = "".join(f"-> mock{x}(version: v1, ip: 127.141.249.38)" for x in "abc")
        answers = [GatewayAnswer(f"{at}", 200, body, ms=3.0) for at in range(wish.times)]
        served = self.seen.served
        promise = explained(served.mesh, served.plan, wish.inquiry, quotes=True)
        assert isinstance(promise, dict)
        return {"answers": answers_view(answers), "taken": taken(promise, [], str)}


class CountsAsEver:
    """Ten requests a second over each edge."""

    pause = 1
    window = 10.0
    asks_others = False
    why = ""

    async def look(self, compilation: Compilation, shown: Topology, now: float) -> ToldCounts:
        """Return what was counted."""
        del compilation, now
        counted = CountedAnswers(100, 3, {10: 90, 50: 100, ALL: 100})
        counts = {
            Passing(one.source, one.target, lane): counted
            for one in shown.graph.edges
            for lane in one.lanes[:1]
        }
        return ToldCounts(counts, self.why)


class FollowedRepository:
    """A repository whose newest commit is refused, until it is synced."""

    def __init__(self) -> None:
        """Nobody has asked for a sync."""
        self.pruned: list[bool] = []

    def status(self) -> dict[str, Any]:
        """Return how it is followed."""
        good = Commit("0123456789abcdef" * 2, "Shares 60, 30, 10", "Ada <a@b>", NOON)
        bad = Commit("fedcba9876543210" * 2, f"Lane {LONG}", "Ada <a@b>", NOON)
        reasons = ("weights of route 'mock' add up to 90", "host mocka is owned by two groups")
        ill, gone = Wellness("Degraded", reasons[0]), Ref("Service", "shop", "mocka")
        states = (
            ObjectState(Ref("ASMSwimLaneGroup", "", "release"), "v1", "Synced", Wellness()),
            ObjectState(Ref("ASMSwimLane", "", LONG), "v1", "OutOfSync", ill),
            ObjectState(gone, "v1", "Synced", None, requires_pruning=True),
        )
        application = {
            "name": "lanes",
            "repoURL": "https://git.example.com/teams/shop/lanes-of-all-teams.git",
            "targetRevision": "main",
            "path": "lanes",
            "automated": None,
        }
        tracked = Tracked(
            newest=good if self.pruned else bad,
            looked=NOON,
            live=LiveCommit(good, NOON, ("VirtualService shop/mocka",)),
            refused=None if self.pruned else RefusedCommit(bad, reasons, NOON),
        )
        return SyncReport(application, tracked, states).as_value()

    def sync(self, *, prune: bool) -> dict[str, Any]:
        """Note it; what is newest is what is live then."""
        self.pruned.append(prune)
        return self.status()


class FurnishedConsole:
    """A console in a thread, since one that drives a browser can run no event loop."""

    def __init__(self, folder: Path) -> None:
        """Nothing is served before `start`."""
        _furnish(folder / "files")
        self.folder = folder / "files"
        self.ground = TalkingGround((str(self.folder),))
        self.keys = Keys(folder / "keys")
        self._port = 0

    @property
    def origin(self) -> str:
        """Where it is reached, also once it was away."""
        return f"http://127.0.0.1:{self._port}"

    def link(self) -> str:
        """Return a link that opens once."""
        return f"{self.origin}/enter?token={self.keys.new_link()}"

    def is_a(self, kind: Any) -> None:
        """Have it stand on another kind of ground, by its word."""
        self.ground.about = replace(self.ground.about, kind=kind)

    def start(self) -> None:
        """Serve, where it did before if it did."""
        at = listening("127.0.0.1", self._port, None)
        self._port = at.getsockname()[1]
        door = ByLink(self.keys, Visit(self.ground, "somebody"))
        app = Console(door, CALLS, (self.origin,), Audit(StringIO()), "1.2.3").app()
        config = uvicorn.Config(app, http="h11", ws="none", lifespan="off", log_level="critical")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=asyncio.run, args=(self._serve(door, at),))
        self._thread.start()

    def stop(self) -> None:
        """End it; what is on disk stays."""
        self._server.should_exit = self._server.force_exit = True
        self._thread.join()

    async def _serve(self, door: ByLink, at: socket.socket) -> None:
        following = asyncio.create_task(door.run(asyncio.Event()))
        await self._server.serve([at])
        following.cancel()
        with suppress(asyncio.CancelledError):
            await following


@contextmanager
def furnished(folder: Path) -> Iterator[FurnishedConsole]:
    """Serve a console and end it."""
    console = FurnishedConsole(folder)
    console.start()
    try:
        yield console
    finally:
        console.stop()


def _furnish(folder: Path) -> None:
    """Write lanes of both modes, entered by rules and by weights, sound and broken; and a plan."""
    copied("permissive-lanes", folder / "default")
    copied("weighted-entry", folder / "shop", "gateway.yaml")
    for file in (folder / "shop").iterdir():
        text = file.read_text().replace("namespace: default", "namespace: shop")
        file.write_text(text.replace("mocka.default", "mocka.shop"))
    (folder / "more.yaml").write_text(MORE)
    (folder / "release.yaml").write_text(PLAN)
    made_a_work_tree(folder)
    begin(folder, plan_of(folder))
    note = folder / ".git" / "laneway-release-canary.json"
    note.write_text(json.dumps(JUDGED))
