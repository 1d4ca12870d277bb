"""What else is found because of one mistake.

Comes in: an object, and the field that was meant. Goes out: the codes of findings that
follow from it, each with a word by which they are known as its own. Only data and how it is looked
up: whoever tells findings folds them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from laneway.core.findings.finding import ANYWHERE, BESIDE, Follow

HALF_READ = tuple((code, BESIDE) for code in ("LW1016", "LW1102", "LW1114"))

_OF_LANES: Mapping[str, tuple[str, ...]] = {
    "labelSelector": ("LW1207", "LW1501"),
    "ingressWeight": ("LW1307",),
    "services": ("LW1210", "LW1509"),
    "online": ("LW1309",),
    "match": ("LW1310",),
    "route": ("LW1324",),
    "destination": ("LW1324",),
    "host": ("LW1102", "LW1324"),
    "portNum": ("LW1313", "LW1314"),
    "weight": ("LW1305", "LW1307"),
}
_OF_THEIR_GROUP: Mapping[str, tuple[str, ...]] = {
    "labelSelector": ("LW1204", "LW1220", "LW1510", "LW1219", "LW1323"),
    "ingressRules": ("LW1323",),
    "ingressWeight": ("LW1306", "LW1323"),
    "online": ("LW1323",),
    "match": ("LW1323", "LW1226"),
    "route": ("LW1323",),
    "destination": ("LW1323",),
    "host": ("LW1323",),
    "weight": ("LW1306", "LW1304", "LW1323"),
}
_OF_GROUPS: Mapping[str, tuple[str, ...]] = {
    "services": ("LW1209", "LW1315", "LW1323"),
    "name": ("LW1102", "LW1303"),
    "ingress": ("LW1303", "LW1323"),
    "gateway": ("LW1303", "LW1323"),
    "ingressRouting": ("LW1323",),
    "isPermissive": ("LW1212", "LW1210", "LW1502", "LW1220"),
    "permissiveModeConfiguration": ("LW1213", "LW1801", "LW1802"),
    "fallbackTarget": ("LW1802",),
    "routeHeader": ("LW1213",),
    "traceHeader": ("LW1213",),
}
_OF_ISTIO: Mapping[str, tuple[str, ...]] = {
    "gateways": ("LW1401", "LW1402", "LW1412"),
    "route": ("LW1310", "LW1319"),
    "weight": ("LW1304", "LW1306", "LW1308", "LW1320"),
    "host": ("LW1102",),
    "number": ("LW1102",),
    "labels": ("LW1407",),
    "name": ("LW1102",),
}
_OF_KUBERNETES: Mapping[str, tuple[str, ...]] = {
    "selector": ("LW1606",),
    "ports": ("LW1605",),
    "port": ("LW1102", "LW1605"),
    "labels": ("LW1510",),
    "template": ("LW1510",),
}


def after_lane(subject: str, group: str, right: str) -> tuple[Follow, ...]:
    """Return what follows from a misspelled field of a lane, for the lane and for its group."""
    return (
        *HALF_READ,
        *_with(subject, _OF_LANES.get(right, ())),
        *_with(f"group {group}", _OF_THEIR_GROUP.get(right, ())),
    )


def after_group(name: str, right: str) -> tuple[Follow, ...]:
    """Return what follows from a misspelled field of a group; the mode decides on every lane."""
    codes = _OF_GROUPS.get(right, ())
    word = ANYWHERE if right == "isPermissive" else f"group {name}"
    return (*HALF_READ, ("LW1217", f"group {name}"), *_with(word, codes))


def after_istio(subject: str, raw: Mapping[str, Any], right: str) -> tuple[Follow, ...]:
    """Return what follows from a misspelled field of an Istio kind."""
    if right == "subsets":
        spec = raw.get("spec")
        host = spec.get("host") if isinstance(spec, dict) else None
        if isinstance(host, str):
            return _with(host.partition(".")[0], ("LW1321", "LW1320"))
    return (*HALF_READ, *_with(subject, _OF_ISTIO.get(right, ())))


def after_kubernetes(subject: str, right: str) -> tuple[Follow, ...]:
    """Return what follows from a misspelled field of a Service or a workload."""
    return (*HALF_READ, *_with(subject, _OF_KUBERNETES.get(right, ())))


def _with(word: str, codes: Iterable[str]) -> tuple[Follow, ...]:
    return tuple((code, word) for code in codes)
