"""Pods of a private network: where their connections lead, and that nothing else is touched."""

import os
import signal
import socket
import struct
import subprocess
import sys
import time
from pathlib import Path

import pytest
from pyroute2 import IPRoute

from laneway.adapters.netns import NetworkError, PodNetwork, PrivateNetwork
from laneway.adapters.netns.holding import Kind
from laneway.adapters.processes import find_marked, stop_marked
from tests.netns.conftest import BETWEEN, BRIDGE, HOST, OUTBOUND, PASSING, RESOLVED, World

A, B = "10.9.1.1", "10.9.1.2"
TCP: Kind = (socket.AF_INET, socket.SOCK_STREAM, 0)
UDP: Kind = (socket.AF_INET, socket.SOCK_DGRAM, 0)
MESH = ""

Address = tuple[str, int]


def listen(world: World, pod: str, at: Address) -> socket.socket:
    [listener] = world.network.sockets(pod, TCP)
    listener.settimeout(5)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(at)
    listener.listen()
    return listener


def connect(world: World, pod: str, to: Address) -> socket.socket:
    [caller] = world.network.sockets(pod, TCP)
    caller.settimeout(5)
    try:
        caller.connect(to)
    except OSError:
        caller.close()
        raise
    return caller


def meant(accepted: socket.socket) -> Address:
    """Where an accepted connection was to go when it was opened."""
    found = accepted.getsockopt(socket.IPPROTO_IP, 80, 16)
    return socket.inet_ntoa(found[4:8]), struct.unpack_from("!H", found, 2)[0]


def met(world: World, listener: Address, caller: tuple[str, Address]) -> tuple[Address, Address]:
    """Connect from somewhere; return where that was meant to go and from whom it came."""
    with listen(world, "b", listener) as server, connect(world, *caller):
        accepted, sender = server.accept()
        with accepted:
            return meant(accepted), (sender[0], 0)


def test_connections_of_a_pod_are_led_to_its_proxy_and_tell_where_they_were_to_go(
    world: World,
) -> None:
    world.settle(b=PodNetwork(B, OUTBOUND, host_ports=(5432,)))
    proxy = ("127.0.0.1", OUTBOUND)
    for to in (("10.9.200.7", 8000), ("192.0.2.1", 443), (A, 8000)):
        assert met(world, proxy, ("b", to)) == (to, (B, 0))
    host = ("127.0.0.1", 5432)
    assert met(world, proxy, ("b", host)) == (host, ("127.0.0.1", 0))


def test_what_a_pod_says_to_itself_stays_there(world: World) -> None:
    world.settle(b=PodNetwork(B, OUTBOUND, host_ports=(5432,)))
    for to in (("127.0.0.1", 8000), (B, 8000), ("127.0.0.2", 5432)):
        with listen(world, "b", to) as server, connect(world, "b", to):
            server.accept()[0].close()


def test_pod_without_interception_reaches_others_directly(world: World) -> None:
    world.settle(a=PodNetwork(A), b=PodNetwork(B))
    with listen(world, "b", (B, 8000)) as server, connect(world, "a", (B, 8000)):
        accepted, sender = server.accept()
        accepted.close()
    assert sender[0] == A


def test_what_arrives_at_a_pod_is_led_to_its_proxy_unless_the_proxy_sent_it(world: World) -> None:
    world.settle(a=PodNetwork(A), b=PodNetwork(B, OUTBOUND, inbound=((8000, 15100),)))
    assert met(world, (B, 15100), ("a", (B, 8000))) == ((B, 8000), (A, 0))
    with listen(world, "b", (B, 8000)) as server, connect(world, MESH, (B, 8000)):
        accepted, sender = server.accept()
        accepted.close()
    assert sender[0] == BRIDGE
    with listen(world, "b", (B, 15100)) as server:
        [passing] = world.network.sockets(MESH, TCP)
        with passing:
            passing.bind((PASSING, 0))
            passing.connect((B, 8000))
            server.accept()[0].close()


