"""LW191x: what an operator may not do, or cannot, though lanes ask for it.

Only texts, no decisions: a code says what is wrong and how to fix it; who keeps a cluster finds it.
"""

from __future__ import annotations

from laneway.core.findings.finding import error

NOT_REACHED = error(
    "LW1910",
    "group {group} needs objects in namespace {namespace}, which the operator may not write",
    "Groups have no namespace, so whoever may write one could lead requests of any namespace "
    "elsewhere. Whoever installed the operator said which namespaces it reaches. Nothing of the "
    "group is written there, and its lanes do not hold there.",
    "Have the namespace allowed (`namespaces` of the chart, --namespaces), or take its services "
    "and its gateway out of the group.",
)

NAME_TAKEN = error(
    "LW1911",
    "{object} is the name of an object of group {group}, and there is one that is not Laneway's",
    "An object without the label app.kubernetes.io/managed-by: laneway belongs to somebody else, "
    "and is never changed. The lanes lack what was to be written there.",
    "Rename or remove that object.",
)
