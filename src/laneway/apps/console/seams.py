"""What a console stands on: a mesh on this machine, files, or a cluster as one user sees it.

A ground knows the newest state of one thing and says when it is another. Pages and events of a
session come from the session's ground alone, so nobody is shown what that ground may not read.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Literal, Protocol, runtime_checkable

from msgspec import Struct

from laneway.apps.local.verify.asked import SentInquiry
from laneway.core.compile import Compilation
from laneway.core.edits.forms.meanwhile import EditConflict
from laneway.core.edits.forms.offers import Offers
from laneway.core.edits.forms.values import FormEdit
from laneway.core.mesh.mesh import Mesh
from laneway.core.views.form_outcome import CommitStanding, EditOutcome, WayKind, WayTold
from laneway.core.views.form_preview import Preview
from laneway.core.views.pods_down import AilingPod
from laneway.core.views.topology.topology import Topology
from laneway.core.views.traffic.counts import ToldCounts
from laneway.core.views.unrouted import UnroutedCount, UnroutedRequest

GroundKind = Literal["mesh", "files", "cluster"]
Changed = Callable[[], None]
Stop = asyncio.Event
Sender = Callable[[SentInquiry], Awaitable[dict[str, Any]]]
"""Sends a request and returns what became of it. Raises CannotSendError, NotConfirmedError."""


class About(Struct, frozen=True, rename="camel"):
    """What a ground is: its kind, its name, and where its input is written."""

    kind: GroundKind
    name: str
    paths: tuple[str, ...] = ()


class GatewayAddress(Struct, frozen=True, rename="camel"):
    """Where a port of a gateway is reached from here; `url` is empty where that is not known."""

    gateways: tuple[str, ...]
    selector: Mapping[str, str]
    port: int
    url: str = ""


class GroupStanding(Struct, frozen=True, rename="camel"):
    """Whether a group is live. `since` is in seconds since 1970, None where nobody knows."""

    state: str
    why: str = ""
    since: float | None = None


class ShownState(Struct, frozen=True, dict=True):
    """A ground at one moment.

    `compilation` is of what is written, `live` of what proxies serve where that is known.
    `refused` tells of an edit that did not go live. `standings` are by the names of groups; those
    in `settling` follow an edit since a moment ago. `down` are the pods that cannot answer, or not
    yet, `unrouted` the requests of the last minutes that no route took, `unrouted_counts` how many
    these were where only that is known. Of a cluster `releases` are objects with their status,
    `syncers` who keeps objects in step with Git.
    """

    revision: int
    compilation: Compilation
    live: Compilation | None = None
    gateways: Sequence[GatewayAddress] = ()
    standings: Mapping[str, GroupStanding] = {}
    refused: Mapping[str, Any] | None = None
    trouble: str = ""
    releases: Sequence[Mapping[str, Any]] = ()
    syncers: Sequence[Mapping[str, Any]] = ()
    settling: frozenset[str] = frozenset()
    down: tuple[AilingPod, ...] = ()
    unrouted: tuple[UnroutedRequest, ...] = ()
    unrouted_counts: tuple[UnroutedCount, ...] = ()

    @property
    def served(self) -> Compilation:
        """What requests meet, as far as is known."""
        return self.live or self.compilation


class TrafficSource(Protocol):
    """Counts what goes through a mesh, one look at a time.

    One that `asks_others` looks only while a page is open: each look costs others something.
    """

    @property
    def asks_others(self) -> bool:
        """Whether others are asked for each look."""

    @property
    def pause(self) -> int:
        """Seconds between two looks: sooner there is nothing new."""

    @property
    def window(self) -> float:
        """Seconds that a look tells of."""

    async def look(self, compilation: Compilation, shown: Topology, now: float) -> ToldCounts:
        """Return what was counted on a topology up to now."""


class ConsoleGround(Protocol):
    """One thing that is shown, and everything a page may do to it."""

    @property
    def about(self) -> About:
        """What it is."""

    @property
    def seen(self) -> ShownState | None:
        """The newest state, the very same value until something changes; None before the first."""

    @property
    def traffic(self) -> TrafficSource | None:
        """Who counts requests; None where nothing runs, or nobody counts."""

    @property
    def way(self) -> EditingWay | None:
        """How edits are written; None where nothing is edited."""

    @property
    def why_no_way(self) -> str:
        """Why nothing is edited, empty where something is."""

    @property
    def followed(self) -> RepositoryFollowed | None:
        """The repository whose commits are its input; None where files are."""

    @property
    def sender(self) -> Sender | None:
        """Who sends requests through gateways; None where nothing runs."""

    async def run(self, changed: Changed) -> None:
        """Follow it until canceled; `changed` is called after each new state."""


class RepositoryFollowed(Protocol):
    """A repository whose commits are the input. Each call may wait, and raises NotSyncedError."""

    def status(self) -> dict[str, Any]:
        """Return its newest commit, what is live of it, and how every object stands."""

    def sync(self, *, prune: bool) -> dict[str, Any]:
        """Sync now, and return what came of it."""


class EditingWay(Protocol):
    """How edits by forms are written: to files, as commits, to a cluster.

    A way reads what is there now, holds it against what the form showed, and writes all of an edit
    or nothing of it. Each call raises OSError or KubeError where the outside fails.
    """

    @property
    def kind(self) -> WayKind:
        """Which way it is."""

    async def told(self) -> WayTold:
        """Return where an edit goes, and what becomes of it there."""

    async def head(self) -> str:
        """Return the commit that is there now; empty where no history is kept."""

    async def way_of(self, kind: str, name: str) -> EditingWay:
        """Return the way in which one object is edited: a group, a lane or a group's weights."""

    async def mesh(self) -> Mesh:
        """Return what is there now, as forms show it."""

    async def offers(self) -> Offers:
        """Return what forms offer."""

    async def preview(self, edit: FormEdit) -> Preview | EditConflict:
        """Return what an edit would be. Nothing is written."""

    async def write(self, edit: FormEdit, by: str) -> EditOutcome:
        """Write an edit, whole or not at all."""


@runtime_checkable
class CommitsEdits(Protocol):
    """A way whose edits are commits."""

    async def standing(self, commit: str, live: str, since: float | None) -> CommitStanding:
        """Return how far a commit is, where the commit `live` serves since then."""
