"""The model of an API server, as a console asks it: dry runs, versions, whose fields are whose."""

# ruff: noqa: ARG002 - calls are those of a client

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

import msgspec

from laneway.adapters.kube import Conflict, Kind
from laneway.apps.console.editing.cluster import MANAGER
from tests.operator.model_api import Body, ModelApi, leaves, name_of


class ConsoleApi(ModelApi):
    """The server, and its client in the name of a console."""

    async def listed(self, kind: Kind) -> AsyncIterator[bytes]:
        for (name, *_), body in list(self.objects.items()):
            if name == kind.kind:
                yield msgspec.json.encode(self._with_fields(body))

    async def apply(
        self,
        kind: Kind,
        body: Mapping[str, Any],
        *,
        subresource: str = "",
        dry_run: bool = False,
    ) -> bytes:
        return self._written(body, force=False, dry_run=dry_run)

    async def take(
        self,
        kind: Kind,
        body: Mapping[str, Any],
        *,
        subresource: str = "",
        dry_run: bool = False,
    ) -> bytes:
        return self._written(body, force=True, dry_run=dry_run)

    async def merge(self, kind: Kind, body: Mapping[str, Any], *, subresource: str = "") -> bytes:
        self._at_version(body)
        name = name_of(dict(body))
        merged = _merged(self.objects[name], body)
        kept = {path for path, _ in leaves(merged)}
        self.managed[name] = {
            who: (how, paths & kept) for who, (how, paths) in self.managed[name].items()
        }
        return msgspec.json.encode(self._with_fields(self._store(name, merged, MANAGER)))

    async def delete(
        self, kind: Kind, namespace: str, name: str, *, uid: str = "", resource_version: str = ""
    ) -> None:
        found = self.objects.get((kind.kind, namespace, name))
        if found and resource_version not in ("", found["metadata"]["resourceVersion"]):
            raise Conflict("it is another by now")
        self._delete((kind.kind, namespace, name))

    def _written(self, body: Mapping[str, Any], *, force: bool, dry_run: bool) -> bytes:
        server = self.copy() if dry_run else self
        assert isinstance(server, ModelApi)
        self._at_version(body)
        copied: Body = msgspec.json.decode(msgspec.json.encode(body))
        copied["metadata"].pop("resourceVersion", None)
        found = server.write(copied, MANAGER, "Apply", force=force)
        return msgspec.json.encode(self._with_fields(found))

    def _at_version(self, body: Mapping[str, Any]) -> None:
        known = self.objects.get(name_of(dict(body)))
        version = body["metadata"].get("resourceVersion", "")
        if version and (known is None or known["metadata"]["resourceVersion"] != version):
            raise Conflict("it is another by now")

    def _with_fields(self, body: Body) -> Body:
        """Return an object that says of each manager which fields it has."""
        owners = self.managed.get(name_of(body), {})
        fields = [
            {"manager": who, "operation": how, "fieldsV1": _tree(paths)}
            for who, (how, paths) in owners.items()
        ]
        return body | {"metadata": body["metadata"] | {"managedFields": fields}}


def _tree(paths: frozenset[tuple[str, ...]]) -> Body:
    found: Body = {}
    for path in paths:
        into = found
        for key in path:
            into = into.setdefault(f"f:{key}", {})
    return found


def _merged(value: Any, patch: Mapping[str, Any]) -> Body:
    """Carry out a JSON merge patch."""
    found = dict(value) if isinstance(value, dict) else {}
    for key, one in patch.items():
        if one is None:
            found.pop(key, None)
        elif isinstance(one, dict):
            found[key] = _merged(found.get(key), one)
        else:
            found[key] = one
    return found
