"""LW16xx: services and their ports.

Only texts, no decisions: a code says what is wrong and how to fix it, a rule finds where.
"""

from __future__ import annotations

from laneway.core.findings.finding import error, info, warning

UNKNOWN_SERVICE = error(
    "LW1601",
    "{owner} names service {service}, which is not in the input",
    "Routes are generated per port of a service, so this service is left out: calls to it keep "
    "Istio's default route to all pods.",
    "{fix}",
    "IST0101",
)

PORT_NOT_NAMED = info(
    "LW1602",
    "port {port} of {service} does not say its protocol",
    "Istio then detects the protocol from the first bytes of each connection. That works for HTTP, "
    "at a cost, but not for protocols in which the server speaks first.",
    "Name the port http or http-<name>, or set appProtocol: http.",
    "IST0118, KIA0601",
)

TCP_PORT = info(
    "LW1603",
    "port {port} of {service} is TCP: only the caller's lane decides where connections go",
    "Proxies cannot look into TCP, so the labels of the connecting pod decide the lane. Entry "
    "rules, headers and weights do not apply to this port.",
    "Name the port http if it speaks HTTP (or http2, grpc).",
)

HEADLESS_SERVICE = warning(
    "LW1604",
    "service {service} is headless, so clients may pick its pods themselves",
    "Its name resolves to the addresses of all its pods. A client that connects to one of them has "
    "chosen the pod, and no route can keep it in its lane.",
    "Use a service with a cluster IP for calls that must stay in their lane.",
)

SERVICE_WITHOUT_PORTS = error(
    "LW1605",
    "service {service} has no port the mesh can route",
    "Routes are generated per port, and only TCP ports count. No request can reach the service.",
    "Add the port to spec.ports of the Service.",
)

SERVICE_WITHOUT_SELECTOR = error(
    "LW1606",
    "service {service} selects no pods by labels ({reason})",
    "Lanes tell pods apart by labels. A service without a selector has no pods to tell apart.",
    "Give the Service a selector, or take it out of the lane group.",
)

SECOND_SERVICE = info(
    "LW1607",
    "service {other} reaches the pods of {service} outside of all lanes",
    "Both services select the same pods, but only one is in the lane group. Calls to the other are "
    "spread over the pods of all lanes.",
    "Add {other} to the group if it is called inside lanes.",
)

SELECTOR_MEETS_NO_POD = error(
    "LW1608",
    "service {service} selects {selector}, but no pod in namespace {namespace} of the input "
    "matches",
    "A Service sends requests to pods that have all labels of its selector. Without such a pod "
    "every request gets 503, in every lane.",
    "{fix}",
)

TARGET_NAME_UNKNOWN = error(
    "LW1609",
    "port {port} of {service} has targetPort {target}, but no container port of {pods} has that "
    "name: {names}",
    "Kubernetes looks up a named targetPort among the container ports of each pod. A pod without "
    "it gets no requests on this port; if no pod has it, every request gets 503.",
    "{fix}",
    "KIA0701",
)

TARGET_NUMBER_NOT_OPENED = error(
    "LW1610",
    "port {port} of {service} has targetPort {target}, but the containers of {pods} do not open "
    "it: {names}",
    "Kubernetes sends requests to the port number as written. The containers declare other ports, "
    "and nothing in them mentions this one; if no program listens there, every request gets 503.",
    "{fix}",
    "KIA0701",
)

GROUP_WITHOUT_SERVICES = warning(
    "LW1611",
    "group {group} names no service",
    "Lanes are versions of the services in their group. Without services nothing is routed, and "
    "nothing can be proven.",
    "List the services in spec.services of the group, each with name and namespace.",
)
