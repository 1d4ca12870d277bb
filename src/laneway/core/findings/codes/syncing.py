"""LW22xx: what of a repository that is followed does not become what serves.

Only texts, no decisions: a code says what is wrong and how to fix it, a rule finds where.
"""

from __future__ import annotations

from laneway.core.findings.finding import error, warning

NOTHING_IN_COMMIT = error(
    "LW2201",
    "commit {commit} holds no object that is followed, and {objects} would be removed",
    "A path that was moved, or a file that was emptied by mistake, looks the same as an "
    "application that is to end. So what serves goes on.",
    "Correct `source.path` in the Application, or the commit. If everything is to be removed, set "
    "`syncPolicy.automated.allowEmpty: true`.",
)

KIND_NOT_APPLIED = warning(
    "LW2202",
    "{what} is not applied: no kind that a repository may bring",
    "Whoever may push to a repository gets the rights of whoever follows it. So only Deployments, "
    "Services, lanes and Istio's traffic kinds go to a cluster.",
    "Apply it by other means, if it is not there already.",
)

NAMESPACE_NOT_APPLIED = warning(
    "LW2203",
    "{what} is not applied: only {namespaces} may be written",
    "A repository reaches only the namespaces that were named to whoever follows it.",
    "Name its namespace by `--namespace`, or take the object out of the commit.",
)

KEPT_BY_OTHERS = error(
    "LW2204",
    "{what} is not applied: it is kept by {other}",
    "Two that keep one object write it in turn, for ever: to each the other's state is a drift.",
    "Let one of them follow it: take it out of this commit, or out of what the other follows.",
)

REFUSED_BY_SERVER = error(
    "LW2205",
    "{what} is not applied: {why}",
    "A commit is applied whole or not at all, and fields that others apply are never taken from "
    "them. What was applied before stays.",
    "Correct the object, or take these fields out of the commit; or have whoever applies them let "
    "go of them.",
)

CLUSTER_NOT_REACHED = error(
    "LW2206",
    "the cluster at {server} could not be asked: {reason}",
    "Without an answer nobody knows what it holds, and nothing can be applied.",
    "`kubectl get --raw /version` by the same kubeconfig says more; --kubeconfig and --context "
    "name another cluster.",
)
