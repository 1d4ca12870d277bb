"""Claims on what routes do not show (LW1425 to LW1428): policies, and fields not followed."""

from __future__ import annotations

from tests.rules.claim import Claim
from tests.rules.world import mesh, namespace, policy, routes, service

SECURITY = "security.istio.io/v1"
BY_NAME = routes(
    "own",
    "[]\n  tls: [{match: [{sniHosts: [b]}], route: [{destination: {host: b}}]}]",
    "hosts: [b]",
)
OF_A = "selector: {matchLabels: {app: a}}"
PLAIN = """
apiVersion: v1
kind: Pod
metadata: {name: load, namespace: other}
spec: {containers: [{name: c, image: x, env: [{name: A, value: "http://a.default/"}]}]}
"""
LOAD = (namespace("other", "{istio-injection: disabled}"), PLAIN)


def access(spec: str, name: str = "guard", space: str = "default", head: str = "") -> str:
    """Return an AuthorizationPolicy."""
    return f"""
apiVersion: {SECURITY}
kind: AuthorizationPolicy
metadata: {{name: {name}, namespace: {space}{head}}}
spec: {spec}
"""


def peers(spec: str, name: str = "peers", space: str = "default") -> str:
    """Return a PeerAuthentication."""
    return f"""
apiVersion: {SECURITY}
kind: PeerAuthentication
metadata: {{name: {name}, namespace: {space}}}
spec: {spec}
"""


def token(header: str) -> str:
    """Return a RequestAuthentication that writes a header."""
    return f"""
apiVersion: {SECURITY}
kind: RequestAuthentication
metadata: {{name: token, namespace: default}}
spec: {{jwtRules: [{{issuer: me, outputPayloadToHeader: {header}}}]}}
"""


SOME = "rules: [{from: [{source: {namespaces: [default]}}]}]"
STRICT = "{mtls: {mode: STRICT}}"

CLAIMS = [
    Claim(
        "fields that are not followed are named once for each object",
        "LW1428",
        mesh(
            policy(
                "own", "{host: a, trafficPolicy: {tls: {mode: DISABLE}, tunnel: {targetPort: 1}}}"
            )
        ),
        [
            (
                "DestinationRule default/own has spec.trafficPolicy.tls.mode and "
                "spec.trafficPolicy.tunnel.targetPort, which Laneway does not follow: proxies dial "
                "the pods with TLS of their own, or without any, and the pods may refuse it; "
                "connections are sent through another proxy"
            )
        ],
        "DestinationRule default/own",
        ("spec", "trafficPolicy", "tls", "mode"),
        mesh(policy("own", "{host: other, trafficPolicy: {tls: {mode: DISABLE}}}")),
    ),
    Claim(
        "a header that a token fills is named where routes ask for it",
        "LW1428",
        mesh(token("x-lane")),
        [
            (
                "RequestAuthentication default/token has spec.jwtRules[0].outputPayloadToHeader, "
                "which Laneway does not follow: it writes a header that routes ask for, out of a "
                "token"
            )
        ],
        "RequestAuthentication default/token",
        ("spec", "jwtRules", 0, "outputPayloadToHeader"),
        mesh(token("x-payload")),
    ),
    Claim(
        "TLS routes of the mesh are named where a port of the service is for TLS",
        "LW1428",
        mesh(BY_NAME, b=service("b", "[{port: 80, name: http}, {port: 443, name: https}]")),
        [
            (
                "VirtualService default/own has spec.tls[0].match[0].sniHosts[0] and "
                "spec.tls[0].route[0].destination.host, which Laneway does not follow: it takes "
                "connections that the caller has encrypted, by the name they ask for"
            )
        ],
        "VirtualService default/own",
        ("spec", "tls", 0, "match", 0, "sniHosts", 0),
        mesh(BY_NAME),
    ),
    Claim(
        "a policy that lets nobody pass is a warning at pods of a lane service",
        "LW1425",
        mesh(access("{}")),
        [
            (
                "AuthorizationPolicy default/guard denies every request to the pods of default/a "
                "and default/b"
            )
        ],
        "AuthorizationPolicy default/guard",
        ("metadata", "name"),
        mesh(access("{}", space="elsewhere")),
    ),
    Claim(
        "a policy that denies everything refuses whatever others allow",
        "LW1425",
        mesh(access("{rules: [{}]}", "open"), access(f"{{{OF_A}, action: DENY, rules: [{{}}]}}")),
        ["AuthorizationPolicy default/guard denies every request to the pods of default/a"],
        "AuthorizationPolicy default/guard",
        ("metadata", "name"),
        mesh(access(f"{{{OF_A}, action: AUDIT, rules: [{{}}]}}")),
    ),
    Claim(
        "a policy for some callers is named at pods and gateways it may be for",
        "LW1426",
        mesh(access(f"{{{SOME}}}", space="istio-system")),
        [
            (
                "AuthorizationPolicy istio-system/guard may deny requests to gateway "
                "istio-system/door and the pods of default/a and default/b"
            )
        ],
        "AuthorizationPolicy istio-system/guard",
        ("metadata", "name"),
        mesh(
            access(
                f"{{{SOME}, selector: {{matchLabels: {{istio: egress}}}}}}", space="istio-system"
            )
        ),
    ),
    Claim(
        "a policy beside one that lets everybody pass refuses nothing",
        "LW1426",
        mesh(access(f"{{{OF_A}, {SOME}}}")),
        ["AuthorizationPolicy default/guard may deny requests to the pods of default/a"],
        "AuthorizationPolicy default/guard",
        ("metadata", "name"),
        mesh(access(f"{{{OF_A}, {SOME}}}"), access("{rules: [{}]}", "open")),
    ),
    Claim(
        "a policy that is only logged, or attached to a waypoint, refuses nothing",
        "LW1426",
        mesh(access(f"{{action: DENY, {SOME}}}")),
        [
            (
                "AuthorizationPolicy default/guard may deny requests to the pods of default/a and "
                "default/b"
            )
        ],
        "AuthorizationPolicy default/guard",
        ("metadata", "name"),
        mesh(
            access(f"{{action: DENY, {SOME}}}", head=", annotations: {istio.io/dry-run: 'true'}"),
            access(f"{{action: DENY, {SOME}, targetRefs: [{{kind: Service, name: a}}]}}", "other"),
        ),
    ),
    Claim(
        "a pod without a sidecar is refused by pods that take only mTLS",
        "LW1427",
        mesh(*LOAD, peers(STRICT)),
        [
            (
                "PeerAuthentication default/peers accepts only mTLS, and other/load without a "
                "sidecar calls default/a"
            )
        ],
        "PeerAuthentication default/peers",
        ("metadata", "name"),
        mesh(*LOAD, peers(STRICT), peers(f"{{{OF_A}, mtls: {{mode: PERMISSIVE}}}}", "near")),
    ),
    Claim(
        "a port of its own mode beats the pod's, and a wider policy counts where it is unset",
        "LW1427",
        mesh(*LOAD, peers(STRICT, space="istio-system"), peers(f"{{{OF_A}}}", "near")),
        [
            (
                "PeerAuthentication istio-system/peers accepts only mTLS, and other/load without a "
                "sidecar calls default/a"
            )
        ],
        "PeerAuthentication istio-system/peers",
        ("metadata", "name"),
        mesh(
            *LOAD,
            peers(STRICT, space="istio-system"),
            peers(f"{{{OF_A}, portLevelMtls: {{'80': {{mode: DISABLE}}}}}}", "near"),
        ),
    ),
]
