"""Random permissive chains, healthy or with one service that forgets the lane.

Comes in: a number. Goes out: the same chain for the same number: three to five services, two to
four lanes of which the first is the baseline, by header, baggage or trace id, sometimes with a lane
that stands in for one service. A service that forgets is one that answers for a lane which lacks
it, and calls another: where it is a leaf, or every lane has its own, nothing could be lost.
"""

import random

from msgspec import Struct
from msgspec.structs import replace

from tests.wire.chains import HEADER, Chain, version


class Drawn(Struct, frozen=True):
    """A chain, and the Deployment that loses lanes in it; empty where all pass them on."""

    chain: Chain
    loses: str


def drawn(number: int, *, healthy: bool) -> Drawn:
    """Draw a chain."""
    dice = random.Random(number)  # noqa: S311 - chosen by number, so that a case can be run again
    while True:
        chain = _chain(dice)
        found = _places(chain)
        if found:
            break
    if healthy:
        return Drawn(chain, "")
    service, lane = dice.choice(found)
    loses = f"{service}-{version(lane)}"
    own = {f"{service}-{version(other)}" for other in chain.lanes if service in chain.has(other)}
    others = own if not _needy(chain, service, own - {loses}) and dice.random() < 0.5 else {loses}
    return Drawn(replace(chain, forgets=frozenset({loses, *others})), loses)


def _chain(dice: random.Random) -> Chain:
    services = tuple(f"mock{letter}" for letter in "abcde"[: dice.randint(3, 5)])
    lanes = {"s1": " ".join(services)}
    for number in range(2, dice.randint(2, 4) + 1):
        chosen = dice.sample(services, dice.randint(1, len(services)))
        lanes[f"s{number}"] = " ".join(chosen)
    targets = {}
    if dice.random() < 0.3:
        lane = dice.choice([name for name in lanes if name != "s1"])
        targets = {dice.choice(lanes[lane].split()): lane}
    carrier = dice.choice([HEADER, "baggage", "sw8-correlation", "x-request-id"])
    return Chain(lanes, services, carrier, targets=targets)


def _places(chain: Chain) -> list[tuple[str, str]]:
    """Return (service, lane) of pods that answer for lanes of others and call on."""
    return [
        (service, lane)
        for service in chain.services[:-1]
        for lane in chain.lanes
        if service in chain.has(lane)
        and any(chain.answers(other, service) == lane for other in chain.lanes if other != lane)
    ]


def _needy(chain: Chain, service: str, deployments: set[str]) -> bool:
    """Whether one of a service's other Deployments answers for lanes of others, too."""
    places = {f"{name}-{version(lane)}" for name, lane in _places(chain) if name == service}
    return not places.isdisjoint(deployments)
