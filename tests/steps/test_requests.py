"""The log of requests as it is read: rows, pods by name, what a workload had to do with."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import asdict

from laneway.apps.local.record.requests import HEAD, Requests, RequestTable, row_of
from laneway.apps.local.record.state import MeshFolder, MeshRecord
from laneway.core.emit.placement import Replica
from laneway.core.mesh.mesh import Caller
from laneway.core.resources.meta import Ref

MOCKA = {
    "time": "2026-11-28T17:23:59.189Z",
    "caller": "gateway",
    "method": "GET",
    "host": "shop.example",
    "path": "/mock",
    "lane": None,
    "route": "swimlane-of-the-shop-at-its-only-gateway",
    "cluster": "outbound|8000|s2|mocka.default.svc.cluster.local",
    "pod": "127.3.0.1:8000",
    "status": 200,
    "flags": "-",
    "ms": 9,
    "id": "1",
}
MOCKB = {
    **MOCKA,
    "time": "2026-11-28T17:23:59.200Z",
    "caller": "mocka-v2-0",
    "lane": "s2",
    "cluster": "outbound|8000|s1|mockb.default.svc.cluster.local",
    "pod": "127.3.0.2:8000",
    "status": 503,
    "flags": "UF,URX",
}
NOBODY = {
    **MOCKA,
    "time": "2026-11-28T17:23:58.000Z",
    "cluster": None,
    "pod": None,
    "route": None,
    "status": 404,
    "flags": "NR",
}


def _replica(name: str, address: str) -> dict[str, Any]:
    workload, caller = Ref("Deployment", "default", name[:-2]), Caller("default", ())
    return asdict(Replica(name, workload, caller, address, (), 15001, sidecar=True))


@pytest.fixture
def folder(tmp_path: Path) -> MeshFolder:
    folder = MeshFolder(tmp_path)
    folder.logs.mkdir()
    record = MeshRecord("shop", 1, 1, "", 0.0, [])
    record.replicas.append(_replica("mocka-v2-0", "127.3.0.1"))
    folder.write(record)
    _write(folder, "envoy.jsonl", MOCKA, MOCKB, {**MOCKB, "route": "tunnels"})
    _write(folder, "envoy.gateway.jsonl", NOBODY)
    return folder


def _write(folder: MeshFolder, name: str, *lines: dict[str, Any]) -> None:
    with (folder.logs / name).open("a") as file:
        file.writelines(json.dumps(line) + "\n" for line in lines)


def test_requests_of_all_proxies_come_in_their_order_with_lanes_and_pods(
    folder: MeshFolder,
) -> None:
    found, _ = Requests(folder).there(None)

    assert [(one["status"], one["lane"], one["pod"]) for one in found] == [
        (404, None, None),
        (200, "s2", "mocka-v2-0"),
        (503, "s2", "127.3.0.2:8000"),
    ]


def test_only_what_a_workload_sent_or_answered_is_asked_for(folder: MeshFolder) -> None:
    assert [one["ms"] for one in Requests(folder, "mocka-v2").there(None)[0]] == [9, 9]
    assert Requests(folder, "mocka").there(None)[0] == []


def test_the_last_lines_are_those_that_were_sent_last(folder: MeshFolder) -> None:
    [last], _ = Requests(folder).there(1)

    assert last["status"] == 503


def test_a_log_that_was_begun_anew_goes_on_behind_the_older_one(folder: MeshFolder) -> None:
    proxy = folder.path / "envoy" / "mesh"
    proxy.mkdir(parents=True)
    (folder.logs / "envoy.jsonl").replace(proxy / "requests.1.jsonl")
    (proxy / "requests.jsonl").write_text(json.dumps({**MOCKA, "status": 201}) + "\ntorn")
    (folder.logs / "envoy.jsonl").symlink_to(proxy / "requests.jsonl")

    found, _ = Requests(folder).there(None)

    assert sorted(one["status"] for one in found) == [200, 201, 404, 503]


def test_what_is_added_is_followed(folder: MeshFolder) -> None:
    requests = Requests(folder)
    _, logs = requests.there(None)
    rounds = iter((True, False))

    def pause() -> bool:
        _write(folder, "envoy.jsonl", {**MOCKA, "status": 418})
        return next(rounds)

    assert [one["status"] for one in requests.added(logs, pause)] == [418, 418]


def test_a_row_fits_the_screen_and_in_a_pipe_it_is_one_line() -> None:
    rows = [row_of({**one, "pod": "mocka-v2-0"}) for one in (MOCKA, MOCKB, NOBODY)]
    for width in (80, 120, sys.maxsize):
        table = RequestTable(rows, width)
        lines = [line for row in (HEAD, *rows) for line in table.lines(row)]

        assert max(map(len, lines)) <= width
        assert width != sys.maxsize or len(lines) == 4
        assert all(row[0] in "\n".join(lines) for row in rows)


def test_a_failure_is_told_with_the_proxys_word_for_it() -> None:
    assert row_of(MOCKB)[-2:] == ("503 UF,URX", "9")
    assert row_of(NOBODY)[-4:-1] == ("-", "-", "404 NR")


@pytest.mark.parametrize(
    ("named", "carried", "lane"),
    [
        ("x-lane", {"x-lane": "s2"}, "s2"),
        ("x-lane", {"x-lane": "s2", "baggage": "x-lane=s3"}, "s2"),
        ("baggage", {"x-lane": None, "baggage": "user=7, x-lane = s2;p=1,more=1"}, "s2"),
        ("baggage", {"x-lane": None, "baggage": "x-lane=s1,x-lane=s2+%3Bttl%3D1"}, "s2"),
        ("baggage", {"x-lane": None, "baggage": "user=7"}, None),
        ("sw8-correlation", {"x-lane": None, "sw8-correlation": "YQ==:MQ==,eC1sYW5l:czI="}, "s2"),
        (None, {"x-lane": "s2"}, "s1"),
    ],
)
def test_a_route_of_several_lanes_leaves_it_to_the_request_which_one_it_is(
    folder: MeshFolder, named: str | None, carried: dict[str, str | None], lane: str | None
) -> None:
    line = {**MOCKB, "lane": None, "named": named, "carried": carried}
    (folder.logs / "envoy.jsonl").write_text(json.dumps(line) + "\n")

    lines, _ = Requests(folder).there(None)
    found = next(one for one in lines if one["caller"] == "mocka-v2-0")

    assert found["lane"] == lane
    assert {"named", "carried"}.isdisjoint(found)
