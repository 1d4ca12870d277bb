"""Codes of DestinationRules that are for some callers alone, by a `workloadSelector`.

LW1431 to LW1433: Istio merges such a rule with no other, so its callers see what it declares and
nothing else; and it counts beside other rules in ways that its author seldom means.
"""

from __future__ import annotations

from laneway.core.findings.finding import info, warning

NARROW_RULE_HIDES_LANES = warning(
    "LW1431",
    "{callers} see of {hosts} only what {user} declares, and that is not {lanes}: 503",
    "A DestinationRule with a workloadSelector is merged with none that has another or none. The "
    "proxies of the pods that it selects see no other rule for the host, and what it does not "
    "declare does not exist for them.",
    "Declare these subsets in it as well, with the labels of the lanes, or remove its "
    "workloadSelector: then the lanes' rule is merged with it.",
)

NARROW_RULE_OVERRIDDEN = info(
    "LW1432",
    "the lanes' DestinationRule for {hosts} overrides {user} for the callers it selects",
    "Only the most specific DestinationRule of the nearest namespace applies, whether or not a "
    "wildcard has a workloadSelector. A policy for some callers alone cannot be copied into a rule "
    "for all, so these callers get the policy of all others.",
    "Write the rule for the very host, with the subsets of the lanes in it, if its callers need "
    "the policy.",
)

PRIVATE_RULE_SWALLOWED = warning(
    "LW1433",
    "{user} is for the callers alone that {narrow} selects",
    "Istio merges a DestinationRule with exportTo ['.'] into each one of its host and namespace "
    "that has a workloadSelector, and does not keep it for other callers: those see no rule for "
    "{host} at all.",
    "Write exportTo [{space}] instead, which means the same and is not merged.",
)
