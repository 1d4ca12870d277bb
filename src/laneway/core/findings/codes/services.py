"""LW16xx: services and their ports.

Only texts, no decisions: a code says what is wrong and how to mend it, a rule finds where.
"""

from __future__ import annotations

from laneway.core.findings.finding import Code

UNKNOWN_SERVICE = Code(
    "LW1601",
    "error",
    "{owner} names service {service}, which the input does not hold",
    "The ports of a service are needed to write its routes, so it is left out: its calls keep "
    "Istio's default route over all pods.",
    "{advice}",
    "IST0101",
)

PORT_NOT_NAMED = Code(
    "LW1602",
    "info",
    "port {port} of {service} does not say its protocol",
    "Istio then guesses from the first bytes of each connection. It works for HTTP, at a cost, and "
    "not for protocols in which the server speaks first.",
    "Name the port http or http-<name>, or set appProtocol: http.",
    "IST0118, KIA0601",
)

TCP_PORT = Code(
    "LW1603",
    "info",
    "port {port} of {service} is TCP: its connections go by the caller's lane alone",
    "A proxy cannot look into TCP, so the pod that connects decides the lane. Entry rules, headers "
    "and weights do not apply to this port.",
    "Name the port http if it speaks HTTP (or http2, grpc).",
)

HEADLESS_SERVICE = Code(
    "LW1604",
    "warning",
    "service {service} is headless, so clients may pick its pods themselves",
    "Its name resolves to the addresses of all its pods. A client that connects to one of these "
    "addresses has chosen the pod, and no route can keep it in its lane.",
    "Use a service with a cluster address for calls that have to stay in their lane.",
)

SERVICE_WITHOUT_PORTS = Code(
    "LW1605",
    "error",
    "service {service} has no port the mesh can route",
    "Routes are written per port, and only TCP ports count. No request can reach the service.",
    "Add the port to spec.ports of the Service.",
)

SERVICE_WITHOUT_SELECTOR = Code(
    "LW1606",
    "error",
    "service {service} selects no pods by labels ({reason})",
    "A lane is a set of pods told apart by labels. A service without a selector has none that "
    "could be told apart.",
    "Give the Service a selector, or take it out of the lane group.",
)

SECOND_SERVICE = Code(
    "LW1607",
    "info",
    "service {other} reaches the pods of {service} outside of all lanes",
    "Both services select the same pods, but only one is in the lane group. Calls to the other are "
    "spread over the pods of all lanes.",
    "Add {other} to the group if it is called inside lanes.",
)

SELECTOR_MEETS_NO_POD = Code(
    "LW1608",
    "error",
    "service {service} selects {selector}, which no pod in namespace {namespace} of the input "
    "carries",
    "A Service sends requests to the pods that carry all labels of its selector. Without one each "
    "request gets 503, in every lane.",
    "{advice}",
)

TARGET_NAME_UNKNOWN = Code(
    "LW1609",
    "error",
    "port {port} of {service} leads to targetPort {target}, a name that no container of {pods} "
    "gives to a port: {names}",
    "Kubernetes looks a name up among the ports of a pod's containers. A pod without it gets no "
    "request on this port, and where no pod has it each request gets 503.",
    "{advice}",
    "KIA0701",
)

TARGET_NUMBER_NOT_OPENED = Code(
    "LW1610",
    "error",
    "port {port} of {service} leads to targetPort {target}, which the containers of {pods} do not "
    "open: {names}",
    "Kubernetes sends requests to the number as it is written. These containers name other ports, "
    "and nothing in them speaks of this one; where no program listens each request gets 503.",
    "{advice}",
    "KIA0701",
)

GROUP_WITHOUT_SERVICES = Code(
    "LW1611",
    "warning",
    "group {group} names no service",
    "Lanes are versions of the services that their group names. Without one nothing is routed, "
    "and nothing can be promised.",
    "Name the services in spec.services of the group, each by name and namespace.",
)
