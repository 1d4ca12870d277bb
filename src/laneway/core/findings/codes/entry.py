"""LW13xx: how requests enter lanes: gateways, entry rules, weights.

Only texts, no decisions: a code says what is wrong and how to fix it, a rule finds where.
"""

from __future__ import annotations

from laneway.core.findings.finding import Code

UNKNOWN_GATEWAY = Code(
    "LW1301",
    "error",
    "gateway {gateway} is not in the input",
    "Routes refer to a Gateway by namespace and name. Routes for a Gateway that does not exist get "
    "no requests.",
    "{advice}",
    "IST0101, IST0132, KIA1102",
)

GATEWAY_TYPE_INGRESS = Code(
    "LW1302",
    "error",
    "group {group} has an ingress gateway of type {type}, which is not supported",
    "Lane routes need an Istio Gateway; a Kubernetes Ingress, for example, cannot select subsets. "
    "The lanes still work inside the mesh, but no requests enter them.",
    "Set spec.ingress.gateway.type to ASM and name an Istio Gateway.",
)

NO_GATEWAY = Code(
    "LW1303",
    "error",
    "group {group} names no gateway for requests into {lanes}",
    "Entry rules and weights become routes of the group's gateway. Without a gateway they are left "
    "out.",
    "Set spec.ingress.gateway.name and namespace of the group.",
)

WEIGHTS_NOT_100 = Code(
    "LW1304",
    "warning",
    "weights of {route} add up to {total}: {shares}",
    "Weights are used as a ratio, so the actual shares differ from the numbers written.",
    "Make the weights add up to 100.",
)

NEGATIVE_WEIGHT = Code(
    "LW1305",
    "error",
    "the weight of {owner} is {weight}",
    "A weight is a share of requests and cannot be negative; Istio rejects the whole "
    "VirtualService. The share is left out.",
    "Use a weight between 0 and 100.",
    "IST0106",
)

ALL_WEIGHTS_ZERO = Code(
    "LW1306",
    "error",
    "all weights of {route} are 0",
    "Proxies reject a split whose weights sum to 0. The split is left out, so requests that match "
    "it get 404.",
    "Give at least one destination a weight above 0.",
    "IST0106",
)

LANE_WITHOUT_WEIGHT = Code(
    "LW1307",
    "warning",
    "lane {lane} has no ingressWeight, so it gets no requests",
    "The group splits requests by weight, and a lane without one counts as 0.",
    "Add spec.ingressWeight to the lane, with `weight: 0` if it should get none.",
)

SOLE_DESTINATION_WEIGHT_ZERO = Code(
    "LW1308",
    "error",
    "the only destination of route {route} has weight 0 but gets every request",
    "Istio ignores the weight of a single destination: 0 means 100 % there.",
    "Remove the route, or add the destination that should get the requests.",
    "KIA1104",
)

RULE_OFFLINE = Code(
    "LW1309",
    "info",
    "entry rule {rule} of lane {lane} is off",
    "Only rules with `online: true` are compiled; the default is false.",
    "Set `online: true` to enable the rule.",
)

RULE_NEVER_REACHED = Code(
    "LW1310",
    "warning",
    "{rule} never matches: {before} matches all its requests first",
    "Rules are tried in order and the first match wins.",
    "Make the match of the earlier rule narrower, change the order, or remove this rule.",
    "IST0130",
)

HOST_NOT_SERVED = Code(
    "LW1311",
    "warning",
    "gateway {gateway} does not serve host {host}; its {kind} servers are for {served}",
    "The gateway rejects requests for a host it does not serve, before any route is tried.",
    "Add the host to a server of the Gateway, or use one of its hosts in the rule.",
    "IST0132",
)

UNKNOWN_ENTRY_SERVICE = Code(
    "LW1312",
    "error",
    "{owner} points to {host}, but the input has no such Service",
    "Envoy has no cluster for this host, so the requests get 503.",
    "{advice}",
    "IST0101, KIA1101",
)

