"""Istio's own schemas as a judge of what Laneway emits.

In: the text of Istio's CustomResourceDefinitions, then objects. Out: what an API server with these
definitions would say of them, one line an error. As with `kubectl apply`, a field that the schema
does not have is an error. Rules in CEL are left out: Istio's own validation, which the oracle
reports, says the same.
https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import jsonschema
import yaml
from msgspec import Struct

Object = Mapping[str, Any]
Json = dict[str, Any]


class Schemas(Struct, frozen=True):
    """The schema of each `(apiVersion, kind)`."""

    by_kind: Mapping[tuple[str, str], jsonschema.Draft202012Validator]

    @classmethod
    def read(cls, text: str) -> Schemas:
        """Read CustomResourceDefinitions from YAML."""
        found = {}
        for crd in yaml.load_all(text, Loader=yaml.CSafeLoader):
            spec = crd["spec"]
            for version in spec["versions"]:
                key = (f"{spec['group']}/{version['name']}", spec["names"]["kind"])
                schema = _strict(version["schema"]["openAPIV3Schema"])
                schema["properties"] |= {"apiVersion": {}, "kind": {}, "metadata": {}}
                found[key] = jsonschema.Draft202012Validator(schema)
        return cls(found)

    def errors(self, objects: Iterable[Object]) -> list[str]:
        """Return `Kind namespace/name: field: what is wrong` for each error, in order."""
        return [line for each in objects for line in self._errors_of(each)]

    def _errors_of(self, one: Object) -> list[str]:
        metadata = one["metadata"]
        name = f"{one['kind']} {metadata.get('namespace', '')}/{metadata['name']}"
        schema = self.by_kind.get((one["apiVersion"], one["kind"]))
        if schema is None:
            return [f"{name}: Istio has no kind {one['apiVersion']} {one['kind']}"]
        return [
            f"{name}: {'.'.join(map(str, error.absolute_path))}: {error.message}"
            for error in schema.iter_errors(one)
        ]


def _strict(schema: Json) -> Json:
    """Return the schema with unknown fields forbidden and `nullable` said in JSON Schema's words.

    Only fields, items and values are gone into: below `anyOf` and `not` a schema of Kubernetes has
    conditions on fields that stand elsewhere.
    """
    found = dict(schema)
    if "properties" in schema:
        found["properties"] = {name: _strict(each) for name, each in schema["properties"].items()}
        if not schema.get("x-kubernetes-preserve-unknown-fields", False):
            found.setdefault("additionalProperties", False)
    for inner in ("items", "additionalProperties"):
        if isinstance(schema.get(inner), dict):
            found[inner] = _strict(schema[inner])
    if schema.get("nullable", False) and "type" in schema:
        found["type"] = [schema["type"], "null"]
    return found
