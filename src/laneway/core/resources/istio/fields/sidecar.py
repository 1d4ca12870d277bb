"""The fields of a Sidecar.

https://istio.io/latest/docs/reference/config/networking/sidecar/
"""

from __future__ import annotations

from laneway.core.resources.istio.fields.entry import (
    ANSWERED,
    BOTH,
    Followed,
    Named,
    Without,
    below,
    expanded,
    table,
)
from laneway.core.resources.istio.fields.gateway import SERVER_TLS

_CAUGHT = frozenset({"DEFAULT", "IPTABLES"})
_IMPORTS = Followed("mesh/sidecars.py")
_UNSEEN = Followed("mesh/visibility.py")
_LISTENER = Named(
    "programs have to dial a listener of its own, and other calls pass by all routes",
    opens=BOTH,
    harmless=_CAUGHT,
)
_SPOKEN = Named(
    "calls to the port are routed by this protocol, whatever the service says of itself",
    opens=BOTH,
    harmless=frozenset({"HTTP", "HTTP2", "GRPC", "GRPC-WEB"}),
)
_INBOUND = Named(
    "its pods take requests by listeners of its own, which may lead elsewhere or refuse them",
    opens=ANSWERED,
    harmless=_CAUGHT,
)
_LABEL = Without("a name for statistics and logs")
_OLD = Without("Istio does not read it here")
_PARTS = Without("how a listener of the pods speaks TLS; that there is one is named by its port")
_POOL = Without("limits and connections of a pod's own inbound side, whatever the lane")
_OUTSIDE = Without("speaks of hosts that proxies know nothing of; a hidden lane service is named")

_CONNECTIONS = dict.fromkeys(
    expanded(
        "http.{h2UpgradePolicy,http1MaxPendingRequests,http2MaxRequests,idleTimeout,maxRetries} "
        "http.{maxConcurrentStreams,maxRequestsPerConnection,useClientProtocol} "
        "http.http2KeepAlive.{interval,timeout} "
        "tcp.{connectTimeout,idleTimeout,maxConnectionDuration,maxConnections} "
        "tcp.tcpKeepalive.{interval,probes,time}"
    ),
    _POOL,
)

SIDECAR = (
    table(
        (_IMPORTS, "workloadSelector.labels.* egress[].hosts[] egress[].port.number"),
        (_LISTENER, "egress[].{bind,captureMode}"),
        (_SPOKEN, "egress[].port.protocol"),
        (_LABEL, "egress[].port.name ingress[].port.name"),
        (_OLD, "egress[].port.targetPort ingress[].port.targetPort"),
        (_INBOUND, "ingress[].{bind,captureMode,defaultEndpoint,port.{number,protocol},tls.mode}"),
        (_PARTS, "ingress[].tls.httpsRedirect"),
        (_UNSEEN, "outboundTrafficPolicy.mode"),
        (_OUTSIDE, "outboundTrafficPolicy.egressProxy.{host,subset,port.number}"),
    )
    | below("ingress[].tls", dict.fromkeys(expanded(SERVER_TLS), _PARTS))
    | below("inboundConnectionPool", _CONNECTIONS)
    | below("ingress[].connectionPool", _CONNECTIONS)
)
