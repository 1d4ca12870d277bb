"""LW13xx: how requests enter lanes: gateways, entry rules, weights.

Only texts, no decisions: a code says what is wrong and how to mend it, a rule finds where.
"""

from __future__ import annotations

from laneway.core.findings.finding import Code

UNKNOWN_GATEWAY = Code(
    "LW1301",
    "error",
    "gateway {gateway} does not exist in the input",
    "Routes are bound to a Gateway by namespace and name. Bound to one that does not exist they "
    "serve nobody.",
    "{advice}",
    "IST0101, IST0132, KIA1102",
)

GATEWAY_TYPE_INGRESS = Code(
    "LW1302",
    "error",
    "group {group} asks for an entry of type {type}",
    "Lane routes need an Istio Gateway; a Kubernetes Ingress, for one, cannot choose subsets. The "
    "lanes still work inside the mesh, but nothing enters them.",
    "Set spec.ingress.gateway.type to ASM and name an Istio Gateway.",
)

NO_GATEWAY = Code(
    "LW1303",
    "error",
    "group {group} names no gateway for the entry of {lanes}",
    "Entry rules and weights become routes of the group's gateway. Without one they are left out.",
    "Set spec.ingress.gateway.name and namespace of the group.",
)

WEIGHTS_NOT_100 = Code(
    "LW1304",
    "warning",
    "weights of {route} add up to {total}: {shares}",
    "Weights are taken as a ratio, so each share differs from the number that is written.",
    "Make the weights add up to 100.",
)

NEGATIVE_WEIGHT = Code(
    "LW1305",
    "error",
    "the weight of {owner} is {weight}",
    "A weight is a share of requests and cannot be negative; Istio refuses the whole "
    "VirtualService. The share is left out.",
    "Write a weight between 0 and 100.",
    "IST0106",
)

ALL_WEIGHTS_ZERO = Code(
    "LW1306",
    "error",
    "all weights of {route} are 0",
    "Somebody has to answer the requests, and proxies refuse a split whose weights sum to 0. "
    "The split is left out, so requests that would have met it get 404.",
    "Give at least one destination a weight above 0.",
    "IST0106",
)

LANE_WITHOUT_WEIGHT = Code(
    "LW1307",
    "warning",
    "lane {lane} has no ingressWeight, so it gets no requests",
    "The group splits its entry by weight, and a lane without one counts as 0.",
    "Add spec.ingressWeight to the lane, with `weight: 0` if it is meant to get none.",
)

SOLE_DESTINATION_WEIGHT_ZERO = Code(
    "LW1308",
    "error",
    "the only destination of route {route} has weight 0 and gets every request",
    "Istio ignores the weight of a single destination: 0 means 100 % there, the opposite of what "
    "is written.",
    "Remove the route, or add the destination that is to get the requests.",
    "KIA1104",
)

RULE_OFFLINE = Code(
    "LW1309",
    "info",
    "entry rule {rule} of lane {lane} is off",
    "A rule without `online: true` is not compiled; the field's default is false.",
    "Set `online: true` to switch the rule on.",
)

RULE_NEVER_REACHED = Code(
    "LW1310",
    "warning",
    "{rule} is never reached: {before} takes all its requests before",
    "Rules are looked at in order and the first that matches decides. Nothing is left for this "
    "one.",
    "Make the match of the earlier rule narrower, change the order, or remove this one.",
    "IST0130",
)

HOST_NOT_SERVED = Code(
    "LW1311",
    "warning",
    "gateway {gateway} does not serve host {host}; its {kind} servers are for {served}",
    "A request for the host is refused by the gateway before any route is looked at.",
    "Add the host to a server of the Gateway, or name one of its hosts in the rule.",
    "IST0132",
)

UNKNOWN_ENTRY_SERVICE = Code(
    "LW1312",
    "error",
    "{owner} leads to {host}, which no Service in the input is",
    "The route would name a cluster that does not exist, so its requests get 503.",
    "{advice}",
    "IST0101, KIA1101",
)

