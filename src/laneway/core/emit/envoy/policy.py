"""The rest of a user's route (timeout, retries, fault, rewrite, mirrors, CORS), spelled for Envoy.

Comes in: the raw policy of a rule. Goes out: fields of Envoy's route action, per-filter settings,
and the names of fields that are not carried out. Values are Istio's where it differs from Envoy: no
timeout, two retries elsewhere than before. It never raises on what a user wrote.
https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRoute
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from laneway.core.emit.envoy.config import Block
from laneway.core.resources.istio.durations import in_seconds

_TYPES = "type.googleapis.com/envoy.extensions"
_PREVIOUS_HOSTS: Block = {
    "name": "envoy.retry_host_predicates.previous_hosts",
    "typed_config": {"@type": f"{_TYPES}.retry.host.previous_hosts.v3.PreviousHostsPredicate"},
}
_PREVIOUS_PRIORITIES: Block = {
    "name": "envoy.retry_priorities.previous_priorities",
    "typed_config": {
        "@type": f"{_TYPES}.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig",
        "update_frequency": 2,
    },
}
ISTIO_RETRIES: Block = {
    "retry_on": "connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes",
    "num_retries": 2,
    "retry_host_predicate": [_PREVIOUS_HOSTS],
    "host_selection_retry_max_attempts": 5,
}
"""What istiod gives a route without `retries`."""

_NO_RETRIES: Block = {"num_retries": 0}
_GRPC_CODES = (
    *("OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND"),
    *("ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION"),
    *("ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS"),
    "UNAUTHENTICATED",
)
_WITHOUT_EFFECT = frozenset({"name", "match", "headers", "websocketUpgrade"})

Resolve = Callable[[Mapping[str, Any]], str]
"""Give the cluster of a raw `destination` block, empty when the block names no host."""


class Policy(Struct):
    """What a policy becomes: parts of a route action, settings of filters, what is left over."""

    action: Block = {}
    filters: Block = {}
    left_over: list[str] = []


def translate(raw: Mapping[str, Any], resolve: Resolve) -> Policy:
    """Translate the policy of a rule that forwards. Retries are left to the virtual host."""
    policy = Policy({"timeout": "0s"})
    for name, value in raw.items():
        if name in _WITHOUT_EFFECT or value is None:
            continue
        if name in _PARTS and _PARTS[name](policy, raw, resolve):
            continue
        policy.left_over.append(name)
    return policy


def _timeout(policy: Policy, raw: Mapping[str, Any], _: Resolve) -> bool:
    length = in_seconds(raw["timeout"])
    policy.action["timeout"] = length or "0s"
    return length is not None


def _retries(policy: Policy, raw: Mapping[str, Any], _: Resolve) -> bool:
    written = raw["retries"]
    if not isinstance(written, Mapping):
        return False
    attempts = written.get("attempts", 0)
    if not isinstance(attempts, int) or attempts <= 0:
        policy.action["retry_policy"] = dict(_NO_RETRIES)
        return True
    retries = ISTIO_RETRIES | {"num_retries": attempts} | _retry_on(written.get("retryOn"))
    if (length := in_seconds(written.get("perTryTimeout"))) is not None:
        retries["per_try_timeout"] = length
    if written.get("retryIgnorePreviousHosts") is False:
        retries.pop("retry_host_predicate")
    if written.get("retryRemoteLocalities") is True:
        retries["retry_priority"] = _PREVIOUS_PRIORITIES
    if (interval := in_seconds(written.get("backoff"))) is not None:
        retries["retry_back_off"] = {"base_interval": interval}
    policy.action["retry_policy"] = retries
    return True


def _retry_on(written: object) -> Block:
    """Split `retryOn` into Envoy's conditions and status codes, as istiod does."""
    if not isinstance(written, str) or not written:
        return {}
    words = [word.strip() for word in written.split(",") if word.strip()]
    codes = [int(word) for word in words if word.isdecimal() and 100 <= int(word) < 600]
    conditions = [word for word in words if not word.isdecimal()]
    if codes and "retriable-status-codes" not in conditions:
        conditions.append("retriable-status-codes")
    block: Block = {"retry_on": ",".join(conditions)}
    return block | ({"retriable_status_codes": codes} if codes else {})


def _fault(policy: Policy, raw: Mapping[str, Any], _: Resolve) -> bool:
    written = raw["fault"]
    if not isinstance(written, Mapping):
        return False
    fault: Block = {}
    complete = True
    for name, part in (("delay", _delay), ("abort", _abort)):
        if isinstance(wanted := written.get(name), Mapping):
            block = part(wanted)
            complete = complete and block is not None
            fault |= {name: block} if block else {}
    if fault:
        fault["@type"] = f"{_TYPES}.filters.http.fault.v3.HTTPFault"
        policy.filters["envoy.filters.http.fault"] = fault
    return complete


def _delay(written: Mapping[str, Any]) -> Block | None:
    length = in_seconds(written.get("fixedDelay"))
    if length is None:
        return None
    share = fraction(written.get("percentage")) or hundredths(written.get("percent", 0))
    return {"fixed_delay": length, "percentage": share}


