"""Runtime fallback: where a lane's requests go while none of its pods of a service answers.

Comes in: the plain clusters of lanes, and who stands in for them. Goes out: aggregate clusters
under the lanes' names, the lanes' own clusters watched for pods that fail, and retries that leave a
pod without a program. Envoy alone decides at run time; strict groups have none of this. The last
to stand in is never watched: nobody comes after it.
https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/aggregate_cluster
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from laneway.core.emit.envoy.config import Block, ProxyConfig
from laneway.core.emit.envoy.policy import ISTIO_RETRIES

UNREACHED = "x-laneway-unreached"
"""The header with which a pod's proxy says that a request never reached the program."""

_TYPES = "type.googleapis.com/envoy.extensions"
_AGGREGATE = "envoy.clusters.aggregate"
_AT_ONCE: Block = {"healthy_panic_threshold": {"value": 0}, "update_merge_window": "0s"}
"""No request for a pod that is known to fail, and no waiting (a second, by default) until it is."""

_EJECTION: Block = {
    "consecutive_gateway_failure": 5,
    "enforcing_consecutive_gateway_failure": 100,
    "enforcing_consecutive_5xx": 0,
    "enforcing_success_rate": 0,
    "interval": "0.5s",
    "base_ejection_time": "3s",
    "max_ejection_percent": 100,
    "successful_active_health_check_uneject_host": False,
}
"""Five times in a row 502, 503, 504 or no connection, the number Istio ejects after. A 500 is an
answer: a new version's bug must not hide behind the baseline. Each further ejection of a pod is
three seconds longer."""

_MOST_PICKS = 1000
"""How often a retry draws again until it gets a pod that was not asked yet. Envoy prefers the pod
with fewer requests under way, which is the one that fails: of two, the other is drawn once in four
times, and a request that never draws it leaves its lane although a pod is left."""

_QUICKLY: Block = {"base_interval": "0.001s", "max_interval": "0.01s"}


def aggregate(name: str, members: Sequence[str], block: Block) -> Block:
    """Return the cluster of a lane: its own pods, then those of its stand-ins.

    `block` is the plain cluster, of which all that is not about endpoints is kept.
    """
    kept = {key: block[key] for key in block if key not in ("type", "load_assignment")}
    kind = f"{_TYPES}.clusters.aggregate.v3.ClusterConfig"
    return kept | {
        "name": name,
        "lb_policy": "CLUSTER_PROVIDED",
        "common_lb_config": _AT_ONCE,
        "cluster_type": {
            "name": _AGGREGATE,
            "typed_config": {"@type": kind, "clusters": list(members)},
        },
    }


def watched(block: Block, check: Block) -> Block:
    """Return a cluster whose failing pods get no requests.

    As long as one pod is left it takes all of them: the factor keeps half a lane from spilling
    into the next one.
    """
    load = block["load_assignment"] | {"policy": {"overprovisioning_factor": 10000}}
    return block | {
        "load_assignment": load,
        "common_lb_config": _AT_ONCE,
        "health_checks": [check],
        "outlier_detection": _EJECTION,
    }


def members(block: Block) -> tuple[str, ...]:
    """Return the clusters an aggregate one consists of, in order; a plain one has none."""
    if block.get("cluster_type", {}).get("name") != _AGGREGATE:
        return ()
    return tuple(block["cluster_type"]["typed_config"]["clusters"])


def with_fallback(config: ProxyConfig) -> ProxyConfig:
    """Return a proxy's configuration in which requests leave a pod without a program by themselves.

    Routes into lanes that fall back try each pod of the lane once, then the stand-ins. What never
    reached a program is sent again, whatever its method. A user's own retries stay as they are
    written, and so does all that has nothing to do with such lanes.
    """
    chains = {name: found for name, block in config.clusters.items() if (found := members(block))}
    if not chains:
        return config
    retries = {name: _Retries.of(chain, config.clusters) for name, chain in chains.items()}
    pods = {
        address
        for chain in chains.values()
        for name in chain
        for address in _addresses(config.clusters.get(name, {}))
    }
    listeners = {
        name: _telling(block) if _address(block) in pods else block
        for name, block in config.listeners.items()
    }
    tables = {name: _retrying(table, retries) for name, table in config.tables.items()}
    return ProxyConfig(listeners, tables, config.clusters)


