"""Conditions of a rule, between the mapping they are written in and the fields of a form.

Comes in: the raw `match` of a rule or of a weighted split, or a form. Goes out: the other. Names of
headers keep their capitals; a condition that a form cannot show is none of its fields, and stays
where it is when they are written back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from laneway.core.edits.forms.values import HeaderForm, MatchForm, UriForm

_WAYS: tuple[Literal["exact", "prefix", "regex"], ...] = ("exact", "prefix", "regex")


def match_form(raw: Any) -> MatchForm:
    """Return the conditions that a form can show.

    >>> match_form({"uri": {"exact": "/mock"}, "headers": {"X-Lane": {}}}).headers
    (HeaderForm(name='X-Lane', method='present', value=''),)
    """
    if not isinstance(raw, dict):
        return MatchForm()
    headers = raw.get("headers")
    pairs = headers.items() if isinstance(headers, dict) else ()
    found = (_header_form(name, condition) for name, condition in pairs)
    return MatchForm(_uri_form(raw.get("uri")), tuple(one for one in found if one))


def match_object(form: MatchForm) -> dict[str, Any]:
    """Return what a form says, without what says nothing."""
    parts = {"uri": uri_object(form.uri), "headers": headers_object(form.headers, (), {})}
    return {key: value for key, value in parts.items() if value}


def matches_objects(
    forms: Sequence[MatchForm], before: Sequence[MatchForm], raw: Any
) -> list[dict[str, Any]]:
    """Return a list of matches; one that a form did not change is as it was written."""
    known = list(zip(before, raw, strict=False)) if isinstance(raw, list) else []
    return [next((old for one, old in known if one == form), match_object(form)) for form in forms]


def uri_object(form: UriForm) -> dict[str, Any]:
    """Return a condition on the path; nothing where it has no content."""
    return {form.method: form.content} if form.content else {}


def headers_object(
    headers: Iterable[HeaderForm], before: Sequence[HeaderForm], raw: Any
) -> dict[str, Any]:
    """Return conditions on headers: those of a form, and those it did not show."""
    written: Mapping[str, Any] = raw if isinstance(raw, dict) else {}
    shown = {one.name for one in before}
    wanted = {one.name: _condition(one) for one in headers}
    kept = {name: one for name, one in written.items() if name in wanted or name not in shown}
    return kept | wanted


def _condition(header: HeaderForm) -> dict[str, Any]:
    return {} if header.method == "present" else {header.method: header.value}


def _uri_form(raw: Any) -> UriForm:
    for way in _WAYS:
        if isinstance(raw, dict) and list(raw) == [way] and isinstance(raw[way], str):
            return UriForm(way, raw[way])
    return UriForm()


def _header_form(name: str, raw: Any) -> HeaderForm | None:
    if raw == {}:
        return HeaderForm(name, "present")
    for way in _WAYS:
        if isinstance(raw, dict) and list(raw) == [way] and isinstance(raw[way], str):
            return HeaderForm(name, way, raw[way])
    return None
