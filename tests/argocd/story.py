"""A release as the sample's users make it, push by push, under load.

Comes in: an Application that is followed, and the port of the gateway. Goes out: a row for each
push: how soon it was in, what of the requests failed meanwhile, and whether shares are as written.
The edits are those of the files, by hand or by `laneway release`.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from tests.argocd.following import Following
from tests.argocd.load import Load
from tests.argocd.remote import Remote
from tests.cluster.lanes import Lanes, Versions
from tests.wire.laneway_up import laneway

REQUESTS = 2000
PATIENCE = 60.0
STAGES = (
    {"v1": 40, "v2": 30, "v3": 30},
    {"v1": 10, "v2": 10, "v3": 80},
    {"v1": 0, "v2": 0, "v3": 100},
)
"""Behind 60, 30, 10: the table of a release."""
FIRST = {"v1": 60, "v2": 30, "v3": 10}
BACK = {"v1": 50, "v2": 50, "v3": 0}
ADDED = ("mock-v3.yaml",)
LANE = """\
---
apiVersion: istio.alibabacloud.com/v1
kind: ASMSwimLane
metadata:
  name: v3
  labels:
    swimlane-group: mock
spec:
  labelSelector:
    version: v3
"""
PART = """\
        - destination:
            host: mocka.default.svc.cluster.local
            subset: {lane}
          weight: {weight}
"""


class Row(Struct, frozen=True):
    """One push: how long it took, the requests meanwhile, which failed, and health by turns."""

    says: str
    seconds: float
    requests: int
    failed: Counter[Any]
    health: dict[str, list[str]]


class Edits:
    """What people write in a work tree."""

    def __init__(self, remote: Remote) -> None:
        self.remote = remote

    def edit_route(self, weights: Mapping[str, int]) -> None:
        """Write the weights by hand."""
        head = self.remote.read("route.yaml").partition("        - destination:")[0]
        parts = (PART.format(lane=name, weight=share) for name, share in weights.items())
        self.remote.write({"route.yaml": head + "".join(parts)})

    def edit_lanes(self, edit: Callable[[str], str]) -> None:
        """Edit the file of the lanes."""
        self.remote.write({"lanes.yaml": edit(self.remote.read("lanes.yaml"))})

    def add_pods(self, version: str = "v3") -> None:
        """Write the pods of a version as a copy of those of v2."""
        text = self.remote.read("mock-v2.yaml").replace("v2", version)
        self.remote.write({f"mock-{version}.yaml": text})

    def release(self, *words: str) -> None:
        """Edit by `laneway release`."""
        done = laneway("release", *words, str(self.remote.tree))
        assert done.returncode == 0, done.stderr


class Story(Edits):
    """Pushes and what came of them."""

    def __init__(
        self,
        following: Following,
        load: Load,
        port: int,
        tell: Callable[[Row], None] = lambda _: None,
    ) -> None:
        super().__init__(following.remote)
        self.following, self.load, self.lanes = following, load, Lanes(port)
        self.tell = tell
        self.rows: list[Row] = []

    def begin(self, says: str, wanted: Mapping[str, int]) -> None:
        """Push what comes first; requests before it is there lead nowhere, so none is counted."""
        settled = self.following.push(says)
        self.see(wanted)
        self.load.lap()
        self._add(Row(says, settled.seconds, 0, Counter(), settled.health))

    def push(self, says: str, wanted: Mapping[str, int]) -> Row:
        """Push, and see the shares; the row covers all until then."""
        self.load.lap()
        settled = self.following.push(says)
        self.see(wanted)
        span = self.load.lap()
        return self._add(Row(says, settled.seconds, span.total, span.failed, settled.health))

    def _add(self, row: Row) -> Row:
        self.rows.append(row)
        self.tell(row)
        return row

    def see(self, wanted: Mapping[str, int]) -> None:
        """Wait until those answer who have a weight, then count many requests."""
        chains: dict[Versions, float] = {
            (name,) * 3: share / 100 for name, share in wanted.items() if share
        }
        end = time.monotonic() + PATIENCE
        while set(met := self.lanes.ask(60, {})) != set(chains):
            assert time.monotonic() < end, met
        self.lanes.shares(REQUESTS, chains)


def with_lane(text: str, *, in_waves: bool = False) -> str:
    """Return the file of the lanes with v3."""
    wave = "  annotations:\n    argocd.argoproj.io/sync-wave: '1'\n  labels:"
    return text + (LANE.replace("  labels:", wave) if in_waves else LANE)


def without_lane(text: str) -> str:
    """Return the file of the lanes without its last one."""
    return text.rpartition("---\n")[0]


def literal(story: Story, *, in_waves: bool = False) -> None:
    """Release v3 in one push, stage by stage; then go back from its first stage, and clean up."""
    story.begin("v1 and v2", {"v1": 50, "v2": 50})
    _add(story, in_waves=in_waves)
    for stage in STAGES:
        story.edit_route(stage)
        story.push("weights " + _said(stage), stage)
    story.edit_route(FIRST)
    story.push("weights " + _said(FIRST), FIRST)
    story.edit_route(BACK)
    story.push("rollback: weights " + _said(BACK), BACK)
    _clean(story)
    story.push("cleanup", {"v1": 50, "v2": 50})
    _add(story, in_waves=in_waves)
    _clean(story)
    story.push("rollback and cleanup in one push", {"v1": 50, "v2": 50})


def _add(story: Story, *, in_waves: bool) -> None:
    story.add_pods()
    story.edit_lanes(lambda text: with_lane(text, in_waves=in_waves))
    story.edit_route(FIRST)
    story.push("v3 and its weight, " + _said(FIRST), FIRST)


def _clean(story: Story) -> None:
    story.edit_route({"v1": 50, "v2": 50})
    story.edit_lanes(without_lane)
    story.remote.write({"mock-v3.yaml": None})


def two_commits(story: Story) -> None:
    """Release v3 with its weight in a commit behind it, by `laneway release`; then go back."""
    even = {"v1": 50, "v2": 50}
    story.begin("v1 and v2", even)
    story.release("add-lane", "v3", "--from", "v2")
    text = story.remote.read("mock-v3.yaml")
    story.remote.write({"mock-v3.yaml": text.replace("value: v2", "value: v3")})
    story.push("release add-lane v3 --from v2", even)
    for stage in (FIRST, *STAGES):
        story.release("set", *(f"{name}={share}" for name, share in stage.items()))
        story.push("release set " + _said(stage), stage)
    story.release("set", *(f"{name}={share}" for name, share in FIRST.items()))
    story.push("release set " + _said(FIRST), FIRST)
    story.release("rollback", "v3")
    story.push("release rollback v3", even)
    story.release("remove-lane", "v3")
    story.push("release remove-lane v3", even)


def _said(weights: Mapping[str, int]) -> str:
    return "/".join(str(share) for share in weights.values())
