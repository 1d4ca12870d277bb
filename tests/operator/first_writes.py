"""What an operator wrote of Istio's objects and when, by the API server's own record.

Comes in: a control plane whose operator has an account of its own. Goes out: the stages of a
change, each from the moment at which the server got its first write to the answer to its last one.
What is asked for meanwhile is no question to the server, so that watching costs it nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from typing import Any

from msgspec import Struct, field

from tests.cluster.control_plane import AUDIT_LOG, ROOT, ControlPlane
from tests.operator.first_requests import USER

KINDS = ("destinationrules", "virtualservices")
"""In the order in which whoever applies what is rendered writes them."""


class Write(Struct, frozen=True):
    """One write that the server took: what of, and from when to when, in seconds since 1970."""

    stage: str
    begun: float
    done: float


class Stage(Struct, frozen=True):
    """Writes that go together, and the time from the first one's begin to the last one's end."""

    name: str
    number: int
    begun: float
    done: float

    def __str__(self) -> str:
        """Say it in a few words."""
        return f"{self.number} of {self.name} in {self.done - self.begun:.2f} s"


class FirstWrites(Struct):
    """What was written since `since`, in seconds since 1970; read on at each look."""

    plane: ControlPlane
    since: float
    found: list[Write] = field(default_factory=list)
    read: int = 0

    def number(self) -> int:
        """Return how many writes there were so far."""
        with (self.plane.folder / AUDIT_LOG).open("rb") as record:
            record.seek(self.read)
            for line in record:
                if not line.endswith(b"\n"):
                    break
                self.read += len(line)
                self.found.extend(self._write(json.loads(line)))
        return len(self.found)

    def _write(self, event: Any) -> Iterator[Write]:
        place = event.get("objectRef", {})
        is_ours = event["user"]["username"] == USER and event["verb"] == "patch"
        if not is_ours or place.get("resource") not in KINDS:
            return
        begun, done = (
            datetime.fromisoformat(event[name]).timestamp()
            for name in ("requestReceivedTimestamp", "stageTimestamp")
        )
        if begun >= self.since and event["responseStatus"]["code"] < 300:
            yield Write(_stage(place), begun, done)

    def stages(self) -> list[Stage]:
        """Return what was written so far, stage by stage."""
        self.number()
        ordered = sorted(self.found, key=lambda one: one.begun)
        found = []
        for name, some in groupby(ordered, key=lambda one: one.stage):
            writes = list(some)
            done = max(one.done for one in writes)
            found.append(Stage(name, len(writes), writes[0].begun, done))
        return found


def _stage(place: dict[str, str]) -> str:
    if place["resource"] == "destinationrules":
        return "rules"
    return "entries" if place["namespace"] == ROOT else "routes"
