"""One verdict on lanes and on the objects that are written for them, in every golden case."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from laneway.core.emit.istio import manifests
from laneway.core.mesh.link import link
from laneway.core.mesh.snapshot import Snapshot
from laneway.core.proof.prove import prove
from tests.golden.case import read_case
from tests.golden.test_cases import FILES, compiled
from tests.snapshot import snapshot_of_objects


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_what_is_written_is_judged_like_what_is_planned(path: Path) -> None:
    compilation = compiled(read_case(path))
    snapshot = compilation.snapshot
    planned = prove(compilation.mesh)
    bodies = (one.body for one in manifests(compilation.mesh, compilation.plan, "istio"))
    parts = [(f"zz{at:04}.yaml", json.loads(json.dumps(body))) for at, body in enumerate(bodies)]
    resources = [*snapshot.resources, *snapshot_of_objects(parts).resources]
    whole = Snapshot.of(resources, snapshot.findings, snapshot.unread, snapshot.other_kinds)
    written = prove(link(whole))

    if planned.scope.judged == "plan":
        assert [claim.verdict for claim in written.claims] == [
            claim.verdict for claim in planned.claims
        ]


def test_a_breach_that_no_lane_explains_is_shown_by_the_walk_too() -> None:
    (path,) = (one for one in FILES if one.stem.startswith("a_name_that_no_pod_gives_to_a_port"))
    mesh = compiled(read_case(path)).mesh

    assert "counter-example" in [claim.verdict for claim in prove(mesh, "objects").claims]
