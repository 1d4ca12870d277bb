"""LW13xx: the gateways by which requests enter lanes, their servers and hosts.

Only texts, no decisions: a code says what is wrong and how to fix it, a rule finds where.
"""

from __future__ import annotations

from laneway.core.findings.finding import error, info, warning

UNKNOWN_GATEWAY = error(
    "LW1301",
    "gateway {gateway} is not in the input",
    "Routes refer to a Gateway by namespace and name. Routes for a Gateway that does not exist get "
    "no requests.",
    "{fix}",
    "IST0101, IST0132, KIA1102",
)

GATEWAY_TYPE_INGRESS = error(
    "LW1302",
    "group {group} has an ingress gateway of type {type}, which is not supported",
    "Lane routes need an Istio Gateway; a Kubernetes Ingress, for example, cannot select subsets. "
    "The lanes still work inside the mesh, but no requests enter them.",
    "Set spec.ingress.gateway.type to ASM and name an Istio Gateway.",
)

NO_GATEWAY = error(
    "LW1303",
    "group {group} names no gateway for requests into {lanes}",
    "Entry rules and weights become routes of the group's gateway. Without a gateway they are left "
    "out.",
    "Set spec.ingress.gateway.name and namespace of the group.",
)

HOST_NOT_SERVED = warning(
    "LW1311",
    "gateway {gateway} does not serve host {host}; its {kind} servers are for {served}",
    "The gateway rejects requests for a host it does not serve, before any route is tried.",
    "Add the host to a server of the Gateway, or use one of its hosts in the rule.",
    "IST0132",
)

TLS_SERVER = info(
    "LW1317",
    "server {server} of gateway {gateway} uses TLS and is skipped by `laneway up`",
    "The mesh on this machine has no certificates, so its gateway serves only plain HTTP. `laneway "
    "render` is not affected.",
    "Nothing to do for a cluster; add an HTTP server to try the routes on this machine.",
)

NARROWER_HOST = info(
    "LW1325",
    "requests for host {host} at {gateway} match no rule of {lanes}: {user} has that host",
    "A gateway uses only the routes of the most specific host, so rules for a wider host do not "
    "apply there.",
    "Nothing to do if that is intended; otherwise add the host to the lanes' rules.",
)

NOT_ADMITTED = warning(
    "LW1327",
    "gateway {gateway} accepts no routes from namespace {namespace} for {hosts}",
    "A server host with a namespace (`shop/*`, `./*`) accepts only routes from that namespace. "
    "Istio leaves this VirtualService out, and requests get 404.",
    "Move the VirtualService to a namespace that the Gateway accepts, or add its namespace there.",
    "IST0132",
)

ENTRY_NOT_ADMITTED = error(
    "LW1328",
    "the entry of {groups} has no route for {hosts} at {gateway} from namespace {namespace}",
    "Hosts of the gateway's servers accept routes from different namespaces, but all routes of an "
    "entry are in one of them. Requests for the other hosts get 404.",
    "Use one namespace for all hosts at which lanes are entered, or none.",
)

API_ROUTE_AT_GATEWAY = warning(
    "LW1329",
    "{user} {led} at gateway {gateway}, and routes of the Gateway API are not followed",
    "Such a route cannot select a lane's subset and sets no lane header, so its requests are in no "
    "lane until the labels of a caller put them into one. laneway prove reports it as undecided.",
    "Route into lanes with their entry rules, or with a VirtualService of your own.",
)

HTTPS_REDIRECT = info(
    "LW1332",
    "on port {port} of {gateway} every request for {hosts} gets 301 to https; routes into {groups} "
    "serve {https}",
    "A server with httpsRedirect answers every request without TLS before any route is tried. "
    "Requests with TLS are routed, but Laneway does not follow them.",
    "Nothing to do if that is intended. To try the lanes on this machine or to prove them, give "
    "the Gateway a server without httpsRedirect, on another port or in another file.",
)

REDIRECT_WITHOUT_HTTPS = warning(
    "LW1333",
    "on port {port} of {gateway} every request for {hosts} gets 301 to https, but no HTTPS server "
    "in the input routes it into {groups}",
    "A server with httpsRedirect answers every request without TLS before any route is tried, so "
    "no request reaches a lane, unless a proxy in front terminates TLS and the gateway trusts its "
    "X-Forwarded-Proto.",
    "Add an HTTPS server for these hosts to the Gateway, or remove httpsRedirect.",
)

SERVER_SKIPPED = warning(
    "LW1334",
    "Istio ignores server {server} of gateway {gateway} and its routes into {groups}: port {port} "
    "of {other} already has one of its hosts",
    "Servers with a tls block on one port, including redirects to https, must have different "
    "hosts. If two share a host, Istio skips the later one, and its routes get no requests.",
    "Give the servers different hosts, or remove the tls block from one of them.",
    "IST0145",
)

ILLEGAL_HOST = error(
    "LW1335",
    "{host} of {owner} is not a valid host",
    "A host is a name, a wildcard or an IP address, without scheme, port or path. Istio rejects a "
    "whole VirtualService for any other. The host is left out, so this entry has no route for it.",
    "Write the name alone, such as shop.test, *.shop.test, or * for every host.",
    "IST0106",
)
