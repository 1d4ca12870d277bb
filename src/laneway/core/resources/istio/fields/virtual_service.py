"""The fields of a VirtualService.

https://istio.io/latest/docs/reference/config/networking/virtual-service/
"""

from __future__ import annotations

from laneway.core.resources.istio.fields.entry import BOTH, Followed, Named, Without, table

_ROUTES = Followed("routing/plan/written.py")
_MATCHES = Followed("routing/ask/request.py")
_CALLERS = Followed("routing/plan/survivors.py")
_EDITS = Followed("routing/plan/raw_headers.py")
_DELEGATES = Followed("routing/plan/delegates.py")
_COPIES = Followed("proof/copies.py")
_POLICY = Followed("emit/envoy/policy.py")
_ANSWERS = Followed("emit/envoy/routes.py")
_SEEN = Followed("mesh/visibility.py")
_LABEL = Without("a name for statistics and logs")
_NOT_ISTIO = Without("Istio's translation does not read it")
_LOCATION = Without("where the client is sent; that it is sent away is followed")
_RETRIED = Without("which pod of the same destination a request is sent to again")
_ENCRYPTED = Named(
    "it takes connections that the caller has encrypted, by the name they ask for", opens=BOTH
)
_ADDRESS = Named("it takes connections by the address that is dialed")

_STRINGS = "{exact,prefix,regex}"
_CHANGES = "{request,response}.{set.*,add.*,remove[]}"

VIRTUAL_SERVICE = table(
    (_ROUTES, "hosts[] gateways[] http[].name"),
    (_SEEN, "exportTo[]"),
    (
        _ROUTES,
        "{http,tcp}[].route[].weight {http,tcp}[].route[].destination.{host,subset,port.number}",
    ),
    (
        _MATCHES,
        (
            f"http[].match[].{{uri,scheme,method,authority}}.{_STRINGS} "
            "http[].match[].{ignoreUriCase,name} "
            f"http[].match[].{{headers,withoutHeaders,queryParams}}.*.{_STRINGS}"
        ),
    ),
    (_CALLERS, "{http,tcp}[].match[].{port,gateways[],sourceLabels.*,sourceNamespace}"),
    (_EDITS, f"http[].headers.{_CHANGES} http[].route[].headers.{_CHANGES}"),
    (_DELEGATES, "http[].delegate.{name,namespace}"),
    (
        _COPIES,
        (
            "http[].mirror.{host,subset,port.number} http[].mirrors[].percentage.value "
            "http[].mirrors[].destination.{host,subset,port.number} http[].mirrorPercentage.value "
            "http[].{mirror_percent,mirrorPercent}"
        ),
    ),
    (_ANSWERS, "http[].redirect.redirectCode http[].directResponse.{status,body.{string,bytes}}"),
    (
        _POLICY,
        (
            "http[].timeout http[].retries.{attempts,perTryTimeout,retryOn,backoff} "
            "http[].fault.delay.{fixedDelay,percent,percentage.value} "
            "http[].fault.abort.{httpStatus,grpcStatus,percentage.value} "
            "http[].rewrite.{uri,authority,uriRegexRewrite.{match,rewrite}} "
            "http[].corsPolicy.{allowOrigin[],allowMethods[],allowHeaders[],exposeHeaders[]} "
            "http[].corsPolicy.{maxAge,allowCredentials,unmatchedPreflights} "
            f"http[].corsPolicy.allowOrigins[].{_STRINGS}"
        ),
    ),
    (_RETRIED, "http[].retries.{retryIgnorePreviousHosts,retryRemoteLocalities}"),
    (_LOCATION, "http[].redirect.{uri,authority,port,scheme,derivePort,prefixRewrite}"),
    (_LABEL, "http[].match[].statPrefix"),
    (
        _NOT_ISTIO,
        (
            "http[].fault.delay.exponentialDelay http[].fault.abort.http2Error "
            "tcp[].match[].sourceSubnet"
        ),
    ),
    (_ADDRESS, "tcp[].match[].destinationSubnets[]"),
    (
        _ENCRYPTED,
        (
            "tls[].match[].{port,gateways[],sourceLabels.*,sourceNamespace,sniHosts[]} "
            "tls[].match[].destinationSubnets[] "
            "tls[].route[].{weight,destination.{host,subset,port.number}}"
        ),
    ),
)
