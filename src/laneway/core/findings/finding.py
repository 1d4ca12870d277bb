"""One finding: what is wrong, where, why it matters and how to fix it.

Comes in: a code of the catalog, a place and the words that fill its sentence.
Goes out: an immutable value that can be sorted, printed or turned into a machine format.
A user's mistake is always such a value and never an exception.
"""

from __future__ import annotations

import re
from functools import partial
from typing import Literal

from msgspec import Struct

from laneway.core.findings.place import Place

Level = Literal["error", "warning", "info"]


class Code(Struct, frozen=True):
    """An entry of the catalog. Codes are never re-used for another meaning.

    `message` and `fix` are `str.format` templates filled with the words of the finding; `why`
    is fixed text; `also` names the code of Istio (IST…) or Kiali (KIA…) for the same thing.
    """

    level: Level
    id: str
    message: str
    why: str
    fix: str
    also: str = ""


error = partial(Code, "error")
warning = partial(Code, "warning")
info = partial(Code, "info")

Follow = tuple[str, str]
"""A code, and a word: the subject of findings of that code that follow from another, or what their
message names."""

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")

ANYWHERE = "*"
BESIDE = ""
"""Instead of a word: findings of the code about anything, or in the same mapping and below it."""


class Finding(Struct, frozen=True):
    """A code applied to one place. `subject` is the object it speaks of, `Kind namespace/name`."""

    code: Code
    message: str
    fix: str
    subject: str
    place: Place | None = None
    follows: tuple[Follow, ...] = ()
    """Which other findings follow from this one."""

    @property
    def level(self) -> Level:
        """The level of the finding's code."""
        return self.code.level


def finding(code: Code, place: Place | None, subject: str = "", **words: object) -> Finding:
    """Fill a code's sentences with words, in which nothing is left that moves a cursor.

    Raises KeyError when a word of the template is missing: that is a bug, not a user's mistake.
    """
    message, fix = (printable(text.format(**words)) for text in (code.message, code.fix))
    return Finding(code, message, fix, subject, place)


def printable(text: str) -> str:
    r"""Return a text of an input as a terminal may show it: control characters are spelled out.

    Lines and tabs stay. Letters that turn the direction of writing are spelled out as well.

    >>> printable("a\x1b[31m")
    'a\\x1b[31m'
    """
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def unplaced(code: Code, subject: str = "", **words: object) -> Finding:
    """Fill a code's sentences where no line of the input is to blame."""
    return finding(code, None, subject, **words)
