"""Every field of the vendor's kinds that write headers.

Only data: names, shapes, bounds, and a sentence for each, as the tables of the lane kinds. Numbers
and lengths of hash tagging are those that the filter at the gateway takes.
https://developer.aliyun.com/article/1702806
"""

from __future__ import annotations

from laneway.core.resources.lanes.field import (
    Field,
    Fields,
    flag,
    many,
    one,
    text,
    texts,
    words,
)
from laneway.core.resources.matching import HEADER_NAME

LARGEST = 999_999_999
LONGEST = 900
"""What the filter at the gateway takes: numbers of nine digits, and so many characters of a rule.
One rule beyond that would cost the gateway its whole listener."""
MOST_PARTITIONS = 224
"""As many as fit into the longest rule: each takes a digit, `=`, a letter and a comma."""
MOST_RULES = 1000

_LABELS = one(
    "Which pods it is for; unset: all of its namespace.",
    labels=words("The pods' labels: all of them have to be there."),
)

HASH_TAGGING_SPEC: Fields = {
    "workloadSelector": words("The labels of the gateways' pods; unset: all gateways."),
    "rules": many(
        "Rules, each of which gives requests a tag.",
        MOST_RULES,
        name=text("A name for people."),
        description=text("A text for people."),
        match=one(
            "Which requests get a tag.",
            host=Field("text", "The requests' host; unset: any.", pattern="[ -~]*"),
        ),
        header=Field("text", "The header that is hashed.", is_required=True, pattern=HEADER_NAME),
        modulo=Field("number", "The number of shares.", is_required=True, low=1, high=LARGEST),
        tagHeader=Field(
            "text", "The header that gets the tag.", is_required=True, pattern=HEADER_NAME
        ),
        partitions=many(
            "Who gets which tag, in this order; what the modulo has beyond them gets none.",
            MOST_PARTITIONS,
            partitionSize=Field(
                "number", "How many shares.", is_required=True, low=0, high=LARGEST
            ),
            tagValue=Field(
                "text",
                "The tag, such as a lane's name.",
                is_required=True,
                pattern="[!-+\\--<>-~]+",
            ),
        ),
    ),
}

HEADER_PROPAGATION_SPEC: Fields = {
    "workloadSelector": _LABELS,
    "headers": texts("Headers that are taken out of baggage, by name."),
    "headerPrefix": texts("Headers that are taken out of baggage, by the beginnings of names."),
}

_TRAFFIC_LABELS = many(
    "Labels, each of which becomes a header of requests.",
    name=text("The label's name."),
    valueFrom=texts("Functions that find its value; the first that finds any wins."),
    overwrite=flag("Whether a header that is there already is overwritten."),
)
_ATTACH_TO = texts("What else gets the labels.")

TRAFFIC_LABEL_SPEC: Fields = {
    "workloadSelector": _LABELS,
    "hosts": texts("Hosts of requests, or '*'."),
    "rules": many(
        "Rules, each of which labels requests.",
        labels=_TRAFFIC_LABELS,
        attachTo=_ATTACH_TO,
        protocols=text("Protocols of requests: '*' is any."),
        http=many(
            "Labels for some requests alone.",
            match=many("Conditions as those of a VirtualService."),
            labels=_TRAFFIC_LABELS,
            attachTo=_ATTACH_TO,
        ),
    ),
}
