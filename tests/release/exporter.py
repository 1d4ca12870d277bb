"""Proxies' and containers' metrics as Prometheus scrapes them, as a test sets them."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MEMORY = "container_memory_working_set_bytes"


class Exporter(ThreadingHTTPServer):
    """Proxies' and containers' metrics, as this test sets them."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Metrics)
        self.answers = {"mocka-v1": (10, 1), "mocka-v2": (20, 2)}
        self.unrouted = 0
        """Requests that the gateway had no route for."""
        self.grows = False
        self.is_worse = True
        """Whether every second answer of v3 is an error."""
        self.told: list[tuple[str, dict[str, str]]] = []

    def handle_error(self, *_: object) -> None:
        """Nobody is told of a scrape that was given up."""

    def grow(self) -> None:
        """Let each workload have more answers."""
        for name, (well, bad) in self.answers.items():
            more = (20, 20) if self.is_worse and name.endswith("v3") else (40, 0)
            self.answers[name] = well + more[0], bad + more[1]

    @property
    def text(self) -> str:
        lines = [
            f'{MEMORY}{{namespace="default",pod="mocka-v2-1",container="a"}} 70',
            f'{MEMORY}{{namespace="default",pod="mocka-v2-1",container="b"}} 50',
            f'{MEMORY}{{namespace="default",pod="mocka-v1-1",container="a"}} 9e9',
            "shop_queue_length 3",
        ]
        if self.unrouted:
            gateway = 'source_workload="ingress",source_workload_namespace="istio-system"'
            told = f'reporter="source",{gateway},response_code="404",response_flags="NR"'
            lines.append(f"istio_requests_total{{{told}}} {self.unrouted}")
        for workload, (well, bad) in self.answers.items():
            for reporter in ("source", "destination"):
                labels = (
                    f'reporter="{reporter}",destination_workload="{workload}",'
                    'destination_workload_namespace="default",'
                    f'destination_service_name="{workload.partition("-")[0]}"'
                )
                name = "istio_requests_total"
                lines += [
                    f'{name}{{{labels},response_code="200"}} {well}',
                    f'{name}{{{labels},response_code="503"}} {bad}',
                ]
                name = "istio_request_duration_milliseconds_bucket"
                lines += [
                    f'{name}{{{labels},le="50"}} {well}',
                    f'{name}{{{labels},le="+Inf"}} {well + bad}',
                ]
        return "\n".join([*lines, ""])


class _Metrics(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, Exporter)
        if self.path.startswith("/elsewhere"):
            self.send_response(302)
            self.send_header("location", "http://127.0.0.1:1/")
            self.end_headers()
            return
        if self.server.grows:
            self.server.grow()
        body = self.server.text.encode()
        self.send_response(200)
        self.send_header("content-type", "text/plain; version=0.0.4")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        assert isinstance(self.server, Exporter)
        if self.path.startswith("/elsewhere"):
            self.do_GET()
            return
        length = int(self.headers["content-length"])
        if self.path.startswith("/empty"):
            self.rfile.read(length)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"status": "success"}')
            return
        self.server.told.append(
            (self.headers["authorization"], json.loads(self.rfile.read(length)))
        )
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Keep the test's output clean."""


@contextmanager
def exporting() -> Iterator[Exporter]:
    """Serve them for the length of a block."""
    server = Exporter()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
