"""LW195x: what of a cluster could not be read.

Only texts, no decisions: a code says what is wrong and how to fix it; whoever reads a cluster finds
it.
"""

from __future__ import annotations

from laneway.core.findings.finding import error, warning

_RIGHT = (
    "`kubectl auth can-i list RESOURCE -A` says what you may. The chart's viewer role has all that "
    "is read here; no Secret is among it."
)

LANES_NOT_READ = error(
    "LW1950",
    "{kinds} of the cluster could not be read: {why}",
    "What is not read is not missing: there may be lanes, or services of theirs, that nobody here "
    "knows. So all groups are held: nothing is planned, and nothing counts as gone.",
    f"Have somebody grant you `list` on them, cluster-wide. {_RIGHT}",
)

ROUTING_NOT_READ = warning(
    "LW1951",
    "{kinds} of the cluster could not be read: {why}",
    "Objects that nobody here knows may lead requests elsewhere, or refuse them. What follows is "
    "said as if there were none, and a proof leaves open what they may break.",
    f"Have somebody grant you `list` on them, cluster-wide. {_RIGHT}",
)