UNKNOWN_ENTRY_PORT = Code(
    "LW1313",
    "error",
    "{owner} points to port {port} of {service}, which has {ports}",
    "Envoy has no cluster for this port, so the requests get 503.",
    "Use one of the service's own ports (not a container port), or remove the port.",
    "IST0101",
)

PORT_NOT_CHOSEN = Code(
    "LW1314",
    "error",
    "{owner} names no port, but {service} has {ports}",
    "If a service has several ports, Istio uses the gateway's port number, which the service "
    "usually does not have. The requests of this rule or weight then get 503.",
    "Add the port: destination.portNum of a lane, destination.port.number of a VirtualService.",
    "IST0101, IST0112",
)

ENTRY_SERVICE_NOT_IN_GROUP = Code(
    "LW1315",
    "error",
    "{owner} points to {service}, which is not in group {group}",
    "Only services of the group have subsets for its lanes, so the route would use a subset that "
    "does not exist: 503.",
    "Add the service to spec.services of the group, or point the rule to one of its services.",
    "IST0101",
)

UNUSED_STRATEGY_FIELDS = Code(
    "LW1316",
    "info",
    "{field} of {owner} has no effect with the strategy {strategy}",
    "A group uses either rules or weights; ingressRoutingStrategy decides which, and the fields of "
    "the other one are ignored.",
    "Remove the unused fields, or change ingressRoutingStrategy of the group.",
)

TLS_SERVER = Code(
    "LW1317",
    "info",
    "server {server} of gateway {gateway} uses TLS and is skipped by `laneway up`",
    "The mesh on this machine has no certificates, so its gateway serves only plain HTTP. `laneway "
    "render` is not affected.",
    "Nothing to do for a cluster; add an HTTP server to try the routes on this machine.",
)

USER_ENTRY_ORDER_UNKNOWN = Code(
    "LW1318",
    "warning",
    "the order of {pair} is unknown, and both can match one request for host {host} at {gateway}",
    "Istio orders the routes of several VirtualServices for one gateway and host by creation time. "
    "A creationTimestamp is missing, so a cluster may use another order.",
    "Move the routes into one place: entry rules of the lanes, or one VirtualService of your own.",
)

LANE_RULE_BEHIND_USER_ROUTE = Code(
    "LW1319",
    "warning",
    "{rule} never matches: {before} matches all its requests first",
    "Routes of one gateway and host are ordered by the age of their objects, and the first match "
    "wins.",
    "Make the match of the VirtualService narrower, or move its route after those of the lanes.",
)

ZERO_WEIGHT_TO_MISSING_SUBSET = Code(
    "LW1320",
    "warning",
    "route {route} names subset {subset} of {host}, which does not exist, with weight 0",
    "A weight of 0 gets no requests, so nothing fails now; any weight above 0 would get 503. Often "
    "a lane was removed after its weight was set to 0.",
    "Remove the destination from the route.",
    "IST0101, KIA1107",
)

MISSING_SUBSET = Code(
    "LW1321",
    "error",
    "route {route} names subset {subset} of {host}, which does not exist",
    "Proxies know a subset only if a DestinationRule that they see defines it; requests to any "
    "other subset get 503.",
    "{advice}",
    "IST0101, KIA1107",
)

NAME_TAKEN = Code(
    "LW1322",
    "info",
    "the name {wanted} is taken by {other}, so an object of {groups} is named {given}",
    "Laneway uses the names its users know and never overwrites an object that it does not own. If "
    "a name is taken, it adds a short suffix.",
    "Nothing to do; rename the other object to free the name.",
)

NO_ENTRY = Code(
    "LW1323",
    "info",
    "no requests enter the lanes of group {group}",
    "No lane has a weight or an entry rule that is on, and no VirtualService in the input sends "
    "requests to a subset named like a lane.",
    "Add ingressRules to the lanes, or a VirtualService on the gateway that routes to the lanes.",
)

