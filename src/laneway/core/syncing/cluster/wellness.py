"""How well an object of a cluster is, in the words and by the rules of Argo CD.

Comes in: an object as the API server has it. Goes out: its health, or None for kinds that have none
in Argo CD, and for lanes of which nobody tells anything.
https://argo-cd.readthedocs.io/en/stable/operator-manual/health/
"""

from __future__ import annotations

from collections.abc import Mapping

from laneway.core.syncing.cluster.lane_health import lane_health
from laneway.core.syncing.cluster.seen import SeenObject
from laneway.core.syncing.states import Wellness

LANES = ("ASMSwimLaneGroup", "ASMSwimLane")


def wellness_of(seen: SeenObject, *, long_ago: str = "", is_told: bool = True) -> Wellness | None:
    """Return how well an object is, by its own status.

    `is_told` says that somebody tells of lanes whether they are live; where nobody does, no lane
    has a health. `long_ago` is the time before which nothing is expected of them any more.
    """
    found = _of_kind(seen, long_ago, is_told=is_told)
    return Wellness("Progressing", "it is ending") if seen.is_leaving else found


def _of_kind(seen: SeenObject, long_ago: str, *, is_told: bool) -> Wellness | None:
    match seen.body.get("kind"):
        case "Deployment":
            return _of_deployment(seen)
        case "Service":
            return _of_service(seen)
        case kind if kind in LANES and is_told:
            return lane_health(seen.body, long_ago)
        case _:
            return None


def is_live_told(seen: SeenObject) -> bool:
    """Whether somebody tells of a lane or group if it is live: an operator is at work."""
    conditions = (seen.body.get("status") or {}).get("conditions") or ()
    return any(isinstance(one, Mapping) and one.get("type") == "Live" for one in conditions)


def _of_service(seen: SeenObject) -> Wellness:
    """Return a Service's health.

    https://github.com/argoproj/argo-cd/blob/v3.6.1/gitops-engine/pkg/health/health_service.go
    """
    spec, status = seen.body.get("spec") or {}, seen.body.get("status") or {}
    balanced = (status.get("loadBalancer") or {}).get("ingress")
    if spec.get("type") == "LoadBalancer" and not balanced:
        return Wellness("Progressing", "its load balancer has no address yet")
    return Wellness()


def _of_deployment(seen: SeenObject) -> Wellness:
    """Return a Deployment's health.

    https://github.com/argoproj/argo-cd/blob/v3.6.1/gitops-engine/pkg/health/health_deployment.go
    """
    spec, status = seen.body.get("spec") or {}, seen.body.get("status") or {}
    if spec.get("paused"):
        return Wellness("Suspended", "it is paused")
    if status.get("observedGeneration", 0) < seen.metadata.get("generation", 0):
        return Wellness("Progressing", "its controller has not seen it yet")
    for one in status.get("conditions") or ():
        if one.get("type") == "Progressing" and one.get("reason") == "ProgressDeadlineExceeded":
            return Wellness("Degraded", str(one.get("message", "")))
    wanted, updated = spec.get("replicas", 1), status.get("updatedReplicas", 0)
    available = status.get("availableReplicas", 0)
    if updated < wanted:
        return Wellness("Progressing", f"{updated} of {wanted} replicas are new")
    if status.get("replicas", 0) > updated:
        return Wellness("Progressing", f"{status['replicas'] - updated} old replicas are ending")
    if available < updated:
        return Wellness("Progressing", f"{available} of {updated} replicas are available")
    return Wellness()
