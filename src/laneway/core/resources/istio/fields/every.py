"""The tables of all kinds, and where a user's object has a field that one of them names.

Comes in: the kind and the spec of an object. Goes out: the fields that are named because nobody
follows them, each with its place. Values of a wrong type are nobody's fields.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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

_NAMED = {
    kind: [
        (tuple(path.replace("[]", ".[]").split(".")), entry)
        for path, entry in fields.items()
        if isinstance(entry, Named) and entry.code == NOT_FOLLOWED
    ]
    for kind, fields in TABLES.items()
}


def not_followed(kind: str, spec: Any) -> Iterator[tuple[Path, Named, Any]]:
    """Yield the fields of a spec that are named and not followed, with their values."""
    for path, entry in _NAMED.get(kind, ()):
        for place, value in _written(spec, path):
            if value is not None and value not in ("", *entry.harmless):
                yield place, entry, value


def _written(value: Any, path: tuple[str, ...], place: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield each value that stands at a path."""
    if not path:
        yield place, value
        return
    step, rest = path[0], path[1:]
    if step == "[]":
        for index, item in enumerate(value if isinstance(value, list) else ()):
            yield from _written(item, rest, (*place, index))
    elif isinstance(value, dict):
        keys = list(value) if step == "*" else [step] if step in value else []
        for key in keys:
            yield from _written(value[key], rest, (*place, key))
