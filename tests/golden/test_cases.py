"""Every golden case holds, as it is written and with its documents in another order of arrival."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from laneway.core.compile import Compilation, compile_snapshot
from laneway.core.emit.istio import manifests
from laneway.core.emit.yaml_text import yaml_documents
from laneway.core.proof.judged import judged
from laneway.core.routing.plan.scoped import ScopedPlan
from laneway.core.routing.plan.scoped_ground import Scoping
from tests.golden.bless import bless
from tests.golden.case import CASES, Call, Case, read_case
from tests.golden.meet import meet
from tests.golden.shapes import comparable, objects_of, shapes_of
from tests.snapshot import snapshot_of_texts

FILES = sorted(CASES.rglob("*.yaml"))
BLESS = bool(os.environ.get("LANEWAY_BLESS"))
every_case = pytest.mark.parametrize(
    "path", FILES, ids=[str(path.relative_to(CASES).with_suffix("")) for path in FILES]
)


def compiled(case: Case, arrival: random.Random | None = None) -> Compilation:
    """Compile a case. Its documents keep their places, in whatever order they arrive."""
    files = [(f"{number:03}.yaml", text) for number, text in enumerate(case.documents)]
    if arrival is not None:
        arrival.shuffle(files)
    return compile_snapshot(snapshot_of_texts(files))


def scoped_of(case: Case, compilation: Compilation) -> ScopedPlan | None:
    """Return what layout scoped makes of a case, if it asks for that layout."""
    if case.expected.get("layout") != "scoped":
        return None
    clients = tuple(case.expected.get("clients", ()))
    return compilation.scoped(Scoping(case.expected.get("form", "auto"), clients))


def read_back(case: Case, compilation: Compilation) -> Compilation:
    """Return what a case's objects do by themselves: its lanes are read, and add nothing."""
    emitted = compilation.manifests("scoped", scoped_of(case, compilation))
    files = [(f"{number:03}.yaml", text) for number, text in enumerate(case.documents)]
    files.append(("999.yaml", "".join(yaml_documents(one.body for one in emitted))))
    objects = judged(compile_snapshot(snapshot_of_texts(files)).mesh, "objects")
    return Compilation(compilation.snapshot, objects.mesh, objects.plan)


def thinned(case: Case, compilation: Compilation) -> Compilation:
    """Return what the objects of a case are made of: a sparse one leaves services out."""
    return compilation.sparse() if case.expected.get("sparse") else compilation


def mismatch(compilation: Compilation, case: Case, call: Call) -> str:
    """Return how a call differs from what its line says, or nothing."""
    found = meet(thinned(case, compilation), call.ask, call.expected.carried, case.forwarding)
    return "" if found == call.expected else f"{call.text}\n      but meets {found}"


def output_of(case: Case, compilation: Compilation) -> dict[str, object]:
    """Return what the compilation gives for each block of output that a case may have."""
    layout = case.expected.get("layout", "istio")
    scoped = scoped_of(case, compilation)
    sparse = bool(case.expected.get("sparse"))
    emitted = manifests(compilation.mesh, thinned(case, compilation).plan, layout, scoped)
    findings = compilation.findings_with(scoped, is_sparse=sparse)
    forms = scoped.forms.items() if scoped else ()
    return {
        "findings": sorted(f"{one.code.id} {one.subject or '-'}" for one in findings),
        "forms": sorted(f"{host.partition('.')[0]} {one.form}, {one.why}" for host, one in forms),
        "held": sorted(group.name for group in compilation.mesh.groups if group.held),
        "objects": objects_of(emitted),
        "shapes": shapes_of(emitted, case.expected.get("shapes", [])),
    }


def differs(expected: dict[str, object], key: str, found: object) -> bool:
    """Whether a case has a block of output and it is not what was found."""
    return key in expected and comparable(expected[key]) != comparable(found)


@every_case
def test_case_holds(path: Path) -> None:
    case = read_case(path)
    compilation = compiled(case)
    found = output_of(case, compilation)
    if BLESS:
        expected = case.expected
        bless(path, {key: one for key, one in found.items() if differs(expected, key, one)})
        case = read_case(path)

    assert case.expected["claim"].endswith(".")
    assert [text for call in case.calls if (text := mismatch(compilation, case, call))] == []
    if found["forms"]:
        again = read_back(case, compilation)
        assert [text for call in case.calls if (text := mismatch(again, case, call))] == []
    assert found["findings"] == case.findings
    assert found["held"] == case.held
    for block in ("objects", "shapes", "forms"):
        if block in case.expected:
            assert comparable(found[block]) == comparable(case.expected[block])


@every_case
def test_order_of_arrival_changes_nothing(path: Path) -> None:
    case = read_case(path)
    written = compiled(case)
    shuffled = compiled(case, random.Random(path.name))  # noqa: S311

    assert shuffled == written
    assert shuffled.findings == written.findings


def test_every_case_says_something_that_could_be_false() -> None:
    silent = [
        path.name
        for path in FILES
        if not (read_case(path).calls or read_case(path).findings or read_case(path).held)
        and "shapes" not in read_case(path).expected
    ]

    assert silent == []
