"""The shapes of what a patch may change: parts of an HTTP route, and a trafficPolicy.

Only data: fields as Istio's schema has them, bounds as its validation has them. What decides where
a request goes (matches, destinations, redirects, mirrors, rewrites) is not here, since lanes
decide that.
https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRoute
https://istio.io/latest/docs/reference/config/networking/destination-rule/#TrafficPolicy
"""

from __future__ import annotations

import math
import re

from laneway.core.resources.istio.read_header_edits import is_editable
from laneway.core.resources.istio.shapes import (
    Each,
    Keyed,
    Shape,
    duration,
    flag,
    number,
    one_of,
    text,
    whole,
)

_SECONDS = re.compile(r"(?:\d+[hms])+")
_INT32 = 2**31 - 1
_UINT32 = 2**32 - 1
_COUNT = whole(0, _INT32)
_UNSIGNED = whole(0, _UINT32)
_PERCENT = whole(0, 100)
_SHARE: Shape = {"value": number(0, 100)}
_METHODS = one_of(
    *("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "CONNECT", "OPTIONS", "TRACE", "*")
)
GRPC_CODES = (
    *("OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND"),
    *("ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION"),
    *("ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS"),
    "UNAUTHENTICATED",
)
_STATUSES = (
    *(*range(100, 104), *range(200, 209), 226, *range(300, 306), 307, 308, *range(400, 419)),
    *(*range(421, 427), 428, 429, 431, 451, *range(500, 509), 510, 511),
)
"""Status codes that have a name, which are those Istio admits."""

_RETRY_ON = frozenset(
    {
        *map(str, _STATUSES),
        *("5xx", "gateway-error", "reset", "reset-before-request", "connect-failure"),
        *("retriable-4xx", "refused-stream", "retriable-status-codes", "retriable-headers"),
        *("envoy-ratelimited", "http3-post-connect-failure", "cancelled", "deadline-exceeded"),
        *("internal", "resource-exhausted", "unavailable"),
    }
)


def _retry_on(value: object) -> str:
    words = value.split(",") if isinstance(value, str) else [""]
    known = _RETRY_ON.issuperset(words)
    return "" if known else "conditions of Envoy or status codes, with commas and no blanks between"


def _whole_seconds(value: object) -> str:
    """Want a duration of whole seconds: browsers keep a preflight for no finer one."""
    fine = isinstance(value, str) and _SECONDS.fullmatch(value) and not duration(value)
    return "" if fine else "a duration of whole seconds such as 24h"


def _header_name(value: object) -> str:
    named = isinstance(value, str) and (value == "*" or is_editable(value, authority=False))
    return "" if named else "the name of a header"


def _prime(value: object) -> str:
    """Want the size of a Maglev table, which Envoy divides by."""
    if whole(1, 5_000_010)(value) or not isinstance(value, int):
        return "a prime number up to 5000010"
    divisors = range(2, math.isqrt(value) + 1)
    return "" if all(value % one for one in divisors) else "a prime number up to 5000010"


_ORIGIN: Shape = {"exact": text, "prefix": text, "regex": text}
_CORS: Shape = {
    "allowOrigins": Each(_ORIGIN),
    "allowMethods": Each(_METHODS),
    "allowHeaders": Each(_header_name),
    "exposeHeaders": Each(_header_name),
    "maxAge": _whole_seconds,
    "allowCredentials": flag,
    "unmatchedPreflights": one_of("UNSPECIFIED", "FORWARD", "IGNORE"),
}
ROUTE: dict[str, Shape] = {
    "timeout": duration,
    "retries": {
        "attempts": _COUNT,
        "perTryTimeout": duration,
        "retryOn": _retry_on,
        "retryRemoteLocalities": flag,
        "retryIgnorePreviousHosts": flag,
        "backoff": duration,
    },
    "fault": {
        "delay": {"fixedDelay": duration, "percentage": _SHARE, "percent": _PERCENT},
        "abort": {
            "httpStatus": whole(200, 599),
            "grpcStatus": one_of(*GRPC_CODES),
            "percentage": _SHARE,
        },
    },
    "corsPolicy": _CORS,
}
"""What a patch may change of an HTTP route, beside headers."""

_KEEPALIVE: Shape = {"probes": _UNSIGNED, "time": duration, "interval": duration}


def _idle(value: object) -> str:
    return "" if value == "0s" else duration(value)


_POOL: Shape = {
    "tcp": {
        "maxConnections": _COUNT,
        "connectTimeout": duration,
        "tcpKeepalive": _KEEPALIVE,
        "maxConnectionDuration": duration,
        "idleTimeout": _idle,
    },
    "http": {
        "http1MaxPendingRequests": _COUNT,
        "http2MaxRequests": _COUNT,
        "maxRequestsPerConnection": _COUNT,
        "maxRetries": _COUNT,
        "idleTimeout": duration,
        "h2UpgradePolicy": one_of("DEFAULT", "DO_NOT_UPGRADE", "UPGRADE"),
        "useClientProtocol": flag,
        "maxConcurrentStreams": _COUNT,
        "http2KeepAlive": {"interval": duration, "timeout": duration},
    },
}
_OUTLIERS: Shape = {
    "splitExternalLocalOriginErrors": flag,
    "consecutiveLocalOriginFailures": _UNSIGNED,
    "consecutiveGatewayErrors": _UNSIGNED,
    "consecutive5xxErrors": _UNSIGNED,
    "interval": duration,
    "baseEjectionTime": duration,
    "maxEjectionPercent": _PERCENT,
    "minHealthPercent": _PERCENT,
    "outlierDetectionHttpErrorCodes": Each(whole(100, 599)),
}
_FAILOVER: Shape = Each({"from": text, "to": text})
_BALANCER: Shape = {
    "simple": one_of(
        *("UNSPECIFIED", "LEAST_CONN", "RANDOM", "PASSTHROUGH", "ROUND_ROBIN", "LEAST_REQUEST")
    ),
    "consistentHash": {
        "httpHeaderName": text,
        "httpCookie": {
            "name": text,
            "path": text,
            "ttl": _idle,
            "attributes": Each({"name": text, "value": text}),
        },
        "useSourceIp": flag,
        "httpQueryParameterName": text,
        "ringHash": {"minimumRingSize": _UNSIGNED},
        "maglev": {"tableSize": _prime},
        "minimumRingSize": _UNSIGNED,
    },
    "localityLbSetting": {
        "enabled": flag,
        "distribute": Each({"from": text, "to": Keyed(_UNSIGNED)}),
        "failover": _FAILOVER,
        "failoverPriority": Each(text),
    },
    "warmupDurationSecs": duration,
    "warmup": {
        "duration": duration,
        "minimumPercent": number(0, 100),
        "aggression": number(0.001, 1e9),
    },
}
_TLS: Shape = {
    "mode": one_of("DISABLE", "SIMPLE", "MUTUAL", "ISTIO_MUTUAL"),
    "clientCertificate": text,
    "privateKey": text,
    "caCertificates": text,
    "caCrl": text,
    "credentialName": text,
    "subjectAltNames": Each(text),
    "sni": text,
    "insecureSkipVerify": flag,
}
_BY_PORT: dict[str, Shape] = {
    "loadBalancer": _BALANCER,
    "connectionPool": _POOL,
    "outlierDetection": _OUTLIERS,
    "tls": _TLS,
}
TRAFFIC: dict[str, Shape] = {
    **_BY_PORT,
    "portLevelSettings": Each({"port": {"number": whole(1, 65535)}, **_BY_PORT}),
    "proxyProtocol": {"version": one_of("V1", "V2")},
    "retryBudget": {
        "percent": number(0, 100),
        "minRetryConcurrency": _UNSIGNED,
        "budgetInterval": duration,
    },
}
"""What a patch may change of a trafficPolicy: all but `tunnel`, which leads to another host."""
