"""A cluster followed with the rights of one user.

Comes in: a client of that user. Goes out: Snapshots, in which a kind or namespace that the user may
not list is named as not read, and groups with their status. Only what may be listed is asked for;
rights that come or go are noticed within half a minute, and what they showed goes with them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from itertools import chain

from msgspec import Struct

from laneway.adapters.kube import Client, Extent, Following, Kind, KubeError, NoAccess
from laneway.apps.cluster.beside import READ_BESIDE, SeenBeside, beside_of
from laneway.apps.cluster.proxies import ProxyPod, proxy_pod
from laneway.apps.cluster.reading import NOT_SERVED, not_served
from laneway.apps.cluster.sight import (
    EVERYWHERE,
    KindName,
    Places,
    UserSight,
    object_name,
    sight_of,
)
from laneway.core.keeping.followed import GROUP, LANE, SHOWN, VENDOR, is_followed
from laneway.core.keeping.ground import ClusterGround
from laneway.core.keeping.held import Held, Shared, read_again, read_held, read_pod_held
from laneway.core.mesh.not_read import NotRead
from laneway.core.mesh.of_cluster import as_read
from laneway.core.mesh.pooled import pooled
from laneway.core.mesh.snapshot import Snapshot
from laneway.core.resources.kubernetes.workloads import Workload
from laneway.core.views.exposed import Exposed, exposed
from laneway.core.views.lanes_on_cluster import LanesOnCluster
from laneway.core.views.pod_trouble import PodTrouble, pod_trouble

LOOK_AGAIN = 30.0
"""Seconds between two looks at what the user may see."""
_GLANCE = 1.0
"""Seconds between two glances at whether the server is heard."""
_POD: KindName = ("", "Pod")
_SERVICE: KindName = ("", "Service")
_LANES: tuple[KindName, ...] = ((VENDOR, GROUP), (VENDOR, LANE))
Spot = tuple[KindName, str]
"""A kind and the namespace in which it is listed, empty for everywhere."""


class TooMuchError(Exception):
    """A user may see more than is kept for one."""


class HeldService(Held, frozen=True):
    """A Service, and how it is reached from outside."""

    exposed: Exposed | None = None


class HeldPod(Held, frozen=True):
    """A Pod, and why it is not ready."""

    trouble: PodTrouble | None = None


class _FollowedSpot(Struct):
    following: Following[Held]
    task: asyncio.Task[None]


class SeenByUser:
    """What one user sees of a cluster. `run` keeps it so."""

    def __init__(
        self,
        client: Client,
        namespaces: Sequence[str] = (),
        *,
        shared: Shared | None = None,
        most: int | None = None,
        again: float = LOOK_AGAIN,
    ) -> None:
        """Take namespaces to stay in, if any, and how many objects are kept `most`.

        `shared` holds values that several followings have alike.
        """
        self.client = client
        self.sight: UserSight | None = None
        self.problem: KubeError | None = None
        """Why the server was not asked what the user may see, the last time."""
        self._namespaces = tuple(namespaces)
        self._shared = shared or Shared()
        self._most = most
        self._again = again
        self._spots: dict[Spot, _FollowedSpot] = {}
        self._ground = ClusterGround()
        self._stale: set[KindName] = set()
        self._changed: Callable[[], None] = lambda: None
        self._urgent = asyncio.Event()
        self._reading = 0
        """Objects that were decoded since the last change: of lists that are not whole yet."""

    async def run(self, changed: Callable[[], None]) -> None:
        """Follow until canceled; `changed` is called after each change.

        Raises KubeError where the first look fails, later NoAccess alone, and TooMuchError.
        """
        self._changed = changed
        try:
            await self._look()
            looked, told = self._now(), ""
            while True:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._urgent.wait(), min(_GLANCE, self._again))
                self._urgent.clear()
                self._refuse_too_much()
                if self.refusal or self._now() - looked >= self._again:
                    looked = self._now()
                    await self._look_again()
                if str(self.silence) != told:
                    told = str(self.silence)
                    self._changed()
        finally:
            await self._end(list(self._spots))

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()

    async def _look_again(self) -> None:
        try:
            await self._look()
        except NoAccess:
            raise
        except KubeError as error:
            self.problem = error

    async def _look(self) -> None:
        """Follow what may be listed now, and nothing else."""
        found = await sight_of(self.client, self._namespaces)
        wanted: dict[Spot, Kind] = {
            (name, place): found.kinds[name]
            for name, some in found.places.items()
            for place in some
        }
        gone = [spot for spot in self._spots if spot not in wanted]
        await self._end(gone)
        for spot, kind in wanted.items():
            if spot not in self._spots:
                self._begin(spot, kind)
        is_other = self.sight is None or found != self.sight
        self.sight, self.problem = found, None
        if is_other:
            self._stale |= {name for name, _ in gone} | found.kinds.keys()
            self._changed()
        for one in self._spots.values():
            if one.task.done():
                one.task.result()  # it follows for ever, so that it ended is a bug

    def _refuse_too_much(self) -> None:
        if self._is_too_much:
            raise TooMuchError(f"it holds more than {self._most:,} objects that you may see")

    def _begin(self, spot: Spot, kind: Kind) -> None:
        name, place = spot
        following = Following(
            self.client,
            kind,
            partial(self._counted, self._decoder(spot, kind)),
            Extent(place, SHOWN.get(name, "")),
        )
        task = asyncio.create_task(following.run(partial(self._touch, name)))
        self._spots[spot] = _FollowedSpot(following, task)

    async def _end(self, spots: Sequence[Spot]) -> None:
        ended = [self._spots.pop(spot).task for spot in spots]
        for task in ended:
            task.cancel()
        await asyncio.gather(*ended, return_exceptions=True)

    def _touch(self, name: KindName) -> None:
        self._stale.add(name)
        self._reading = 0
        if self.refusal or self._is_too_much:
            self._urgent.set()
        self._changed()

    @property
    def _is_too_much(self) -> bool:
        return self._most is not None and self.objects > self._most

    def _counted(self, decode: Callable[[bytes], Held], raw: bytes) -> Held:
        """Decode an object; lists that are longer than what is kept are not waited for."""
        self._reading += 1
        if self._is_too_much:
            self._urgent.set()
        return decode(raw)

    def _decoder(self, spot: Spot, kind: Kind) -> Callable[[bytes], Held]:
        name, _ = spot
        if name in READ_BESIDE:
            return partial(READ_BESIDE[name], kind)
        if name == _POD:
            return lambda raw: _pod(raw, read_pod_held(raw, self._shared))
        read = partial(read_held, shared=self._shared, api_version=kind.api_version, kind=kind.kind)
        if name == _SERVICE:
            return lambda raw: _service(raw, read(raw))
        if name in _LANES:
            return lambda raw: self._again_of(spot, raw) or read(raw)
        return read

    def _again_of(self, spot: Spot, raw: bytes) -> Held | None:
        """Read a group or lane of which the status alone is another."""
        known = self._spots[spot].following.objects
        before = known.get(("", object_name(raw)))
        return read_again(raw, before) if before else None

    @property
    def objects(self) -> int:
        """How many objects are kept, those of a list included that is being read."""
        kept = sum(len(one.following.objects) for one in self._spots.values())
        return kept + self._reading

    @property
    def is_synced(self) -> bool:
        """Whether each kind was read once, or is known not to be read."""
        return self.sight is not None and all(
            one.following.is_synced or one.following.problem for one in self._spots.values()
        )

    @property
    def refusal(self) -> NoAccess | None:
        """That the server does not take the user's credentials any more, if that is so."""
        problems = (one.following.problem for one in self._spots.values())
        return next((one for one in problems if isinstance(one, NoAccess)), None)

    @property
    def silence(self) -> KubeError | None:
        """Why what is known may be old, if it may."""
        problems = (
            one.following.problem for one in self._spots.values() if one.following.is_synced
        )
        return self.problem or next((one for one in problems if one is not None), None)

    def snapshot(self) -> Snapshot:
        """Return all that is seen, as one value; what says what it said before is the very same."""
        stale, self._stale = self._stale - SHOWN.keys(), set()
        for name in stale:
            held = list(self._held(name))
            self._ground.take(".".join(reversed(name)), _pooled(held) if name == _POD else held)
        return as_read(self._ground.snapshot, tuple(self._not_read()))

    def _held(self, name: KindName) -> Iterator[Held]:
        for (kind, _), one in self._spots.items():
            if kind == name:
                yield from one.following.objects.values()

    @property
    def lanes(self) -> LanesOnCluster:
        """Groups and lanes as objects with their status, without what they want."""
        groups, lanes = ([_object(one) for one in self._held(name)] for name in _LANES)
        return LanesOnCluster.of(groups, lanes)

    @property
    def beside(self) -> SeenBeside:
        """What decides nothing, and is shown."""
        return beside_of(chain.from_iterable(map(self._held, SHOWN)))

    @property
    def exposed(self) -> list[Exposed]:
        """The Services that are reached from outside."""
        found = (one.exposed for one in self._held(_SERVICE) if isinstance(one, HeldService))
        return [one for one in found if one is not None]

    @property
    def troubles(self) -> list[PodTrouble]:
        """The Pods that are not ready."""
        found = (one.trouble for one in self._held(_POD) if isinstance(one, HeldPod))
        return [one for one in found if one is not None]

    @property
    def proxies(self) -> list[ProxyPod]:
        """The Pods whose proxies can be asked what they counted."""
        pods = (one.resource for one in self._held(_POD))
        found = (proxy_pod(one) for one in pods if isinstance(one, Workload))
        return [one for one in found if one is not None]

    def _not_read(self) -> Iterator[NotRead]:
        sight = self.sight
        if sight is None:
            return
        yield from not_served(sight.kinds)
        for name, kind in sight.kinds.items():
            if name not in SHOWN and (why := self._why_not(name, kind, sight.places[name])):
                places = sight.places[name]
                only = places if why == _alone(places) else ()
                yield NotRead(kind.kind, f"{kind.resource}.{kind.group}".rstrip("."), why, only)

    def _why_not(self, name: KindName, kind: Kind, places: Places) -> str:
        if not is_followed(kind.group, kind.version, kind.kind):
            return f"the API server has them as {kind.api_version}, which Laneway does not read"
        if not places:
            return "you may not list them"
        for place in places:
            one = self._spots[name, place].following
            if one.problem is not None and not one.is_synced:
                return _words(one.problem)
        if places != EVERYWHERE:
            return _alone(places)
        return ""


