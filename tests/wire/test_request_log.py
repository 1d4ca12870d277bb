"""What real Envoy writes down of requests: a line for each call, with its lane, once."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from laneway.apps.local.record.requests import wait_until_written
from laneway.apps.local.record.state import MeshFolder
from tests.wire.lanes import lanes
from tests.wire.local_mesh import LocalMesh, running

pytestmark = pytest.mark.envoy


@pytest.fixture
def folder(tmp_path: Path) -> MeshFolder:
    return MeshFolder(tmp_path)


@pytest.fixture
def mesh(folder: MeshFolder) -> Iterator[LocalMesh]:
    with running(folder.proxies, lanes(("v1", "v2"), ("mocka", "mockb"))) as local:
        yield local


def _lines(folder: MeshFolder, file: str = "requests.jsonl") -> list[dict[str, Any]]:
    wait_until_written(folder)
    text = (folder.proxies / "mesh" / file).read_text()
    return [json.loads(line) for line in text.splitlines()]


def test_each_call_of_a_request_is_a_line_and_a_long_log_begins_anew(
    mesh: LocalMesh, folder: MeshFolder
) -> None:
    mesh.enter(headers={"x-asm-prefer-tag": "s2", "x-chain": "mockb:8000"})
    lines = sorted(_lines(folder), key=lambda line: -int(line["caller"] == "gateway"))
    mesh.fleet.begin_long_requests_anew(longest=10)
    while not (folder.proxies / "mesh" / "requests.jsonl").exists():
        mesh.enter("/nosuch")
        wait_until_written(folder)

    assert [(one["caller"], one["lane"], one["status"], one["path"]) for one in lines] == [
        ("gateway", "s2", 200, "/mock"),
        ("mocka-v2-0", "s2", 200, "/mock"),
    ]
    mocka = mesh.replica("mocka-v2-0")
    assert lines[0]["pod"] == f"{mocka.address}:{mocka.ports[0].inbound}"
    assert len(_lines(folder, "requests.1.jsonl")) >= 2
    assert {line["status"] for line in _lines(folder)} <= {404}


def test_a_request_that_no_route_took_is_written_down_with_what_routes_ask_for(
    mesh: LocalMesh, folder: MeshFolder
) -> None:
    mesh.enter(headers={"x-asm-prefer-tag": "s9", "authorization": "secret"})

    (line,) = _lines(folder)
    assert (line["status"], line["flags"], line["path"]) == (404, "NR", "/mock")
    assert line["carried"] == {"x-asm-prefer-tag": "s9"}


def test_a_line_of_a_gateway_says_which_gateway_it_came_in_at(
    mesh: LocalMesh, folder: MeshFolder
) -> None:
    mesh.enter(headers={"x-asm-prefer-tag": "s2", "x-chain": "mockb:8000"})

    told = {line["caller"]: line.get("gateway") for line in _lines(folder)}
    assert told == {"gateway": "gateway/istio=ingressgateway/80", "mocka-v2-0": None}
