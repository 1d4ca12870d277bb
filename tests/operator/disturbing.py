"""What disturbs an operator, or what it asks, while an act is under way: drawn by number of write.

Comes in: dice, and how many writes an act takes. Goes out: a disturbance: each waits for a write,
strikes, and heals as whoever runs a cluster would: a process that ended is started again.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from functools import partial
from random import Random

from tests.cluster.control_plane import answers
from tests.cluster.serving import described
from tests.operator.door import Door
from tests.operator.scene import Disturbance, Scene

LONGEST_CUT = 2.0
LONGER_THAN_A_LEASE = 26.0
"""Seconds in which whoever holds the Lease and does not renew it has lost it to another."""
MOST_KILLS = 3

Drawing = Callable[[Random, int], Disturbance]


def killed(dice: Random, writes: int) -> Disturbance:
    """Kill an operator, and what is started in its place again."""
    times = [_when(dice, writes) for _ in range(dice.randint(1, MOST_KILLS))]

    def going(scene: Scene) -> Iterator[None]:
        for number, is_after in times:
            struck: list[Door] = []

            def kill(door: Door, struck: list[Door] = struck) -> None:
                os.kill(scene.operator_of(door).process, signal.SIGKILL)
                struck.append(door)

            strike = scene.strike(number, kill, after=is_after)
            while not strike.has_struck:
                yield
            operator = scene.operator_of(struck[0])
            operator.kill()
            before = struck[0].connections
            operator.begin()
            while struck[0].connections == before:
                yield  # until it asks something it could not be told to end in good order
            scene.is_hurt = False

    return Disturbance("killed", going)


def cut(dice: Random, writes: int) -> Disturbance:
    """End all connections to the API server, watches too, and refuse new ones for a while."""
    number, is_after = _when(dice, writes)
    seconds = dice.uniform(0.0, LONGEST_CUT)

    def going(scene: Scene) -> Iterator[None]:
        strike = scene.strike(number, Door.shut, after=is_after)
        while not strike.has_struck:
            yield
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            yield
        for one in scene.kept:
            one.door.open()
        scene.is_hurt = False

    return Disturbance("cut off", going)


def api_server(dice: Random, writes: int) -> Disturbance:
    """Kill the API server; whoever runs it starts it again."""
    return _restarted("API server killed", "kube-apiserver", _when(dice, writes))


def istiod(dice: Random, writes: int) -> Disturbance:
    """Kill istiod; whoever runs it starts it again."""
    return _restarted("istiod killed", "istiod", _when(dice, writes))


def _restarted(name: str, program: str, when: tuple[int, bool]) -> Disturbance:
    def going(scene: Scene) -> Iterator[None]:
        killed: list[int] = []

        def kill(_: Door) -> None:
            killed.append(_process(scene, program))
            os.kill(killed[0], signal.SIGKILL)

        strike = scene.strike(when[0], kill, after=when[1], on=True)
        while not strike.has_struck:
            yield
        while _process(scene, program) in (0, *killed) or not _is_ready(scene, program):
            yield
        scene.is_hurt = False

    return Disturbance(name, going)


def _process(scene: Scene, program: str) -> int:
    """Return the number of a program of the control plane, 0 if nothing is said just now."""
    found = described(scene.plane.folder)
    programs = found.programs if found else {}
    return next((one for name, one in programs.items() if name.startswith(program)), 0)


def _is_ready(scene: Scene, program: str) -> bool:
    if program == "istiod":
        one = next(iter(scene.plane.istiods.values()))
        return _answers(partial(answers, f"http://127.0.0.1:{one.http}/ready"))
    return _answers(lambda: scene.plane.api.ask("/readyz") == "ok")


def _answers(ask: Callable[[], bool]) -> bool:
    try:
        return ask()
    except Exception:  # noqa: BLE001 - whatever it is, nobody is ready
        return False


def leader_killed(dice: Random, writes: int) -> Disturbance:
    """Kill the one that leads: another takes over when its Lease has run out."""
    return Disturbance("leader killed", killed(dice, writes).going)


def leader_ended(dice: Random, writes: int) -> Disturbance:
    """Ask the one that leads to end: another takes over at once."""
    number, is_after = _when(dice, writes)

    def going(scene: Scene) -> Iterator[None]:
        struck: list[Door] = []

        def ask(door: Door) -> None:
            os.kill(scene.operator_of(door).process, signal.SIGTERM)
            struck.append(door)

        strike = scene.strike(number, ask, after=is_after, on=True)
        while not strike.has_struck:
            yield
        operator = scene.operator_of(struck[0])
        while not operator.children.ended():
            yield
        assert operator.end() == 0
        operator.begin()
        scene.is_hurt = False

    return Disturbance("leader ended", going)


def leader_stopped(dice: Random, writes: int) -> Disturbance:
    """Stop the one that leads for longer than its Lease; it comes to itself beside another."""
    number, _ = _when(dice, writes)

    def going(scene: Scene) -> Iterator[None]:
        struck: list[Door] = []

        def stop(door: Door) -> None:
            os.kill(scene.operator_of(door).process, signal.SIGSTOP)
            struck.append(door)

        strike = scene.strike(number, stop, on=True)
        while not strike.has_struck:
            yield
        until = time.monotonic() + LONGER_THAN_A_LEASE
        while time.monotonic() < until:
            yield
        before = struck[0].writes
        os.kill(scene.operator_of(struck[0]).process, signal.SIGCONT)
        until = time.monotonic() + 1.0
        while time.monotonic() < until:
            yield
        scene.late += struck[0].writes - before
        scene.is_hurt = False

    return Disturbance("leader stopped", going)


def _when(dice: Random, writes: int) -> tuple[int, bool]:
    """Draw a write, and whether it is carried out."""
    return dice.randint(1, max(1, writes)), dice.random() < 0.5


ALONE: dict[str, Drawing] = {
    "killed": killed,
    "cut": cut,
    "api": api_server,
    "istiod": istiod,
}
PAIRED: dict[str, Drawing] = {
    "leader-killed": leader_killed,
    "leader-ended": leader_ended,
    "leader-stopped": leader_stopped,
}
"""What disturbs one operator alone, and one of two."""
