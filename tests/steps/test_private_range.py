"""The private network of an intercepted mesh: out of this machine's way, and the same each time."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network

import pytest

from laneway.core.fleet.placing import NoRoomError
from laneway.core.fleet.private_range import PrivateRange, free_range
from laneway.core.mesh.names import Host

RANGE = PrivateRange("10.88")
PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "100.64.0.0/10", "192.168.0.0/16")


def test_a_mesh_gets_the_range_of_its_name_again_and_another_one_another() -> None:
    assert free_range("shop", ()) == free_range("shop", ())
    assert free_range("shop", ()) != free_range("team", ())


@pytest.mark.parametrize("number", range(4))
def test_a_range_is_free_of_every_route_of_the_machine(number: int) -> None:
    routes = ["0.0.0.0/0", "127.0.0.0/8", "10.200.0.0/30", "172.17.0.0/16", *PRIVATE[:number]]

    found = IPv4Network(free_range("shop", routes).network)

    assert found.subnet_of(IPv4Network(PRIVATE[number]))
    assert not any(found.overlaps(IPv4Network(route)) for route in routes[1:])


def test_a_route_inside_the_range_of_the_name_moves_it() -> None:
    first = free_range("shop", ())

    assert free_range("shop", [f"{first.prefix}.200.4/32"]) != first


def test_a_machine_that_reaches_every_private_address_has_no_room() -> None:
    with pytest.raises(NoRoomError):
        free_range("shop", PRIVATE)


def test_nobody_shares_an_address_and_pods_keep_out_of_the_services_range() -> None:
    pods = RANGE.places([(f"mock-{number}", (8000,)) for number in range(2000)], ())
    services = RANGE.virtual_addresses([Host(f"mock-{number}") for number in range(2000)], {})

    addresses = [*(one.address for one in pods), *services.values(), RANGE.bridge, RANGE.host]
    assert len(set(addresses)) == len(addresses)
    assert all(IPv4Address(one) in IPv4Network(RANGE.network) for one in addresses)
    virtual = IPv4Network(RANGE.virtual)
    assert all(IPv4Address(one) in virtual for one in services.values())
    assert not any(IPv4Address(one.address) in virtual for one in pods)


def test_a_place_depends_on_the_name_and_not_on_who_else_is_there() -> None:
    both = RANGE.places([("cart-0", (8000,)), ("shop-0", (8000,))], ())

    assert both[1:] == RANGE.places([("shop-0", (8000,))], ())
    assert (
        RANGE.virtual_addresses([Host("b")], RANGE.virtual_addresses([Host("a")], {}))[Host("b")]
        == RANGE.virtual_addresses([Host("b")], {})[Host("b")]
    )


def test_an_address_in_use_is_left_alone_and_a_service_keeps_its_own() -> None:
    (first,) = RANGE.places([("cart-0", ())], ())
    (second,) = RANGE.places([("cart-0", ())], [first.address])
    known = {Host("mocka"): "10.88.200.9"}

    assert second.address != first.address
    assert RANGE.virtual_addresses([Host("mocka")], known) == known


def test_a_program_has_its_own_number_and_its_proxy_keeps_off_all_of_them() -> None:
    (place,) = RANGE.places([("cart-0", (8000, 15001, 15100, 15102))], ())

    assert [program for _, _, program in place.ports] == [8000, 15001, 15100, 15102]
    proxy = [place.outbound, *(inbound for _, inbound, _ in place.ports)]
    assert len({*proxy, 8000, 15001, 15100, 15102}) == 9


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_a_number_that_is_no_port_is_replaced(port: int) -> None:
    ((_, inbound, program),) = RANGE.places([("cart-0", (port,))], ())[0].ports

    assert 1 <= program <= 65535
    assert program != inbound
