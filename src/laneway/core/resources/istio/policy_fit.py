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
    return _localities(value.get("localityLbSetting", {}))


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
    files = {"clientCertificate", "privateKey", "caCertificates", "caCrl"} & value.keys()
    if value.get("insecureSkipVerify") and value.keys() & _VERIFYING:
        return f"insecureSkipVerify excludes {', '.join(sorted(_VERIFYING))}"
    if "credentialName" in value:
        return f"credentialName excludes {', '.join(sorted(files))}" if files else ""
    if value.get("mode") == "MUTUAL" and not {"clientCertificate", "privateKey"} <= files:
        return "mode MUTUAL needs a credentialName, or clientCertificate and privateKey"
    return ""


_VERIFYING = {"caCertificates", "credentialName", "subjectAltNames"}


def _localities(value: Raw) -> str:
    if len({"distribute", "failover", "failoverPriority"} & value.keys()) > 1:
        return "distribute, failover and failoverPriority exclude each other"
    for one in value.get("distribute", ()):
        weights = one.get("to", {})
        if sum(weights.values()) != 100 or 0 in weights.values():
            return "the weights of distribute.to must be above 0 and add up to 100"
        if not _are_apart(list(weights)):
            return "the localities of distribute.to overlap"
    if not _are_apart([one.get("from", "") for one in value.get("distribute", ())]):
        return "the localities of distribute.from overlap"
    for one in value.get("failover", ()):
        regions = [one.get("from", ""), one.get("to", "")]
        if regions[0] == regions[1] or any({"/", "*"} & set(region) for region in regions):
            return "failover needs two different regions, without / and *"
    return ""


def _are_apart(localities: Sequence[str]) -> bool:
    """Whether localities, as `region/zone/*`, are well written and none covers another."""
    parts = [one.removesuffix("*").removesuffix("/").split("/") for one in localities]
    if list(localities) == ["*"]:
        return True
    if any(len(one) > 3 or not all(one) or "*" in "".join(one) for one in parts):
        return False
    return not any(
        one[: len(other)] == other
        for at, one in enumerate(parts)
        for number, other in enumerate(parts)
        if at != number
    )


def _ports(value: Sequence[Raw]) -> str:
    for settings in value:
        if not settings.get("port") or len(settings) < 2:
            return "each of them needs a port with a number, and settings"
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
    "portLevelSettings": _ports,
}