def test_proxy_inside_a_pod_is_told_by_its_mark_and_not_led_to_itself(world: World) -> None:
    world.settle(a=PodNetwork(A), b=PodNetwork(B, OUTBOUND, mark=1337))
    with listen(world, "a", (A, 8000)) as server:
        [caller] = world.network.sockets("b", TCP)
        with caller:
            caller.setsockopt(socket.SOL_SOCKET, socket.SO_MARK, 1337)
            caller.connect((A, 8000))
            server.accept()[0].close()
    assert met(world, ("127.0.0.1", OUTBOUND), ("b", (A, 8000))) == ((A, 8000), (B, 0))


def test_what_a_proxy_opens_to_no_pod_comes_back_to_it(world: World) -> None:
    world.settle(b=PodNetwork(B, OUTBOUND))
    for to in ((HOST, 5432), ("10.9.200.7", 8000), ("192.0.2.1", 443), ("10.200.0.1", 80)):
        with listen(world, MESH, ("127.0.0.1", OUTBOUND)) as server, connect(world, MESH, to):
            accepted, sender = server.accept()
            with accepted:
                assert (meant(accepted), sender[0]) == (to, BRIDGE)
    for address in (B, BRIDGE, PASSING, "127.0.0.1"):
        with pytest.raises(ConnectionRefusedError):
            connect(world, MESH, (address, 8000))


def test_program_on_127_0_0_1_alone_is_reached_where_that_is_asked_for(world: World) -> None:
    world.settle(b=PodNetwork(B, OUTBOUND))
    with listen(world, "b", ("127.0.0.1", 8000)):
        with pytest.raises(ConnectionRefusedError):
            connect(world, MESH, (B, 8000))
        world.settle(b=PodNetwork(B, OUTBOUND, loopback=(8000,)))
        with connect(world, MESH, (B, 8000)) as caller:
            assert caller.getpeername() == (B, 8000)
        world.settle(b=PodNetwork(B, OUTBOUND))
        with pytest.raises(ConnectionRefusedError):
            connect(world, MESH, (B, 8000))


def test_connection_keeps_its_way_when_rules_change(world: World) -> None:
    world.settle(b=PodNetwork(B, OUTBOUND))
    with (
        listen(world, "b", ("127.0.0.1", OUTBOUND)) as server,
        connect(world, "b", ("192.0.2.1", 80)) as caller,
    ):
        accepted, _ = server.accept()
        world.settle(b=PodNetwork(B, OUTBOUND + 1, inbound=((1, 2),)))
        with accepted:
            caller.sendall(b"still there")
            assert accepted.recv(99) == b"still there"


def test_packets_that_are_no_connections_lead_nowhere_and_that_is_said(world: World) -> None:
    world.settle(b=PodNetwork(B, OUTBOUND))
    for to in ("192.0.2.1", "10.9.200.7"):
        [caller] = world.network.sockets("b", UDP)
        with caller:
            caller.settimeout(5)
            caller.connect((to, 123))
            caller.send(b"what time is it?")
            with pytest.raises(OSError, match="No route to host"):
                caller.recv(99)


def test_pods_come_move_and_go(world: World) -> None:
    world.settle(a=PodNetwork(A), b=PodNetwork(B))
    world.settle(b=PodNetwork(A))  # a's address, which is free now
    with listen(world, "b", (A, 8000)), connect(world, MESH, (A, 8000)):
        pass
    world.settle()
    [caller] = world.network.sockets(MESH, TCP)
    caller.settimeout(0.05)
    with caller, pytest.raises(OSError):  # noqa: PT011 - refused by what is just ending, or late
        caller.connect((A, 8000))
    assert not world.network.pods


def test_pod_that_cannot_be_made_is_not_there_and_can_be_made_later(world: World) -> None:
    world.settle(a=PodNetwork(A))
    with pytest.raises(NetworkError, match="give b its address"):
        world.settle(a=PodNetwork(A), b=PodNetwork("0.0.0.0"))  # noqa: S104 - nobody's address
    assert list(world.network.pods) == ["a"]
    world.settle(a=PodNetwork(A), b=PodNetwork(B))
    with listen(world, "b", (B, 8000)), connect(world, "a", (B, 8000)):
        pass


TOLD = """
import os, socket
print(open("/etc/resolv.conf").read(), end="")
print(os.getuid(), sorted(name for _, name in socket.if_nameindex()))
print([line for line in open("/proc/self/status") if line[:6] == "CapEff"])
socket.create_server(("", 80)).close()
"""


