"""Every field of the two lane kinds, in both spellings where the vendor has two.

Only data: names, shapes, bounds, and a sentence for each. The reader knows no other field, and the
schemas that a cluster gets are made of the same tables. Bounds of lists are far beyond what proxies
take; they keep what an API server has to check within its budget.
https://www.alibabacloud.com/help/en/asm/sidecar/asmswimlanegroup-and-asmswimlane-crd-description
"""

from __future__ import annotations

from laneway.core.resources.lanes.field import (
    Field,
    Fields,
    flag,
    many,
    named,
    one,
    raw,
    text,
    texts,
    words,
)

MOST_MATCHES = 1000
"""Entry rules of a lane, and matches of a weighted split."""
MOST_HEADERS = 100
"""Headers of a match. A proxy takes no request with more than a hundred headers."""
LONGEST_REGEX = 1024

STRATEGIES = ("", "rule_based", "rule-based", "weighted")
"""Spellings of `ingressRoutingStrategy`: the second is the CRD's, the third the API's."""

_REGEX = Field("text", "An RE2 expression for the whole value.", shortest=1, longest=LONGEST_REGEX)
_EXACT = text("The whole value.")
_URI = one(
    "The path of a request, compared in one way.",
    exact=_EXACT,
    prefix=text("What the value begins with."),
    regex=_REGEX,
)
_HEADERS = named(
    "Headers by name; each is compared in one way, `{}` asks that it is there.",
    MOST_HEADERS,
    exact=_EXACT,
    prefix=Field("text", "What the value begins with.", shortest=1),
    regex=_REGEX,
)
_DESTINATION = one(
    "The service that requests enter by. The subset is the lane itself.",
    host=Field("text", "The service's host, best as its full name.", shortest=1),
    portNum=Field("number", "The service's port; unset or 0: its only one.", low=0, high=2**16 - 1),
)
_POLICY = "A JSON merge patch for the trafficPolicy of {}."
_ROUTE = "A JSON merge patch for the HTTP routes of {}."
_THIS, _ALL = "this service", "all services of the group"
_SERVICES = many(
    "Kubernetes Services.",
    name=Field("text", "The Service's name.", is_required=True),
    namespace=text("The Service's namespace; unset: default."),
    cluster=words("The cluster it is in: region, name, id. Without effect outside of ASM."),
    trafficPolicyPatch=raw(_POLICY.format(_THIS)),
    httpRoutePatch=raw(_ROUTE.format(_THIS)),
    hTTPRoutePatch=raw("Another spelling of httpRoutePatch."),
)

GROUP_SPEC: Fields = {
    "services": _SERVICES,
    "ingress": one(
        "How requests come into lanes.",
        gateway=one(
            "The Istio Gateway that entry routes are bound to.",
            name=text("The Gateway's name."),
            namespace=text("The Gateway's namespace; unset: istio-system."),
            type=text("ASM, also where unset, is an Istio Gateway; there is no other here."),
        ),
        ingressRouting=one(
            "How requests are distributed over lanes.",
            ingressRoutingStrategy=Field(
                "text",
                "rule_based, also where unset: each lane's ingressRules decide. weighted: the "
                "weightedRoutingRule decides, and each lane's ingressWeight is its share.",
                allowed=STRATEGIES,
            ),
            weightedRoutingRule=one(
                "Which requests are split by weight.",
                hosts=texts("Hosts of requests, or '*'."),
                requestMatches=many(
                    "Any of these has to match; none: every request.",
                    MOST_MATCHES,
                    uri=_URI,
                    headers=_HEADERS,
                ),
            ),
        ),
    ),
    "isPermissive": flag(
        "false: every lane holds all services. true: lanes hold some, a baseline the rest."
    ),
    "permissiveModeConfiguration": one(
        "How requests of a permissive group carry their lane, and who answers for what lanes lack.",
        fallbackTarget=text("The lane that answers for what others lack; unset: the oldest."),
        serviceLevelFallbackTarget=words(
            "Other lanes that answer for single services: `namespace/name` of a Service to a lane."
        ),
        traceHeader=text("The header that every program passes on from request to request."),
        routeHeader=text("The header that holds a lane's name, and that routes match."),
    ),
    "defaultTrafficPolicyPatch": raw(_POLICY.format(_ALL)),
    "defaultHttpRoutePatch": raw(_ROUTE.format(_ALL)),
    "defaultHTTPRoutePatch": raw("Another spelling of defaultHttpRoutePatch."),
    "autoUpdate": flag("Without effect."),
}

LANE_SPEC: Fields = {
    "labelSelector": words("The labels of this lane's pods: all of them have to be there."),
    "services": _SERVICES,
    "ingressRules": many(
        "Which requests enter this lane, where the group's strategy is rule_based.",
        MOST_MATCHES,
        name=text("A name for people."),
        online=flag("Whether the rule is on; unset: it is off."),
        hosts=texts("Hosts of requests, or '*'."),
        match=one("Both have to match.", uri=_URI, headers=_HEADERS),
        route=one("Where requests go.", destination=_DESTINATION),
    ),
    "ingressWeight": one(
        "This lane's share of requests, where the group's strategy is weighted.",
        weight=Field("number", "The share: a number from 0 to 100.", low=0),
        destination=_DESTINATION,
    ),
}
