"""Operators killed, cut off and doubled under load: `./dev figures operator chaos --rounds 20`.

A real cluster with intercepted Envoys lives lives of lanes. Each act is disturbed at a write that
is drawn, by seed; then all objects and statuses have to be those of an undisturbed life, and no
request may have met another lane or failed. `--only killed cut` chooses what disturbs one operator,
`--paired 2` adds lives with two operators and a Lease. Ends with 1 where anything was not so.
"""

from __future__ import annotations

import argparse
import http.client
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from random import Random

import yaml
from msgspec import Struct

from laneway.adapters.netns import probe
from tests.cluster.children import Children
from tests.cluster.control_plane import VERSIONS, ControlPlane, kubeconfig_of
from tests.cluster.lanes import Lanes
from tests.cluster.operated import Operator, kinds, standing, until
from tests.cluster.serving import RESTARTING, cluster, described, start_node
from tests.live.loading import under_load
from tests.operator.disturbing import ALONE, PAIRED, Drawing
from tests.operator.door import Door
from tests.operator.judged import Figures, judged
from tests.operator.lives import LIVED, Life, programs
from tests.operator.scene import Disturbance, Kept, NotAsUndisturbedError, Scene

PATH = "/mock"
LEADING = ("--leader-elect", "--lease-namespace=istio-system")


class Load(Struct, frozen=True):
    """Who sends requests: so many processes, to a port of this machine."""

    gateway: int
    processes: int = 1


def main(words: list[str]) -> int:
    """Live the lives and tell the figures; 1 where a request or an end was wrong."""
    options = _options(words)
    if missing := probe():
        _tell(f"no pod runs here: {missing}")
        return 0
    alone = {name: ALONE[name] for name in options.only}
    with _cluster() as (plane, gateway):
        load = Load(gateway, options.load)
        is_well = True
        for number, lives, drawings in (
            (1, options.rounds, alone),
            (2, options.paired, PAIRED),
        ):
            if lives:
                _tell(f"{number} of operators, {lives} lives, seed {options.seed}")
                with scene(plane, VERSIONS[0], number) as found:
                    is_well = _lived(found, load, Dice(options.seed, drawings), lives) and is_well
    return 0 if is_well else 1


def _options(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev figures operator chaos", description=__doc__)
    parser.add_argument("--rounds", type=int, default=4, help="lives with one operator")
    parser.add_argument("--paired", type=int, default=0, help="lives with two operators")
    parser.add_argument("--only", nargs="+", choices=ALONE, default=list(ALONE))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--load", type=int, default=2, help="processes that send requests")
    return parser.parse_args(words)


@contextmanager
def _cluster() -> Iterator[tuple[ControlPlane, int]]:
    """Have a cluster whose programs come back when they are killed, with the example's pods."""
    with ExitStack() as ending:
        work = Path(ending.enter_context(tempfile.TemporaryDirectory(prefix="laneway-chaos-")))
        plane = ending.enter_context(cluster(work / "k", VERSIONS[:1], RESTARTING))
        known = described(plane.folder)
        assert known is not None
        children = Children(plane.folder / "logs")
        ending.callback(children.kill)
        start_node(plane.folder, children, ())
        ending.enter_context(kinds(plane))
        ending.enter_context(standing(plane, programs(), VERSIONS[0]))
        yield plane, known.gateway


@contextmanager
def scene(plane: ControlPlane, version: str, operators: int) -> Iterator[Scene]:
    """Have operators at work, each behind its door; several share a Lease."""
    with ExitStack() as ending:
        kept = []
        for number in range(operators):
            door = ending.enter_context(Door(plane.api))
            told = kubeconfig_of(plane.api)
            told["clusters"][0]["cluster"] = {"server": door.url}
            file = plane.folder / f"door-{number}"
            file.write_text(yaml.safe_dump(told))
            operator = Operator(plane, version, file, *(LEADING if operators > 1 else ()))
            ending.callback(operator.children.kill)
            operator.begin()
            kept.append(Kept(operator, door))
        yield Scene(plane, tuple(kept))
        for one in kept:
            assert one.operator.end() == 0, one.operator.children.last_words("operator")


class Dice:
    """Draws the disturbances of a life, the same by seed."""

    def __init__(self, seed: int, drawings: Mapping[str, Drawing]) -> None:
        self._random = Random(seed)  # noqa: S311 - a drawing that can be done again
        self._drawings = list(drawings.values())

    def draw(self, writes: int) -> Disturbance:
        """Draw what disturbs an act of so many writes."""
        return self._random.choice(self._drawings)(self._random, writes)


def _lived(found: Scene, load: Load, dice: Dice, lives: int) -> bool:
    """Live lives of both kinds by turns, each learned first; whether all was as it has to be."""
    ways = [Life(is_permissive=one) for one in (False, True)][:lives]
    is_well = True
    for life in ways:
        figures = lived(found, load, partial(found.learn, life, LIVED))
        is_well = _told(f"{life.name}, to learn", figures) and is_well
    total: dict[str, Figures] = {}
    for number in range(lives):
        life = ways[number % len(ways)]
        try:
            figures = lived(found, load, partial(found.live, life, LIVED, dice.draw))
        except NotAsUndisturbedError as problem:
            _tell(f"life {number + 1}: {problem}")
            return False
        is_well = _told(f"life {number + 1}, {life.name}", figures) and is_well
        for name, one in figures.items():
            total.setdefault(name, Figures()).add(one)
    _told("all", total)
    if len(found.kept) > 1:
        _tell(f"writes of leaders that came to themselves without the lead: {found.late}")
    return is_well


def lived(found: Scene, load: Load, living: Callable[[], None]) -> dict[str, Figures]:
    """Have something lived under load; return what came of it. Raises NotAsUndisturbedError."""
    before = len(found.passed)
    until(partial(_is_open, load), "the gateway does not answer")
    with under_load(load.gateway, PATH, load.processes) as asking:
        living()
    return judged(found.passed[before:], asking.met)


def _is_open(load: Load) -> bool:
    try:
        return bool(Lanes(load.gateway).ask(1, {}, PATH))
    except (OSError, http.client.HTTPException):
        return False


def _told(what: str, figures: Mapping[str, Figures]) -> bool:
    """Tell figures; whether no request was wrong."""
    wrong = [words for one in figures.values() for words in one.wrong]
    for name, one in figures.items():
        _tell(f"{what}: {name}: {one}")
    for words in wrong[:20]:
        _tell(f"  {words}")
    return not wrong


def _tell(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()
