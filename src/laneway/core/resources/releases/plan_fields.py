"""Every field of a LaneRelease.

Only data: names, shapes, bounds, and a sentence for each. The reader knows no other field, and the
schema that a cluster gets is made of the same table.
"""

from __future__ import annotations

from laneway.core.resources.istio import durations
from laneway.core.resources.lanes.field import Field, Fields, many, one, text, texts

MOST_REQUESTS = 1_000_000
MOST_STAGES = 100
MOST_LANES = 100
"""Parts of a split. Bounds of lists keep what an API server has to check within its budget."""

TOLERANCE, DURATION, LIMIT = "1%", "10m", "1h"
REQUESTS = 50
"""What counts where nothing is written."""

PERCENTAGE = r"[0-9]{1,2}(\.[0-9]+)? ?%"
"""An expression for a share below 100 %."""

_ABOVE = Field("any", "No value may be larger: a number, or a quantity such as 500m or 256Mi.")
_TOLERANCE = Field(
    "text",
    f"By how much the new lane's share may be larger, in percent; unset: {TOLERANCE}.",
    pattern=PERCENTAGE,
)
_GATES = many(
    "What is looked at; unset: errors alone.",
    MOST_LANES,
    errors=one("Answers with status 5xx, compared.", tolerance=_TOLERANCE),
    latency=one(
        "Answers that took longer, compared.",
        above=Field(
            "text", "Longer than that, such as 250ms.", is_required=True, pattern=durations.DURATION
        ),
        tolerance=_TOLERANCE,
    ),
    cpu=one("Processor time of each pod of the new lane.", above=_ABOVE),
    memory=one("Memory of each pod of the new lane.", above=_ABOVE),
    promql=one(
        "A figure that the metrics server works out.",
        name=Field("text", "How the gate is called.", is_required=True),
        query=Field("text", "The expression.", is_required=True),
        above=_ABOVE,
        below=Field("any", "No value may be smaller."),
    ),
)
_STAGES = many(
    "One after the other.",
    MOST_STAGES,
    weights=Field(
        "numbers",
        "The weight of every lane; they add up to 100.",
        is_required=True,
        low=0,
        high=100,
        most=MOST_LANES,
    ),
    duration=Field(
        "text", f"How long it takes at least; unset: {DURATION}.", pattern=durations.DURATION
    ),
    limit=Field(
        "text",
        f"How long it takes at most without a decision; unset: {LIMIT}.",
        pattern=durations.DURATION,
    ),
)
GIT_FIELDS: Fields = {
    "repository": Field(
        "text", "The repository, by the name it has in the configuration.", is_required=True
    ),
    "branch": text("The branch that gets the commits; unset: the one the remote calls HEAD."),
    "path": text("The folder that holds lanes and routes; unset: all of the repository."),
}
RELEASE_SPEC: Fields = {
    "lane": Field("text", "The lane that comes.", is_required=True),
    "stable": Field("text", "The lane that it is compared with.", is_required=True),
    "requests": Field(
        "number",
        f"Requests of both that every hop has to have seen; unset: {REQUESTS}.",
        low=1,
        high=MOST_REQUESTS,
    ),
    "gates": _GATES,
    "stages": Field("many", _STAGES.says, _STAGES.below, is_required=True, most=MOST_STAGES),
    "metrics": text("The server that counted, by the name it has in the configuration."),
    "notify": texts("Who is told, by the names they have in the configuration."),
    "git": one("Where weights are moved by commits; unset: they are applied.", **GIT_FIELDS),
}
