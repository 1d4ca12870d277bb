"""Checks a `headers` block: what a route sets, adds and removes.

Comes in: a cursor on the raw block, which itself stays raw. Goes out: findings only. Apart,
because one bad name or value makes a proxy refuse its whole route table, so routes and patches are
held to the same rules (`is_editable`, `value_flaw`).
https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/headers#custom-request-response-headers
"""

from __future__ import annotations

import re

from laneway.core.findings.codes import shape
from laneway.core.resources.yaml.cursor import Cursor
from laneway.core.resources.yaml.placed import placed

_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_PERCENT = re.compile(r"(?:[^%]|%%|%[A-Z][A-Z0-9_]*(?:\([^)]*\))?(?::\d+)?%)*")


def check_header_edits(block: Cursor) -> None:
    """Note every name and value of a `headers` block that a proxy would refuse."""
    for direction in ("request", "response"):
        if not block.written(direction) or block.mapping(direction) is None:
            continue
        edits = block.below(direction)
        for action in ("set", "add"):
            for name, value in edits.entries(action):
                _check_name(edits, action, name, authority=direction == "request")
                _check_value(edits, action, name, value)
        for index, name in placed(*edits.placed_texts("remove")):
            if not is_editable(name, authority=False):
                edits.report(shape.BAD_HEADER_NAME, "remove", index, name=repr(name))


def percent_is_sound(value: str) -> bool:
    """Whether every `%` of a value is doubled or belongs to a variable such as `%REQ(x)%`.

    >>> percent_is_sound("100%%"), percent_is_sound("%REQ(baggage)%"), percent_is_sound("50% off")
    (True, True, False)
    """
    return _PERCENT.fullmatch(value) is not None


def is_editable(name: str, *, authority: bool) -> bool:
    """Whether a header of that name may be set or added; `authority` allows to rename the host.

    >>> is_editable("x-lane", authority=False), is_editable("Host", authority=False)
    (True, False)
    """
    if name.lower() in (":authority", "host"):
        return authority
    return _NAME.fullmatch(name) is not None


def value_flaw(value: str) -> tuple[str, str] | None:
    """Say what is wrong with a value that is set, and how to fix it; None where nothing is."""
    if _CONTROL.search(value):
        return "holds a control character", "Delete the control character."
    if not percent_is_sound(value):
        return "has a single %", "Write %% for a percent sign."
    return None


def _check_name(edits: Cursor, action: str, name: str, *, authority: bool) -> None:
    if not is_editable(name, authority=authority):
        edits.report(shape.BAD_HEADER_NAME, action, name, name=repr(name))


def _check_value(edits: Cursor, action: str, name: str, value: object) -> None:
    if not isinstance(value, str):
        edits.wrong_item(action, name, "text", value)
    elif flaw := value_flaw(value):
        problem, fix = flaw
        edits.report(shape.BAD_HEADER_VALUE, action, name, name=name, problem=problem, fix=fix)
