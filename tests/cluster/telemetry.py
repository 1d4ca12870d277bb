"""What Istio's telemetry would say of a cluster's proxies, by the counters of stock Envoys.

Comes in: a node's folder, with a socket for the admin of each proxy, and the pods of the API
server. Goes out: a page that a Prometheus scrapes: requests and their times with Istio's labels,
told by both ends, as Istio's proxies do. A stock Envoy lacks Istio's filter, so labels are added
here; each number is one that an Envoy has counted: of its endpoints, and of its inbound cluster.
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
from typing import Any

from msgspec import Struct, field

from laneway.core.release.series import BUCKETS, REQUESTS
from tests.cluster.api_server import RefusedError
from tests.cluster.control_plane import ControlPlane

Json = dict[str, Any]
Labels = tuple[tuple[str, str], ...]
PAUSE = 0.5
"""Seconds between two readings."""
UNKNOWN = {"source_workload": "unknown", "source_workload_namespace": "unknown"}
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
        known = list(self.told.items())
        return "".join(f"{name}{{{_spelled(labels)}}} {n}\n" for (name, labels), n in known)

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
            admin = self.plane.folder / "node" / f"{pod['metadata']['uid'][:8]}.sock"
            if admin.exists():
                with suppress(OSError, http.client.HTTPException):
                    _count(found, pod, by_address, admin)
        return found


def _spelled(labels: Labels) -> str:
    return ",".join(f'{key}="{value}"' for key, value in labels)


def _count(
    found: Counter[tuple[str, Labels]], pod: Json, by_address: Mapping[str, Json], admin: Path
) -> None:
    """Add what the proxy of a pod has counted."""
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
    connection = http.client.HTTPConnection("localhost", timeout=5)
    connection.sock = socket.socket(socket.AF_UNIX)
    try:
        connection.sock.settimeout(5)
        connection.sock.connect(str(admin))
        connection.request("GET", f"/{path}")
        found: Json = json.loads(connection.getresponse().read())
        return found
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
