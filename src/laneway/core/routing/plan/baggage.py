"""How a member of baggage says a lane: one grammar, as a value to read and as expressions to match.

Comes in: the name of a member, which is a group's route header, and a line of baggage or names of
lanes. Goes out: the lane that a line names, or RE2 expressions of the lines that name one. Of one
name twice in a line the last counts, as every SDK takes it. A value ends at its properties, also at
ones that an SDK has folded into it as `%3B`, with the blanks before them.
https://www.w3.org/TR/baggage/#baggage-http-header-format
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

import re2

from laneway.core.resources.read_matching import LONGEST_REGEX

_BLANK = r"[ \t]*"
_FOLDED = r"([ \t+]|%2[0Bb])*%3[Bb]"
_END = rf"({_FOLDED}[^,]*|{_BLANK}(;[^,]*)?)"
_PROPERTIES = re.compile(rf"{_FOLDED}.*")
_ALIKE = re.compile(r"[A-Za-z0-9._~\-]")
"""What every SDK sends as it is: what RFC 3986 calls unreserved.

https://www.rfc-editor.org/rfc/rfc3986#section-2.3
"""
_SPECIAL = frozenset(".*+^$|")
"""Letters of header names that mean something else in an expression."""


def spelled_anew(key: str) -> str:
    """Return the letters of a name that some SDK percent-encodes, each once.

    >>> spelled_anew("x-lane"), spelled_anew("x!lane*")
    ('', '! *')
    """
    return " ".join(dict.fromkeys(_ALIKE.sub("", key)))


def named_lane(key: str, line: str) -> str | None:
    """Return what the last member of a name says in a line; None without such a member.

    >>> named_lane("x-lane", "a=1, x-lane=s2+%3Bttl%3D1"), named_lane("x-lane", "a=x-lane")
    ('s2', None)
    >>> named_lane("x-lane", "x-lane=s1;p,x-lane = s2 ;q=1")
    's2'
    """
    found = None
    for member in line.split(","):
        name, equals, value = member.partition(";")[0].partition("=")
        if equals and name.strip(" \t") == key:
            found = _PROPERTIES.sub("", value).strip(" \t")
    return found


def name_and_value(member: str) -> tuple[str, str]:
    """Return the name and the value of a member, without properties; no value without an `=`.

    >>> name_and_value(" a = 1 ;p=2"), name_and_value("a")
    (('a', '1'), ('a', ''))
    """
    name, _, value = member.partition(";")[0].partition("=")
    return name.strip(" \t"), value.strip(" \t")


def names_any(key: str) -> str:
    """Return the expression of lines with a member of a name, whatever it says.

    >>> re2.fullmatch(names_any("x-lane"), "a=1,x-lane=") is not None
    True
    """
    return rf"(.*,)?{_BLANK}{_plain(key)}{_BLANK}=.*"


def names_twice(key: str) -> str:
    """Return the expression of lines with more than one member of a name."""
    some = names_any(key)
    return f"{some},{some.removeprefix('(.*,)?')}"


def names_one_of(key: str, lanes: Sequence[str]) -> str:
    """Return the expression of lines that name one of some lanes, however many they are.

    RE2 has no way to say that something does not follow, so it is spelled letter by letter: each
    member behind the lane's leaves the name at some letter, or ends before it is whole. That is 13
    characters for each letter of the name.

    >>> found = names_one_of("x-lane", ["s1", "s2"])
    >>> [re2.fullmatch(found, line) is not None for line in ("x-lane=s1,x-lane=s2", "x-lane=s1,")]
    [True, True]
    >>> re2.fullmatch(found, "x-lane=s1,x-lane=s3") is not None
    False
    """
    return _line(key, [re2.escape(lane) for lane in lanes], _others(key))


def that_istio_takes(key: str, lanes: Sequence[str]) -> tuple[str, ...]:
    """Return expressions of lines that name one of some lanes, each as long as Istio allows.

    Of a name so long that its letters alone are too many, any member counts and not the last.

    >>> len(that_istio_takes("x-lane", [f"lane-{number:02}" for number in range(99)]))
    2
    """
    escaped = [re2.escape(lane) for lane in lanes]
    others = _others(key)
    room = LONGEST_REGEX - len(_line(key, [""], others))
    if room < max(map(len, escaped)):
        others = "(,.*)?"
        room = LONGEST_REGEX - len(_line(key, [""], others))
    return tuple(_line(key, part, others) for part in parted(escaped, room - len("()")))


def parted(texts: Sequence[str], room: int) -> Iterator[list[str]]:
    """Part texts in order, so that those of a part and what stands between them have room.

    A text that has none by itself is a part of its own.

    >>> list(parted(["ab", "c", "de"], 4))
    [['ab', 'c'], ['de']]
    """
    part: list[str] = []
    for text in texts:
        if part and len("|".join([*part, text])) > room:
            yield part
            part = []
        part.append(text)
    yield part


def _line(key: str, values: Sequence[str], others: str) -> str:
    value = values[0] if len(values) == 1 else f"({'|'.join(values)})"
    return rf"(.*,)?{_BLANK}{_plain(key)}{_BLANK}={_BLANK}{value}{_END}{others}"


@lru_cache(maxsize=64)
def _others(key: str) -> str:
    """Return the expression of members of other names, each behind a comma."""
    leaving, beginning = rf"{_BLANK}[^ \t,=]", _BLANK
    for place, letter in reversed(list(enumerate(key))):
        written = _plain(letter)
        but = f"[^ \\t,{letter}]" if place == 0 else f"[^,{letter}]"
        leaving = f"({but}|{written}{leaving})"
        beginning = f"({written}{beginning})?"
    return rf"(,{_BLANK}({leaving}[^,]*|{beginning}))*"


def _plain(name: str) -> str:
    return "".join(f"\\{letter}" if letter in _SPECIAL else letter for letter in name)
