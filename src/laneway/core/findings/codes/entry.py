"""LW13xx: how requests enter lanes: entry rules, weights, routes beside them.

Only texts, no decisions: a code says what is wrong and how to fix it, a rule finds where.
"""

from __future__ import annotations

from laneway.core.findings.finding import error, info, warning

WEIGHTS_NOT_100 = warning(
    "LW1304",
    "weights of {route} add up to {total}: {shares}",
    "Weights are used as a ratio, so the actual shares differ from the numbers written.",
    "Make the weights add up to 100.",
)

NEGATIVE_WEIGHT = error(
    "LW1305",
    "the weight of {owner} is {weight}",
    "A weight is a share of requests and cannot be negative; Istio rejects the whole "
    "VirtualService. The share is left out.",
    "Use a weight between 0 and 100.",
    "IST0106",
)

ALL_WEIGHTS_ZERO = error(
    "LW1306",
    "all weights of {route} are 0",
    "Proxies reject a split whose weights sum to 0. The split is left out, so requests that match "
    "it get 404.",
    "Give at least one destination a weight above 0.",
    "IST0106",
)

LANE_WITHOUT_WEIGHT = warning(
    "LW1307",
    "lane {lane} has no ingressWeight, so it gets no requests",
    "The group splits requests by weight, and a lane without one counts as 0.",
    "Add spec.ingressWeight to the lane, with `weight: 0` if it should get none.",
)

SOLE_DESTINATION_WEIGHT_ZERO = error(
    "LW1308",
    "the only destination of route {route} has weight 0 but gets every request",
    "Istio ignores the weight of a single destination: 0 means 100 % there.",
    "Remove the route, or add the destination that should get the requests.",
    "KIA1104",
)

RULE_OFFLINE = info(
    "LW1309",
    "entry rule {rule} of lane {lane} is off",
    "Only rules with `online: true` are compiled; the default is false.",
    "Set `online: true` to enable the rule.",
)

RULE_NEVER_REACHED = warning(
    "LW1310",
    "{rule} never matches: {before} matches all its requests first",
    "Rules are tried in order and the first match wins.",
    "Make the match of the earlier rule narrower, change the order, or remove this rule.",
    "IST0130",
)

UNKNOWN_ENTRY_SERVICE = error(
    "LW1312",
    "{owner} points to {host}, but the input has no such Service",
    "Envoy has no cluster for this host, so the requests get 503.",
    "{fix}",
    "IST0101, KIA1101",
)

UNKNOWN_ENTRY_PORT = error(
    "LW1313",
    "{owner} points to port {port} of {service}, which has {ports}",
    "Envoy has no cluster for this port, so the requests get 503.",
    "Use one of the service's own ports (not a container port), or remove the port.",
    "IST0101",
)

PORT_NOT_CHOSEN = error(
    "LW1314",
    "{owner} names no port, but {service} has {ports}",
    "If a service has several ports, Istio uses the gateway's port number, which the service "
    "usually does not have. The requests of this rule or weight then get 503.",
    "Add the port: destination.portNum of a lane, destination.port.number of a VirtualService.",
    "IST0101, IST0112",
)

ENTRY_SERVICE_NOT_IN_GROUP = error(
    "LW1315",
    "{owner} points to {service}, which is not in group {group}",
    "Only services of the group have subsets for its lanes, so the route would use a subset that "
    "does not exist: 503.",
    "Add the service to spec.services of the group, or point the rule to one of its services.",
    "IST0101",
)

UNUSED_STRATEGY_FIELDS = info(
    "LW1316",
    "{field} of {owner} has no effect with the strategy {strategy}",
    "A group uses either rules or weights; ingressRoutingStrategy decides which, and the fields of "
    "the other one are ignored.",
    "Remove the unused fields, or change ingressRoutingStrategy of the group.",
)

USER_ENTRY_ORDER_UNKNOWN = warning(
    "LW1318",
    "the order of {pair} is unknown, and both can match one request for host {host} at {gateway}",
    "Istio orders the routes of several VirtualServices for one gateway and host by creation time. "
    "A creationTimestamp is missing, so a cluster may use another order.",
    "Move the routes into one place: entry rules of the lanes, or one VirtualService of your own.",
)

LANE_RULE_BEHIND_USER_ROUTE = warning(
    "LW1319",
    "{rule} never matches: {before} matches all its requests first",
    "Routes of one gateway and host are ordered by the age of their objects, and the first match "
    "wins.",
    "Make the match of the VirtualService narrower, or move its route after those of the lanes.",
)

ZERO_WEIGHT_TO_MISSING_SUBSET = warning(
    "LW1320",
    "route {route} names subset {subset} of {host}, which does not exist, with weight 0",
    "A weight of 0 gets no requests, so nothing fails now; any weight above 0 would get 503. Often "
    "a lane was removed after its weight was set to 0.",
    "Remove the destination from the route.",
    "IST0101, KIA1107",
)

MISSING_SUBSET = error(
    "LW1321",
    "route {route} names subset {subset} of {host}, which does not exist",
    "Proxies know a subset only if a DestinationRule that they see defines it; requests to any "
    "other subset get 503.",
    "{fix}",
    "IST0101, KIA1107",
)

NAME_TAKEN = info(
    "LW1322",
    "the name {wanted} is taken by {other}, so an object of {groups} is named {given}",
    "Laneway uses the names its users know and never overwrites an object that it does not own. If "
    "a name is taken, it adds a short suffix.",
    "Nothing to do; rename the other object to free the name.",
)

NO_ENTRY = info(
    "LW1323",
    "no requests enter the lanes of group {group}",
    "No lane has a weight or an entry rule that is on, and no VirtualService in the input sends "
    "requests to a subset named like a lane.",
    "Add ingressRules to the lanes, or a VirtualService on the gateway that routes to the lanes.",
)

NO_DESTINATION = error(
    "LW1324",
    "{owner} names no service",
    "An entry sends requests to the lane's pods of one service. Without route.destination.host the "
    "service is unknown, so the entry is left out.",
    "Add destination.host, for example mocka.default.svc.cluster.local.",
)

UNGOVERNED_ENTRY = warning(
    "LW1326",
    "route {route} to {host} lets clients choose a lane of group {group}",
    "The headers of a request decide its lane. The lanes' own entry rules overwrite them; this "
    "route passes on what the client sent, so any client can enter any lane of the group.",
    "Add `{lines}` to the destination.",
)

WEIGHT_TO_ABSENT_LANE = warning(
    "LW1338",
    "{said} gives lane {lane} weight {weight}, and no pod of {services} in it is ready",
    "That share of the requests gets 503 until the lane has a ready pod of every service. Whatever "
    "applies a folder, such as Argo CD, applies a weight together with pods that are still to "
    "start.",
    "Leave the weight at 0 until the pods of the lane are ready.",
)
