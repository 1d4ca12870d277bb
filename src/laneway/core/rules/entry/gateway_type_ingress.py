"""LW1302: a group that asks for another kind of entry than an Istio Gateway."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.gateway import GATEWAY_TYPE_INGRESS
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.rules.check import Check


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find groups whose gateway type is not ASM."""
    for group in mesh.groups:
        kind = group.group.gateway_type
        if kind not in ("ASM", ""):
            meta = group.group.meta
            place = meta.place("spec", "ingress", "gateway", "type")
            words = {"group": group.name, "type": kind}
            yield finding(GATEWAY_TYPE_INGRESS, place, str(meta.ref), **words)


CHECK = Check.of_mesh(GATEWAY_TYPE_INGRESS, check)
