"""One string as YAML: plain where every reader takes it for text, quoted everywhere else.

Comes in: any string and the indentation it stands at. Goes out: its YAML spelling. It is apart
from the writer because readers disagree only here: kubectl reads YAML 1.1, most libraries 1.2, and
`no`, `012`, `1_000`, `12:30:45` or `2024-01-01` change type between them. So a scalar is plain only
when its form is known to be text to all of them, and quoted when in doubt. It refuses no character:
what YAML cannot print is escaped.
"""

from __future__ import annotations

import re

_LONGEST_SIMPLE_KEY = 1000
"""YAML finds a key's `:` only within 1,024 characters; longer keys need the `? ` form.
https://yaml.org/spec/1.1/#id934537"""

_PLAIN = re.compile(
    r"[A-Za-z/](?:[ :]?[A-Za-z0-9_./@%+=~^$;()*-])*|[0-9]+(?:ms|[smh])|[0-9]+(?:\.[0-9]+){2,}"
)
"""Words and paths, durations such as `10s`, addresses and versions of three parts and more."""

_WORDS_WITH_A_TYPE = frozenset(
    {"y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf", "infinity"}
)

_SHORT_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\0": "\\0", '"': '\\"', "\\": "\\\\"}
_BLOCK_LINES = re.compile(r"[^ \n](?:.*[^ \n])?(?:\n(?:.*[^ \n])?)*\n?")
"""Text a literal block gives back exactly: begins with a character, no line ends with a space."""


def inline(text: str) -> str:
    r"""Spell a string on one line.

    >>> inline("mocka.default.svc.cluster.local"), inline("10s"), inline("/mock")
    ('mocka.default.svc.cluster.local', '10s', '/mock')
    >>> inline("no"), inline("1_000"), inline(""), inline("it's #1")
    ("'no'", "'1_000'", "''", "'it''s #1'")
    >>> print(inline(chr(7) + "bell"))
    "\x07bell"
    """
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS_WITH_A_TYPE:
        return text
    if text.isprintable():
        return "'" + text.replace("'", "''") + "'"
    return f'"{"".join(map(_escaped, text))}"'


def key(text: str, pad: str) -> str:
    r"""Spell a mapping's key with its colon. `pad` is the line break and indentation before it.

    >>> key("name", "\n"), key("on", "\n")
    ('name:', "'on':")
    """
    spelled = inline(text)
    return f"{spelled}:" if len(spelled) <= _LONGEST_SIMPLE_KEY else f"? {spelled}{pad}:"


def value(text: str, pad: str) -> str:
    r"""Spell a string as a value, several lines as a literal block indented by `pad`.

    >>> value("mocka", "\n  ")
    'mocka'
    >>> print("body:", value("one\ntwo\n", "\n  "))
    body: |
      one
      two
    """
    if "\n" not in text or not _fits_a_block(text):
        return inline(text)
    body = text.removesuffix("\n")
    lines = [pad + line if line else "\n" for line in body.split("\n")]
    return ("|" if body != text else "|-") + "".join(lines)


def number(value: float) -> str:
    """Spell a float so that YAML 1.1 takes it for one: with a dot, and an exponent after it.

    >>> number(0.5), number(1e16), number(float("inf")), number(float("nan"))
    ('0.5', '1.0e+16', '.inf', '.nan')
    """
    text = repr(value)
    if text in {"inf", "-inf", "nan"}:
        return text.replace("inf", ".inf").replace("nan", ".nan")
    return text if "." in text else text.replace("e", ".0e")


def _fits_a_block(text: str) -> bool:
    body = text.removesuffix("\n")
    return (
        not body.endswith("\n")
        and _BLOCK_LINES.fullmatch(body) is not None
        and body.replace("\n", "").isprintable()
    )


def _escaped(character: str) -> str:
    """Spell a character inside double quotes."""
    short = _SHORT_ESCAPES.get(character)
    if short or character.isprintable():
        return short or character
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
