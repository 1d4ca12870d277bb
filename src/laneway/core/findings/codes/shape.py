"""LW11xx: the shape of objects: types, fields and single values.

Only texts, no decisions: a code says what is wrong and how to mend it, a reader finds where.
"""

from __future__ import annotations

from laneway.core.findings.finding import Code

_LEFT_OUT = (
    "A cluster refuses the object. Here only the smallest part is left out, so that the rest can "
    "be checked."
)

WRONG_TYPE = Code(
    "LW1101",
    "error",
    "{field} must be {wanted}, but is {found}",
    _LEFT_OUT,
    "{mend}",
)

MISSING_FIELD = Code(
    "LW1102",
    "error",
    "{field} is missing",
    _LEFT_OUT,
    "Write {field}.",
)

NOT_TEXT = Code(
    "LW1103",
    "error",
    "the value of {field} is {found}, but must be text",
    "Labels, annotations, selectors and environment variables hold text only. kubectl refuses the "
    "object: YAML reads an unquoted number, yes, no, on or off as something else than text.",
    'Put the value in quotes: "{value}".',
)

SEVERAL_WAYS = Code(
    "LW1104",
    "error",
    "the match on {field} has {ways} at once",
    "One value is compared in one way only. Which of them would count is not defined, so the whole "
    "rule is left out rather than let too many requests through.",
    "Keep one of exact, prefix and regex.",
)

NO_WAY = Code(
    "LW1105",
    "error",
    "the match on {field} names no way to compare",
    "A condition that says nothing would be met by any request, so the whole rule is left out "
    "rather than let too many requests through.",
    "Write one of `exact`, `prefix` and `regex`.",
)

BAD_REGEX = Code(
    "LW1106",
    "error",
    "{field} is no regular expression of RE2: {problem}",
    "Envoy matches with RE2, which has no look-around and no back-references. One expression it "
    "cannot compile makes a proxy refuse its whole route table, so the rule is left out.",
    "See https://github.com/google/re2/wiki/Syntax for what RE2 understands.",
)

BAD_HEADER_NAME = Code(
    "LW1107",
    "error",
    "{name} is no name of a header",
    "A header's name holds letters, digits and !#$%&'*+-.^_`|~ only. One bad name makes a proxy "
    "refuse its whole route table, so the rule is left out.",
    "Correct the name of the header.",
)

BAD_HEADER_VALUE = Code(
    "LW1108",
    "error",
    "the value of header {name} {problem}",
    "One bad value makes a proxy refuse its whole route table, so the rule is left out. In a "
    "header that is set, % begins a variable of Envoy, such as %REQ(x-request-id)%.",
    "{mend}",
)

UNKNOWN_FIELD = Code(
    "LW1109",
    "info",
    "{field} is no published field of {kind}{hint}",
    "The vendor's schema keeps unknown fields instead of refusing them, so a misspelled field has "
    "no effect and nobody says so.",
    "Correct the spelling, or remove the field.",
)

UNKNOWN_VALUE = Code(
    "LW1110",
    "error",
    "{field} is {found}, but must be {wanted}",
    "A value that is not known cannot be given a meaning; to guess one could send requests where "
    "nobody wants them.",
    "Write {wanted}.",
)

OUT_OF_RANGE = Code(
    "LW1111",
    "error",
    "{field} is {found}, but must be {wanted}",
    _LEFT_OUT,
    "Write {wanted}.",
)

NOT_NAMESPACED_NAME = Code(
    "LW1112",
    "error",
    "{field} has the key {key}, which is not written as namespace/name",
    "The key names a Service. Another spelling would have to be guessed at, so the entry is left "
    "out.",
    "Write the service as `namespace/name`.",
)

EMPTY_MATCH = Code(
    "LW1113",
    "error",
    "the match on {field} compares with nothing",
    "An empty prefix or expression is met by every value; proxies refuse it, so the rule is left "
    "out.",
    "Write what the value is compared with, or `{{}}` to ask only that a header exists.",
    "IST0106",
)

UNKNOWN_CONDITION = Code(
    "LW1114",
    "error",
    "{field} is no condition that is known",
    "A condition that is not understood must not be ignored: more requests would match than "
    "anybody asked for. The rule is left out.",
    "Write one of {known}.",
)

MISSPELLED_LANE_FIELD = Code(
    "LW1115",
    "error",
    "{field} is no field of {kind}; {right} is meant",
    "The vendor's schema keeps unknown fields, so nobody refuses the object, and it does what it "
    "would do without the field.",
    "Write {write}.",
)

MISSPELLED_FIELD = Code(
    "LW1116",
    "warning",
    "{field} is no field of {kind}; {right} is meant",
    "kubectl refuses the object. A cluster that is given it in another way drops the field without "
    "a word, and so it is read here: as if the field were not there.",
    "Write {write}.",
)

MISSPELLED_FIELD_BREAKS = Code(
    "LW1117",
    "error",
    "{field} is no field of {kind}; {right} is meant",
    "kubectl refuses the object. A cluster that is given it in another way drops the field without "
    "a word. Without it lanes do not work.",
    "Write {write}.",
)
