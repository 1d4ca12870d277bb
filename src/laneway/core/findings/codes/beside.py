"""Codes of lanes beside routes of others that take their requests.

LW1330, LW1331, LW1336, LW1337, LW1429, LW1430: each object is valid by itself, and is met; but
requests that are a lane's some meet the route of somebody else, or none.
"""

from __future__ import annotations

from laneway.core.findings.finding import warning

HOST_OF_ANOTHER = warning(
    "LW1330",
    "requests for host {host} on port {port} do not meet {rules}: {taker} has that host there",
    "Gateways with the same selector and port are one listener, which looks at the most specific "
    "host alone. The entry of the lanes stands in a namespace that its own Gateway does not admit "
    "for this host, so it is not among the host's routes, and its requests go by the others or get "
    "404.",
    "Name the host in the lanes' rules, enter by one Gateway, or have the Gateway admit the "
    "entry's namespace for this host.",
)

USER_ROUTE_TAKES_REQUESTS = warning(
    "LW1331",
    "{user} can take requests of {rules}, and leads them to {to}",
    "Routes of one gateway and host stand in the order of their objects' age, those that take any "
    "request last, and the first that matches decides. A request that meets both conditions is one "
    "of the lane's and leaves it here.",
    "Let the route name the lane's subset, or write a match that no request of the lane meets.",
)

ROUTE_PAST_SIDECAR = warning(
    "LW1336",
    "{user} leads {callers} to port {port} of {host}, which {sidecars} does not import: 503",
    "A proxy can send to what the listeners of its Sidecar import, and to where the routes lead "
    "that a listener for all ports imports. A listener for one port imports that port alone, "
    "wherever its routes lead. A route whose matches name only other namespaces as "
    "sourceNamespace imports nothing.",
    "Add `{pattern}` to the hosts of an egress listener without a port, or let the route lead to "
    "the port that is called.",
)

OVERTAKING_RULE = warning(
    "LW1337",
    "{taker} takes the requests of {rules} for {hosts}",
    "A gateway tries rules in the order of age, and those for every request last. In a permissive "
    "group a rule for every request becomes routes by what a request says of its lane, so it keeps "
    "its place by age, before the rules that enter by another Gateway of the same port.",
    "Give the rule a condition, or let the groups enter by different hosts or ports.",
)

RULE_ASKS_OTHER_NAME = warning(
    "LW1339",
    "{rule} asks for {header}: {value}, but other lanes are asked for by their names",
    "The gateway compares the whole value. A request with the name of this lane matches no rule "
    "and gets 404; or the rule of another lane takes what this one is for.",
    "Write `{header}: {{exact: {lane}}}` in the rule's match. Nothing to do if clients of this "
    "lane do send {value}.",
)

RULE_UNLIKE_OTHERS = warning(
    "LW1340",
    "{rule} asks for {written}, but {lanes} for {usual}",
    "A request that matches no rule gets 404 from the gateway and never enters a lane; one that "
    "matches the rule of another lane enters that.",
    "Write {usual} in the rule's match. Nothing to do if lane {lane} is to be entered in another "
    "way than the others.",
)

DELEGATION_LEAVES_REQUESTS = warning(
    "LW1429",
    "calls to {service} that no match of {root} meets get 404",
    "The group delegates the service, so callers hold the routes of this VirtualService and no "
    "others: none of its routes takes whatever the others leave, and there is no default route "
    "beside a VirtualService.",
    "Add a last route without a match that delegates to {lanes} as well.",
)

WILDCARD_DECIDES = warning(
    "LW1430",
    "{user} decides calls to {hosts} from {callers}: {sidecar} hides the lane routes",
    "The Sidecar imports neither the service nor its lane routes, but a VirtualService for a "
    "wildcard that covers the host. For these callers its routes are all there are, and they name "
    "no lane.",
    "Add `{pattern}` to the hosts of the Sidecar's egress.",
)
