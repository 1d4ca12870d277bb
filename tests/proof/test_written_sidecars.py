"""What is proven of every golden case stays proven with the Sidecars that are written for it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from laneway.core.emit.sidecars import sidecars
from laneway.core.mesh.link import link
from laneway.core.mesh.snapshot import Snapshot
from laneway.core.proof.prove import prove
from tests.golden.case import read_case
from tests.golden.test_cases import FILES, compiled
from tests.snapshot import snapshot_of_objects


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_what_is_proven_stays_proven_with_sidecars(path: Path) -> None:
    compilation = compiled(read_case(path))
    written, _ = sidecars(compilation.mesh, compilation.manifests())
    if not written:
        return
    parts = [(f"zz{at}.yaml", json.loads(json.dumps(one.body))) for at, one in enumerate(written)]
    before = compilation.snapshot
    resources = [*before.resources, *snapshot_of_objects(parts).resources]
    after = Snapshot.of(resources, before.findings, before.unread, before.other_kinds)
    proven = [
        {claim.about for claim in prove(link(one)).claims if claim.verdict == "proven"}
        for one in (before, after)
    ]

    assert proven[0] <= proven[1]
