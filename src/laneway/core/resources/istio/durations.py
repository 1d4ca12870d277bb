"""Durations as Go and Istio write them (`1h`, `1.5s`, `1h10m`, `250ms`).

Comes in: a raw value. Goes out: milliseconds, or Envoy's spelling. Whether a length is fit for a
field is for its reader to say.
https://pkg.go.dev/time#ParseDuration
"""

from __future__ import annotations

import re

_UNITS = {
    "h": 3_600_000.0,
    "m": 60_000.0,
    "s": 1000.0,
    "ms": 1.0,
    "us": 1e-3,
    "µs": 1e-3,
    "ns": 1e-6,
}
_PART = re.compile(r"(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)")
DURATION = rf"(?:{_PART.pattern})+"
"""An expression for the whole of a duration."""
_WHOLE = re.compile(DURATION)


def milliseconds(value: object) -> float | None:
    """Return the length of a duration, None when the value is none.

    >>> milliseconds("1h10m"), milliseconds("1.5s"), milliseconds("10"), milliseconds(10)
    (4200000.0, 1500.0, None, None)
    """
    if not isinstance(value, str) or _WHOLE.fullmatch(value) is None:
        return None
    return sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(value))


def in_seconds(value: object) -> str | None:
    """Return a duration in Envoy's form, None when the value is none.

    >>> in_seconds("100ms"), in_seconds("1h")
    ('0.1s', '3600s')
    """
    length = milliseconds(value)
    return None if length is None else f"{length / 1000:.9f}".rstrip("0").rstrip(".") + "s"
