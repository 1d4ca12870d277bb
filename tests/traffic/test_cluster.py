"""A metrics server's series as counts: one reporter for each pair, workloads by who owns pods."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs

import pytest

from laneway.adapters.metrics import MetricsError, MetricsServer
from laneway.apps.cluster.traffic import WorkloadTraffic
from laneway.core.compile import Compilation, compile_snapshot
from laneway.core.views.topology.topology import Topology, topology
from laneway.core.views.traffic.cluster import WorkloadNodes, counts_of, queries
from laneway.core.views.traffic.counts import ALL, CountedAnswers, Counts, Passing, ToldCounts
from laneway.core.views.traffic.traffic import calls_among, traffic
from tests.snapshot import snapshot_of_objects
from tests.topology.towns import Town

TOWN = Town(3, 2)
GATEWAY = "gateway:istio=ingressgateway"


def _compiled() -> Compilation:
    """Return a town as a cluster has it: pods with their ReplicaSets, and a gateway's pod."""
    found: list[dict[str, Any]] = []
    for item in TOWN.objects():
        if item["kind"] == "Deployment":
            found.append(_pod(item["metadata"], item["spec"]["template"]))
        else:
            found.append(item)
    labels = {"istio": "ingressgateway"}
    meta = {"name": "istio-ingressgateway", "namespace": "istio-system"}
    found.append(_pod(meta, {"metadata": {"labels": labels}, "spec": {"containers": []}}))
    files = [(f"{place:04}.yaml", item) for place, item in enumerate(found)]
    return compile_snapshot(snapshot_of_objects(files))


def _pod(meta: dict[str, Any], template: dict[str, Any]) -> dict[str, Any]:
    labels = {**template["metadata"]["labels"], "pod-template-hash": "7d9f"}
    owner = {"apiVersion": "apps/v1", "kind": "ReplicaSet", "controller": True, "uid": "1"}
    named = {**owner, "name": f"{meta['name']}-7d9f"}
    ready = [{"type": "Ready", "status": "True"}]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": f"{meta['name']}-7d9f-x2x2x",
            "namespace": meta["namespace"],
            "labels": labels,
            "ownerReferences": [named],
        },
        "spec": {**template["spec"], "nodeName": "here"},
        "status": {"phase": "Running", "podIP": "10.0.0.1", "conditions": ready},
    }


COMPILED = _compiled()
SHOWN = topology(COMPILED.mesh, COMPILED.plan)


def _series(source: str, target: str, reporter: str = "source", **more: str) -> dict[str, str]:
    space = "istio-system" if source.startswith("istio-") else "shop"
    return {
        "reporter": reporter,
        "source_workload": source,
        "source_workload_namespace": space,
        "destination_workload": target,
        "destination_workload_namespace": "shop",
        "destination_service_name": target.rpartition("-v")[0],
        "destination_service_namespace": "shop",
        **more,
    }


def _counts(requests: Any, times: Any = (), window: float = 10) -> Counts:
    nodes = WorkloadNodes.of(COMPILED.mesh, SHOWN.known)
    return counts_of(nodes, requests, times, window)


def test_pods_are_known_by_the_workload_that_owns_them() -> None:
    entry = _series("istio-ingressgateway", "service-0-v1", response_code="200")
    call = _series("service-0-v1", "service-1-v1", response_code="503")
    slow = [
        (_series("service-0-v1", "service-1-v1", le=edge), rate)
        for edge, rate in (("10", 0.0), ("25", 2.0), ("+Inf", 2.0))
    ]

    assert _counts([(entry, 5.0), (call, 2.0)], slow) == {
        Passing(GATEWAY, "shop/service-0@lane-1", None): CountedAnswers(50.0, 0.0),
        Passing("shop/service-0@lane-1", "shop/service-1@lane-1", None): CountedAnswers(
            20.0, 20.0, {10: 0.0, 25: 20.0, ALL: 20.0}
        ),
    }


def test_what_two_reporters_tell_of_counts_once() -> None:
    names = ("service-0-v0", "service-1-v0")
    both = [
        (_series(*names, reporter="waypoint", response_code="200"), 3.0),
        (_series(*names, reporter="source", response_code="200"), 4.0),
    ]
    timed = [(_series(*names, reporter="waypoint", le="+Inf"), 3.0)]

    assert [one.answers for one in _counts(both).values()] == [40.0]
    assert [one.answers for one in _counts(both[:1], timed).values()] == [30.0]
    assert [one.within for one in _counts(both, timed).values()] == [{}]
    assert all('reporter=~"source|waypoint"' in query for query in queries(30))


def test_a_caller_without_a_name_stands_outside_once_it_was_seen() -> None:
    seen = _series("unknown", "service-0-v0", response_code="200")
    counts = _counts([(seen | {"source_workload_namespace": "unknown"}, 1.0)])
    before = traffic(COMPILED.mesh, SHOWN, ToldCounts(counts), 100, 10)
    assert (before.edges, before.seen) == ({}, ())

    shown = topology(COMPILED.mesh, COMPILED.plan, calls_among(SHOWN.known, counts))
    after = traffic(COMPILED.mesh, shown, ToldCounts(counts), 100, 10)
    rates = [one.rate for one in after.edges.values()] + [one.rate for one in after.seen]
    assert rates == [1]


def test_only_namespaces_that_may_be_looked_at_are_asked_for() -> None:
    for query in queries(30, ["b.c", "a"]):
        assert r'destination_workload_namespace=~"a|b\\.c"' in query


@contextmanager
def _answering(results: dict[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """Serve the results of queries by a word that they hold; yield the URL and what was asked."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers["content-length"])).decode()
            (query,) = parse_qs(text)["query"]
            asked.append(query)
            result = next(found for word, found in results.items() if word in query)
            body = json.dumps({"status": "success", "data": {"result": result}}).encode()
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Write nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}", asked
        finally:
            server.shutdown()
            thread.join()


def _shown() -> tuple[Compilation, Topology]:
    return COMPILED, SHOWN


def test_a_look_at_a_cluster_asks_twice_and_no_number_is_no_count() -> None:
    labels = _series("service-0-v1", "service-1-v1", response_code="200")
    results = {
        "_bucket": [],
        "istio_requests_total": [
            {"metric": labels, "value": [1.0, "2.5"]},
            {"metric": _series("service-0-v0", "service-1-v0"), "value": [1.0, "NaN"]},
        ],
    }
    with _answering(results) as (url, asked):
        found = WorkloadTraffic(MetricsServer(url), window=20).look(*_shown())

    assert len(asked) == 2
    assert [one.answers for one in found.values()] == [50.0]


def test_a_server_that_is_away_is_an_error_and_no_silence() -> None:
    with _answering({}) as (url, _):
        pass

    with pytest.raises(MetricsError):
        WorkloadTraffic(MetricsServer(url)).look(*_shown())
