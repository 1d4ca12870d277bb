"""Which objects of a commit may go to a cluster, and in which order.

Comes in: a commit's snapshot and the namespaces that may be written. Goes out: objects as they are
applied, each in its turn, and a finding for everything else. Deployments, Services, lanes and
Istio's traffic kinds are all there is: whoever may push must not get any other right.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from msgspec import Struct

from laneway.core.findings.codes.syncing import KIND_NOT_APPLIED, NAMESPACE_NOT_APPLIED
from laneway.core.findings.finding import Finding, finding, unplaced
from laneway.core.mesh.snapshot import Resource, Snapshot
from laneway.core.resources.meta import Meta

WAVE = "argocd.argoproj.io/sync-wave"
"""https://argo-cd.readthedocs.io/en/stable/user-guide/sync-waves/"""
_LANES, _ISTIO = "istio.alibabacloud.com", "networking.istio.io"
TURNS: Mapping[tuple[str, str], int] = {
    ("", "Service"): 0,
    (_ISTIO, "ServiceEntry"): 0,
    (_ISTIO, "Sidecar"): 0,
    ("apps", "Deployment"): 1,
    (_LANES, "ASMSwimLaneGroup"): 2,
    (_LANES, "ASMSwimLane"): 2,
    (_ISTIO, "DestinationRule"): 3,
    (_ISTIO, "Gateway"): 4,
    (_ISTIO, "VirtualService"): 5,
}
"""The kinds that are applied, in the order in which nothing leads to what is not there yet."""
ROUTES = 4
"""From this turn on objects lead requests in."""
_CLUSTER_WIDE = frozenset({"ASMSwimLaneGroup", "ASMSwimLane"})


class ObjectId(Struct, frozen=True, order=True):
    """An object of a cluster; `namespace` is empty for kinds without one."""

    group: str
    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        """Return `Kind namespace/name`."""
        place = f"{self.namespace}/{self.name}" if self.namespace else self.name
        return f"{self.kind} {place}"

    @property
    def turn(self) -> int:
        """When its kind is applied."""
        return TURNS.get((self.group, self.kind), 0)


class ObjectToApply(Struct, frozen=True):
    """An object as it is applied. `wave` is what its own annotation says, 0 without."""

    id: ObjectId
    body: Mapping[str, Any]
    wave: int = 0

    @property
    def turn(self) -> tuple[int, int]:
        """When it is applied: by its wave, then by its kind."""
        return self.wave, self.id.turn


class ObjectsToApply(Struct, frozen=True):
    """What of a commit is applied, and what is said of the rest."""

    objects: tuple[ObjectToApply, ...]
    findings: tuple[Finding, ...]


def objects_to_apply(snapshot: Snapshot, namespaces: Collection[str]) -> ObjectsToApply:
    """Return what of a commit may go to a cluster."""
    found: list[ObjectToApply] = []
    notes: list[Finding] = []
    for resource in snapshot.resources:
        meta = resource.meta
        place, subject = meta.place("metadata", "name"), str(meta.ref)
        one = id_of(meta)
        if (one.group, one.kind) not in TURNS:
            notes.append(finding(KIND_NOT_APPLIED, place, subject, what=subject))
        elif one.namespace and one.namespace not in namespaces:
            words = {"what": subject, "namespaces": ", ".join(sorted(namespaces))}
            notes.append(finding(NAMESPACE_NOT_APPLIED, place, subject, **words))
        else:
            found.append(ObjectToApply(one, _body(resource, one), _wave(meta)))
    notes += _others(snapshot)
    return ObjectsToApply(tuple(sorted(found, key=lambda one: (one.turn, one.id))), tuple(notes))


def _others(snapshot: Snapshot) -> Iterator[Finding]:
    """Yield what passed by the reader: kinds nobody here knows."""
    for kind, count in snapshot.other_kinds.items():
        noun = "object" if count == 1 else "objects"
        yield unplaced(KIND_NOT_APPLIED, kind, what=f"{count} {noun} of kind {kind}")


def id_of(meta: Meta) -> ObjectId:
    """Return how a cluster knows an object."""
    group = meta.api_version.partition("/")[0] if "/" in meta.api_version else ""
    kind = meta.ref.kind.partition(".")[0]
    namespace = "" if kind in _CLUSTER_WIDE else meta.namespace
    return ObjectId(group, kind, namespace, meta.name)


def _body(resource: Resource, one: ObjectId) -> Mapping[str, Any]:
    """Return an object as it is applied: as it is written, with its namespace; never a status."""
    raw = {key: value for key, value in resource.meta.raw.items() if key != "status"}
    metadata = dict(raw["metadata"])
    if one.namespace:
        metadata["namespace"] = one.namespace
    return {**raw, "metadata": metadata}


def _wave(meta: Meta) -> int:
    """Return what an object's annotation says of its turn; what is no number says nothing."""
    text = meta.annotations.get(WAVE, "0").strip()
    return int(text) if text.removeprefix("-").isdecimal() else 0
