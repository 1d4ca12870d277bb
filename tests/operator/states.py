"""What a cluster says of lanes, but for what differs between two runs: times, uids, names of pods.

Comes in: an API server. Goes out: our objects and the statuses of groups and lanes, as plain data;
and whether all of it is at rest, where it is not known what it will come to.
"""

from __future__ import annotations

import http.client
from contextlib import closing
from typing import Any

from msgspec import Struct

from tests.cluster.api_server import ApiServer, RefusedError
from tests.cluster.writer import Writer, root_of
from tests.laws.objects import Object

OURS = "app.kubernetes.io/managed-by=laneway"
ISTIO, VENDOR = root_of("networking.istio.io/v1"), root_of("istio.alibabacloud.com/v1")
PLACES = (
    f"{ISTIO}/virtualservices?labelSelector={OURS}",
    f"{ISTIO}/destinationrules?labelSelector={OURS}",
)
LANES = (f"{VENDOR}/asmswimlanegroups", f"{VENDOR}/asmswimlanes")
TIMES = ("lastTransitionTime", "since")
AWAY = (OSError, http.client.HTTPException, RefusedError)
"""How an API server that is not there is met."""


class Seen(Struct):
    """A cluster at one moment."""

    objects: dict[str, Any]
    statuses: dict[str, Any]

    def differs(self, other: Seen) -> list[str]:
        """Name what differs, and how."""
        pairs = ((self.objects, other.objects), (self.statuses, other.statuses))
        return [
            f"{name}: {mine.get(name)} instead of {theirs.get(name)}"
            for mine, theirs in pairs
            for name in sorted(mine.keys() | theirs.keys())
            if mine.get(name) != theirs.get(name)
        ]


def seen(api: ApiServer) -> tuple[Seen, bool]:
    """Return what is said, and whether it speaks of all as it is now: seen, ready and live."""
    with closing(Writer(api)) as writer:
        ours = [one for place in PLACES for one in writer.ask("GET", place)["items"]]
        lanes = [one for place in LANES for one in writer.ask("GET", place)["items"]]
    objects = {_name(one): _said(one) for one in ours}
    statuses = {_name(one): _told(one.get("status", {})) for one in lanes}
    return Seen(objects, statuses), all(map(_is_at_rest, lanes)) and bool(ours) == bool(lanes)


def _name(item: Object) -> str:
    head = item["metadata"]
    return f"{item['kind']} {head.get('namespace', '')}/{head['name']}"


def _said(item: Object) -> Object:
    head = item["metadata"]
    owners = [(one["kind"], one["name"]) for one in head.get("ownerReferences", ())]
    return {"labels": head.get("labels"), "owners": sorted(owners), "spec": item["spec"]}


def _told(status: Object) -> Object:
    found = {key: _timeless(one) for key, one in status.items() if key != "confirmed"}
    for one in found.get("conditions", ()):
        if one["type"] == "Live":
            one.pop("message")  # how many proxies and how soon
    services = found.get("servicesInSwimLaneGroup", {}).get("serviceSummaries", {})
    for one in services.values():
        one["podLabels"] = sorted(map(_labels, one["podLabels"].values()))
    return found


def _labels(labels: Object) -> list[tuple[str, str]]:
    return sorted(labels.items())


def _timeless(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _timeless(one) for key, one in value.items() if key not in TIMES}
    return [_timeless(one) for one in value] if isinstance(value, list) else value


def _is_at_rest(item: Object) -> bool:
    """Whether a status is of the object as it is now, and all its pods and proxies are there."""
    status = item.get("status", {})
    conditions = {one["type"]: one["status"] for one in status.get("conditions", ())}
    pods = status.get("pods", {"ready": 0, "total": 0})
    return (
        status.get("observedGeneration") == item["metadata"]["generation"]
        and conditions.get("Ready") == "True"
        and conditions.get("Live") == "True"
        and conditions.get("Reconciling") == "False"
        and pods["ready"] == pods["total"]
    )
