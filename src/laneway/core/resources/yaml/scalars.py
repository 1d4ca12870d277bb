"""What an unquoted scalar means to kubectl.

Comes in: the text of a scalar and its tag. Goes out: text, number, truth or null. kubectl follows
neither YAML 1.1 nor 1.2 to the letter: `yes`, `on` and `y` are truths, `012` is octal, dates and
`12:30:45` stay text. Apart, because it is a table of rules that is held against kubectl's own
reader, one line each.
https://github.com/yaml/go-yaml/blob/v2.4.2/resolve.go
"""

from __future__ import annotations

import base64
import binascii
import math
import re

Scalar = str | int | float | bool | None

_CORE = "tag:yaml.org,2002:"
_WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE"), True),
    **dict.fromkeys(("on", "On", "ON"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "false", "False", "FALSE"), False),
    **dict.fromkeys(("off", "Off", "OFF"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), math.inf),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -math.inf),
}
_WHOLE = re.compile(r"[-+]?(?:0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9][0-9]*)")
_FRACTION = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_DATE = re.compile(
    r"(\d{4})-(\d\d?)-(\d\d?)"
    r"(?:(?:[Tt]| )\d\d?:\d\d?:\d\d?(?:\.\d+)?(?:Z|[-+]\d\d:\d\d)?)?"
)
_LONGEST = 400


class WrongTagError(ValueError):
    """A scalar that is not what its tag says."""


def resolve(text: str) -> Scalar:
    """Return what kubectl takes an unquoted scalar for.

    >>> resolve("012"), resolve("yes"), resolve("12:30:45"), resolve("1e3"), resolve("v1")
    (10, True, '12:30:45', 1000.0, 'v1')
    """
    if text in _WORDS:
        return _WORDS[text]
    first = text[:1]
    if len(text) > _LONGEST or not (first.isdecimal() or first in "+-."):
        return text
    if _DATE.fullmatch(text):
        return text
    plain = text if first == "." else text.replace("_", "")
    whole = None if first == "." else _whole(plain)
    return whole if whole is not None else _fraction(plain, text)


def _whole(plain: str) -> int | None:
    if not _WHOLE.fullmatch(plain):
        return None
    digits = plain.lstrip("+-")
    if digits[:1] == "0" and digits[1:].isdecimal():
        digits = "0o" + digits[1:]
    value = int(digits, 0)
    if plain[0] == "-":
        return -value if value <= 1 << 63 else None
    return value if value < 1 << (63 if plain[0] == "+" else 64) else None


def _fraction(plain: str, text: str) -> float | str:
    if not _FRACTION.fullmatch(plain):
        return text
    value = float(plain)
    return text if math.isinf(value) else value


def resolve_tagged(text: str, tag: str) -> Scalar:
    """Return what kubectl takes a scalar with a tag for; a tag of another program is dropped.

    Raises WrongTagError where the scalar is not what the tag says.
    """
    kind = tag.removeprefix(_CORE)
    if kind == "binary":
        return _binary(text)
    if tag == kind or kind not in ("bool", "int", "float", "null"):
        return text
    value = resolve(text)
    if kind == "float" and type(value) is int:
        return float(value)
    if _kind(value) != kind:
        raise WrongTagError(f"{text!r} is not what its tag !!{kind} says")
    return value


def _binary(text: str) -> str:
    try:
        return base64.b64decode("".join(text.split()), validate=True).decode(errors="replace")
    except (binascii.Error, ValueError) as error:
        raise WrongTagError("the value is no base64, as its tag !!binary says") from error


def _kind(value: Scalar) -> str:
    if value is None:
        return "null"
    return {bool: "bool", int: "int", float: "float"}.get(type(value), "str")


def key_text(value: Scalar, written: str) -> str | None:
    """Return the key kubectl makes of a scalar; None for what it refuses."""
    if value is None or (type(value) is int and value >= 1 << 63):
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return written if isinstance(value, float) else str(value)
