"""What two matches have in common: whether one covers the other, whether they can meet at all.

Comes in: two Matches. Goes out: yes only where it is certain. `covers` never says yes when a single
request could tell the two apart, and `disjoint` never when a request with each header once could
meet both; where a regular expression hides the answer, both say no.
https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPMatchRequest
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import re2

from laneway.core.resources.matching import Match, StringMatch

Pairs = tuple[tuple[str, StringMatch], ...]
ANYTHING = StringMatch("present")
_PREFIX_LENGTH = 64


def covers(wide: Match, narrow: Match) -> bool:
    """Whether every request that meets `narrow` also meets `wide`.

    >>> from laneway.core.resources.matching import Match, StringMatch
    >>> a = Match(uri=StringMatch("prefix", "/mock"))
    >>> b = Match(uri=StringMatch("exact", "/mock/x"), method=StringMatch("exact", "GET"))
    >>> covers(a, b), covers(b, a)
    (True, False)
    """
    return (
        _covers_caller(wide, narrow)
        and _covers_uri(wide, narrow)
        and all(_covers_optional(one, other) for one, other in _line(wide, narrow))
        and _covers_pairs(wide.headers, narrow.headers)
        and _covers_pairs(wide.query_params, narrow.query_params)
        and _covers_absence(wide.without_headers, narrow)
    )


def disjoint(one: Match, other: Match) -> bool:
    """Whether no request can meet both.

    >>> a, b = StringMatch("exact", "s1"), StringMatch("exact", "s2")
    >>> disjoint(Match(uri=a), Match(uri=b))
    True

    A client may send a header twice, and each line is matched by itself. That is a client's mistake
    and counts as none here: two values of one header are taken as disjoint.
    """
    if one.port is not None and other.port is not None and one.port != other.port:
        return True
    pairs = [(one.uri, other.uri), *_line(one, other)]
    pairs += [*_shared(one.headers, other.headers), *_shared(one.query_params, other.query_params)]
    ignores_case = one.ignore_uri_case or other.ignore_uri_case
    if ignores_case:
        pairs = pairs[1:]
    return any(a is not None and b is not None and _apart(a, b) for a, b in pairs)


def _line(one: Match, other: Match) -> Iterator[tuple[StringMatch | None, StringMatch | None]]:
    yield (one.scheme, other.scheme)
    yield (one.method, other.method)
    yield (one.authority, other.authority)


def _shared(one: Pairs, other: Pairs) -> Iterator[tuple[StringMatch, StringMatch]]:
    second = dict(other)
    yield from ((condition, second[name]) for name, condition in one if name in second)


def _covers_caller(wide: Match, narrow: Match) -> bool:
    """Compare port, gateways and source; with gateways written Istio ignores the source."""
    if wide.port not in (None, narrow.port):
        return False
    if wide.gateways:
        return bool(narrow.gateways) and set(narrow.gateways) <= set(wide.gateways)
    if not (wide.source_labels or wide.source_namespace):
        return True
    return (
        not narrow.gateways
        and set(wide.source_labels) <= set(narrow.source_labels)
        and wide.source_namespace in ("", narrow.source_namespace)
    )


def _covers_uri(wide: Match, narrow: Match) -> bool:
    if wide.uri is None or is_any_path(wide.uri):
        return True
    if narrow.uri is None:
        return False
    if not wide.ignore_uri_case:
        plain = not narrow.ignore_uri_case or narrow.uri.kind in ("regex", "present")
        return plain and _covers_string(wide.uri, narrow.uri)
    return _covers_string(_lowered(wide.uri), _lowered(narrow.uri))


def is_any_path(condition: StringMatch) -> bool:
    """Whether every path meets a condition: each begins with a slash."""
    return condition.kind == "present" or condition in (
        StringMatch("prefix", "/"),
        StringMatch("prefix", ""),
        StringMatch("regex", ".*"),
    )


def _lowered(condition: StringMatch) -> StringMatch:
    """Lower a condition that ignores case; a regular expression never does."""
    if condition.kind in ("exact", "prefix"):
        return StringMatch(condition.kind, condition.value.lower())
    return condition


def _covers_optional(wide: StringMatch | None, narrow: StringMatch | None) -> bool:
    return wide is None or (narrow is not None and _covers_string(wide, narrow))


def _covers_pairs(wide: Pairs, narrow: Pairs) -> bool:
    asked = dict(narrow)
    return all(name in asked and _covers_string(one, asked[name]) for name, one in wide)


def _covers_absence(excluded: Pairs, narrow: Match) -> bool:
    """Whether `narrow` excludes at least what is excluded, header by header."""
    also = dict(narrow.without_headers)
    return all(name in also and _excludes(also[name], one) for name, one in excluded)


def _excludes(stronger: StringMatch, weaker: StringMatch) -> bool:
    """Whether excluding `stronger` excludes `weaker`; an absent header counts as an empty one."""
    if stronger == weaker:
        return True
    return ANYTHING not in (stronger, weaker) and _covers_string(stronger, weaker)


def _covers_string(wide: StringMatch, narrow: StringMatch) -> bool:
    """Whether each value that meets `narrow` meets `wide`."""
    if wide in (narrow, ANYTHING):
        return True
    match (wide.kind, narrow.kind):
        case ("prefix", "exact" | "prefix"):
            return narrow.value.startswith(wide.value)
        case ("regex", "exact"):
            return meets_regex(wide.value, narrow.value)
        case ("regex", _):
            return wide.value == ".*"
        case _:
            return wide.kind == "prefix" and not wide.value


def _apart(one: StringMatch, other: StringMatch) -> bool:
    """Whether no value meets both conditions.

    https://github.com/google/re2/blob/main/re2/re2.h, PossibleMatchRange: every text that meets an
    expression lies between two texts.
    """
    if ANYTHING in (one, other):
        return False
    match (one.kind, other.kind):
        case ("exact", "regex"):
            return not meets_regex(other.value, one.value)
        case ("regex", "exact"):
            return not meets_regex(one.value, other.value)
        case _:
            first, second = _bounds(one), _bounds(other)
            return first[1] < second[0] or second[1] < first[0]


def _bounds(condition: StringMatch) -> tuple[bytes, bytes]:
    """Return two texts between which every value lies that meets a condition."""
    text = condition.value.encode(errors="surrogatepass")
    if condition.kind == "regex":
        expression = _compiled(condition.value)
        return expression.possiblematchrange(_PREFIX_LENGTH) if expression else (b"", b"")
    return (text, text + b"\xff") if condition.kind == "prefix" else (text, text)


def meets_regex(pattern: str, value: str) -> bool:
    """Whether a value meets an RE2 expression as a whole; one that is no RE2 is met by nothing."""
    expression = _compiled(pattern)
    return expression is not None and expression.fullmatch(value) is not None


def _compiled(pattern: str) -> Any:
    """Compile an expression for its whole text, or return None where it is no RE2."""
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(f"^(?:{pattern})$", options)
    except re2.error:
        return None
