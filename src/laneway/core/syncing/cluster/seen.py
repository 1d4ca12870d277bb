"""What a cluster has of an object, and whether somebody else keeps it.

Comes in: an object as the API server has it. Goes out: who follows it beside us.
https://argo-cd.readthedocs.io/en/stable/user-guide/resource_tracking/ and
https://fluxcd.io/flux/components/kustomize/kustomizations/#inventory
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

MANAGER = "laneway-sync"
"""The field manager in whose name a commit is applied."""
_ARGO = "argocd.argoproj.io/tracking-id"
_INSTANCE = "app.kubernetes.io/instance"
_FLUX = {
    "kustomize.toolkit.fluxcd.io/name": "a Kustomization of Flux",
    "helm.toolkit.fluxcd.io/name": "a HelmRelease of Flux",
}
_BY_SERVER = frozenset({"creationTimestamp", "generation", "managedFields", "resourceVersion"})


class SeenObject(Struct, frozen=True):
    """An object as a cluster has it."""

    body: Mapping[str, Any]

    @property
    def metadata(self) -> Mapping[str, Any]:
        """Its metadata."""
        found: Mapping[str, Any] = self.body.get("metadata") or {}
        return found

    @property
    def uid(self) -> str:
        """Which of several objects of one name, one after the other, it is."""
        return str(self.metadata.get("uid", ""))

    @property
    def version(self) -> str:
        """What changes with whatever changes in it."""
        return str(self.metadata.get("resourceVersion", ""))

    @property
    def managers(self) -> frozenset[str]:
        """Who writes fields of it."""
        fields = self.metadata.get("managedFields") or []
        return frozenset(str(one.get("manager")) for one in fields)

    @property
    def is_ours(self) -> bool:
        """Whether we have applied it: somebody may have made another of its name meanwhile."""
        return MANAGER in self.managers

    @property
    def is_leaving(self) -> bool:
        """Whether it is being deleted."""
        return bool(self.metadata.get("deletionTimestamp"))


def is_alike(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two states of an object say the same, but for what the server notes of writing."""
    return _said(one) == _said(other)


def _said(body: Mapping[str, Any]) -> dict[str, Any]:
    metadata = body.get("metadata") or {}
    kept = {key: value for key, value in metadata.items() if key not in _BY_SERVER}
    return {**{key: value for key, value in body.items() if key != "status"}, "metadata": kept}


def kept_by(seen: SeenObject) -> str:
    """Return who else keeps an object in step with a repository, in words; empty for nobody.

    The label of instances is Argo CD's only where Argo CD has applied the object: charts and people
    set it as well.
    """
    annotations = seen.metadata.get("annotations") or {}
    labels = seen.metadata.get("labels") or {}
    if told := annotations.get(_ARGO):
        return f"Argo CD, by {_ARGO}: {told}"
    by_argo = any(one.startswith("argocd") for one in seen.managers)
    if by_argo:
        name = labels.get(_INSTANCE)
        return f"Argo CD, as {name}" if name else "Argo CD, which has applied it"
    for label, words in _FLUX.items():
        if told := labels.get(label):
            return f"{words}, {told}"
    return ""
