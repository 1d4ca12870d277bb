"""Each row of the troubleshooting table in a real mesh: caused, named alike by all doors, mended.

A mesh is started with the fault, since an edit that brings an error does not go live. Requests show
the symptom, `check` and the doctor of the console name one cause; once it is mended neither says
anything, and requests stay in their lane.
"""

from __future__ import annotations

import json
import shlex
import shutil
import time
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from msgspec import Struct

from tests.views.test_doctor import FAULTS, Fault, spoil_files
from tests.wire.laneway_up import PATIENCE, Up, laneway
from tests.wire.saving import save
from tests.wire.test_console import states, visit

pytestmark = pytest.mark.envoy
EXAMPLE = Path(__file__).parents[2] / "examples" / "strict-lanes"
TIMES = 24
SOUND = {"s1": {"v1 v1 v1"}, "s2": {"v2 v2 v2"}}
Start = Callable[..., Up]
Rows = list[dict[str, Any]]


class Seen(Struct, frozen=True):
    """What the requests of a lane met: the versions of each answer, or its status."""

    lane: str
    met: frozenset[str]


CAUSED = {
    "pods with another lane's label": Seen("s1", frozenset({"v1 v1 v1", "v1 v2 v1"})),
    "a rule for another header value": Seen("s2", frozenset({"404"})),
    "a subset that maps wrongly": Seen("s2", frozenset({"v2 v1 v1"})),
    "a pod that opts out": Seen("s2", frozenset({"v2 v2 v1", "v2 v2 v2", "v2 v2 v3"})),
}


class DoctorPage(Struct, frozen=True):
    """The doctor of a console."""

    client: httpx.Client

    def rows(self) -> Rows:
        found: Rows = self.client.get("/api/v1/doctor?limit=1000").json()["rows"]["rows"]
        return found

    def until(self, holds: Callable[[Rows], bool]) -> Rows:
        """Read again until rows are as they should be."""
        end = time.monotonic() + PATIENCE
        while not holds(found := self.rows()):
            assert time.monotonic() < end, found
            time.sleep(0.05)
        return found


@contextmanager
def shown(up: Start, folder: Path) -> Generator[tuple[Up, DoctorPage]]:
    """Run a mesh with its console."""
    mesh = up(folder, "--console").ready()
    link = mesh.until("/enter?token=").rpartition(" ")[2].strip()
    with visit(link) as client:
        with closing(states(client)) as heard:
            next(heard)
        yield mesh, DoctorPage(client)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(EXAMPLE, tmp_path / "lanes"))


def met(up: Up, lane: str) -> set[str]:
    """Ask in a lane, and return what answered."""
    found: Counter[str] = Counter()
    for _ in range(TIMES):
        answer = up.ask(headers={"x-asm-prefer-tag": lane})
        versions = " ".join(hop.version for hop in answer.hops)
        found[versions if answer.status == 200 else str(answer.status)] += 1
    return set(found)


def checked(folder: Path) -> list[dict[str, Any]]:
    """Return what `laneway check` finds."""
    told: list[dict[str, Any]] = json.loads(laneway("check", "-o", "json", str(folder)).stdout)[
        "findings"
    ]
    return told


@pytest.mark.parametrize("name", CAUSED)
def test_row_is_caused_named_and_mended(name: str, folder: Path, up: Start) -> None:
    fault, seen = FAULTS[name], CAUSED[name]
    spoil_files(folder, fault)
    with shown(up, folder) as (mesh, doctor):
        assert met(mesh, seen.lane) == seen.met
        _named_alike(doctor.rows(), checked(folder), fault)

        _mend(folder, fault)
        mesh.until("live after")
        assert {lane: met(mesh, lane) for lane in SOUND} == SOUND
        doctor.until(lambda rows: rows == [])
    assert checked(folder) == []


def _named_alike(rows: Rows, found_by_check: list[dict[str, Any]], fault: Fault) -> None:
    """Hold the doctor's row against what `check` says."""
    (row,) = (one for one in rows if one["code"] == fault.code)
    (found,) = (one for one in found_by_check if one["code"] == fault.code)
    subject = "{kind} {namespace}/{name}".format(**row["object"]).replace(" /", " ")

    assert fault.symptom in row["symptoms"]
    assert (row["cause"], row["fix"], subject) == (
        found["message"],
        found["fix"],
        found["subject"],
    )
    assert (row["place"]["file"], row["place"]["line"]) == (found["file"], found["line"])


def _mend(folder: Path, fault: Fault) -> None:
    original = EXAMPLE / fault.file
    if original.exists():
        save(folder / fault.file, original.read_text())
    else:
        (folder / fault.file).unlink()


def test_requests_that_no_route_took_are_told_until_one_takes_them(folder: Path, up: Start) -> None:
    lanes = (folder / "lanes.yaml").read_text()
    rule = next(at for at, line in enumerate(lanes.splitlines(), 1) if "exact: s2" in line) - 9
    with shown(up, folder) as (mesh, doctor):
        assert doctor.rows() == []
        assert laneway("verify").returncode == 0
        assert mesh.ask("/mock/cart?a=secret", {"x-asm-prefer-tag": "s2"}).status == 404
        assert mesh.ask("/favicon.ico").status == 404
        lane, icon = doctor.until(lambda rows: len(rows) == 2)

        assert (lane["level"], icon["level"]) == ("warning", "info")
        assert "/mock/cart x-asm-prefer-tag: s2 (once)" in lane["cause"]
        assert "path /mock/cart is not /mock (entry rule r1 of lane s2)" in lane["cause"]
        assert lane["object"]["name"] == "s2"
        assert (lane["place"]["file"], lane["place"]["line"]) == (str(folder / "lanes.yaml"), rule)
        assert "secret" not in json.dumps(lane)
        explained = laneway(*shlex.split(lane["command"])[1:])
        assert "path /mock/cart is not /mock" in explained.stdout

        save(folder / "lanes.yaml", lanes.replace("exact: /mock", "prefix: /"))
        mesh.until("live after")
        doctor.until(lambda rows: ["/favicon.ico" in row["cause"] for row in rows] == [True])


def test_pods_that_are_down_are_told_with_who_answers_meanwhile(folder: Path, up: Start) -> None:
    with shown(up, folder) as (mesh, doctor):
        assert laneway("stop", "mockb-v2").returncode == 0
        (row,) = doctor.until(bool)
        assert row["symptoms"] == ["no-response"]
        assert (
            row["cause"] == "pod default/mockb-v2-0 of lane s2 does not answer: somebody stopped it"
        )
        assert (
            row["why"] == "Lane s2 has no other pod of default/mockb: what it sends there gets 503."
        )
        assert row["object"] == {"kind": "Deployment", "namespace": "default", "name": "mockb-v2"}
        assert Path(row["place"]["file"]).name == "mock-v2.yaml"
        assert met(mesh, "s2") == {"v2"}
        assert laneway(*shlex.split(row["command"])[1:]).returncode == 0
        doctor.until(lambda rows: rows == [])
    assert met(mesh, "s2") == SOUND["s2"]
