"""Manifests that say what is right of them, as `tests/sdks/manifests/` holds them.

Comes in: a file, whose first document says what is right for which header. Goes out: its claim, and
what is predicted of its one workload.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec
from msgspec import Struct

from laneway.core.mesh.link import link
from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.propagation import BAGGAGE, Propagation
from laneway.core.sdks.fact import PLAIN_HEADER
from laneway.core.sdks.prediction import Predicted, Prediction, ProgramInput, predicted
from tests.snapshot import snapshot_of_texts

MANIFESTS = Path(__file__).parent / "manifests"
FILES = sorted(MANIFESTS.glob("*.yaml"))
LANE_HEADER = "x-asm-prefer-tag"


class ManifestClaim(Struct, frozen=True, forbid_unknown_fields=True):
    """What is right of one manifest: by header, and what stands in the line of what is lost."""

    claim: str
    says: Mapping[str, Predicted]
    at: str = ""


def claimed(file: Path) -> ManifestClaim:
    """Return what a file says is right."""
    return msgspec.yaml.decode(file.read_text().partition("\n---\n")[0], type=ManifestClaim)


def mesh_of(text: str, path: str = "shop.yaml") -> Mesh:
    """Return the mesh of a text."""
    return link(snapshot_of_texts([(path, text)]))


def by_header(header: str) -> Propagation:
    """Return how lanes travel in a group that names a header as the table does."""
    if header == PLAIN_HEADER:
        return Propagation("header", LANE_HEADER, LANE_HEADER)
    return Propagation("baggage" if header == BAGGAGE else "trace id", LANE_HEADER, header)


def predicted_of(mesh: Mesh, header: str) -> Prediction:
    """Return what is predicted of the one workload of a mesh."""
    (workload,) = mesh.workloads
    return predicted(workload, by_header(header), ProgramInput.of(mesh))
