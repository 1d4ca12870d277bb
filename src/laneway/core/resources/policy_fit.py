"""What parts of a policy must be together, where each value alone is right.

Comes in: the name of a field and its value, of which each part already has its shape. Goes out: why
Istio's admission would refuse it. Two patches that are right each may be wrong when merged, so this
is asked of the result. It judges fields that a patch may hold, and no others.
https://istio.io/latest/docs/reference/config/networking/destination-rule/#TrafficPolicy
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

Raw = Mapping[str, Any]

_HASHED_BY = ("httpHeaderName", "httpCookie", "useSourceIp", "httpQueryParameterName")


def unfit(name: str, value: Any) -> str:
    """Say why a field cannot stand as it is, as a sentence without its end; empty where it can.

    >>> unfit("retries", {"retryOn": "5xx"})
    'perTryTimeout, retryOn and retryRemoteLocalities need attempts of 1 or more'
    """
    rule = _RULES.get(name)
    return rule(value) if rule else ""


def _retries(value: Raw) -> str:
    needing = ("perTryTimeout", "retryOn", "retryRemoteLocalities")
    if not value.get("attempts") and any(name in value for name in needing):
        return "perTryTimeout, retryOn and retryRemoteLocalities need attempts of 1 or more"
    return ""


def _fault(value: Raw) -> str:
    abort, delay = value.get("abort"), value.get("delay")
    if abort is not None and not _one(abort, ("httpStatus", "grpcStatus")):
        return "an abort needs one of httpStatus and grpcStatus"
    if delay is not None and "fixedDelay" not in delay:
        return "a delay needs fixedDelay"
    return ""


def _cors(value: Raw) -> str:
    origins = value.get("allowOrigins", ())
    if all(_one(origin, ("exact", "prefix", "regex")) for origin in origins):
        return ""
    return "each of allowOrigins needs one of exact, prefix and regex"


def _balancer(value: Raw) -> str:
    hashed = value.get("consistentHash")
    if hashed is not None and "simple" in value:
        return "simple and consistentHash exclude each other; one is taken away by null"
    if hashed is not None and not _one(hashed, _HASHED_BY):
        return f"consistentHash needs one of {', '.join(_HASHED_BY)}"
    if hashed is not None and len({"ringHash", "maglev", "minimumRingSize"} & hashed.keys()) > 1:
        return "ringHash, maglev and minimumRingSize exclude each other"
    if hashed is not None and "name" not in hashed.get("httpCookie", {"name": ""}):
        return "httpCookie needs a name"
    if "duration" not in value.get("warmup", {"duration": ""}):
        return "warmup needs a duration"
    return ""


def _pool(value: Raw) -> str:
    http = value.get("http", {})
    if http.get("h2UpgradePolicy") == "UPGRADE" and http.get("useClientProtocol"):
        return "useClientProtocol and an h2UpgradePolicy of UPGRADE exclude each other"
    if not {"interval", "timeout"} <= http.get("http2KeepAlive", _BOTH).keys():
        return "http2KeepAlive needs interval and timeout"
    return ""


_BOTH: Raw = {"interval": "", "timeout": ""}


def _outliers(value: Raw) -> str:
    local = value.get("consecutiveLocalOriginFailures")
    if local and not value.get("splitExternalLocalOriginErrors"):
        return "consecutiveLocalOriginFailures needs splitExternalLocalOriginErrors"
    return ""


def _tls(value: Raw) -> str:
    own = {"clientCertificate", "privateKey"} <= value.keys()
    if value.get("mode") == "MUTUAL" and not own and "credentialName" not in value:
        return "mode MUTUAL needs a credentialName, or clientCertificate and privateKey"
    return ""


def _tunnel(value: Raw) -> str:
    return "" if {"targetHost", "targetPort"} <= value.keys() else "it needs targetHost, targetPort"


def _ports(value: Sequence[Raw]) -> str:
    for settings in value:
        if not settings.get("port"):
            return "each of them needs a port with a number"
        for name, inner in settings.items():
            if why := unfit(name, inner):
                return why
    return ""


def _one(value: Raw, names: Sequence[str]) -> bool:
    return sum(name in value for name in names) == 1


_RULES: dict[str, Callable[[Any], str]] = {
    "retries": _retries,
    "fault": _fault,
    "corsPolicy": _cors,
    "loadBalancer": _balancer,
    "connectionPool": _pool,
    "outlierDetection": _outliers,
    "tls": _tls,
    "tunnel": _tunnel,
    "portLevelSettings": _ports,
}