class _Retries(Struct, frozen=True):
    """How often a request is sent at most: to each of so many pods, then into so many lanes."""

    pods: int
    lanes: int

    @classmethod
    def of(cls, chain: Sequence[str], clusters: Mapping[str, Block]) -> _Retries:
        return cls(max(1, len(list(_addresses(clusters[chain[0]])))), len(chain))

    def policy(self) -> Block:
        """Return Istio's retries, which go on to the next lane once every pod of one was asked."""
        kind = f"{_TYPES}.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig"
        return ISTIO_RETRIES | {
            "retry_on": f"{ISTIO_RETRIES['retry_on']},retriable-headers",
            "retriable_headers": [{"name": UNREACHED, "present_match": True}],
            # every pod of each lane but the last once, and no fewer than Istio's two
            "num_retries": max(2, self.pods * (self.lanes - 1)),
            "host_selection_retry_max_attempts": _MOST_PICKS,
            "retry_back_off": _QUICKLY,
            "retry_priority": {
                "name": "envoy.retry_priorities.previous_priorities",
                # the next lane is tried after as many attempts as this one has pods:
                # https://www.envoyproxy.io/docs/envoy/latest/api-v3/extensions/retry/priority/previous_priorities/v3/previous_priorities_config.proto
                "typed_config": {"@type": kind, "update_frequency": self.pods},
            },
        }


def _retrying(table: Block, retries: Mapping[str, _Retries]) -> Block:
    hosts = [_retrying_host(host, retries) for host in table["virtual_hosts"]]
    return table | {"virtual_hosts": hosts}


def _retrying_host(host: Block, retries: Mapping[str, _Retries]) -> Block:
    routes = [_retrying_route(route, retries) for route in host["routes"]]
    if routes == host["routes"]:
        return host
    # a word between proxies, which no client is to see
    return host | {"routes": routes, "response_headers_to_remove": [UNREACHED]}


def _retrying_route(route: Block, retries: Mapping[str, _Retries]) -> Block:
    action = route.get("route", {})
    found = [retries[name] for name in _destinations(action) if name in retries]
    if not found or "retry_policy" in action:
        return route
    most = _Retries(max(one.pods for one in found), max(one.lanes for one in found))
    return route | {"route": action | {"retry_policy": most.policy()}}


def _telling(listener: Block) -> Block:
    """Return a pod's listener that says by a header when a request did not reach the program.

    What a program itself says under that name is taken away.
    """
    chains = [
        chain | {"filters": [_telling_filter(one) for one in chain["filters"]]}
        for chain in listener["filter_chains"]
    ]
    return listener | {"filter_chains": chains}


def _telling_filter(one: Block) -> Block:
    settings = one["typed_config"]
    if "route_config" not in settings:
        return one
    hosts = [
        host | {"response_headers_to_remove": [UNREACHED]}
        for host in settings["route_config"]["virtual_hosts"]
    ]
    said = {
        # no connection, no pod that is well, no cluster: the program never saw the request
        # https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage
        "filter": {"response_flag_filter": {"flags": ["UF", "UH", "NC"]}},
        "headers_to_add": [{"header": {"key": UNREACHED, "value": "1"}}],
    }
    told = {
        "route_config": settings["route_config"] | {"virtual_hosts": hosts},
        "local_reply_config": {"mappers": [said]},
    }
    return one | {"typed_config": settings | told}


def _destinations(action: Block) -> Iterator[str]:
    if "cluster" in action:
        yield action["cluster"]
    for share in action.get("weighted_clusters", {}).get("clusters", ()):
        yield share["name"]


def _addresses(block: Block) -> Iterator[tuple[str, int]]:
    for locality in block.get("load_assignment", {}).get("endpoints", ()):
        for one in locality["lb_endpoints"]:
            if (address := _address(one["endpoint"])) is not None:
                yield address


def _address(block: Block) -> tuple[str, int] | None:
    """Return the address of a listener or endpoint; a Unix socket has none."""
    place = block["address"].get("socket_address")
    return None if place is None else (place["address"], place["port_value"])
