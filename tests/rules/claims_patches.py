"""Claims on the rules about patches of a group (LW1222, LW1223)."""

from __future__ import annotations

from tests.rules.claim import Claim
from tests.rules.claims_permissive import loose
from tests.rules.world import Given, group, mesh, policy


def patched(patch: str, **more: str) -> Given:
    """Return the small mesh with a patch of its group."""
    return mesh(group=group(rest=f"\n  {patch}"), **more)


def own_patch(patch: str) -> Given:
    """Return the small mesh with a patch of service b."""
    listed = f"[{{name: a, namespace: default}}, {{name: b, namespace: default, {patch}}}]"
    return mesh(group=group(services=listed))


def loosely(patch: str) -> Given:
    """Return the small mesh as a permissive one, with a patch."""
    return mesh(group=f"{loose()}\n  {patch}\n")


CLAIMS = [
    Claim(
        "a part that decides where requests go is left out",
        "LW1222",
        patched("defaultHttpRoutePatch: {timeout: 1s, rewrite: {uri: /}}"),
        [
            (
                "defaultHttpRoutePatch of group test is applied without rewrite: "
                "lanes decide where requests go"
            )
        ],
        "ASMSwimLaneGroup test",
        ("spec", "defaultHttpRoutePatch", "rewrite"),
        patched("defaultHttpRoutePatch: {timeout: 1s}"),
    ),
    Claim(
        "a field that nobody knows is left out, and the nearest is proposed",
        "LW1222",
        patched("defaultTrafficPolicyPatch: {outlierDetecton: {}, connectionPol: {}}"),
        [
            (
                "defaultTrafficPolicyPatch of group test is applied without outlierDetecton: "
                "no such field can be patched; did you mean outlierDetection?"
            ),
            (
                "defaultTrafficPolicyPatch of group test is applied without connectionPol: "
                "no such field can be patched; did you mean connectionPool?"
            ),
        ],
        "ASMSwimLaneGroup test",
        ("spec", "defaultTrafficPolicyPatch", "outlierDetecton"),
        patched("defaultTrafficPolicyPatch: {outlierDetection: {}, connectionPool: {}}"),
    ),
    Claim(
        "a value of a wrong shape takes its part with it",
        "LW1222",
        own_patch("trafficPolicyPatch: {connectionPool: {tcp: {maxConnections: many}}}"),
        [
            (
                "trafficPolicyPatch of group test is applied without connectionPool: "
                "connectionPool.tcp.maxConnections must be a whole number from 0 to 2147483647, "
                "but is the text 'many'"
            )
        ],
        "ASMSwimLaneGroup test",
        ("spec", "services", 1, "trafficPolicyPatch", "connectionPool", "tcp", "maxConnections"),
        own_patch("trafficPolicyPatch: {connectionPool: {tcp: {maxConnections: 4}}}"),
    ),
    Claim(
        "a part that Istio would refuse as a whole is left out",
        "LW1222",
        own_patch("httpRoutePatch: {fault: {abort: {percentage: {value: 50}}}}"),
        [
            (
                "httpRoutePatch of group test is applied without fault: "
                "an abort needs one of httpStatus and grpcStatus"
            )
        ],
        "ASMSwimLaneGroup test",
        ("spec", "services", 1, "httpRoutePatch", "fault"),
        own_patch("httpRoutePatch: {fault: {abort: {httpStatus: 502, percentage: {value: 50}}}}"),
    ),
    Claim(
        "a header that carries the lane is not patched",
        "LW1222",
        loosely("defaultHttpRoutePatch: {headers: {request: {set: {X-Asm-Prefer-Tag: s2}}}}"),
        [
            (
                "defaultHttpRoutePatch of group test is applied without "
                "headers.request.set.X-Asm-Prefer-Tag: X-Asm-Prefer-Tag carries the lane of a "
                "request"
            )
        ],
        "ASMSwimLaneGroup test",
        ("spec", "defaultHttpRoutePatch", "headers", "request", "set", "X-Asm-Prefer-Tag"),
        loosely("defaultHttpRoutePatch: {headers: {request: {set: {x-team: shop}}}}"),
    ),
    Claim(
        "the id by which the lane is found is not removed",
        "LW1222",
        mesh(
            group=loose(headers="traceHeader: x-trace, routeHeader: x-lane")
            + "\n  defaultHttpRoutePatch: {headers: {request: {remove: [X-Trace]}}}\n"
        ),
        [
            (
                "defaultHttpRoutePatch of group test is applied without headers.request.remove[0]: "
                "X-Trace carries the lane of a request"
            )
        ],
        "ASMSwimLaneGroup test",
        ("spec", "defaultHttpRoutePatch", "headers", "request", "remove", 0),
        loosely("defaultHttpRoutePatch: {headers: {request: {remove: [X-Trace]}}}"),
    ),
    Claim(
        "the lane's baggage is not removed",
        "LW1222",
        loosely("defaultHttpRoutePatch: {headers: {request: {remove: [x-old, baggage]}}}"),
        [
            (
                "defaultHttpRoutePatch of group test is applied without headers.request.remove[1]: "
                "baggage carries the lane of a request"
            )
        ],
        "ASMSwimLaneGroup test",
        ("spec", "defaultHttpRoutePatch", "headers", "request", "remove", 1),
        patched("defaultHttpRoutePatch: {headers: {request: {remove: [baggage]}}}"),
    ),
    Claim(
        "a header that makes a proxy refuse its table is not patched",
        "LW1222",
        patched("defaultHttpRoutePatch: {headers: {response: {add: {x-a: 50%, 'x b': '1'}}}}"),
        [
            (
                "defaultHttpRoutePatch of group test is applied without headers.response.add.x-a: "
                "the value of x-a has a single %"
            ),
            (
                "defaultHttpRoutePatch of group test is applied without headers.response.add.x b: "
                "'x b' is no name of a header that may be edited"
            ),
        ],
        "ASMSwimLaneGroup test",
        ("spec", "defaultHttpRoutePatch", "headers", "response", "add", "x-a"),
        patched("defaultHttpRoutePatch: {headers: {response: {add: {x-a: 50%%}}}}"),
    ),
    Claim(
        "headers of a wrong shape are left out together",
        "LW1222",
        patched("defaultHttpRoutePatch: {timeout: 1s, headers: {request: {set: [x-a]}}}"),
        [
            (
                "defaultHttpRoutePatch of group test is applied without headers: "
                "headers.request.set must be a mapping, but is a list"
            )
        ],
        "ASMSwimLaneGroup test",
        ("spec", "defaultHttpRoutePatch", "headers", "request", "set"),
        patched("defaultHttpRoutePatch: {timeout: 1s, headers: {request: {set: {x-a: '1'}}}}"),
    ),
    Claim(
        "a policy is not patched beside the user's own of the host",
        "LW1223",
        mesh(
            policy("own", "{host: a, trafficPolicy: {tls: {mode: DISABLE}}}"),
            group=group(rest="\n  defaultTrafficPolicyPatch: {outlierDetection: {interval: 1s}}"),
        ),
        [
            (
                "defaultTrafficPolicyPatch of group test is not applied to default/a: "
                "DestinationRule default/own is for that host"
            )
        ],
        "ASMSwimLaneGroup test",
        ("spec", "defaultTrafficPolicyPatch"),
        patched("defaultTrafficPolicyPatch: {outlierDetection: {interval: 1s}}"),
    ),
    Claim(
        "a policy is patched for all callers but those who have a rule of their own",
        "LW1223",
        mesh(
            policy("own", "{host: a.default.svc.cluster.local}", space="clients"),
            group=group(
                services="[{name: a, namespace: default, trafficPolicyPatch: {outlierDetection: "
                "{interval: 1s}}}, {name: b, namespace: default}]"
            ),
        ),
        [
            (
                "trafficPolicyPatch of group test is not applied to default/a for callers in "
                "namespace clients: DestinationRule clients/own is for that host"
            )
        ],
        "ASMSwimLaneGroup test",
        ("spec", "services", 0, "trafficPolicyPatch"),
        mesh(
            policy("own", "{host: '*.local'}", space="clients"),
            group=group(rest="\n  defaultTrafficPolicyPatch: {outlierDetection: {interval: 1s}}"),
        ),
    ),
]
