"""The API described in OpenAPI 3.1, made of its calls and the types they name.

https://spec.openapis.org/oas/v3.1.1.html
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import msgspec

from laneway.apps.console.api.calls import ApiCall, Parameter

PREFIX = "/api/v1"
_JSON = "application/json"


class ErrorText(msgspec.Struct, frozen=True, rename="camel"):
    """Why a call was refused."""

    title: str
    detail: str = ""
    findings: Sequence[Any] = ()


class ErrorAnswer(msgspec.Struct, frozen=True):
    """What is answered beyond status 399."""

    error: ErrorText


def description(calls: Sequence[ApiCall], version: str) -> dict[str, Any]:
    """Return the document."""
    named = [kind for call in calls for kind in (call.takes, call.gives) if kind is not None]
    kinds = [*dict.fromkeys(map(_TypeKey, named)), _TypeKey(ErrorAnswer)]
    schemas, components = msgspec.json.schema_components(
        [one.kind for one in kinds], ref_template="#/components/schemas/{name}"
    )
    known = dict(zip(kinds, schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for call in calls:
        paths.setdefault(f"{PREFIX}{call.path}", {})[call.method.lower()] = {
            "summary": call.says,
            "operationId": _operation(call),
            "parameters": [_parameter(call, one) for one in call.parameters],
            **_body(call, known),
            "responses": {
                "200": {
                    "description": call.says,
                    "content": _content(known[_TypeKey(call.gives)], call.media),
                },
                "default": {
                    "description": "refused",
                    "content": _content(known[_TypeKey(ErrorAnswer)]),
                },
            },
        }
    return {
        "openapi": "3.1.1",
        "info": {"title": "Laneway console", "version": version, "license": {"name": "Apache-2.0"}},
        "paths": paths,
        "components": {"schemas": components},
    }


class _TypeKey(msgspec.Struct, frozen=True):
    """A type as a key: what is written alike is the same."""

    kind: Any

    def __hash__(self) -> int:
        return hash(repr(self.kind))


def _operation(call: ApiCall) -> str:
    words = re.findall(r"[A-Za-z]+", call.path)
    return call.method.lower() + "".join(one[:1].upper() + one[1:] for one in words)


def _parameter(call: ApiCall, one: Parameter) -> dict[str, Any]:
    in_path = f"{{{one.name}}}" in call.path
    return {
        "name": one.name,
        "in": "path" if in_path else "query",
        "required": in_path,
        "description": one.says,
        "schema": msgspec.json.schema(one.kind),
    }


def _body(call: ApiCall, known: dict[_TypeKey, Any]) -> dict[str, Any]:
    if call.takes is None:
        return {}
    return {"requestBody": {"required": True, "content": _content(known[_TypeKey(call.takes)])}}


def _content(schema: Any, media: str = _JSON) -> dict[str, Any]:
    return {media: {"schema": schema}}
