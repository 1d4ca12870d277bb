"""LW11xx: the shape of objects: types, fields and single values.

Only texts, no decisions: a code says what is wrong and how to fix it, a reader finds where.
"""

from __future__ import annotations

from laneway.core.findings.finding import error, info, warning

_LEFT_OUT = (
    "A cluster rejects the object. Laneway leaves out only the smallest invalid part, so that the "
    "rest can be checked."
)

WRONG_TYPE = error("LW1101", "{field} must be {wanted}, but is {found}", _LEFT_OUT, "{fix}")

MISSING_FIELD = error("LW1102", "{field} is missing", _LEFT_OUT, "Add {field}.")

NOT_TEXT = error(
    "LW1103",
    "the value of {field} is {found}, but must be text",
    "Labels, annotations, selectors and environment variables hold only text. YAML reads an "
    "unquoted number, yes, no, on or off as another type, and kubectl rejects the object.",
    'Put the value in quotes: "{value}".',
)

SEVERAL_WAYS = error(
    "LW1104",
    "the match on {field} has {ways} at once",
    "A value is compared in one way only, and which one would win is undefined. The rule is left "
    "out so that it does not match too many requests.",
    "Keep one of exact, prefix and regex.",
)

NO_WAY = error(
    "LW1105",
    "the match on {field} has none of exact, prefix and regex",
    "An empty condition would match every request, so the rule is left out.",
    "Add one of `exact`, `prefix` and `regex`.",
)

BAD_REGEX = error(
    "LW1106",
    "{field} is not a valid RE2 regular expression: {problem}",
    "Envoy uses RE2, which has no look-around and no back-references. If one expression does not "
    "compile, a proxy rejects its whole route table, so the rule is left out.",
    "See https://github.com/google/re2/wiki/Syntax for the syntax of RE2.",
)

BAD_HEADER_NAME = error(
    "LW1107",
    "{name} is not a valid header name",
    "Header names contain only letters, digits and !#$%&'*+-.^_`|~. A proxy rejects its whole "
    "route table for one bad name, so the rule is left out.",
    "Correct the header name.",
)

BAD_HEADER_VALUE = error(
    "LW1108",
    "the value of header {name} {problem}",
    "A proxy rejects its whole route table for one bad value, so the rule is left out. In a header "
    "that is set, % starts an Envoy variable such as %REQ(x-request-id)%.",
    "{fix}",
)

UNKNOWN_FIELD = info(
    "LW1109",
    "{field} is not a known field of {kind}{hint}",
    "The vendor's CRD accepts unknown fields, so a misspelled field is silently ignored.",
    "Correct the spelling, or remove the field.",
)

UNKNOWN_VALUE = error(
    "LW1110",
    "{field} is {found}, but must be {wanted}",
    "An unknown value has no defined meaning, and guessing one could send requests to the wrong "
    "place.",
    "Use {wanted}.",
)

OUT_OF_RANGE = error(
    "LW1111", "{field} is {found}, but must be {wanted}", _LEFT_OUT, "Use {wanted}."
)

NOT_NAMESPACED_NAME = error(
    "LW1112",
    "{field} has the key {key}, which is not written as namespace/name",
    "The key names a Service. Laneway does not guess what another spelling means, so the entry is "
    "left out.",
    "Write the service as `namespace/name`.",
)

EMPTY_MATCH = error(
    "LW1113",
    "the match on {field} is empty",
    "An empty prefix or regex would match every value, and proxies reject it, so the rule is left "
    "out.",
    "Write the value to compare with, or `{{}}` to check only that a header exists.",
    "IST0106",
)

UNKNOWN_CONDITION = error(
    "LW1114",
    "{field} is not a known condition",
    "Ignoring an unknown condition would match more requests than intended, so the rule is left "
    "out.",
    "Use one of {known}.",
)

MISSPELLED_LANE_FIELD = error(
    "LW1115",
    "{field} is not a field of {kind}; did you mean {right}?",
    "The vendor's CRD accepts unknown fields, so nothing rejects the object, and it works as if "
    "the field were not there.",
    "Write {write}.",
)

MISSPELLED_FIELD = warning(
    "LW1116",
    "{field} is not a field of {kind}; did you mean {right}?",
    "kubectl rejects the object. If it is applied in another way, the cluster silently drops the "
    "field, and Laneway reads it the same way.",
    "Write {write}.",
)

MISSPELLED_FIELD_BREAKS = error(
    "LW1117",
    "{field} is not a field of {kind}; did you mean {right}?",
    "kubectl rejects the object. If it is applied in another way, the cluster silently drops the "
    "field, and lanes do not work without it.",
    "Write {write}.",
)
