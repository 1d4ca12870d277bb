"""The tables of all kinds, and where a user's object has a field that one of them names.

Comes in: the kind and the spec of an object. Goes out: the fields that are named because nobody
follows them, each with its place. Values of a wrong type are nobody's fields.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from operator import itemgetter
from typing import Any

from laneway.core.findings.place import Step
from laneway.core.resources.istio.fields.destination_rule import DESTINATION_RULE
from laneway.core.resources.istio.fields.entry import NOT_FOLLOWED, Named, Table
from laneway.core.resources.istio.fields.gateway import GATEWAY
from laneway.core.resources.istio.fields.security import (
    AUTHORIZATION_POLICY,
    PEER_AUTHENTICATION,
    REQUEST_AUTHENTICATION,
)
from laneway.core.resources.istio.fields.service_entry import SERVICE_ENTRY
from laneway.core.resources.istio.fields.sidecar import SIDECAR
from laneway.core.resources.istio.fields.virtual_service import VIRTUAL_SERVICE

TABLES: Mapping[str, Table] = {
    "Gateway": GATEWAY,
    "VirtualService": VIRTUAL_SERVICE,
    "DestinationRule": DESTINATION_RULE,
    "Sidecar": SIDECAR,
    "ServiceEntry": SERVICE_ENTRY,
    "AuthorizationPolicy": AUTHORIZATION_POLICY,
    "PeerAuthentication": PEER_AUTHENTICATION,
    "RequestAuthentication": REQUEST_AUTHENTICATION,
}

Path = tuple[Step, ...]
Found = tuple[int, Path, Named, Any]

_END = ""
"""The key under which a tree keeps the field that its path leads to, and its number."""

Tree = dict[str, Any]


def _tree_of(fields: Table) -> Tree:
    """Return the fields that are named and not followed by the steps that lead to them."""
    root: Tree = {}
    for number, (path, entry) in enumerate(fields.items()):
        if isinstance(entry, Named) and entry.code == NOT_FOLLOWED:
            at = root
            for step in path.replace("[]", ".[]").split("."):
                at = at.setdefault(step, {})
            at[_END] = (number, entry)
    return root


_NAMED = {kind: _tree_of(fields) for kind, fields in TABLES.items()}


def not_followed(kind: str, spec: Any) -> Iterator[tuple[Path, Named, Any]]:
    """Yield the fields of a spec that are named and not followed, with their values.

    They come in the order of the table, and those of one field as they are written.
    """
    found: list[Found] = []
    _find(spec, _NAMED.get(kind, {}), (), found)
    for _, place, entry, value in sorted(found, key=itemgetter(0)):
        if value is not None and value not in ("", *entry.harmless):
            yield place, entry, value


def _find(value: Any, tree: Tree, place: Path, found: list[Found]) -> None:
    """Add each value that stands at the end of a path of a tree."""
    if _END in tree:
        found.append((tree[_END][0], place, tree[_END][1], value))
    if isinstance(value, list):
        _find_in_items(value, tree.get("[]"), place, found)
    elif isinstance(value, dict):
        for step, below in tree.items():
            if step == "*":
                for key, inner in value.items():
                    _find(inner, below, (*place, key), found)
            elif step in value and step != _END:
                _find(value[step], below, (*place, step), found)


def _find_in_items(items: list[Any], tree: Tree | None, place: Path, found: list[Found]) -> None:
    """Look into the items of a list, but for those without any key that leads on: most of them."""
    if tree is None:
        return
    ends = _END in tree or "*" in tree or "[]" in tree
    for index, item in enumerate(items):
        if ends or (isinstance(item, dict) and not item.keys().isdisjoint(tree)):
            _find(item, tree, (*place, index), found)
