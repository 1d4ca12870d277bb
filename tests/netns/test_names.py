"""What programs in a private network are told of names."""

import asyncio
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import dns.flags
import dns.message
import dns.rcode
import pytest

from laneway.adapters.netns import PodNetwork, destinations
from laneway.adapters.netns.answering import Answers
from laneway.adapters.netns.name_server import NameServer
from tests.netns.conftest import BRIDGE, World

CART = "cart.shop.svc.cluster.local"
ANSWERS = Answers({CART: "10.9.200.7", "host.laneway.internal": "10.9.0.2"})


def asked(name: str, kind: str = "A", answers: Answers = ANSWERS) -> tuple[str, list[str]]:
    """Return the code and the texts of an answer."""
    packet = asyncio.run(answers.answer(dns.message.make_query(name, kind).to_wire()))
    assert packet
    response = dns.message.from_wire(packet)
    found = [item.to_text() for one in response.answer for item in one]
    return dns.rcode.to_text(response.rcode()), found


def test_name_of_the_mesh_has_the_address_it_was_given() -> None:
    assert asked(CART) == ("NOERROR", ["10.9.200.7"])
    assert asked(CART.upper()) == ("NOERROR", ["10.9.200.7"])
    assert asked("host.laneway.internal") == ("NOERROR", ["10.9.0.2"])


def test_no_name_has_an_address_of_the_other_kind() -> None:
    assert asked(CART, "AAAA") == ("NOERROR", [])
    assert asked("localhost", "AAAA") == ("NOERROR", [])


@pytest.mark.parametrize("kind", ["A", "AAAA", "SRV"])
def test_name_below_the_mesh_that_it_does_not_know_does_not_exist(kind: str) -> None:
    assert asked(f"other.shop.svc.{'cluster.local'}", kind) == ("NXDOMAIN", [])
    assert asked("example.com.shop.svc.cluster.local", kind) == ("NXDOMAIN", [])


def test_other_names_are_those_of_this_machine() -> None:
    assert asked("localhost") == ("NOERROR", ["127.0.0.1"])
    assert asked("no-such-host.invalid")[0] in ("NXDOMAIN", "SERVFAIL")


def test_a_name_that_stands_for_another_has_its_address() -> None:
    names = {"ext.team.svc.cluster.local": CART, "far.svc.cluster.local": "localhost."}
    circle = {"one.cluster.local": "two.cluster.local", "two.cluster.local": "one.cluster.local"}
    answers = Answers({CART: "10.9.200.7", **names, **circle}, host="10.9.0.2")
    assert asked("ext.team.svc.cluster.local", answers=answers) == ("NOERROR", ["10.9.200.7"])
    assert asked("far.svc.cluster.local", answers=answers) == ("NOERROR", ["10.9.0.2"])
    assert asked("localhost", answers=answers) == ("NOERROR", ["127.0.0.1"])
    assert asked("one.cluster.local", answers=answers) == ("SERVFAIL", [])


def test_a_name_that_does_not_exist_has_no_address_of_any_kind() -> None:
    assert asked("no-such-host.invalid", "AAAA") == asked("no-such-host.invalid")


def test_other_questions_fail_where_this_machine_has_nobody_to_ask() -> None:
    assert asked("example.com", "MX") == ("SERVFAIL", [])


def test_what_is_no_question_gets_no_answer() -> None:
    assert asyncio.run(ANSWERS.answer(b"\0" * 5)) is None
    response = dns.message.make_response(dns.message.make_query(CART, "A"))
    assert asyncio.run(ANSWERS.answer(response.to_wire())) is None


def test_answer_that_is_too_long_for_a_packet_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    many = [f"192.0.2.{number}" for number in range(60)]

    async def everybody(*_: object, **__: object) -> list[tuple[object, ...]]:
        return [(0, 0, 0, "", (address, 0)) for address in many]

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", everybody)
    packet = asyncio.run(ANSWERS.answer(dns.message.make_query("many.example", "A").to_wire()))
    assert packet
    assert len(packet) <= 512
    assert dns.message.from_wire(packet).flags & dns.flags.TC
    assert asked("many.example")[0] == "NOERROR"


RESOLVE = """
import socket, sys
for name in sys.argv[1:]:
    try:
        print(name, sorted({one[4][0] for one in socket.getaddrinfo(name, 80)}))
    except socket.gaierror as error:
        print(name, error.errno)
"""


@pytest.fixture
def names(world: World) -> Iterator[NameServer]:
    world.resolver.write_text(
        "search shop.svc.cluster.local svc.cluster.local cluster.local\n"
        f"nameserver {BRIDGE}\noptions ndots:5\n"
    )
    world.settle(a=PodNetwork("10.9.1.1", 15001))
    server = NameServer.inside(world.network, Answers(ANSWERS.known))
    yield server
    server.close()


def test_unchanged_programs_find_services_by_short_names(world: World, names: NameServer) -> None:
    spelled = ("cart", "cart.shop", CART, "cart.other", "localhost", "host.laneway.internal")
    command = (sys.executable, "-I", "-S", "-c", RESOLVE, *spelled)
    nsswitch = world.folder / "nsswitch.conf"
    nsswitch.write_text("hosts: files dns\n")
    inside = (*world.inside("a"), f"file={nsswitch}:/etc/nsswitch.conf")
    started = world.run(inside, *command)
    started.child.wait()
    told = dict(line.split(" ", 1) for line in started.program.log.read_text().splitlines())
    assert told.pop("localhost") in ("['127.0.0.1']", "['127.0.0.1', '::1']", "['::1']")
    assert told == {
        "cart": "['10.9.200.7']",
        "cart.shop": "['10.9.200.7']",
        CART: "['10.9.200.7']",
        "cart.other": str(int(socket.EAI_NONAME)),
        "host.laneway.internal": "['10.9.0.2']",
    }
    names.answers.known = {CART: "10.9.200.8"}
    assert "10.9.200.8" in world.python(
        "a", f"import socket; print(socket.gethostbyname('{CART}'))"
    )


@pytest.mark.usefixtures("names")
def test_connections_are_answered_as_packets_are(world: World) -> None:
    [caller] = world.network.sockets("a", (socket.AF_INET, socket.SOCK_STREAM, 0))
    packet = dns.message.make_query(CART, "A").to_wire()
    with caller:
        caller.settimeout(5)
        caller.connect((BRIDGE, 53))
        for _ in range(2):
            caller.sendall(len(packet).to_bytes(2, "big") + packet)
            length = int.from_bytes(caller.recv(2), "big")
            response = dns.message.from_wire(caller.recv(length))
            assert response.answer[0][0].to_text() == "10.9.200.7"


def test_routes_of_this_machine_are_known() -> None:
    lines = Path("/proc/net/route").read_text().splitlines()[1:]
    written = {socket.inet_ntoa(bytes.fromhex(line.split()[1])[::-1]) for line in lines}
    found = {one.partition("/")[0] for one in destinations()}
    assert written - {"0.0.0.0"} <= found  # noqa: S104 - a default route leads nowhere in particular
    assert "127.0.0.0" in found
