"""Tables of fields as the structural schema of an API server.

Comes in: a table of fields. Goes out: an OpenAPI schema that refuses a value of another shape or
out of its bounds, and keeps every field it does not name. `null` needs no word: an API server drops
it where a schema does not ask for it, as the reader does.
https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/
"""

from __future__ import annotations

from typing import Any

from laneway.core.resources.lanes.field import Field, Fields

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}


def object_schema(fields: Fields, says: str = "") -> Schema:
    """Return the schema of a mapping. What is empty is left out, as an API server does it.

    >>> object_schema({"a": Field("flag", "On.")})["properties"]
    {'a': {'type': 'boolean', 'description': 'On.', 'default': False}}
    """
    properties = {name: field_schema(field) for name, field in fields.items()}
    required = [name for name, field in fields.items() if field.is_required]
    return {
        "type": "object",
        **({"description": says} if says else {}),
        **({"required": required} if required else {}),
        **({"properties": properties} if properties else {}),
        "x-kubernetes-preserve-unknown-fields": True,
    }


def field_schema(field: Field) -> Schema:
    """Return the schema of one field."""
    says = {"description": field.says}
    match field.shape:
        case "flag":
            return {"type": "boolean", **says, "default": False}
        case "number":
            return {"type": "integer", **says, "minimum": field.low, "maximum": field.high}
        case "text":
            return {**TEXT, **says, **_bounds(field)}
        case "texts":
            return {"type": "array", **says, "items": TEXT}
        case "words":
            return {"type": "object", **says, "additionalProperties": TEXT}
        case "any":
            return {**says, "x-kubernetes-preserve-unknown-fields": True}
        case "many":
            length = {"maxItems": field.most} if field.most else {}
            return {"type": "array", **says, **length, "items": object_schema(field.below)}
        case "named" | "numbers":
            length = {"maxProperties": field.most} if field.most else {}
            number = {"type": "integer", "minimum": field.low, "maximum": field.high}
            values = object_schema(field.below) if field.below else number
            return {"type": "object", **says, **length, "additionalProperties": values}
        case "one" | "raw":
            return object_schema(field.below, field.says)


def _bounds(field: Field) -> Schema:
    shortest = max(field.shortest, int(field.is_required))
    return {
        **({"minLength": shortest} if shortest else {}),
        **({"maxLength": field.longest} if field.longest else {}),
        **({"enum": list(field.allowed)} if field.allowed else {}),
        **({"pattern": f"^{field.pattern}$"} if field.pattern else {}),
    }
