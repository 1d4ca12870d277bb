"""A Match, spelled as Envoy's route match.

Comes in: one Match whose source conditions are already settled. Goes out: Envoy's route match, as
istiod would write it. It refuses a match Envoy would not take (a regex that is no RE2, a header
name that is none): one such string makes Envoy reject a whole route table, so it costs its own
rule only.
https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/route/v3/route_components.proto
"""

from __future__ import annotations

import re

import re2

from laneway.core.emit.envoy.config import Block
from laneway.core.resources.matching import Match, StringMatch, is_header_name

_FORBIDDEN = re.compile(r"[\x00\r\n]")
_ANY: Block = {"prefix": "/"}


def route_match(match: Match) -> Block:
    """Return Envoy's form of a match. The caller has asked `flaw` before.

    >>> route_match(Match(uri=StringMatch("exact", "/mock")))
    {'path': '/mock'}
    """
    block = _path(match.uri)
    if match.ignore_uri_case:
        block["case_sensitive"] = False
    headers = [_header(name, value) for name, value in match.headers]
    headers += [_without(name, value) for name, value in match.without_headers]
    headers.sort(key=lambda header: str(header["name"]))
    pseudo = ((":method", match.method), (":authority", match.authority), (":scheme", match.scheme))
    headers += [_header(name, value) for name, value in pseudo if value is not None]
    if headers:
        block["headers"] = headers
    if match.query_params:
        block["query_parameters"] = [_query(name, value) for name, value in match.query_params]
    return block


def flaw(match: Match) -> str:
    """Say what in a match Envoy would reject, empty when it takes the match.

    >>> flaw(Match(uri=StringMatch("regex", "(")))
    'uri'
    """
    named = [("uri", match.uri), ("scheme", match.scheme)]
    named += [("method", match.method), ("authority", match.authority)]
    for field, value in named:
        if value is not None and not _is_fit(value):
            return field
    for field, pairs in (("headers", match.headers), ("withoutHeaders", match.without_headers)):
        for name, value in pairs:
            if not is_matched_header(name) or not _is_fit(value):
                return f"{field}.{name}"
    for name, value in match.query_params:
        if not name or not _is_fit(value):
            return f"queryParams.{name}"
    return ""


def is_matched_header(name: str) -> bool:
    """Whether Envoy takes a text as a header's name, pseudo headers included."""
    return is_header_name(name.removeprefix(":"))


def string_match(value: StringMatch) -> Block:
    """Return Envoy's string matcher; a value that is only to be present is none of its business."""
    if value.kind == "regex":
        return {"safe_regex": {"regex": value.value}}
    return {value.kind: value.value}


def _is_fit(value: StringMatch) -> bool:
    if _FORBIDDEN.search(value.value):
        return False
    if value.kind != "regex" or value.value == "*":
        return True
    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(value.value, options)
    except re2.error:
        return False
    return bool(value.value)


def _only_present(value: StringMatch) -> bool:
    """Whether only presence is asked.

    Istio reads the regex `*`, which RE2 lacks, as that. An empty prefix is met by any value, and
    Envoy wants a prefix to have a character.
    """
    return value.kind == "present" or (value.kind, value.value) in {("regex", "*"), ("prefix", "")}


def _path(uri: StringMatch | None) -> Block:
    if uri is None or uri.kind == "present" or uri.value == "":
        return dict(_ANY)
    if uri.kind == "exact":
        return {"path": uri.value}
    if uri.kind == "prefix":
        return {"prefix": uri.value}
    return {"safe_regex": {"regex": uri.value}}


def _header(name: str, value: StringMatch) -> Block:
    if _only_present(value):
        return {"name": name, "present_match": True}
    return {"name": name, "string_match": string_match(value)}


def _without(name: str, value: StringMatch) -> Block:
    header = _header(name, value) | {"invert_match": True}
    if "string_match" in header:
        header["treat_missing_header_as_empty"] = True
    return header


def _query(name: str, value: StringMatch) -> Block:
    if _only_present(value):
        return {"name": name, "present_match": True}
    return {"name": name, "string_match": string_match(value)}