def _alone(places: Places) -> str:
    return f"they are read in {', '.join(places)} alone"


def _words(problem: KubeError) -> str:
    status = getattr(problem, "status", 0)
    if status:
        return f"the API server fails to list them ({status})"
    return NOT_SERVED if "not found" in str(problem) else f"they cannot be read: {problem}"


def _service(raw: bytes, held: Held) -> Held:
    reached = exposed(raw)
    if reached is None:
        return held
    return HeldService(held.resource, held.findings, held.is_lost, exposed=reached)


def _pod(raw: bytes, held: Held) -> Held:
    trouble = pod_trouble(raw)
    if trouble is None:
        return held
    return HeldPod(held.resource, held.findings, held.is_lost, trouble=trouble)


def _pooled(held: Sequence[Held]) -> list[Held]:
    """Return pods that are alike as one, and what was found in reading them."""
    pods = [one.resource for one in held if isinstance(one.resource, Workload)]
    odd = [one for one in held if one.findings or not isinstance(one.resource, Workload)]
    return [*map(Held, pooled(pods)), *(Held(None, one.findings, one.is_lost) for one in odd)]


def _object(held: Held) -> dict[str, object]:
    kind = held.resource.meta.ref.kind if held.resource is not None else ""
    head = {**held.head, "generation": held.generation}
    return {"kind": kind, "metadata": head, "status": held.status}
