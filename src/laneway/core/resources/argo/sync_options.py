"""Argo CD's sync options, each known: what it does there, and what becomes of it here.

Comes in: the options of an Application. Goes out: whether anything is ever removed, and a finding
for each option that has no effect, or is none.
https://argo-cd.readthedocs.io/en/stable/user-guide/sync-options/
"""

from __future__ import annotations

from laneway.core.findings.codes import fetching
from laneway.core.resources.yaml.cursor import Cursor
from laneway.core.resources.yaml.nearness import nearest

KEEPS = ("Prune=false", "Prune=confirm")
"""Options by which nothing is removed by itself."""

_HERE = {
    "ApplyOutOfSyncOnly": "only what differs is ever applied",
    "ClientSideApplyMigration": "objects are applied by the server from the start",
    "CreateNamespace": "namespaces are made by whoever may make them, and no commit is among those",
    "Delete": "removing an Application removes nothing that it brought",
    "FailOnSharedResource": "an object that another program follows is never taken over",
    "Force": "nothing is removed to be made anew; what the API server refuses is told",
    "PruneLast": "what is removed is always removed last, when nothing leads to it any more",
    "PrunePropagationPolicy": "what is removed goes in an order in which requests in flight end",
    "Replace": "objects are applied field by field, so that fields of others stay",
    "RespectIgnoreDifferences": "only fields that Git names are compared and applied",
    "ServerSideApply": "objects are always applied by the server",
    "SkipDryRunOnMissingResource": "there is no dry run",
    "Validate": "the API server always checks fields",
}
_KNOWN = frozenset({"Prune", *_HERE})


def read_options(policy: Cursor) -> bool:
    """Return whether the options say that nothing is removed by itself; note all others."""
    keeps = False
    for index, option in enumerate(policy.texts("syncOptions")):
        name, _, value = option.partition("=")
        if option in KEEPS:
            keeps = True
        elif name in _HERE and value:
            words = {"field": option, "reason": _HERE[name]}
            policy.report(fetching.NO_EFFECT, "syncOptions", index, **words)
        elif option != "Prune=true":
            near = nearest(name, _KNOWN) if name not in _KNOWN else ""
            hint = f"; did you mean {near}=…?" if near else ""
            where = ("syncOptions", index)
            policy.report(fetching.UNKNOWN_OPTION, *where, option=repr(option), hint=hint)
    return keeps