NO_DESTINATION = Code(
    "LW1324",
    "error",
    "{owner} names no service",
    "An entry sends requests to the lane's pods of one service. Without route.destination.host the "
    "service is unknown, so the entry is left out.",
    "Add destination.host, for example mocka.default.svc.cluster.local.",
)

NARROWER_HOST = Code(
    "LW1325",
    "info",
    "requests for host {host} at {gateway} match no rule of {lanes}: {user} has that host",
    "A gateway uses only the routes of the most specific host, so rules for a wider host do not "
    "apply there.",
    "Nothing to do if that is intended; otherwise add the host to the lanes' rules.",
)

UNGOVERNED_ENTRY = Code(
    "LW1326",
    "warning",
    "route {route} to {host} lets clients choose a lane of group {group}",
    "The headers of a request decide its lane. The lanes' own entry rules overwrite them; this "
    "route passes on what the client sent, so any client can enter any lane of the group.",
    "Add `{lines}` to the destination.",
)

NOT_ADMITTED = Code(
    "LW1327",
    "warning",
    "gateway {gateway} accepts no routes from namespace {namespace} for {hosts}",
    "A server host with a namespace (`shop/*`, `./*`) accepts only routes from that namespace. "
    "Istio leaves this VirtualService out, and requests get 404.",
    "Move the VirtualService to a namespace that the Gateway accepts, or add its namespace there.",
    "IST0132",
)

ENTRY_NOT_ADMITTED = Code(
    "LW1328",
    "error",
    "the entry of {groups} has no route for {hosts} at {gateway} from namespace {namespace}",
    "Hosts of the gateway's servers accept routes from different namespaces, but all routes of an "
    "entry are in one of them. Requests for the other hosts get 404.",
    "Use one namespace for all hosts at which lanes are entered, or none.",
)

API_ROUTE_AT_GATEWAY = Code(
    "LW1329",
    "warning",
    "{user} {led} at gateway {gateway}, and routes of the Gateway API are not followed",
    "Such a route cannot select a lane's subset and sets no lane header, so its requests are in no "
    "lane until the labels of a caller put them into one. laneway prove reports it as undecided.",
    "Route into lanes with their entry rules, or with a VirtualService of your own.",
)

HTTPS_REDIRECT = Code(
    "LW1332",
    "info",
    "on port {port} of {gateway} every request for {hosts} gets 301 to https; routes into {groups} "
    "serve {https}",
    "A server with httpsRedirect answers every request without TLS before any route is tried. "
    "Requests with TLS are routed, but Laneway does not follow them.",
    "Nothing to do if that is intended. To try the lanes on this machine or to prove them, give "
    "the Gateway a server without httpsRedirect, on another port or in another file.",
)

REDIRECT_WITHOUT_HTTPS = Code(
    "LW1333",
    "warning",
    "on port {port} of {gateway} every request for {hosts} gets 301 to https, but no HTTPS server "
    "in the input routes it into {groups}",
    "A server with httpsRedirect answers every request without TLS before any route is tried, so "
    "no request reaches a lane, unless a proxy in front terminates TLS and the gateway trusts its "
    "X-Forwarded-Proto.",
    "Add an HTTPS server for these hosts to the Gateway, or remove httpsRedirect.",
)

SERVER_SKIPPED = Code(
    "LW1334",
    "warning",
    "Istio ignores server {server} of gateway {gateway} and its routes into {groups}: port {port} "
    "of {other} already has one of its hosts",
    "Servers with a tls block on one port, including redirects to https, must have different "
    "hosts. If two share a host, Istio skips the later one, and its routes get no requests.",
    "Give the servers different hosts, or remove the tls block from one of them.",
    "IST0145",
)

ILLEGAL_HOST = Code(
    "LW1335",
    "error",
    "{host} of {owner} is not a valid host",
    "A host is a name, a wildcard or an IP address, without scheme, port or path. Istio rejects a "
    "whole VirtualService for any other. The host is left out, so this entry has no route for it.",
    "Write the name alone, such as shop.test, *.shop.test, or * for every host.",
    "IST0106",
)
