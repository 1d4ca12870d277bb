"""Which replicas start, serve and stop: the fleet's next step, as a pure function.

Comes in: what should run, what runs and how it stands, what the proxies serve, and the time. Goes
out: a Step. An edit is served only when what it adds is ready, and what it removes stops only when
nothing is sent there any more; in between the last good state keeps serving.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from msgspec import Struct

from laneway.core.emit.placement import PortPlace, Replica
from laneway.core.fleet.placing import ReplicaPlace, Taken
from laneway.core.fleet.standing import Standing
from laneway.core.fleet.wanted import Wanted, WantedProgram

PATIENCE = 30.0
"""Seconds a program may take to become ready before the rest of an edit goes live without it."""

FUTILE_ENDS = 2
"""Ends in a row after which a program is no longer waited for."""

ProgramKey = tuple[str, str]
"""A program in the fleet: its instance's id and its container's name."""


Placing = Callable[[Iterable[tuple[str, tuple[int, ...]]], Taken], list[ReplicaPlace]]
"""Gives replicas, by name and container ports, their places. Raises placing.NoRoomError."""


class Instance(Struct, frozen=True):
    """A replica that has a place. `id` is its name, with a number if it follows an older one."""

    id: str
    wanted: Wanted
    place: ReplicaPlace

    def program_keys(self) -> tuple[ProgramKey, ...]:
        """The keys of its programs."""
        return tuple((self.id, program.container) for program in self.wanted.programs)

    def awaited_ports(self, program: WantedProgram) -> tuple[int, ...]:
        """The ports one of its programs has to listen on to be ready."""
        return tuple(port for number, _, port in self.place.ports if number in program.awaited)

    def replica(self, network: str = "") -> Replica:
        """The replica as proxies know it, with the file of its network namespace if it has one."""
        names = {number: name for program in self.wanted.programs for name, number in program.ports}
        sidecar = self.wanted.sidecar
        return Replica(
            name=self.id,
            workload=self.wanted.workload,
            caller=self.wanted.caller,
            address=self.place.address,
            ports=tuple(
                PortPlace(container, inbound if sidecar else program, program, names[container])
                for container, inbound, program in self.place.ports
            ),
            outbound=self.place.outbound,
            sidecar=sidecar,
            network=network,
        )


def arrange(
    place: Placing,
    wanted: Iterable[Wanted],
    existing: Sequence[Instance],
    taken: Taken,
    reserved: frozenset[str] = frozenset(),
) -> tuple[Instance, ...]:
    """Give each wanted replica an instance: the one it has, or a new one in a place of its own.

    New ones get none of the `reserved` ids. Raises placing.NoRoomError.
    """
    having = {instance.wanted: instance for instance in existing}
    used = {instance.id for instance in existing} | reserved
    wanted = tuple(wanted)
    new = [(one, _free_id(one.name, used)) for one in wanted if one not in having]
    ports = frozenset(port for one in wanted for port in one.ports)
    taken = Taken(
        taken.sockets | {socket for instance in existing for socket in _sockets(instance)},
        taken.ports | ports,
        taken.lowest,
    )
    found = place([(name, one.ports) for one, name in new], taken)
    for (one, name), where in zip(new, found, strict=True):
        having[one] = Instance(name, one, where)
    return tuple(having[one] for one in wanted)


def _free_id(name: str, used: set[str]) -> str:
    candidate, number = name, 1
    while candidate in used:
        number += 1
        candidate = f"{name}.{number}"
    used.add(candidate)
    return candidate


def _sockets(instance: Instance) -> Iterable[tuple[str, int]]:
    """Yield where an instance listens, or will as soon as it is started again."""
    place = instance.place
    yield place.address, place.outbound
    for _, inbound, program in place.ports:
        yield place.address, inbound
        yield place.address, program


class Fleet(Struct, frozen=True):
    """All instances, and how they stand.

    `current` are the ids of those the wanted configuration asks for, `served` of those the live one
    sends traffic to. An instance in neither is on its way out. `stopped` are those that somebody
    stopped: they get no traffic, are not waited for and stay down.
    """

    instances: tuple[Instance, ...] = ()
    current: frozenset[str] = frozenset()
    served: frozenset[str] = frozenset()
    standings: Mapping[ProgramKey, Standing] = {}
    stopped: frozenset[str] = frozenset()

    def is_ready(self, instance: Instance) -> bool:
        """Whether all programs of an instance accept connections."""
        found = [self.standings.get(key) for key in instance.program_keys()]
        return all(standing is not None and standing.phase == "ready" for standing in found)

    def is_futile(self, instance: Instance, now: float) -> bool:
        """Whether waiting for an instance has gone on for long enough."""
        found = [self.standings.get(key) for key in instance.program_keys()]
        return instance.id in self.stopped or any(
            standing.ends >= FUTILE_ENDS or now - standing.since >= PATIENCE
            for standing in found
            if standing is not None and standing.phase != "ready"
        )

    def is_down(self, instance: Instance) -> bool:
        """Whether all programs of an instance are stopped, or about to be."""
        found = [self.standings.get(key) for key in instance.program_keys()]
        return all(one is not None and one.phase in ("stopping", "stopped") for one in found)


class FleetStep(Struct, frozen=True):
    """What to do now.

    `start` are programs whose time has come. `serve` are the instances that get traffic. `settled`
    says that the wanted configuration may go live with them; until then the live one stays. `spare`
    are instances that nothing will be sent to any more, `halt` those whose programs are to end and
    that keep their place. `wake_at` is when to look again, if ever.
    """

    start: tuple[ProgramKey, ...]
    serve: tuple[Instance, ...]
    settled: bool
    spare: tuple[Instance, ...]
    wake_at: float | None
    halt: tuple[Instance, ...] = ()


def next_step(fleet: Fleet, now: float) -> FleetStep:
    """Decide on the next step; `now` is in seconds of a steady clock."""
    ready = {one.id for one in fleet.instances if fleet.is_ready(one)} - fleet.stopped
    settled = all(
        one.id in ready or fleet.is_futile(one, now)
        for one in fleet.instances
        if one.id in fleet.current
    )
    serve = _serving(fleet, ready) if settled else _still_serving(fleet, ready)
    kept = {one.id for one in serve} | fleet.current
    needed = (fleet.current | fleet.served) - fleet.stopped
    keys = [key for one in fleet.instances if one.id in needed for key in one.program_keys()]
    return FleetStep(
        start=tuple(key for key in keys if _is_due(fleet.standings.get(key), now)),
        serve=serve,
        settled=settled,
        spare=tuple(one for one in fleet.instances if settled and one.id not in kept),
        wake_at=_wake_at([fleet.standings[key] for key in keys if key in fleet.standings], now),
        halt=tuple(
            one for one in fleet.instances if one.id in fleet.stopped and not fleet.is_down(one)
        ),
    )


def _still_serving(fleet: Fleet, ready: set[str]) -> tuple[Instance, ...]:
    """Return what the live configuration knows, as long as the wanted one is not ready."""
    return tuple(one for one in fleet.instances if one.id in ready and one.id in fleet.served)


def _serving(fleet: Fleet, ready: set[str]) -> tuple[Instance, ...]:
    """Return what is wanted, and of a workload that fails to come up what it was before."""
    lacking = {
        one.wanted.workload
        for one in fleet.instances
        if one.id in fleet.current and one.id not in ready and one.id not in fleet.stopped
    }
    return tuple(
        one
        for one in fleet.instances
        if one.id in ready and (one.id in fleet.current or one.wanted.workload in lacking)
    )


def _is_due(standing: Standing | None, now: float) -> bool:
    if standing is None or standing.phase == "stopped":
        return True
    return standing.phase == "ended" and now >= standing.retry_at


def _wake_at(standings: Iterable[Standing], now: float) -> float | None:
    """Return when time alone will change the step: a restart is due, or patience ends."""
    times = {
        standing.retry_at if standing.phase == "ended" else standing.since + PATIENCE
        for standing in standings
        if standing.phase in ("starting", "ended")
    }
    return min((time for time in times if time > now), default=None)
