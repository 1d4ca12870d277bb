"""The fields of a DestinationRule. Its trafficPolicy stands in four places and means one thing.

https://istio.io/latest/docs/reference/config/networking/destination-rule/
"""

from __future__ import annotations

from laneway.core.resources.istio.fields.entry import (
    ANSWERED,
    Followed,
    Named,
    Without,
    below,
    table,
)

_SUBSETS = Followed("routing/plan/subsets.py")
_SEEN = Followed("mesh/destination_rules.py")
_LIMITS = Followed("emit/envoy/traffic_policy.py")
_TLS = Named(
    "proxies dial the pods with TLS of their own, or without any, and the pods may refuse it",
    opens=ANSWERED,
    harmless=frozenset({"ISTIO_MUTUAL"}),
)
_NAMES = Named("proxies refuse pods whose certificate carries none of these names", opens=ANSWERED)
_TUNNEL = Named("connections are sent through another proxy", opens=ANSWERED)
_GREETING = Named("connections begin with a line the pods may not expect", opens=ANSWERED)
_TLS_PARTS = Without("how proxies speak the TLS that `tls.mode` asks for")
_AMONG = Without("which pod of a destination answers, not which destination")
_WIRE = Without("how a connection is kept or upgraded")
_OLD = Without("Istio does not read it any more")
_AGAIN = Without("how many retries there may be at once")

PORT_LEVEL = table(
    (
        _LIMITS,
        (
            "connectionPool.tcp.{maxConnections,maxConnectionDuration,connectTimeout} "
            "connectionPool.http.{http1MaxPendingRequests,http2MaxRequests,maxRetries} "
            "connectionPool.http.{idleTimeout,maxRequestsPerConnection} "
            "outlierDetection.{consecutive5xxErrors,consecutiveGatewayErrors} "
            "outlierDetection.{consecutiveLocalOriginFailures,splitExternalLocalOriginErrors} "
            "outlierDetection.{interval,baseEjectionTime,maxEjectionPercent,minHealthPercent} "
            "outlierDetection.outlierDetectionHttpErrorCodes[] loadBalancer.simple"
        ),
    ),
    (_OLD, "outlierDetection.consecutiveErrors"),
    (
        _WIRE,
        (
            "connectionPool.tcp.{idleTimeout,tcpKeepalive.{probes,time,interval}} "
            "connectionPool.http.{h2UpgradePolicy,useClientProtocol,maxConcurrentStreams} "
            "connectionPool.http.http2KeepAlive.{interval,timeout}"
        ),
    ),
    (
        _AMONG,
        (
            "loadBalancer.consistentHash.{httpHeaderName,useSourceIp,minimumRingSize} "
            "loadBalancer.consistentHash.{httpQueryParameterName,ringHash.minimumRingSize} "
            "loadBalancer.consistentHash.maglev.tableSize "
            "loadBalancer.consistentHash.httpCookie.{name,path,ttl,attributes[].{name,value}} "
            "loadBalancer.localityLbSetting.{enabled,failoverPriority[],failover[].{from,to}} "
            "loadBalancer.localityLbSetting.distribute[].{from,to.*} "
            "loadBalancer.zoneAwareLbSetting.{enabled,failoverPriority[],failover[].{from,to}} "
            "loadBalancer.zoneAwareLbSetting.minClusterSize loadBalancer.warmupDurationSecs "
            "loadBalancer.warmup.{duration,minimumPercent,aggression}"
        ),
    ),
    (_TLS, "tls.mode"),
    (_NAMES, "tls.subjectAltNames[]"),
    (
        _TLS_PARTS,
        (
            "tls.{clientCertificate,privateKey,caCertificates,caCrl,credentialName,sni} "
            "tls.insecureSkipVerify"
        ),
    ),
)

TRAFFIC_POLICY = PORT_LEVEL | table(
    (_AGAIN, "retryBudget.{percent,minRetryConcurrency,budgetInterval}"),
    (_TUNNEL, "tunnel.{protocol,targetHost,targetPort}"),
    (_GREETING, "proxyProtocol.version"),
)

DESTINATION_RULE = (
    table(
        (_SUBSETS, "host subsets[].{name,labels.*}"),
        (_SEEN, "exportTo[] workloadSelector.matchLabels.*"),
        (_LIMITS, "{,subsets[].}trafficPolicy.portLevelSettings[].port.number"),
    )
    | below("trafficPolicy", TRAFFIC_POLICY)
    | below("trafficPolicy.portLevelSettings[]", PORT_LEVEL)
    | below("subsets[].trafficPolicy", TRAFFIC_POLICY)
    | below("subsets[].trafficPolicy.portLevelSettings[]", PORT_LEVEL)
)