def _abort(written: Mapping[str, Any]) -> Block | None:
    block: Block = {}
    status, code = written.get("httpStatus"), written.get("grpcStatus")
    if isinstance(status, int) and 200 <= status < 600:
        block["http_status"] = status
    elif code in _GRPC_CODES:
        block["grpc_status"] = _GRPC_CODES.index(code)
    else:
        return None
    if (share := fraction(written.get("percentage"))) is not None:
        block["percentage"] = share
    return block


def _rewrite(policy: Policy, raw: Mapping[str, Any], _: Resolve) -> bool:
    written = raw["rewrite"]
    if not isinstance(written, Mapping):
        return False
    pattern = written.get("uriRegexRewrite")
    if isinstance(pattern, Mapping):
        policy.action["regex_rewrite"] = {
            "pattern": {"regex": str(pattern.get("match", ""))},
            "substitution": str(pattern.get("rewrite", "")),
        }
    elif written.get("uri"):
        policy.action["prefix_rewrite"] = str(written["uri"])
    if written.get("authority"):
        policy.action["host_rewrite_literal"] = str(written["authority"])
    return True


def _mirror(policy: Policy, raw: Mapping[str, Any], resolve: Resolve) -> bool:
    percent = raw.get("mirrorPercent", raw.get("mirror_percent"))
    share = fraction(raw.get("mirrorPercentage"))
    if share is None:
        share = hundredths(100 if percent is None else percent)
    return _add_mirror(policy, raw["mirror"], share, resolve)


def _mirrors(policy: Policy, raw: Mapping[str, Any], resolve: Resolve) -> bool:
    written = raw["mirrors"]
    if not isinstance(written, list):
        return False
    good = True
    for one in written:
        if not isinstance(one, Mapping):
            return False
        share = fraction(one.get("percentage")) or hundredths(100)
        good = _add_mirror(policy, one.get("destination"), share, resolve) and good
    return good


def _add_mirror(policy: Policy, destination: object, share: Block, resolve: Resolve) -> bool:
    cluster = resolve(destination) if isinstance(destination, Mapping) else ""
    if cluster and share["numerator"] > 0:
        policy.action.setdefault("request_mirror_policies", []).append(
            {
                "cluster": cluster,
                "runtime_fraction": {"default_value": share},
                "trace_sampled": False,
                "disable_shadow_host_suffix_append": True,
            }
        )
    return bool(cluster)


def _cors(policy: Policy, raw: Mapping[str, Any], _: Resolve) -> bool:
    written = raw["corsPolicy"]
    if not isinstance(written, Mapping):
        return False
    block: Block = {
        "@type": f"{_TYPES}.filters.http.cors.v3.CorsPolicy",
        "allow_origin_string_match": _origins(written),
        "filter_enabled": {"default_value": hundredths(100)},
        "forward_not_matching_preflights": written.get("unmatchedPreflights") != "IGNORE",
    }
    for name, field_name in (
        ("allowMethods", "allow_methods"),
        ("allowHeaders", "allow_headers"),
        ("exposeHeaders", "expose_headers"),
    ):
        if isinstance(values := written.get(name), list) and values:
            block[field_name] = ",".join(map(str, values))
    if (age := in_seconds(written.get("maxAge"))) is not None:
        block["max_age"] = str(int(float(age[:-1])))
    if isinstance(allow := written.get("allowCredentials"), bool):
        block["allow_credentials"] = allow
    policy.filters["envoy.filters.http.cors"] = block
    return True


def _origins(written: Mapping[str, Any]) -> list[Block]:
    origins = written.get("allowOrigins")
    if not isinstance(origins, list):
        exact = written.get("allowOrigin")
        return [{"exact": str(one)} for one in exact] if isinstance(exact, list) else []
    found: list[Block] = []
    for one in origins:
        if isinstance(one, Mapping):
            found += [{"exact": str(one["exact"])}] if "exact" in one else []
            found += [{"prefix": str(one["prefix"])}] if one.get("prefix") else []
            found += [{"safe_regex": {"regex": str(one["regex"])}}] if one.get("regex") else []
    return found


def fraction(percentage: object) -> Block | None:
    """Return a `{value: PERCENT}` block as Envoy's fraction of a million, None without one."""
    if not isinstance(percentage, Mapping):
        return None
    value = percentage.get("value", 0)
    number = float(value) if isinstance(value, int | float) else 0.0
    return {"numerator": int(max(0.0, min(number, 100.0)) * 10_000), "denominator": "MILLION"}


def hundredths(percent: object) -> Block:
    """Return whole percents as Envoy's fraction of a hundred."""
    return {"numerator": percent if isinstance(percent, int) and percent > 0 else 0}


_PARTS: dict[str, Callable[[Policy, Mapping[str, Any], Resolve], bool]] = {
    "timeout": _timeout,
    "retries": _retries,
    "fault": _fault,
    "rewrite": _rewrite,
    "mirror": _mirror,
    "mirrors": _mirrors,
    "corsPolicy": _cors,
    "mirrorPercentage": lambda _policy, raw, _resolve: "mirror" in raw,
    "mirrorPercent": lambda _policy, raw, _resolve: "mirror" in raw,
    "mirror_percent": lambda _policy, raw, _resolve: "mirror" in raw,
}
