"""What Istio's telemetry would say of a cluster's proxies, by the counters of stock Envoys.

Comes in: a node's folder, with a socket for the admin of each proxy, and the pods of the API
server. Goes out: a page that a Prometheus scrapes, or one of each proxy for whom the API server
leads there: requests and their times with Istio's labels, told by both ends, as Istio's proxies do.
A stock Envoy lacks Istio's filter, so labels are added here; each number is one that an Envoy has
counted: of its endpoints, of its inbound cluster, and of what its routes did not take.
https://istio.io/latest/docs/reference/config/metrics/
"""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import ThreadingMixIn, UnixStreamServer
from typing import Any

from msgspec import Struct, field

from laneway.core.release.series import BUCKETS, REQUESTS
from tests.cluster.api_server import RefusedError
from tests.cluster.control_plane import TO_PODS, ControlPlane

Json = dict[str, Any]
Labels = tuple[tuple[str, str], ...]
PAUSE = 0.5
"""Seconds between two readings."""
UNKNOWN = {"source_workload": "unknown", "source_workload_namespace": "unknown"}
UNKNOWN_CALLEE = {
    "destination_workload": "unknown",
    "destination_workload_namespace": "unknown",
    "response_code": "404",
    "response_flags": "NR",
}
_NO_ROUTE = "stats?format=json&filter=^http\\.outbound.*\\.no_route$"
_TIMES = "stats?format=json&histogram_buckets=cumulative&filter=upstream_rq_time"
_SERVICE = "destination_service_name", "destination_service_namespace"


class TellingProxies(Struct):
    """The proxies of a cluster's pods, read again and again; what was counted stays counted.

    A scrape gets what was read last, whole: on a busy machine an Envoy answers late, and a page
    without it would look as if it had begun anew.
    """

    plane: ControlPlane
    told: dict[tuple[str, Labels], int] = field(default_factory=dict)
    is_over: bool = False

    def page(self) -> str:
        """Return the page, as Prometheus reads it."""
        return text_of(dict(self.told))

    def follow(self) -> None:
        """Read until it is over."""
        while not self.is_over:
            with suppress(OSError, RefusedError):
                for key, number in self.read().items():
                    self.told[key] = max(number, self.told.get(key, 0))
            time.sleep(PAUSE)

    def read(self) -> Counter[tuple[str, Labels]]:
        """Return what all proxies have counted."""
        pods = self.plane.api.ask("/api/v1/pods")["items"]
        by_address = {one["status"].get("podIP", ""): one for one in pods}
        found: Counter[tuple[str, Labels]] = Counter()
        for pod in pods:
            admin = admin_of(self.plane, pod)
            if admin.exists():
                with suppress(OSError, http.client.HTTPException):
                    _count(found, pod, by_address, admin)
        return found


def admin_of(plane: ControlPlane, pod: Json) -> Path:
    """Return the socket of the admin of a pod's proxy."""
    return plane.folder / "node" / f"{pod['metadata']['uid'][:8]}.sock"


def text_of(counted: Mapping[tuple[str, Labels], int]) -> str:
    """Return numbers as Prometheus reads them."""
    return "".join(f"{name}{{{_spelled(labels)}}} {n}\n" for (name, labels), n in counted.items())


def _spelled(labels: Labels) -> str:
    return ",".join(f'{key}="{value}"' for key, value in labels)


def _count(
    found: Counter[tuple[str, Labels]], pod: Json, by_address: Mapping[str, Json], admin: Path
) -> None:
    """Add what the proxy of a pod has counted."""
    _unrouted(found, pod, admin)
    times = {one["name"]: one["buckets"] for one in _histograms(_asked(admin, _TIMES))}
    told = _asked(admin, "clusters?format=json")["cluster_statuses"]
    of_services = [one for one in told if "|" in one["name"]]  # not istiod, nor what leads on
    for cluster in of_services:
        way, *_, host = cluster["name"].split("|")
        if way == "inbound":
            labels = UNKNOWN | _workload("destination", pod) | {"reporter": "destination"}
            for one in cluster.get("host_statuses", ()):
                _requests(found, labels, one)
        if way != "outbound":
            continue
        service = dict(zip(_SERVICE, host.split(".")[:2], strict=True))
        labels = service | _workload("source", pod) | {"reporter": "source"}
        callees = set()
        for one in cluster.get("host_statuses", ()):
            address = one["address"].get("socket_address", {}).get("address", "")
            if address in by_address:
                callee = _workload("destination", by_address[address])
                _requests(found, labels | callee, one)
                callees.add(tuple(callee.items()))
        buckets = times.get(f"{cluster['observability_name']}", ())
        if len(callees) == 1:
            labels |= dict(next(iter(callees)))
            for bucket in buckets:
                edge = {"le": f"{bucket['upper_bound']:g}"}
                found[BUCKETS, _sorted(labels | edge)] += bucket["cumulative"]
            if buckets:
                found[BUCKETS, _sorted(labels | {"le": "+Inf"})] += buckets[-1]["cumulative"]