UNKNOWN_ENTRY_PORT = Code(
    "LW1313",
    "error",
    "{owner} leads to port {port} of {service}, which has {ports}",
    "The route would name a cluster that does not exist, so its requests get 503.",
    "Write one of the service's own ports (not a container port), or leave the port out.",
    "IST0101",
)

PORT_NOT_CHOSEN = Code(
    "LW1314",
    "error",
    "{owner} names no port, but {service} has {ports}",
    "With several ports Istio takes the gateway's own port number, for which the service usually "
    "has no cluster. So the rule or weight keeps its share, and that share gets 503.",
    "Add the port: destination.portNum of a lane, destination.port.number of a VirtualService.",
    "IST0101, IST0112",
)

ENTRY_SERVICE_NOT_IN_GROUP = Code(
    "LW1315",
    "error",
    "{owner} leads to {service}, which group {group} does not have",
    "Only services of the group have subsets for its lanes, so the route would lead to a subset "
    "that does not exist: 503.",
    "Add the service to spec.services of the group, or lead the rule to one that is there.",
    "IST0101",
)

UNUSED_STRATEGY_FIELDS = Code(
    "LW1316",
    "info",
    "{field} of {owner} has no effect under the strategy {strategy}",
    "A group enters either by rules or by weights; ingressRoutingStrategy decides which, and the "
    "fields of the other one are not read.",
    "Remove the unused fields, or change ingressRoutingStrategy of the group.",
)

TLS_SERVER = Code(
    "LW1317",
    "info",
    "server {server} of gateway {gateway} speaks TLS and is skipped by `laneway up`",
    "The mesh on this machine has no certificates, so its gateway serves plain HTTP only. "
    "Rendering is not touched.",
    "Nothing to do for a cluster; add an HTTP server to try the routes on this machine.",
)

USER_ENTRY_ORDER_UNKNOWN = Code(
    "LW1318",
    "warning",
    "the order of {pair} is unknown, and both can match one request for host {host} at {gateway}",
    "Istio puts the routes of several VirtualServices for one gateway and host in the order of "
    "their creation. A creationTimestamp is missing, so a cluster may have another order.",
    "Move the routes into one place: either entry rules of the lanes or a VirtualService of your "
    "own.",
)

LANE_RULE_BEHIND_USER_ROUTE = Code(
    "LW1319",
    "warning",
    "{rule} is never reached, since all its requests are taken by {before}",
    "Routes of one gateway and host stand in the order of their objects' age, and the first that "
    "matches decides.",
    "Make the match of the VirtualService narrower, or move its route behind the lanes.",
)

ZERO_WEIGHT_TO_MISSING_SUBSET = Code(
    "LW1320",
    "warning",
    "route {route} names subset {subset} of {host}, which does not exist, with weight 0",
    "A share of 0 gets no request, so nothing fails; but any weight above 0 would get 503. This is "
    "what stays behind when a lane is removed after its weight was set to 0.",
    "Remove the destination from the route.",
    "IST0101, KIA1107",
)

MISSING_SUBSET = Code(
    "LW1321",
    "error",
    "route {route} names subset {subset} of {host}, which does not exist",
    "A subset is known to proxies only if a DestinationRule they see declares it; requests for any "
    "other one get 503.",
    "{advice}",
    "IST0101, KIA1107",
)

NAME_TAKEN = Code(
    "LW1322",
    "info",
    "the name {wanted} belongs to {other}, so an object of {groups} is called {given}",
    "Laneway writes its objects under the names its users know, and never overwrites one that it "
    "does not own; a name that is taken gets a short suffix.",
    "Nothing to do; rename the other object if the plain name is wanted.",
)

NO_ENTRY = Code(
    "LW1323",
    "info",
    "nothing leads into the lanes of group {group}",
    "No lane has an entry rule that is on or a weight, and no VirtualService in the input sends "
    "requests to a subset named like a lane.",
    "Add ingressRules to the lanes, or a VirtualService on the gateway that names the lanes.",
)

