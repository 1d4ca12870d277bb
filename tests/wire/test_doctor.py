"""Each row of the troubleshooting table in a real mesh: caused, named alike by all doors, mended.

A mesh is started with the fault, since an edit that brings an error does not go live. Requests show
the symptom, `check` and the doctor name one cause; once it is mended neither says anything, and
requests stay in their lane.
"""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct

from laneway.core.views.doctor import RuntimeFacts, doctor
from tests.views.samples import compiled_files
from tests.views.test_doctor import FAULTS, Fault, spoil_files
from tests.wire.laneway_up import Up, laneway
from tests.wire.saving import save

pytestmark = pytest.mark.envoy
EXAMPLE = Path(__file__).parents[2] / "examples" / "strict-lanes"
TIMES = 24
SOUND = {"s1": {"v1 v1 v1"}, "s2": {"v2 v2 v2"}}


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
def test_row_is_caused_named_and_mended(name: str, tmp_path: Path, up: Callable[..., Up]) -> None:
    fault, seen = FAULTS[name], CAUSED[name]
    folder = Path(shutil.copytree(EXAMPLE, tmp_path / "lanes"))
    spoil_files(folder, fault)
    mesh = up(folder).ready()

    assert met(mesh, seen.lane) == seen.met
    _named_alike(folder, fault)

    _mend(folder, fault)
    mesh.until("live after")
    assert {lane: met(mesh, lane) for lane in SOUND} == SOUND
    assert checked(folder) == []
    assert doctor(compiled_files(folder), RuntimeFacts())["rows"] == []


def _named_alike(folder: Path, fault: Fault) -> None:
    """Hold the doctor's row against what `check` says."""
    rows = doctor(compiled_files(folder), RuntimeFacts())["rows"]
    (row,) = (one for one in rows if one["code"] == fault.code)
    (found,) = (one for one in checked(folder) if one["code"] == fault.code)
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
