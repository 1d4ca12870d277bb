"""How a cluster stands behind a push: its objects, and what a syncer says of them.

Comes in: a control plane, and the status that Argo CD or `laneway sync` shows. Goes out: values of
one form, and where two of them differ.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from tests.cluster.control_plane import ControlPlane
from tests.cluster.lanes import asked

Json = dict[str, Any]
MADE_BY_CONTROLLERS = {
    *("pods", "replicasets.apps", "controllerrevisions.apps"),
    *("endpoints", "endpointslices.discovery.k8s.io", "ipaddresses.networking.k8s.io"),
    *("events", "events.events.k8s.io", "leases.coordination.k8s.io"),
    *("applications.argoproj.io", "appprojects.argoproj.io", "applicationsets.argoproj.io"),
}
"""Kinds that no repository of the story holds: they follow from those that it does."""
OF_THE_SERVER = {"creationTimestamp", "generation", "managedFields", "resourceVersion", "uid"}
OWN_MARKS = {
    "argocd.argoproj.io/tracking-id",
    "kubectl.kubernetes.io/last-applied-configuration",
    "deployment.kubernetes.io/revision",
}
"""Annotations of Argo CD, by which it knows what it applied, and of the Deployment controller."""
INVENTORY = "ConfigMap default/laneway-sync-mock"
"""What `laneway sync` knows of what it applied."""
GIVEN = {"Service": ("clusterIP", "clusterIPs")}
"""Fields of a spec that are drawn by the server."""


class Stands(Struct, frozen=True):
    """What a syncer says of one object: sync, health (`-` for none), and whether it is to go."""

    sync: str
    health: str
    prunes: bool = False

    def __str__(self) -> str:
        """Say it in a line."""
        return f"{self.sync}, {self.health}" + (", requires pruning" if self.prunes else "")


class Standing(Struct, frozen=True):
    """A cluster, and what a syncer says of it: `whole` of all, `each` of every object by name."""

    objects: Mapping[str, Json]
    each: Mapping[str, Stands]
    whole: Stands


def listed_kinds(plane: ControlPlane) -> str:
    """Return all kinds that a cluster lists but those that only controllers make."""
    found = asked(plane, "api-resources", "--verbs=list", "-o=name").split()
    return ",".join(sorted({*found} - MADE_BY_CONTROLLERS))


def objects(plane: ControlPlane, kinds: str, but: Mapping[str, Json]) -> dict[str, Json]:
    """Return the objects of some kinds, without those that are among others."""
    found = json.loads(asked(plane, "get", kinds, "-A", "-o=json"))["items"]
    there = {_name(one): _said(one) for one in found}
    return {name: one for name, one in there.items() if name not in but and name != INVENTORY}


def _name(item: Json) -> str:
    meta = item["metadata"]
    place = f"{meta['namespace']}/{meta['name']}" if "namespace" in meta else meta["name"]
    return f"{item['kind']} {place}"


def _said(item: Json) -> Json:
    """Return an object without what the server and its controllers say of it."""
    meta = {key: value for key, value in item["metadata"].items() if key not in OF_THE_SERVER}
    marks = meta.pop("annotations", {})
    for owner in meta.get("ownerReferences", ()):
        del owner["uid"]
    if kept := {key: value for key, value in marks.items() if key not in OWN_MARKS}:
        meta["annotations"] = kept
    said = {key: value for key, value in item.items() if key != "status"} | {"metadata": meta}
    drawn = GIVEN.get(item["kind"], ())
    if drawn:
        said["spec"] = {key: one for key, one in item["spec"].items() if key not in drawn}
    return said


def by_argocd(status: Json) -> tuple[dict[str, Stands], Stands]:
    """Read what Argo CD says of every object and of all.

    Where it cannot compare, it marks every object for pruning, and prunes none.
    """
    each = {
        _of_resource(one): Stands(
            one.get("status", "-"),
            one.get("health", {}).get("status", "-"),
            one.get("requiresPruning", False) and one.get("status") != "Unknown",
        )
        for one in status.get("resources", ())
    }
    health = status.get("health", {}).get("status", "-")
    return each, Stands(status.get("sync", {}).get("status", "-"), health)


def by_laneway(status: Json) -> tuple[dict[str, Stands], Stands]:
    """Read what `laneway sync status` says of every object and of all."""
    each = {
        _of_resource(one): Stands(
            one["status"],
            one["health"]["status"] if one["health"] else "-",
            one["requiresPruning"],
        )
        for one in status["resources"]
    }
    return each, Stands(status["sync"]["status"], status["health"]["status"])


def _of_resource(one: Json) -> str:
    """Name an object as `_name` does; for kinds without namespaces Argo CD names one at times."""
    without = one["kind"].startswith("ASM") or not one.get("namespace")
    return f"{one['kind']} {one['name'] if without else one['namespace'] + '/' + one['name']}"


def differences(argocd: Standing, laneway: Standing) -> Iterator[str]:
    """Yield where two states differ, a line each."""
    for name in sorted({*argocd.objects, *laneway.objects}):
        one, other = argocd.objects.get(name), laneway.objects.get(name)
        if one is None or other is None:
            yield f"object {name}: only with {'Argo CD' if other is None else 'laneway sync'}"
        elif one != other:
            yield f"object {name}: {'; '.join(_apart(one, other))}"
    for name in sorted({*argocd.each, *laneway.each}):
        told, ours = argocd.each.get(name), laneway.each.get(name)
        if told != ours:
            yield f"state of {name}: Argo CD {told}, laneway sync {ours}"
    if argocd.whole != laneway.whole:
        yield f"state of all: Argo CD {argocd.whole}, laneway sync {laneway.whole}"


def _apart(one: Any, other: Any, path: str = "") -> Iterator[str]:
    if isinstance(one, dict) and isinstance(other, dict):
        for key in sorted({*one, *other}):
            yield from _apart(one.get(key), other.get(key), f"{path}.{key}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for place, pair in enumerate(zip(one, other, strict=True)):
            yield from _apart(*pair, f"{path}[{place}]")
    elif one != other:
        yield f"{path} is {one!r} with Argo CD and {other!r} with laneway sync"