def _unrouted(found: Counter[tuple[str, Labels]], pod: Json, admin: Path) -> None:
    """Add the requests for which a gateway had no route."""
    labels = {**_workload("source", pod), **UNKNOWN_CALLEE, "reporter": "source"}
    for stat in _asked(admin, _NO_ROUTE)["stats"]:
        found[REQUESTS, _sorted(labels)] += stat.get("value", 0)


def _requests(found: Counter[tuple[str, Labels]], labels: Mapping[str, str], host: Json) -> None:
    """Add what was counted of one endpoint; what is nothing yet is told as well."""
    counted = {one["name"]: int(one.get("value", 0)) for one in host["stats"]}
    for name, code in (("rq_success", "200"), ("rq_error", "503")):
        found[REQUESTS, _sorted({**labels, "response_code": code})] += counted[name]


def _sorted(labels: Mapping[str, str]) -> Labels:
    return tuple(sorted(labels.items()))


def _workload(end: str, pod: Json) -> dict[str, str]:
    """Return the labels that name who made a pod: a Deployment, not its ReplicaSet."""
    meta = pod["metadata"]
    owner = next((one["name"] for one in meta.get("ownerReferences", ())), meta["name"])
    name = owner.removesuffix(f"-{meta.get('labels', {}).get('pod-template-hash', '')}")
    return {f"{end}_workload": name, f"{end}_workload_namespace": meta["namespace"]}


def _histograms(told: Json) -> Iterator[Json]:
    """Yield the histograms of clusters, by the name that Envoy calls their cluster."""
    for one in told["stats"]:
        for each in one.get("histograms", ()):
            name = each["name"].removeprefix("cluster.").removesuffix(".upstream_rq_time")
            yield each | {"name": name}


def _asked(admin: Path, path: str) -> Json:
    """Return what the admin of a proxy says."""
    found: Json = json.loads(_answered(admin, f"/{path}")[1])
    return found


def _answered(admin: Path, path: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("localhost", timeout=5)
    connection.sock = socket.socket(socket.AF_UNIX)
    try:
        connection.sock.settimeout(5)
        connection.sock.connect(str(admin))
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


@contextmanager
def telling(plane: ControlPlane) -> Iterator[str]:
    """Serve the page for the length of a block; gives its host and port."""
    proxies = TellingProxies(plane)

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = proxies.page().encode()
            self.send_response(200)
            self.send_header("content-type", "text/plain; version=0.0.4")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    reading = threading.Thread(target=proxies.follow, daemon=True)
    reading.start()
    try:
        yield f"127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        proxies.is_over = True
        reading.join()


class _LedToProxies(BaseHTTPRequestHandler):
    """Takes a connection for a pod's proxy, as `CONNECT` asks for it, and is that from then on."""

    protocol_version = "HTTP/1.1"
    plane: ControlPlane
    address = ""

    def do_CONNECT(self) -> None:
        self.address = self.path
        self.send_response(200)
        self.end_headers()

    def do_GET(self) -> None:
        code, body = self._page()
        self.send_response(code)
        self.send_header("content-type", "text/plain; version=0.0.4")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _page(self) -> tuple[int, bytes]:
        """Return what Envoy itself says to that query, and beside it what Istio's would count."""
        pods = self.plane.api.ask("/api/v1/pods")["items"]
        by_address = {one["status"].get("podIP", ""): one for one in pods}
        host, _, port = self.address.rpartition(":")
        if host not in by_address or port != "15090" or "authorization" in self.headers:
            return 400, b"nobody is meant"
        admin, found = admin_of(self.plane, by_address[host]), Counter[tuple[str, Labels]]()
        code, body = _answered(admin, self.path)
        _count(found, by_address[host], by_address, admin)
        return code, body + text_of(found).encode()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class _Leading(ThreadingMixIn, UnixStreamServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Nobody is told of a connection that is given up."""


@contextmanager
def pages_of_proxies(plane: ControlPlane) -> Iterator[None]:
    """Have the API server reach the page of each pod's proxy, as it does in a cluster."""
    way = plane.folder / TO_PODS
    server = _Leading(str(way), type("Led", (_LedToProxies,), {"plane": plane}))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        way.unlink()
