"""Where replicas live: the same mesh in the same places, and nothing in the way of another."""

from itertools import islice

import pytest

from laneway.core.fleet.placing import Taken, gateway_ports, networks, places

ANYWHERE = "0.0.0.0"  # noqa: S104 - as the kernel spells it
THREE = [("mocka-0", (8000,)), ("mockb-0", (8000,)), ("mockc-0", (8000,))]


def test_the_same_mesh_gets_the_same_places_again() -> None:
    assert places(88, THREE, Taken()) == places(88, THREE, Taken())


def test_a_place_depends_on_the_name_and_not_on_who_else_is_there() -> None:
    assert places(88, THREE, Taken())[2:] == places(88, THREE[2:], Taken())


def test_replicas_have_an_address_and_program_ports_of_their_own() -> None:
    wanted = [(f"mock-{number}", (8000, 9000)) for number in range(500)]

    found = places(88, wanted, Taken())

    assert len({place.address for place in found}) == 500
    assert len({port for place in found for _, _, port in place.ports}) == 1000


def test_two_meshes_share_no_network() -> None:
    assert next(networks("a")) != next(networks("b"))


def test_every_network_is_tried_and_none_that_belongs_to_others() -> None:
    found = list(networks("shop"))

    assert len(found) == len(set(found)) == 250
    assert (min(found), max(found)) == (2, 251)


def test_a_proxy_listens_on_the_number_the_container_declares() -> None:
    (place,) = places(88, [("cart-0", (8000, 9090))], Taken())

    assert [(port, inbound) for port, inbound, _ in place.ports] == [(8000, 8000), (9090, 9090)]


@pytest.mark.parametrize(
    "taken",
    [
        pytest.param(Taken(sockets=frozenset({(ANYWHERE, 8000)})), id="taken everywhere"),
        pytest.param(Taken(lowest=9000), id="for privileged users"),
    ],
)
def test_a_number_that_cannot_be_had_is_replaced(taken: Taken) -> None:
    (place,) = places(88, [("cart-0", (8000,))], taken)

    ((container, inbound, _),) = place.ports
    assert container == 8000
    assert inbound != 8000


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_a_number_that_is_no_port_is_replaced(port: int) -> None:
    (place,) = places(88, [("cart-0", (port,))], Taken(lowest=0))

    assert 1 <= place.ports[0][1] <= 65535


def test_a_number_in_use_at_another_address_does_not_matter() -> None:
    taken = Taken(sockets=frozenset({("127.0.0.1", 8000)}))

    assert places(88, THREE, taken) == places(88, THREE, Taken())


def test_an_address_in_use_is_left_alone() -> None:
    (first,) = places(88, THREE[:1], Taken())

    (second,) = places(88, THREE[:1], Taken(sockets=frozenset({(first.address, 1)})))

    assert second.address != first.address


def test_a_program_never_gets_a_number_that_a_container_asks_for() -> None:
    ((_, _, program),) = places(88, [("cart-0", (8000,))], Taken())[0].ports

    ((_, _, other),) = places(88, [("cart-0", (8000,))], Taken(ports=frozenset({program})))[0].ports

    assert other != program


def test_the_way_out_gives_way_to_a_container_of_its_number() -> None:
    (place,) = places(88, [("cart-0", (15001,))], Taken())

    assert place.ports[0][1] == 15001
    assert place.outbound != 15001


def test_gateways_follow_each_other_and_step_over_what_is_taken() -> None:
    sockets = frozenset({("127.0.0.1", 8080), (ANYWHERE, 8082), ("127.9.9.9", 8081)})

    assert list(islice(gateway_ports(8080, Taken(sockets=sockets)), 3)) == [8081, 8083, 8084]
    assert list(gateway_ports(65535, Taken())) == [65535]
