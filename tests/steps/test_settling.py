"""Where a mesh settles beside others that settle at the same moment."""

from pathlib import Path

import pytest

from laneway.core.compile import compile_snapshot
from laneway.core.fleet.allocator import Allocator
from laneway.core.fleet.commands import Commands
from laneway.core.fleet.placing import NoRoomError, Taken, networks
from laneway.core.fleet.wanted import Wanted, wanted_replicas
from laneway.core.routing.plan.route_plan import RoutePlan
from tests.snapshot import snapshot_of_texts

EXAMPLE = Path(__file__).parents[2] / "examples" / "two-gateways"


def _asked() -> tuple[RoutePlan, tuple[Wanted, ...]]:
    texts = [(path.name, path.read_text()) for path in sorted(EXAMPLE.glob("*.yaml"))]
    compilation = compile_snapshot(snapshot_of_texts(texts))
    return compilation.plan, wanted_replicas(compilation.mesh, Commands.of_texts(("*=x",), {}))[0]


def _claimed_by_others(*names: str) -> Allocator:
    return Allocator("shop", 8080, Taken, lambda name: name not in names)


def test_a_network_another_mesh_has_claimed_is_left_to_it() -> None:
    first, second = list(networks("shop"))[:2]

    (replica, *_) = _claimed_by_others(f"network/{first}").settle(*_asked(), ())

    assert replica.place.address.startswith(f"127.{second}.")


def test_a_port_another_mesh_has_claimed_is_left_to_it() -> None:
    allocator = _claimed_by_others("port/8080", "port/8082")

    allocator.settle(*_asked(), ())

    assert sorted(allocator.gateways.values()) == [8081, 8083]


def test_what_has_a_place_keeps_it_and_the_machine_is_not_asked_again() -> None:
    asked: list[int] = []

    def taken() -> Taken:
        asked.append(1)
        return Taken()

    allocator = Allocator("shop", 8080, taken, lambda _: True)
    found = allocator.settle(*_asked(), ())
    gateways = dict(allocator.gateways)

    assert allocator.settle(*_asked(), found) == found
    assert allocator.gateways == gateways
    assert asked == [1]


def test_a_machine_without_room_is_told() -> None:
    with pytest.raises(NoRoomError, match="every network"):
        Allocator("shop", 8080, Taken, lambda _: False).settle(*_asked(), ())


def test_a_port_that_moved_is_told_with_who_has_it() -> None:
    allocator = _claimed_by_others("port/8080")
    allocator.holder = lambda port: f"nginx, which likes {port}"

    allocator.settle(*_asked(), ())

    assert allocator.moved() == "port 8080 is taken by nginx, which likes 8080, so it is 8081 here"


def test_a_port_that_is_free_did_not_move() -> None:
    allocator = _claimed_by_others()

    allocator.settle(*_asked(), ())

    assert allocator.moved() == ""


def test_a_port_that_was_asked_for_does_not_move() -> None:
    allocator = _claimed_by_others("port/8080")
    allocator.fixed = True

    with pytest.raises(NoRoomError, match="port 8080 is taken by another program"):
        allocator.settle(*_asked(), ())


def test_only_the_first_gateway_has_to_have_the_port_that_was_asked_for() -> None:
    allocator = _claimed_by_others("port/8081")
    allocator.fixed = True

    allocator.settle(*_asked(), ())

    assert sorted(allocator.gateways.values()) == [8080, 8082]
