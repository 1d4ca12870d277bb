"""How many bytes the messages are by which istiod tells a proxy what it holds.

Comes in: names, rules and what the mesh is set to. Goes out: lengths of Envoy's own messages as
they travel (protobuf). A message is what never varies, and the strings in it; those that the input
does not say (a Service's address, the account of pods) are taken as long as they usually are.
Listeners are left out: lanes change nothing about them.
https://www.envoyproxy.io/docs/envoy/latest/api-v3/api
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from msgspec import Struct

from laneway.core.cost.tables import HeldHost, RouteTable
from laneway.core.emit.envoy.cluster_names import cluster_name, inbound_cluster
from laneway.core.mesh.names import Host
from laneway.core.resources.kubernetes.workloads import Workload
from laneway.core.resources.matching import Match
from laneway.core.resources.meta import Meta
from laneway.core.routing.plan.route_plan import Destination, Forward, Headers, Rule, Share
from laneway.core.routing.plan.survivors import is_catch_all


class MeshSettings(Struct, frozen=True):
    """What a mesh is set to, as far as it makes messages longer. Istio's defaults are both.

    `mtls`: clusters bring certificates, since any sidecar may ask for mutual TLS (enableAutoMtls).
    `telemetry`: clusters and endpoints say which workload they are of, for metrics.
    """

    mtls: bool = True
    telemetry: bool = True


ISTIO_DEFAULT = MeshSettings()

_CLUSTER = 67
"""A cluster besides its strings; its name stands in it three times."""
_OF_OBJECT = 86
"""Where a cluster says which DestinationRule it is by, and that path but for two names."""
_SOCKETS = 448
"""The two transport sockets of a cluster that may speak mutual TLS, of pods of one account."""
_EXCHANGE, _BOTH = 279, 21
"""By what two sidecars tell each other who they are, and what it takes more inside of TLS."""
_UNWRITTEN = 13
_SUBSET = 17
_ASSIGNMENT, _ENDPOINT, _TLS_ENDPOINT, _OF_WORKLOAD = 10, 31, 54, 28
ENVELOPES = _CLUSTER_ENVELOPE, _ASSIGNMENT_ENVELOPE, _TABLE_ENVELOPE = 62, 72, 74
"""What is around a message on its way, besides the name it has there once more."""
_ROUTE, _WRITTEN_ROUTE = 246, 88
"""A route besides its strings, and what one of a VirtualService has more."""
_ANSWERED = 60
_CONDITION, _NEGATED, _EDIT, _SHARE = 9, 2, 10, 8


def always(settings: MeshSettings, *, gateway: bool) -> int:
    """Return the length of the clusters that every proxy has, whatever the mesh."""
    black_hole = 44 + _CLUSTER_ENVELOPE + len("BlackHoleCluster")
    if gateway:
        return black_hole
    names = len("PassthroughCluster") + len("InboundPassthroughCluster")
    return black_hole + 264 + (453 if settings.telemetry else 239) + names + 2 * _CLUSTER_ENVELOPE


def inward(settings: MeshSettings) -> int:
    """Return the length of an inbound cluster."""
    envelope = _CLUSTER_ENVELOPE + len(inbound_cluster("", 8000))
    return envelope + (228 if settings.telemetry else 108)


def cluster(named: Destination, rule: Meta | None, settings: MeshSettings) -> int:
    """Return the length of a cluster of a service's port; `rule` is its DestinationRule's."""
    name = len(cluster_name(named))
    length = _CLUSTER_ENVELOPE + _CLUSTER + 4 * name
    if rule is not None:
        length += _OF_OBJECT + len(rule.namespace) + len(rule.name)
    if named.subset:
        length += _SUBSET + len(named.subset)
    if settings.telemetry:
        length += _EXCHANGE + len(named.host) + len(named.host.partition(".svc.")[0])
        length += _UNWRITTEN if rule is None else 0
    if settings.mtls:
        length += _SOCKETS + name + len(named.host.partition(".")[2].partition(".svc.")[0])
        length += _BOTH if settings.telemetry else 0
    return length


def assignment(named: Destination) -> int:
    """Return the length of a cluster's list of endpoints without any."""
    return _ASSIGNMENT_ENVELOPE + _ASSIGNMENT + 2 * len(cluster_name(named))


def endpoint(pod: Workload, settings: MeshSettings) -> int:
    """Return the length of a pod in a list of endpoints."""
    length = _ENDPOINT + (_TLS_ENDPOINT if settings.mtls else 0)
    if settings.telemetry:
        app, version = (pod.labels.get(one, "") for one in ("app", "version"))
        told = (pod.meta.name, pod.namespace, app, version, "Kubernetes")
        length += _OF_WORKLOAD + len(";".join(told))
    return length


def table(held: RouteTable) -> int:
    """Return the length of a route table."""
    hosts = sum(4 + _host(one, held.port) for one in held.hosts)
    return _TABLE_ENVELOPE + 22 + 2 * len(held.name) + hosts + (63 if held.ends else 0)


def _host(held: HeldHost, port: int) -> int:
    length = 4 + len(held.name) + sum(2 + len(one) for one in held.domains)
    if held.plain:
        host = Host(held.name.rpartition(":")[0])
        cluster = len(cluster_name(Destination(host, port)))
        return length + _ROUTE + len("default") + cluster + len(held.name) + 2
    return length + sum(3 + one for rule in held.rules for one in routes(rule))


def routes_of(held: HeldHost) -> int:
    """Return how many routes stand in a virtual host."""
    return 1 if held.plain else sum(1 for rule in held.rules for _ in routes(rule))


def routes(rule: Rule) -> Iterator[int]:
    """Yield the lengths of the routes that a rule becomes: one for each of its matches."""
    author = rule.origin.ref
    length = _WRITTEN_ROUTE + len(author.namespace) + len(author.name) + len(rule.name)
    length += _edits(rule.headers) + _action(rule)
    for match in rule.matches or (Match(),):
        yield length + _conditions(match)
        if is_catch_all(match):
            return


def _action(rule: Rule) -> int:
    length = len(json.dumps(rule.policy)) if rule.policy else 0
    if not isinstance(rule.action, Forward):
        return length + _ANSWERED
    shares = rule.action.shares
    first = shares[0].destination
    length += _ROUTE + len(f"{first.host}:{first.port}/*")
    if len(shares) == 1:
        return length + _name(shares[0]) + _edits(shares[0].headers)
    return length + sum(_SHARE + _name(one) + _edits(one.headers) for one in shares)


def _name(share: Share) -> int:
    return len(cluster_name(share.destination))


def _conditions(match: Match) -> int:
    pairs = (*match.headers, *match.without_headers, *match.query_params)
    length = sum(_CONDITION + len(name) + len(one.value) for name, one in pairs)
    length += _NEGATED * len(match.without_headers)
    for one in (match.uri, match.scheme, match.method, match.authority):
        length += _CONDITION + len(one.value) if one is not None else 0
    return length


def _edits(headers: Headers) -> int:
    sides = (headers.request, headers.response)
    length = sum(_EDIT + len(k) + len(v) for one in sides for k, v in (*one.set, *one.add))
    return length + sum(2 + len(name) for one in sides for name in one.remove)
