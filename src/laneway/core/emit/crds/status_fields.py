"""The fields of `status`, which the operator writes.

Only data: the vendor's own fields, the conditions that tools wait for, and what is worth a look of
each lane. Whatever else somebody writes there is kept.
https://github.com/kubernetes-sigs/cli-utils/blob/master/pkg/kstatus/README.md
"""

from __future__ import annotations

from laneway.core.emit.crds.schema import TEXT, Schema, object_schema
from laneway.core.resources.lanes.field import Field, Fields, many, one, raw, text, texts

CONDITIONS = ("Ready", "Reconciling", "Stalled", "Live", "Executed")

_CONDITIONS: Schema = {
    "type": "array",
    "description": "Ready: what it asks for is in place. Reconciling: that is being made. Stalled: "
    "it cannot be made. Live: the proxies have it. Executed: somebody carries the release out.",
    "x-kubernetes-list-type": "map",
    "x-kubernetes-list-map-keys": ["type"],
    "items": {
        "type": "object",
        "required": ["type", "status"],
        "x-kubernetes-preserve-unknown-fields": True,
        "properties": {
            "type": {
                **TEXT,
                "description": "One of " + ", ".join(CONDITIONS),
            },
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

_COUNT = Field("number", "How many.", low=0)
_LEVEL = Field("text", "How bad it is.", allowed=("info", "warning", "error"))
_FOUND: Fields = {
    "code": text("The finding's code."),
    "level": _LEVEL,
    "message": text("What was found."),
}

GROUP_STATUS: Fields = {
    "status": text("Ready, Failed or Empty."),
    "error": _ERROR,
    "lanes": Field("number", "How many lanes it has.", low=0),
    "services": Field("number", "How many services it has.", low=0),
    "findings": Field("many", "What was found about the group, the first of it.", _FOUND),
    "acceptedErrors": many(
        "The errors with which its objects were written; further ones freeze them.",
        code=text("The finding's code."),
        subject=text("The object it is about."),
    ),
    "confirmed": text("A digest of the objects that proxies were seen to have."),
    "servicesInSwimLaneGroup": one(
        "The services of the group.",
        serviceSummaries=raw("By `namespace/name`: the selector, and the labels of each pod."),
        commonLabels=raw("Labels that all services' pods have, with the values they have."),
    ),
}
LANE_STATUS: Fields = {
    "error": _ERROR,
    "validationMessage": Field("many", "What was found about the lane.", _FOUND),
    "weight": Field("number", "Its share, where the group's strategy is weighted."),
    "pods": one("Its pods behind the services of the group.", ready=_COUNT, total=_COUNT),
    "services": many(
        "The services it has.",
        service=text("The service, as `namespace/name`."),
        ready=_COUNT,
        total=_COUNT,
    ),
    "standIns": many(
        "Lanes that answer for services it lacks.",
        lane=text("Who answers."),
        services=texts("Services, the first of them."),
        count=_COUNT,
        since=text("Since when."),
    ),
}
TAGGING_STATUS: Fields = {
    "status": text("Ready or Failed."),
    "errorMessage": _ERROR,
}
RELEASE_STATUS: Fields = {
    "phase": Field(
        "text",
        "Resting: nothing goes on without a person. Refused: it is not executed. Unset: nobody "
        "executes releases here.",
        allowed=("Running", "Paused", "Resting", "Aborted", "Done", "Refused"),
    ),
    "stage": Field("number", "The stage it is at, the first being 1.", low=0),
    "stages": Field("number", "How many there are.", low=0),
    "weights": Field("numbers", "The weights of the lanes as they are written now.", low=0),
    "since": text("When the weights of the stage were moved."),
    "message": text("What is known, or what is missing, in one sentence."),
    "commit": text("The commit that moved it last."),
    "hops": many(
        "What is known of each gate at each hop.",
        hop=text("The service; empty for a figure."),
        gate=text("What is looked at."),
        outcome=text("well, worse or unknown."),
        message=text("The figures."),
        new=one("What was counted of the new lane.", bad=_COUNT, of=_COUNT),
        stable=one("What was counted of the other lane.", bad=_COUNT, of=_COUNT),
    ),
    "request": one(
        "What came of the request in the annotation laneway.dev/request.",
        value=text("The annotation's value."),
        outcome=Field("text", "What came of it.", allowed=("Done", "Refused")),
        message=text("What was done, or why not."),
        commit=text("The commit that did it."),
    ),
    "record": raw("Where the release stands, for who carries it on. Not to be edited."),
}


def status_schema(fields: Fields) -> Schema:
    """Return the schema of a status: these fields, and those of every status."""
    schema = object_schema(fields, "What came of it.")
    every = {"observedGeneration": _GENERATION, "conditions": _CONDITIONS}
    return schema | {"properties": {**every, **schema.get("properties", {})}}
