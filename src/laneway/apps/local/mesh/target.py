"""What the loop keeps on this machine: the programs that stand for pods, and the proxies.

Comes in: what is wanted and what is live. Goes out: programs that run, proxies that serve, and how
both stand. Which programs start, serve and stop is decided by `fleet.next_step`; here it is done.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress

from msgspec import Struct, field

from laneway.adapters.processes import Started
from laneway.apps.local.mesh.announcer import Announcer
from laneway.apps.local.mesh.pods import Pods
from laneway.apps.local.mesh.proxies import Proxies
from laneway.apps.local.mesh.supervisor import Recovered, Supervisor, end
from laneway.apps.local.record.stopped import StoppedNames
from laneway.core.fleet.allocator import Allocator
from laneway.core.fleet.next_step import Fleet, FleetStep, Instance, next_step
from laneway.core.gate import Revision
from laneway.core.mesh.names import Host
from laneway.loop.seams import Wake
from laneway.loop.step import Confirmed, Readiness, Serving

FIRST_PAUSE = 0.005
"""Seconds until a starting program is looked at again, growing to the next figure."""

LAST_PAUSE = 0.05

UNWATCHED_PAUSE = 0.25
"""Seconds until programs are looked at again whose end wakes nobody."""

LOST = (
    "the process that holds the programs' network was killed: what runs serves on, and nothing "
    "starts any more; `laneway down` and `laneway up` begin anew"
)

LOG_PAUSE = 10.0
"""Seconds between two looks at the length of logs."""


class LocalTarget(Struct):
    """The programs and proxies of one mesh; `stopped` says at every look what is to be down."""

    supervisor: Supervisor
    proxies: Proxies
    allocator: Allocator
    announcer: Announcer
    stopped: Callable[[], StoppedNames] = StoppedNames
    wake: Wake = field(default_factory=Wake)
    placed: Revision | None = None
    """The revision whose pods have their places."""

    step: FleetStep = FleetStep((), (), settled=False, spare=(), wake_at=None)
    """What was decided at the last look."""

    pause: float = FIRST_PAUSE
    endings: set[asyncio.Task[None]] = set()
    recovered: list[Recovered] = []
    """Programs that are back and are not told of yet."""

    trouble: str = ""
    """What keeps it from starting anything, if something does."""

    def place(self, revision: Revision) -> frozenset[str]:
        """Give what a revision asks for a place each. Raises NoRoomError, OSError."""
        compilation, existing = revision.compilation, tuple(self.supervisor.instances.values())
        found = self.allocator.settle(
            compilation.plan, revision.wanted, existing, compilation.mesh.services
        )
        instances = self.supervisor.instances | {one.id: one for one in found}
        if self.pods is not None:
            self.pods.settle(tuple(instances.values()), self._addresses(revision))
        self.supervisor.instances = instances
        self.placed = revision
        return _ids(found)

    @property
    def pods(self) -> Pods | None:
        """Where the programs live, if they have a network of their own."""
        return self.supervisor.pods

    def _addresses(self, revision: Revision) -> dict[Host, str]:
        """Return the virtual addresses of a revision's services, or whose name one stands for.

        https://kubernetes.io/docs/concepts/services-networking/service/#externalname
        """
        found, services = self.allocator.services, revision.compilation.mesh.services
        return {
            host: one.service.external_name or found[host]
            for host, one in services.items()
            if host in found
        }

    def prepare(self, wanted: Revision, live: Serving) -> Readiness:
        """See how programs stand, and start those whose time has come. Raises NoRoomError."""
        if wanted is not self.placed:
            self.place(wanted)
        events = self.supervisor.observe()
        self.announcer.happened(one for one in events if not isinstance(one, Recovered))
        self.recovered += [one for one in events if isinstance(one, Recovered)]
        self.step = step = next_step(self._fleet(live), self.supervisor.clock())
        self.announcer.happened(self.supervisor.start(step.start))
        spare = _ids((*step.spare, *step.halt))
        return Readiness(_ids(step.serve), step.settled, spare, self._wake_at())

    def _fleet(self, live: Serving) -> Fleet:
        stopped, instances = self.stopped(), tuple(self.supervisor.instances.values())
        return Fleet(
            instances=instances,
            current=self.allocator.current,
            served=live.pods,
            standings=self.supervisor.standings,
            stopped=_ids(one for one in instances if stopped.has(one.wanted)),
        )

    def futile(self, live: Serving) -> Instance | None:
        """Return an instance that waiting for is of no use, if there is one."""
        fleet, now = self._fleet(live), self.supervisor.clock()
        return next((one for one in fleet.instances if fleet.is_futile(one, now)), None)

    def _wake_at(self) -> float | None:
        """Say when to look again: soon while a program starts, since nobody tells of that."""
        now, starting = self.supervisor.clock(), self.supervisor.is_starting()
        self.pause = min(self.pause * 1.3, LAST_PAUSE) if starting else FIRST_PAUSE
        times = [now + self.pause] if starting else []
        if self.supervisor.is_unwatched():
            times.append(now + UNWATCHED_PAUSE)
        if self.step.wake_at is not None:
            times.append(self.step.wake_at)
        return min(times, default=None)

    async def apply(self, serving: Serving) -> Confirmed:
        """Have the proxies serve something. Raises ProxyError."""
        instances = self.supervisor.instances.values()
        serve = [one for one in instances if one.id in serving.pods]
        placement = self.allocator.placement(serve)
        confirmed = await self.proxies.apply(serving.revision, placement)
        if self.pods is not None:
            placed = self._addresses(self.placed) if self.placed is not None else {}
            self.pods.know_only(placed | self._addresses(serving.revision))
        return confirmed

    def tell_recovered(self, live: Serving) -> None:
        """Tell which programs are back, once requests are sent to them again."""
        self.announcer.happened(one for one in self.recovered if one.instance.id in live.pods)
        waiting = self.supervisor.instances.keys() - live.pods
        self.recovered = [one for one in self.recovered if one.instance.id in waiting]

    def retire(self, spare: frozenset[str]) -> None:
        """End instances for good, and the programs of those that somebody stopped."""
        self._end(self.supervisor.release([one for one in self.step.spare if one.id in spare]))
        halted = [one for one in self.step.halt if one.id in spare]
        started, stopped = self.supervisor.halt(halted)
        self.announcer.happened(stopped)
        self._end(started)

    def _end(self, started: Collection[Started]) -> None:
        if started:
            ending = asyncio.create_task(self._until_ended(started))
            self.endings.add(ending)
            ending.add_done_callback(self.endings.discard)

    async def _until_ended(self, started: Collection[Started]) -> None:
        """End programs in a thread; only then are they stopped, and may be started anew."""
        try:
            await asyncio.to_thread(end, started)
        finally:
            self.announcer.happened(self.supervisor.have_stopped(started))
            self._let_pods_go()
            self.wake.set()

    def _let_pods_go(self) -> None:
        """Take away the pods of instances that have ended for good."""
        if self.pods is not None:
            with suppress(OSError):  # the next edit that needs pods tells of it
                self.pods.settle(tuple(self.supervisor.instances.values()), {})

    async def watch(self) -> None:
        """Look after what nobody asks for: proxies that end, logs that grow."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.proxies.watch(self._fixed))
            tasks.create_task(self._look_after_logs())
            tasks.create_task(self._look_after_pods())

    def _fixed(self, text: str) -> None:
        self.announcer.fixed(text)
        self.wake.set()

    async def _look_after_pods(self) -> None:
        if self.pods is not None:
            await self.pods.lost()
            self.trouble = LOST
            self._fixed(LOST)

    async def _look_after_logs(self) -> None:
        while True:
            await asyncio.sleep(LOG_PAUSE)
            self.supervisor.begin_long_logs_anew()

    async def down(self) -> None:
        """End everything: first what sends requests, then what answers them."""
        await self.proxies.down()
        started = self.supervisor.release(tuple(self.supervisor.instances.values()))
        await asyncio.gather(*self.endings, asyncio.to_thread(end, started))
        self.supervisor.close()
        if self.pods is not None:
            self.pods.close()


def _ids(instances: Iterable[Instance]) -> frozenset[str]:
    return frozenset(one.id for one in instances)
