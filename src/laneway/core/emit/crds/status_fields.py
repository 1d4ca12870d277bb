"""The fields of `status`, which the operator writes.

Only data: the vendor's own fields, the conditions that tools wait for, and what is worth a look of
each lane. Whatever else somebody writes there is kept.
https://github.com/kubernetes-sigs/cli-utils/blob/master/pkg/kstatus/README.md
"""

from __future__ import annotations

from laneway.core.emit.crds.schema import TEXT, Schema, object_schema
from laneway.core.resources.lanes.field import Field, Fields, many, one, raw, text

CONDITIONS = ("Ready", "Reconciling", "Stalled", "Live")

_CONDITIONS: Schema = {
    "type": "array",
    "description": "Ready: what it asks for is in place. Reconciling: that is being made. Stalled: "
    "it cannot be made. Live: the proxies have it.",
    "x-kubernetes-list-type": "map",
    "x-kubernetes-list-map-keys": ["type"],
    "items": {
        "type": "object",
        "required": ["type", "status"],
        "x-kubernetes-preserve-unknown-fields": True,
        "properties": {
            "type": {**TEXT, "description": " or ".join((", ".join(CONDITIONS[:-1]), "Live"))},
            "status": {**TEXT, "enum": ["True", "False", "Unknown"]},
            "reason": {**TEXT, "description": "A word for programs."},
            "message": {**TEXT, "description": "A sentence for people."},
            "lastTransitionTime": {**TEXT, "format": "date-time"},
            "observedGeneration": {"type": "integer", "format": "int64"},
        },
    },
}
_GENERATION = {
    "type": "integer",
    "format": "int64",
    "description": "The generation of the object that this status speaks of.",
}
_ERROR = text("What keeps it from working, in one line.")

GROUP_STATUS: Fields = {
    "status": text("Ready, Reconciling, Failed or Empty."),
    "error": _ERROR,
    "servicesInSwimLaneGroup": one(
        "The services of the group.",
        serviceSummaries=raw("By `namespace/name`: the selector, and the labels of each pod."),
        commonLabels=raw("Labels that all services' pods have, with the values they have."),
    ),
}
LANE_STATUS: Fields = {
    "error": _ERROR,
    "validationMessage": many(
        "What was found about the lane.",
        code=text("The finding's code."),
        level=Field("text", "How bad it is.", allowed=("info", "warning", "error")),
        message=text("What was found."),
    ),
}
TAGGING_STATUS: Fields = {
    "status": text("Ready or Failed."),
    "errorMessage": _ERROR,
}


def status_schema(fields: Fields) -> Schema:
    """Return the schema of a status: these fields, and those of every status."""
    schema = object_schema(fields, "What the operator says of it.")
    every = {"observedGeneration": _GENERATION, "conditions": _CONDITIONS}
    return schema | {"properties": {**every, **schema["properties"]}}