NO_DESTINATION = Code(
    "LW1324",
    "error",
    "{owner} names no service",
    "An entry leads requests to the lane's pods of one service. Without route.destination.host "
    "nobody knows which, so it is left out.",
    "Add destination.host, for example mocka.default.svc.cluster.local.",
)

NARROWER_HOST = Code(
    "LW1325",
    "info",
    "requests for host {host} at {gateway} meet no rule of {lanes}: {user} has that host",
    "A gateway takes the most specific host and looks at no other, so rules for a wider host do "
    "not apply there.",
    "Nothing to do if that is meant; else name the host in the lanes' rules as well.",
)

UNGOVERNED_ENTRY = Code(
    "LW1326",
    "warning",
    "route {route} leads to {host} and lets clients choose a lane of group {group}",
    "The lane of a request is what its headers say. The lanes' own entry rules write them anew; "
    "this route passes on whatever the client sent, so anybody can enter any lane of the group.",
    "Add to the destination `{lines}`.",
)

NOT_ADMITTED = Code(
    "LW1327",
    "warning",
    "gateway {gateway} takes no route of namespace {namespace} for {hosts}",
    "A host of a gateway's server with a namespace before it (`shop/*`, `./*`) is for routes of "
    "that namespace alone. Istio leaves this VirtualService out, and requests get 404.",
    "Move the VirtualService to a namespace that the Gateway names, or name its namespace there.",
    "IST0132",
)

ENTRY_NOT_ADMITTED = Code(
    "LW1328",
    "error",
    "the entry of {groups} gets no route for {hosts} at {gateway} from namespace {namespace}",
    "Hosts of the gateway's servers are for routes of different namespaces, and an entry stands in "
    "one of them. Requests for the hosts of the others get 404.",
    "Name one namespace for all hosts that lanes enter by, or none.",
)

API_ROUTE_AT_GATEWAY = Code(
    "LW1329",
    "warning",
    "{user} {led} at gateway {gateway}, and routes of the Gateway API are not followed",
    "Such a route cannot name a lane's subset and writes no lane, so requests that come in by it "
    "are of no lane until a caller's labels say so. laneway prove leaves it undecided.",
    "Lead requests into lanes by their entry rules, or by a VirtualService of your own.",
)

HTTPS_REDIRECT = Code(
    "LW1332",
    "info",
    "on port {port} of {gateway} every request for {hosts} gets 301 to https; routes into {groups} "
    "serve {https}",
    "A server with httpsRedirect answers whatever comes without TLS, before any route is looked "
    "at. Behind TLS the routes are asked, but Laneway does not follow them there.",
    "Nothing to do if that is meant. To try the lanes on this machine or to have them proven, give "
    "the Gateway a server without httpsRedirect, on another port or in another file.",
)

REDIRECT_WITHOUT_HTTPS = Code(
    "LW1333",
    "warning",
    "on port {port} of {gateway} every request for {hosts} gets 301 to https, and no server in "
    "the input takes it there into {groups}",
    "A server with httpsRedirect answers whatever comes without TLS, before any route is looked "
    "at: no request reaches a lane, unless a proxy in front ends TLS and the gateway is told to "
    "trust its X-Forwarded-Proto.",
    "Add an HTTPS server for these hosts to the Gateway, or take httpsRedirect away.",
)

SERVER_SKIPPED = Code(
    "LW1334",
    "warning",
    "Istio leaves out server {server} of gateway {gateway} and with it routes into {groups}: port "
    "{port} of {other} has one of its hosts already",
    "Servers with a tls block on one port need hosts of their own, a redirect to https included. "
    "Of two that share one Istio skips the later whole, and what is bound there serves nobody.",
    "Give the servers different hosts, or one of them no tls block.",
    "IST0145",
)
