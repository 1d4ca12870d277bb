"""Claims on DestinationRules that are for some callers alone (LW1431 to LW1433)."""

from __future__ import annotations

from tests.rules.claim import Claim
from tests.rules.world import mesh, policy

ALONE = "workloadSelector: {matchLabels: {app: a}}"
LIMIT = "trafficPolicy: {connectionPool: {tcp: {maxConnections: 9}}}"
BOTH = "subsets: [{name: s1, labels: {version: v1}}, {name: s2, labels: {version: v2}}]"
WIDE = "host: '*.default.svc.cluster.local'"

CLAIMS = (
    Claim(
        "a rule for some callers that lacks the lanes hides them from these",
        "LW1431",
        mesh(policy("own", f"{{host: b, {ALONE}, {LIMIT}}}")),
        [
            (
                "default/a-v1 and default/a-v2 see of default/b only what DestinationRule "
                "default/own declares, and that is not s1 and s2: 503"
            )
        ],
        "DestinationRule default/own",
        ("spec", "workloadSelector"),
        mesh(policy("own", f"{{host: b, {ALONE}, {LIMIT}, {BOTH}}}")),
    ),
    Claim(
        "the lanes' rule takes the policy of a wildcard for some callers away",
        "LW1432",
        mesh(policy("own", f"{{{WIDE}, {ALONE}, {LIMIT}}}")),
        [
            (
                "the lanes' DestinationRule for default/a and default/b overrides DestinationRule "
                "default/own for the callers it selects"
            )
        ],
        "DestinationRule default/own",
        ("spec", "host"),
        mesh(policy("own", f"{{{WIDE}, {ALONE}}}")),
    ),
    Claim(
        "a private rule beside one for some callers is for these alone",
        "LW1433",
        mesh(
            policy("own", f"{{host: b, {ALONE}, {BOTH}}}"),
            policy("private", "{host: b, exportTo: [.]}"),
        ),
        [
            (
                "DestinationRule default/private is for the callers alone that DestinationRule "
                "default/own selects"
            )
        ],
        "DestinationRule default/private",
        ("spec", "exportTo"),
        mesh(
            policy("own", f"{{host: b, {ALONE}, {BOTH}}}"),
            policy("private", "{host: b, exportTo: [default]}"),
        ),
    ),
)
