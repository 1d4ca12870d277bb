"""A host's trafficPolicy on clusters: limits of connections, ejection of pods, choice among pods.

Comes in: a cluster and the policy that the plan has for it. Goes out: the same cluster with what
the policy says, and the names of fields that are not carried out.
https://istio.io/latest/docs/reference/config/networking/destination-rule/#TrafficPolicy
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from laneway.core.emit.envoy.config import Block, Unexecuted
from laneway.core.mesh.mesh import Mesh
from laneway.core.resources.istio.durations import in_seconds
from laneway.core.routing.plan.policies import unfollowed
from laneway.core.routing.plan.route_plan import RoutePlan

Raw = Mapping[str, Any]

_HTTP_OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
_NOT_CARRIED_OUT = "the local proxies do not carry it out"
_BALANCERS = {
    "LEAST_REQUEST": "LEAST_REQUEST",
    "LEAST_CONN": "LEAST_REQUEST",
    "ROUND_ROBIN": "ROUND_ROBIN",
    "RANDOM": "RANDOM",
    "UNSPECIFIED": "LEAST_REQUEST",
}
_LIMITS = {
    ("tcp", "maxConnections"): "max_connections",
    ("http", "http1MaxPendingRequests"): "max_pending_requests",
    ("http", "http2MaxRequests"): "max_requests",
    ("http", "maxRetries"): "max_retries",
}
_COMMON = {
    ("tcp", "maxConnectionDuration"): "max_connection_duration",
    ("http", "idleTimeout"): "idle_timeout",
    ("http", "maxRequestsPerConnection"): "max_requests_per_connection",
}
_ERRORS = {
    "consecutive5xxErrors": "consecutive_5xx",
    "consecutiveGatewayErrors": "consecutive_gateway_failure",
    "consecutiveLocalOriginFailures": "consecutive_local_origin_failure",
}


def with_policy(cluster: Block, policy: Raw) -> Block:
    """Return one cluster with a trafficPolicy; what cannot be carried out changes nothing."""
    found = dict(cluster)
    balancer = policy.get("loadBalancer") or {}
    if balancer.get("simple") in _BALANCERS:
        found["lb_policy"] = _BALANCERS[balancer["simple"]]
    pool = policy.get("connectionPool") or {}
    if pool:
        found |= _connections(found, pool)
    outliers = policy.get("outlierDetection")
    if outliers:
        found["outlier_detection"] = found.get("outlier_detection", {}) | _ejection(outliers)
        panic = {"healthy_panic_threshold": {"value": outliers.get("minHealthPercent", 0)}}
        found["common_lb_config"] = found.get("common_lb_config", {}) | panic
    return found


def unexecuted(mesh: Mesh, plan: RoutePlan) -> Iterator[Unexecuted]:
    """Yield what of users' policies and groups' patches is not carried out."""
    for origin, name in unfollowed(mesh, plan):
        yield Unexecuted(str(origin.ref), name, _NOT_CARRIED_OUT)
    for policy in plan.policies.values():
        for name in dict.fromkeys(chain(*map(left_over, policy.by_port.values()))):
            field = f"trafficPolicy.{name}"
            yield Unexecuted(str(policy.author), field, _NOT_CARRIED_OUT)


def left_over(policy: Raw) -> Iterator[str]:
    """Yield the fields of a policy that are not carried out, as paths below it."""
    for name, value in policy.items():
        if name == "loadBalancer" and isinstance(value, Mapping):
            yield from (f"{name}.{one}" for one in value if one != "simple")
            if value.get("simple", "RANDOM") not in _BALANCERS:
                yield f"{name}.simple"
        elif name == "connectionPool" and isinstance(value, Mapping):
            yield from (f"{name}.{part}.{one}" for part, one in _left_of_pool(value))
        elif name == "outlierDetection" and isinstance(value, Mapping):
            known = {*_ERRORS, *_EJECTION, *_TIMES, "splitExternalLocalOriginErrors"}
            yield from (f"{name}.{one}" for one in value if one not in known)
        elif name != "portLevelSettings":
            yield name


def _left_of_pool(pool: Raw) -> Iterator[tuple[str, str]]:
    known = {*_LIMITS, *_COMMON, ("tcp", "connectTimeout"), ("tcp", "tcpKeepalive")}
    for part, settings in pool.items():
        names = settings if isinstance(settings, Mapping) else ()
        yield from ((part, name) for name in names if (part, name) not in known)


_EJECTION = {"maxEjectionPercent": "max_ejection_percent", "minHealthPercent": ""}
_TIMES = {"interval": "interval", "baseEjectionTime": "base_ejection_time"}


def _ejection(written: Raw) -> Block:
    """Return Envoy's outlier detection; what is not counted is not enforced, as istiod has it."""
    block: Block = {"enforcing_success_rate": 0}
    if written.get("splitExternalLocalOriginErrors") is True:
        block["split_external_local_origin_errors"] = True
        block["enforcing_local_origin_success_rate"] = 0
    for name, own in _ERRORS.items():
        if isinstance(count := written.get(name), int):
            block[own] = count
            block[f"enforcing_{own}"] = 100 if count > 0 else 0
    for name, own in _TIMES.items():
        if (length := in_seconds(written.get(name))) is not None:
            block[own] = length
    if isinstance(most := written.get("maxEjectionPercent"), int) and most > 0:
        block["max_ejection_percent"] = most
    return block


def _connections(cluster: Block, pool: Raw) -> Block:
    """Return the parts of a cluster that a connectionPool changes."""
    changed: Block = {}
    tcp = pool.get("tcp") or {}
    (limits,) = cluster["circuit_breakers"]["thresholds"]
    wanted = {own: _value(pool, *path) for path, own in _LIMITS.items()}
    limited = {own: count for own, count in wanted.items() if isinstance(count, int) and count > 0}
    if limited:
        changed["circuit_breakers"] = {"thresholds": [limits | limited]}
    if (length := in_seconds(tcp.get("connectTimeout"))) is not None:
        changed["connect_timeout"] = length
    if isinstance(alive := tcp.get("tcpKeepalive"), Mapping):
        changed["upstream_connection_options"] = {"tcp_keepalive": _keepalive(alive)}
    if common := _common(pool):
        changed["typed_extension_protocol_options"] = _with_common(cluster, common)
    return changed


def _value(pool: Raw, part: str, name: str) -> Any:
    settings = pool.get(part)
    return settings.get(name) if isinstance(settings, Mapping) else None


def _keepalive(written: Raw) -> Block:
    block: Block = {}
    if isinstance(probes := written.get("probes"), int):
        block["keepalive_probes"] = probes
    for name, own in (("time", "keepalive_time"), ("interval", "keepalive_interval")):
        if (length := in_seconds(written.get(name))) is not None:
            block[own] = max(1, int(float(length[:-1])))
    return block


def _common(pool: Raw) -> Block:
    block: Block = {}
    for path, own in _COMMON.items():
        value = _value(pool, *path)
        if own == "max_requests_per_connection":
            block |= {own: value} if isinstance(value, int) and value > 0 else {}
        elif (length := in_seconds(value)) is not None:
            block[own] = length
    return block


def _with_common(cluster: Block, common: Block) -> Block:
    plain: Block = {
        "@type": f"type.googleapis.com/{_HTTP_OPTIONS}",
        "explicit_http_config": {"http_protocol_options": {}},
    }
    options = cluster.get("typed_extension_protocol_options", {}).get(_HTTP_OPTIONS, plain)
    return {_HTTP_OPTIONS: options | {"common_http_protocol_options": common}}
