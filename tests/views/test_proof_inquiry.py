"""A counter-example is a request that explain takes: who clicks it sees what breaks the promise."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import msgspec
import pytest

from laneway.core.compile import Compilation
from laneway.core.proof.prove import prove
from laneway.core.routing.ask.inquiry import Inquiry, Unasked
from laneway.core.routing.plan.rule_names import RuleNames
from laneway.core.views.explained import explained
from laneway.core.views.proof import proof_view
from tests.views.samples import EXAMPLES, compiled_files
from tests.views.test_doctor import FAULTS, spoil_files


def against(compilation: Compilation) -> list[dict[str, Any]]:
    mesh = compilation.mesh
    claims = proof_view(prove(mesh, "plan"), RuleNames(mesh))["claims"]
    return [one for claim in claims.values() for one in claim.get("counterExamples", ())]


@pytest.mark.parametrize("name", ["a subset that maps wrongly", "a route of one's own in the mesh"])
def test_inquiry_of_a_counter_example_meets_the_pods_it_must_not(name: str, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(EXAMPLES / "strict-lanes", tmp_path / "lanes"))
    spoil_files(folder, FAULTS[name])
    compilation = compiled_files(folder)

    found = [one for one in against(compilation) if one["inquiry"]]

    assert found
    for one in found:
        inquiry = msgspec.convert(one["inquiry"], Inquiry)
        journey = explained(compilation.mesh, compilation.plan, inquiry)
        assert not isinstance(journey, Unasked)
        met = {pod["name"] for answer in journey["answers"] for pod in answer["pods"]}
        assert any(not pod.endswith(one["lane"].replace("s", "v")) for pod in met)
