"""The follower of a mesh's log: it counts what is added, for as long as its window is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import asdict

from laneway.apps.local.record.counted import RequestCounter
from laneway.apps.local.record.state import MeshFolder, MeshRecord
from laneway.core.emit.placement import Replica
from laneway.core.mesh.mesh import Caller
from laneway.core.resources.kubernetes.workloads import Workload
from laneway.core.views.topology.topology import topology
from laneway.core.views.traffic.counts import Counts
from tests.topology.towns import Town

COMPILED = Town(3, 2).compiled()
SHOWN = topology(COMPILED.mesh, COMPILED.plan)


@pytest.fixture
def folder(tmp_path: Path) -> MeshFolder:
    folder = MeshFolder(tmp_path)
    folder.logs.mkdir()
    _runs(folder, *COMPILED.mesh.workloads)
    return folder


def _runs(folder: MeshFolder, *workloads: Workload) -> None:
    record = MeshRecord("shop", 1, 1, "", 0.0, [])
    for at, one in enumerate(workloads):
        caller = Caller("shop", ())
        name = f"{one.meta.name}-0"
        replica = Replica(name, one.meta.ref, caller, f"127.3.0.{at}", (), 15001, sidecar=True)
        record.replicas.append(asdict(replica))
    folder.write(record)


def _entered(folder: MeshFolder, file: str = "envoy", **more: Any) -> None:
    address = next(
        f"127.3.0.{at}:8000"
        for at, one in enumerate(COMPILED.mesh.workloads)
        if one.meta.name == "service-0-v1"
    )
    line = {
        "caller": "gateway",
        "gateway": "gateway/istio=ingressgateway/80",
        "lane": "lane-1",
        "cluster": "outbound|8000|lane-1|service-0.shop.svc.cluster.local",
        "pod": address,
        "status": 200,
        "ms": 3,
        "id": "1",
    }
    with (folder.logs / f"{file}.jsonl").open("a") as log:
        log.write(json.dumps(line | more) + "\n")


def _sum(counts: Counts | None) -> float:
    assert counts is not None
    return sum(one.answers for one in counts.values())


def test_only_what_is_added_counts_and_only_within_the_window(folder: MeshFolder) -> None:
    _entered(folder)
    counter = RequestCounter(folder, window=10)
    counter.show(COMPILED, SHOWN)

    assert _sum(counter.look(100.0)) == 0
    _entered(folder)
    _entered(folder, file="envoy.later")
    assert _sum(counter.look(101.0)) == 2
    assert _sum(counter.look(110.0)) == 2
    assert _sum(counter.look(111.0)) == 0


def test_what_is_not_known_is_none_and_no_zero(folder: MeshFolder) -> None:
    counter = RequestCounter(folder)
    assert counter.look(1.0) is None

    counter.show(COMPILED, SHOWN)
    folder.record.unlink()
    assert counter.look(2.0) is None


def test_a_pod_that_came_later_is_counted_by_its_workload(folder: MeshFolder) -> None:
    _runs(folder)
    counter = RequestCounter(folder)
    counter.show(COMPILED, SHOWN)
    assert counter.look(1.0) == {}

    _runs(folder, *COMPILED.mesh.workloads)
    _entered(folder)
    counts = counter.look(2.0)
    assert _sum(counts) == 1
    assert [one.callee for one in counts or ()] == ["shop/service-0@lane-1"]
