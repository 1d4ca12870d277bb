"""What the operator knows of a cluster: the objects the compiler takes, and those of ours.

Comes in: every kind that is followed. Goes out: snapshots, groups and lanes with their status, and
our objects as they stand. A write is known here at once, before the server's word of it comes back
by the watch; what the server says later counts.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import partial

from msgspec import Struct, field, json
from msgspec.structs import replace

from laneway.adapters.kube import Forbidden, Kind
from laneway.apps.operator.seams import Cluster, FollowedKind
from laneway.core.keeping.followed import GROUP, ISTIO, LANE, NEEDED, OURS, VENDOR, is_followed
from laneway.core.keeping.ground import ClusterGround
from laneway.core.keeping.held import Held, Shared, read_again, read_held, read_pod_held
from laneway.core.keeping.own_objects import OwnObject, is_own, own_object
from laneway.core.keeping.presence import Presence, believed
from laneway.core.mesh.snapshot import Snapshot
from laneway.core.resources.kubernetes.workloads import Workload
from laneway.core.resources.meta import Ref

KindName = tuple[str, str]
"""An API group and the name of a kind."""
POD: KindName = ("", "Pod")
LANES: tuple[KindName, ...] = ((VENDOR, GROUP), (VENDOR, LANE))


class _OwnHead(Struct, rename="camel"):
    name: str = ""
    namespace: str = ""
    labels: dict[str, str] | None = None
    resource_version: str = ""


class _Labeled(Struct):
    kind: str = ""
    metadata: _OwnHead = field(default_factory=_OwnHead)


_labeled = json.Decoder(_Labeled)
_REMEMBERED = 30.0
"""Seconds after which a write is forgotten, should the watch never tell of it."""


class _WrittenObject(Struct, frozen=True):
    """What we did to an object last: how it is since then, None if it is gone."""

    own: OwnObject | None
    until: float
    gone: str = ""
    """The uid of the object that was deleted."""


class Caches:
    """The kinds of one cluster."""

    def __init__(
        self, cluster: Cluster, kinds: Collection[Kind], changed: Callable[[KindName], None]
    ) -> None:
        """Nothing is followed before `run`; `changed` is told of which kind something changed."""
        self._shared = Shared()
        self._ground = ClusterGround()
        self._presence = Presence()
        self._stale: set[KindName] = {POD}
        self._written: dict[Ref, _WrittenObject] = {}
        self._own: dict[Ref, OwnObject] | None = None
        """Our objects as they stand, until something of them changes."""
        self._foreign: frozenset[Ref] | None = None
        self._changed = changed
        self.kinds = {
            (one.group, one.kind): one
            for one in kinds
            if is_followed(one.group, one.version, one.kind)
        }
        self.followed: dict[KindName, FollowedKind[Held | OwnObject]] = {
            name: cluster.follow(kind, self._decoder(name, kind))
            for name, kind in self.kinds.items()
        }

    def _decoder(self, name: KindName, kind: Kind) -> Callable[[bytes], Held | OwnObject]:
        if name == POD:
            return partial(read_pod_held, shared=self._shared)
        if name in OURS:
            return partial(self._of_ours, kind.kind)
        if name in LANES:
            return partial(self._of_lanes, name, kind)
        return partial(read_held, shared=self._shared, api_version=kind.api_version, kind=kind.kind)

    def _of_lanes(self, name: KindName, kind: Kind, raw: bytes) -> Held:
        """Read a group or lane; of thousands of services, if that is all, the status alone."""
        before = self.followed[name].objects.get(("", _labeled.decode(raw).metadata.name))
        again = read_again(raw, before) if isinstance(before, Held) else None
        return again or read_held(raw, self._shared, kind.api_version, kind.kind)

    def _of_ours(self, kind: str, raw: bytes) -> Held | OwnObject:
        """Read an object of a kind that we write; what the server answered a write stays so."""
        head = _labeled.decode(raw).metadata
        if not is_own({"labels": head.labels}):
            return read_held(raw, self._shared)
        last = self._written.get(Ref(kind, head.namespace, head.name))
        written = last.own if last else None
        if written is not None and written.version == head.resource_version:
            own = written
        else:
            own = own_object(json.decode(raw))
        if written is not None and _number(own.version) >= _number(written.version):
            del self._written[own.ref]
        return own

    async def run(self) -> None:
        """Follow every kind until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for name, followed in self.followed.items():
                tasks.create_task(followed.run(partial(self._touch, name)))

    def _touch(self, name: KindName) -> None:
        if name != POD:
            self._stale.add(name)
        if name in OURS:
            self._own = self._foreign = None
        self._changed(name)

    def look_at_pods(self) -> None:
        """Have the next snapshot hold the pods as they are then; until then those of before."""
        self._stale.add(POD)

    @property
    def is_synced(self) -> bool:
        """Whether every kind was read once: what is not read yet would be taken for gone.

        A kind that nobody lets us read counts as unknown, if there is a way to do without it.
        """
        return all(map(self.is_known, self.followed))

    def is_known(self, name: KindName) -> bool:
        """Whether a kind was read once, or counts as unknown."""
        one = self.followed[name]
        return one.is_synced or (isinstance(one.problem, Forbidden) and name not in NEEDED)

    @property
    def unread(self) -> dict[KindName, str]:
        """The kinds that cannot be read at the moment, and why."""
        found = ((name, one.problem) for name, one in self.followed.items())
        return {name: str(problem) for name, problem in found if problem is not None}

    def snapshot(self, now: float) -> tuple[Snapshot, float | None]:
        """Return all objects as one value, and when time alone will make it another."""
        stale, self._stale = self._stale, set()
        if self._presence.gone:
            stale.add(POD)
        for name in stale:
            objects = self.followed[name].objects.values()
            held = [one for one in objects if isinstance(one, Held)]
            if name == POD:
                held = self._believed(held, now)
            self._ground.take(".".join(reversed(name)), held)
        return self._ground.snapshot, self._presence.wake_at

    def _believed(self, held: list[Held], now: float) -> list[Held]:
        seen = [one.resource for one in held if isinstance(one.resource, Workload)]
        self._presence = believed(self._presence, seen, now)
        pods = dict(self._presence.pods)
        found = []
        for one in held:
            pod = pods.pop(one.resource.meta.ref, None) if one.resource else None
            same = pod is None or pod is one.resource
            found.append(one if same else replace(one, resource=pod))
        return [*found, *map(Held, pods.values())]

    def pods(self) -> Iterator[Workload]:
        """Yield every pod as it is now, whatever is believed of it."""
        for one in self.followed[POD].objects.values():
            if isinstance(one, Held) and isinstance(one.resource, Workload):
                yield one.resource

    @property
    def lanes(self) -> Mapping[Ref, Held]:
        """Every group and lane with its status."""
        return {
            one.resource.meta.ref: one
            for name in LANES
            for one in self.followed[name].objects.values()
            if isinstance(one, Held) and one.resource is not None
        }

    @property
    def lane_count(self) -> int:
        """The number of groups and lanes."""
        return sum(len(self.followed[name].objects) for name in LANES)

    def own(self, now: float) -> Mapping[Ref, OwnObject]:
        """Return our objects as they stand, as far as is known; the very same until they change."""
        forgets_at = self.forgets_at
        if self._own is None or (forgets_at is not None and forgets_at <= now):
            self._own = self._looked_up(now)
        return self._own

    def _looked_up(self, now: float) -> dict[Ref, OwnObject]:
        found = {
            one.ref: one
            for name in OURS
            for one in self.followed[name].objects.values()
            if isinstance(one, OwnObject)
        }
        for ref, last in list(self._written.items()):
            if now >= last.until or _is_gone(found.get(ref), last):
                del self._written[ref]
            elif last.own is not None:
                found[ref] = last.own
            else:
                found.pop(ref, None)
        return found

    def foreign(self) -> frozenset[Ref]:
        """Return the objects of others of the kinds that we write."""
        if self._foreign is None:
            self._foreign = frozenset(
                one.resource.meta.ref
                for name in OURS
                for one in self.followed[name].objects.values()
                if isinstance(one, Held) and one.resource is not None
            )
        return self._foreign

    def note_written(self, raw: bytes, now: float) -> OwnObject:
        """Take an object as the server answered a write, unless the watch told of it before."""
        told = _labeled.decode(raw)
        place = told.metadata.namespace, told.metadata.name
        seen = self.followed[ISTIO, told.kind].objects.get(place)
        if isinstance(seen, OwnObject) and seen.version == told.metadata.resource_version:
            return seen
        own = own_object(json.decode(raw))
        if not isinstance(seen, OwnObject) or _number(seen.version) < _number(own.version):
            self._written[own.ref] = _WrittenObject(own, now + _REMEMBERED)
            self._own = None
        return own

    @property
    def forgets_at(self) -> float | None:
        """When the next write is forgotten of which no watch has told."""
        return min((one.until for one in self._written.values()), default=None)

    def note_gone(self, own: OwnObject, now: float) -> None:
        """Take an object for deleted."""
        self._written[own.ref] = _WrittenObject(None, now + _REMEMBERED, own.uid)
        self._own = None


def _is_gone(seen: OwnObject | None, last: _WrittenObject) -> bool:
    """Whether the watch has told that an object is gone, or is another one by now."""
    return last.own is None and (seen is None or seen.uid != last.gone)


def _number(version: str) -> int:
    """Return a version as a number, to tell the later of two.

    https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions
    """
    return int(version) if version.isdecimal() else 0