def test_programs_live_in_their_pod_as_the_same_user_with_files_of_its_own(world: World) -> None:
    world.settle(a=PodNetwork(A))
    said = world.python("a", TOLD)
    capabilities = Path("/proc/self/status").read_text().partition("CapEff:")[2].split()[0]
    assert said == (f"{RESOLVED}{os.getuid()} ['eth0', 'lo']\n['CapEff:\\t{capabilities}\\n']\n")


OWNER = """
import os, sys, time
from pathlib import Path
from laneway.adapters.netns import MeshNetwork, PodNetwork, PrivateNetwork
from laneway.adapters.processes import Program, start
folder, mark = Path(sys.argv[1]), sys.argv[2]
network = PrivateNetwork.open(folder, MeshNetwork("10.9.0.1"), {"LANEWAY_MARK": mark})
network.settle({"a": PodNetwork("10.9.1.1", 15001)})
user = (f"user={network.user}",) if network.user else ()
inside = (*user, f"network={network.outside('a')}", "file=/dev/null:/etc/resolv.conf")
command = ("sh", "-c", "echo here; exec sleep 600")
log = Path(mark) / "log"
start(Program(mark, command, log, {"PATH": os.environ["PATH"]}, inside=inside))
while not log.stat().st_size:
    pass
print("up", flush=True)
time.sleep(600)
"""


def test_killed_owner_leaves_nothing_once_its_programs_are_stopped(
    possible: None,  # noqa: ARG001 - a condition
    tmp_path: Path,
) -> None:
    before = machine()
    mark, folder = str(tmp_path), tmp_path / "pods"
    folder.mkdir()
    command = (sys.executable, "-c", OWNER, str(folder), mark)
    with subprocess.Popen(command, stdout=subprocess.PIPE) as owner:
        assert owner.stdout
        said = owner.stdout.readline()
        inside = set().union(*(worlds(one.pid) for one in find_marked([mark])))
        inside -= worlds(os.getpid())
        owner.send_signal(signal.SIGKILL)
    stop_marked([mark])
    assert said == b"up\n"
    assert len(inside) == 4 + (os.getuid() != 0), "the holder's and the program's"
    assert are_gone(inside)
    assert machine() == before
    assert list(folder.iterdir()) == []


def test_open_and_closed_network_changes_nothing_on_the_machine(
    possible: None,  # noqa: ARG001 - a condition
    tmp_path: Path,
) -> None:
    before = machine()
    network = PrivateNetwork.open(tmp_path, BETWEEN, {})
    network.settle({"a": PodNetwork(A, OUTBOUND), "b": PodNetwork(B, OUTBOUND)})
    inside = worlds(network.holding.pid) - worlds(os.getpid())
    assert list(tmp_path.iterdir()) == [], "mounts are seen inside alone"
    assert machine() == before
    network.close()
    assert machine() == before
    assert inside
    assert are_gone(inside)


def machine() -> tuple[object, ...]:
    """What a private network could change on the machine."""
    kernel = Path("/proc/sys/net/ipv4")
    files = (
        *map(Path, ("/proc/net/route", "/proc/net/fib_trie", "/proc/self/mountinfo")),
        kernel / "ip_forward",
        kernel / "ip_unprivileged_port_start",
        kernel / "conf/all/route_localnet",
    )
    links = [name for _, name in socket.if_nameindex()]
    with IPRoute() as kernel:
        rules = [(one["action"], one["table"], str(one["attrs"])) for one in kernel.get_rules()]
    return links, rules, [file.read_text() for file in files]


def worlds(process: int | str) -> set[str]:
    """The namespaces of a process that it may have of its own; none if it may not be seen."""
    try:
        return {str(Path(f"/proc/{process}/ns/{one}").readlink()) for one in ("net", "mnt", "user")}
    except OSError:
        return set()


def are_gone(namespaces: set[str]) -> bool:
    """Whether no process lives in these; one that is just ending may for a moment."""
    until = time.monotonic() + 5
    while not namespaces.isdisjoint(everywhere()):
        if time.monotonic() > until:
            return False
    return True


def everywhere() -> set[str]:
    """The namespaces that any process lives in, of those that may be seen."""
    return set().union(*(worlds(one.name) for one in Path("/proc").iterdir() if one.name.isdigit()))
