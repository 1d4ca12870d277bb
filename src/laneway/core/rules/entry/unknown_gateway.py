"""LW1301: routes bound to a Gateway that the input does not hold."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.gateway import UNKNOWN_GATEWAY
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.names import resolve_gateway
from laneway.core.resources.yaml.nearness import likest
from laneway.core.resources.yaml.placed import placed
from laneway.core.rules.check import Check
from laneway.core.rules.questions.words import listing


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find gateways that are named and not there, if the input holds Gateways at all."""
    if not mesh.gateways:
        return
    for group in mesh.groups:
        if group.gateway is not None and group.gateway not in mesh.gateways:
            meta = group.group.meta
            place = meta.place("spec", "ingress", "gateway", "name")
            words = {"gateway": group.gateway, "fix": _fix(mesh, group.gateway)}
            yield finding(UNKNOWN_GATEWAY, place, str(meta.ref), **words)
    for service in mesh.virtual_services:
        for index, written in placed(service.gateways, service.gateway_places):
            name = resolve_gateway(written, service.meta.namespace)
            if name != "mesh" and name not in mesh.gateways:
                place = service.meta.place("spec", "gateways", index)
                words = {"gateway": name, "fix": _fix(mesh, name)}
                yield finding(UNKNOWN_GATEWAY, place, str(service.meta.ref), **words)


def _fix(mesh: Mesh, wanted: str) -> str:
    name = wanted.partition("/")[2]
    same = [known for known in mesh.gateways if known.endswith(f"/{name}")]
    if same:
        return f"A Gateway of that name is in another namespace: write {listing(same)}."
    named = {known.partition("/")[2]: known for known in mesh.gateways}
    meant = named.get(likest(name, named))
    return f"Did you mean {meant}?" if meant else "Add the Gateway, or name one that is there."


CHECK = Check.of_mesh(UNKNOWN_GATEWAY, check, missing=True)
