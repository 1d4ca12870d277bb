"""The fields of AuthorizationPolicy, PeerAuthentication and RequestAuthentication.

https://istio.io/latest/docs/reference/config/security/
"""

from __future__ import annotations

from laneway.core.resources.istio.fields.entry import (
    BOTH,
    Followed,
    Named,
    Without,
    below,
    expanded,
    table,
)

_ACCESS = Followed("mesh/access.py")
_RULES = Named("it decides who gets 403", code="LW1426")
_PROVIDER = Named("a server of its own decides who is refused", code="LW1426")
_TARGETS = "{targetRef,targetRefs[]}.{group,kind,name,namespace}"
_ATTACHED = Followed("mesh/access.py")
_WRITES = Named("it writes a header that routes ask for, out of a token", opens=BOTH, headers=True)
_TOKEN = Without(
    "a request without a token passes and one with a bad token gets 401, whatever its lane"
)
_ELSEWHERE = Without("a policy with a target is for waypoints and gateways of the Gateway API")

_ASKED = """
    principals[] requestPrincipals[] namespaces[] ipBlocks[] remoteIpBlocks[] serviceAccounts[]
    trustDomains[] notPrincipals[] notRequestPrincipals[] notNamespaces[] notIpBlocks[]
    notRemoteIpBlocks[] notServiceAccounts[] notTrustDomains[]
"""

AUTHORIZATION_POLICY = table(
    (_ACCESS, "action selector.matchLabels.*"),
    (_ATTACHED, _TARGETS),
    (
        _RULES,
        """
        rules[].to[].operation.{hosts,ports,methods,paths}[]
        rules[].to[].operation.{notHosts,notPorts,notMethods,notPaths}[]
        rules[].when[].{key,values[],notValues[]}
        """,
    ),
    (_PROVIDER, "provider.name"),
) | below("rules[].from[].source", dict.fromkeys(expanded(_ASKED), _RULES))

PEER_AUTHENTICATION = table((_ACCESS, "selector.matchLabels.* mtls.mode portLevelMtls.*.mode"))

REQUEST_AUTHENTICATION = table(
    (_ACCESS, "selector.matchLabels.*"),
    (_ELSEWHERE, _TARGETS),
    (_WRITES, "jwtRules[].{outputPayloadToHeader,outputClaimToHeaders[].header}"),
    (
        _TOKEN,
        (
            "jwtRules[].{issuer,audiences[],jwks,jwksUri,jwks_uri,timeout,forwardOriginalToken} "
            "jwtRules[].{fromHeaders[].{name,prefix},fromParams[],fromCookies[]} "
            "jwtRules[].{outputClaimToHeaders[].claim,spaceDelimitedClaims[]}"
        ),
    ),
)
