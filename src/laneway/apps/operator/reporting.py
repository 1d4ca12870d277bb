"""Tells what is: the status of groups and lanes, and events.

Comes in: what the target came to. Goes out: patches of those statuses that say something else than
before, and one event a change at most. It writes when something came to an end, and of what takes
longer than a second that it is under way; of lanes, when it takes long.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from itertools import islice

from msgspec.structs import replace

from laneway.adapters.kube import Conflict, Invalid, Kind, KubeError, NotFound, Unavailable
from laneway.apps.operator.seams import Cluster
from laneway.apps.operator.target import ClusterTarget, Undertaking
from laneway.apps.operator.writing import AT_ONCE
from laneway.core.emit.status import API_VERSION
from laneway.core.keeping.events import Told, event, of_change, of_standstill
from laneway.core.keeping.expiry import of_expiry, until_another
from laneway.core.keeping.followed import GROUP, LANE, VENDOR
from laneway.core.keeping.held import Held
from laneway.core.keeping.names import EXPIRED, FIELD_MANAGER
from laneway.core.keeping.progress import GroupFacts, GroupProgress, progress_of
from laneway.core.keeping.remembered import Remembered
from laneway.core.keeping.statuses import Status, new_statuses
from laneway.core.keeping.told import condition_of
from laneway.core.keeping.wanted import WantedObjects
from laneway.core.resources.lanes.swim_lanes import Lane
from laneway.core.resources.meta import Ref

LOG = logging.getLogger("laneway.operator")
EVENTS = Kind("", "v1", "Event", "events", is_namespaced=True)
UNDER_WAY = 1.0
"""Seconds after which a change is told to be under way, by its groups."""
LANES_UNDER_WAY = 5.0
"""The same by their lanes: there are many, and the server has the change itself to take."""
LONGEST_WAIT = 3600.0
"""Seconds after which the times of lanes are looked at again: clocks are set now and then."""
AGAIN = 5.0
"""Seconds after which what could not be told is tried again."""


def utc_now() -> datetime:
    """Return the time of day; tests have another one."""
    return datetime.now(UTC)


class Reporting:
    """Tells about one cluster."""

    def __init__(
        self,
        cluster: Cluster,
        target: ClusterTarget,
        now: Callable[[], datetime],
    ) -> None:
        self._cluster = cluster
        self._target = target
        self._now = now
        self._wake = asyncio.Event()
        self._told: dict[Ref, tuple[Held, Held]] = {}
        """What was known of an object when its status was patched, and what is known by that."""
        self._remembered = Remembered()
        self._others: set[str] = set()
        """The uids of groups and lanes whose status others write."""
        self._news: dict[str, Told] = {}
        self.patched = 0
        self.events = 0

    def wake(self) -> None:
        """Have it look soon."""
        self._wake.set()

    async def run(self) -> None:
        """Tell whenever woken, until cancelled."""
        while True:
            timeout = UNDER_WAY if self._target.change else self._until_expiry()
            try:
                async with asyncio.timeout(timeout):
                    await self._wake.wait()
            except TimeoutError:
                pass
            self._wake.clear()
            if not await self.tell():
                await asyncio.sleep(AGAIN)
                self._wake.set()

    async def tell(self) -> bool:
        """Tell all there is to tell; whether all of it was taken."""
        objects = self._target.objects
        if objects is None:
            return True
        held = self._known()
        progress, now, is_told = self._progress(objects), self._stamp(), True
        new = new_statuses(objects, held, progress, self._remembered, now)
        due = (one for one in new if not self._is_spared(held[one[0]]))
        while some := list(islice(due, AT_ONCE)):
            some.sort(key=lambda one: one[0].kind == GROUP)  # who adds a lane waits for that
            refused = await asyncio.gather(*(self._told_of(held, *one) for one in some))
            is_told = is_told and not any(refused)
            if any(isinstance(one, Unavailable) for one in refused):
                return False
        while self._news:
            await self._event(*self._news.popitem(), held)
        return is_told

    async def _told_of(
        self, held: Mapping[Ref, Held], ref: Ref, status: Status
    ) -> KubeError | None:
        """Tell of one; return what was refused, which is no reason to say nothing of others."""
        try:
            await self._patch(held[ref], ref, status)
        except KubeError as error:
            LOG.warning("status of %s: %s", ref, error)
            return error
        if ref.kind == GROUP and (stalled := of_standstill(held[ref].status, status)):
            self._news[ref.name] = stalled
        elif ref.kind == LANE and (told := self._expiry(ref, held, status)):
            self._news[told[0]] = told[1]
        return None

    def _is_spared(self, held: Held) -> bool:
        """Whether others tell of it, or it is told of with the end of a change that is near."""
        if held.uid in self._others:
            return True
        change, lane = self._target.change, held.resource
        if change is None or not change.writes or not isinstance(lane, Lane):
            return False
        age = asyncio.get_running_loop().time() - change.begun
        return lane.group in change.groups and age < LANES_UNDER_WAY

    def take(self, change: Undertaking) -> None:
        """Take in a change that is through: one event of each group concerned."""
        told = of_change(change.written, change.removed, change.live)
        self._news |= {group: told for group in change.groups if group}

    def _until_expiry(self) -> float | None:
        """Return the seconds until a lane has something else to tell of its time."""
        lanes = (held.resource for held in self._target.caches.lanes.values())
        found = until_another((one for one in lanes if isinstance(one, Lane)), self._now())
        return found if found is None else min(found, LONGEST_WAIT)

    def _expiry(
        self, ref: Ref, held: Mapping[Ref, Held], status: Status
    ) -> tuple[str, Told] | None:
        """Return the group that is told of the end of a lane's time, and what."""
        lane = held[ref].resource
        old, new = (condition_of(one, EXPIRED) for one in (held[ref].status, status))
        told = of_expiry(ref.name, old, new)
        return (lane.group, told) if told and isinstance(lane, Lane) else None

    def _progress(self, objects: WantedObjects) -> GroupProgress:
        target = self._target
        change = target.change if target.change and target.change.writes else None
        known = GroupFacts(
            target.frozen,
            target.errors,
            target.patience.troubles,
            change.groups if change is not None else target.left,
            target.unsure,
            target.seen.live,
            target.seen.digests,
        )
        return progress_of(objects, target.todo, known)

    def _known(self) -> Mapping[Ref, Held]:
        """Return groups and lanes with the status they have, ours included that is on its way."""
        found = dict(self._target.caches.lanes)
        for ref, (seen, patched) in list(self._told.items()):
            if found.get(ref) is seen:
                found[ref] = patched
            else:
                del self._told[ref]
        return found

    async def _patch(self, told_of: Held, ref: Ref, status: Status) -> None:
        """Patch a status, unless others write it or it is of nothing by now. Raises KubeError."""
        kind = self._target.caches.kinds[VENDOR, ref.kind]
        body = {
            "apiVersion": API_VERSION,
            "kind": ref.kind,
            "metadata": {"name": ref.name},
            "status": status,
        }
        try:
            await self._say(kind, body)
        except NotFound:
            return
        except Conflict as error:
            if not error.managers:
                raise
            who = ", ".join(error.managers)
            LOG.warning("%s writes the status of %s: it is left to them", who, ref)
            self._others.add(told_of.uid)
            return
        self.patched += 1
        if (seen := self._target.caches.lanes.get(ref)) is not None:  # it may be gone by now
            self._told[ref] = seen, replace(seen, status=status)

    async def _say(self, kind: Kind, body: Mapping[str, object]) -> None:
        """Apply a status; a CRD that has no place for all of it keeps what it has one for.

        The server knows what was kept so as an update by ourselves, which is in the way of applying
        once there is a place for all.
        """
        try:
            await self._cluster.apply(kind, body, subresource="status")
        except Invalid:
            await self._cluster.merge(kind, body, subresource="status")
        except Conflict as error:
            if error.managers != (FIELD_MANAGER,):
                raise
            await self._cluster.take(kind, body, subresource="status")

    async def _event(self, group: str, told: Told, held: Mapping[Ref, Held]) -> None:
        ref = Ref(GROUP, "", group)
        now = self._now()
        uid = held[ref].uid if ref in held else ""
        number = f"{int(now.timestamp() * 1e6):x}"
        try:
            await self._cluster.create(EVENTS, event(told, group, uid, self._stamp(), number))
        except KubeError as error:
            LOG.warning("event about %s: %s", ref, error)
        else:
            self.events += 1

    def _stamp(self) -> str:
        return f"{self._now():%Y-%m-%dT%H:%M:%SZ}"
