"""The fields of Istio's kinds as trees of names, to hold what is written against.

A tree of mappings for each kind, `None` where nothing is named below. Fields of lists stand in for
those of their items, `*` for any key, `?` for more fields than are known. The names come of the
tables that say what is made of each field; kinds without such a table are spelled here.
https://istio.io/latest/docs/reference/config/networking/
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from laneway.core.resources.istio.fields.every import TABLES

Tree = Mapping[str, Any]
"""Field names, each with the tree below it or None."""

OPEN = "?"
_UNKNOWN: Tree = {}
_NESTING = frozenset({dict, list})


def of(names: str, **below: Tree) -> Tree:
    """Return a tree of fields: names without anything below, and those with their own.

    >>> of("host subset", port=of("number"))
    {'host': None, 'subset': None, 'port': {'number': None}}
    """
    return {**dict.fromkeys(names.split()), **below}


def tree_of(paths: Iterable[str]) -> Tree:
    """Return the tree of paths.

    >>> tree_of(["hosts[]", "http[].name", "http[].match[].headers.*.exact"])
    {'hosts': None, 'http': {'name': None, 'match': {'headers': {'*': {'exact': None}}}}}
    """
    root: dict[str, Any] = {}
    for path in paths:
        at = root
        *above, last = path.replace("[]", "").split(".")
        for name in above:
            at[name] = at = at.get(name) or {}
        at.setdefault(last, None)
    return root


def is_known(value: Mapping[str, Any], tree: Tree) -> bool:
    """Whether a tree names every field of a value, as it mostly does: no path is kept for that."""
    for key, inner in value.items():
        below = tree.get(key, _UNKNOWN)
        if below is _UNKNOWN:
            below = tree.get("*", _UNKNOWN)
            if below is _UNKNOWN and OPEN not in tree:
                return False
        if below and type(inner) in _NESTING:
            for one in inner if type(inner) is list else (inner,):
                if type(one) is dict and not is_known(one, below):
                    return False
    return True


_ENDPOINT = of("address labels locality network ports serviceAccount weight")
_PROBE = of(
    "failureThreshold initialDelaySeconds periodSeconds successThreshold timeoutSeconds",
    exec=of("command"),
    grpc=of("port service"),
    httpGet=of("host path port scheme", httpHeaders=of("name value")),
    tcpSocket=of("host port"),
)
ISTIO_SPECS: Mapping[str, Tree] = {
    **{kind: tree_of(table) for kind, table in TABLES.items()},
    "WorkloadEntry": _ENDPOINT,
    "WorkloadGroup": of("", metadata=of("annotations labels"), probe=_PROBE, template=_ENDPOINT),
}
"""The fields of `spec`, by kind."""
