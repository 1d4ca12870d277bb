"""How values and their places are spelled in sentences.

Comes in: raw values and paths. Goes out: short text for a finding. Apart, because every reader
speaks of values and all should say it alike; nothing here decides what is right.
"""

from __future__ import annotations

from collections.abc import Sequence

from laneway.core.findings.place import Step

_SHOWN = 40


def spell(path: tuple[Step, ...]) -> str:
    """Spell a path as people write it.

    >>> spell(("spec", "services", 1, "name"))
    'spec.services[1].name'
    """
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else str(step)
    return text or "the document"


def as_text(value: object) -> str:
    """Spell a scalar as it would be written in YAML.

    >>> as_text(True), as_text(1.5), as_text(None)
    ('true', '1.5', 'null')
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def shorten(text: str) -> str:
    """Return at most 40 characters of a text, in one line."""
    line = " ".join(text[: _SHOWN + 1].split())
    return line if len(text) <= _SHOWN else line[: _SHOWN - 1] + "…"


def some(names: Sequence[str], limit: int = 3) -> str:
    """Join names as a sentence does, at most `limit` of them.

    >>> some(["a", "b"]), some(["a", "b", "c", "d", "e"])
    ('a and b', 'a, b, c and 2 more')
    """
    if len(names) > limit + 1:
        return f"{', '.join(names[:limit])} and {len(names) - limit:,} more"
    return " and ".join([*filter(None, [", ".join(names[:-1])]), *names[-1:]])


def describe(value: object) -> str:
    """Say what a raw value is.

    >>> describe(True), describe(8), describe([1, 2]), describe("a")
    ('true', 'the number 8', 'a list', "the text 'a'")
    """
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return as_text(value)
    if isinstance(value, int | float):
        return f"the number {number_text(value)}"
    if isinstance(value, str):
        return f"the text '{shorten(value)}'"
    return "a list" if isinstance(value, list) else "a mapping"


def number_text(value: float) -> str:
    """Spell a number; a huge whole one by its size only, since writing it out costs time.

    >>> number_text(8), number_text(1 << 200)
    ('8', 'of 201 bits')
    """
    if isinstance(value, int) and value.bit_length() > 64:
        return f"of {value.bit_length()} bits"
    return str(value)
