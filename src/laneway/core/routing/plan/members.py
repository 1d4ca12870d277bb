"""How a member of a list says a lane: two grammars, to read, to write and as expressions to match.

Comes in: how a group's lanes travel, and a line of the header or names of lanes. Goes out: the lane
that a line names, the member that names one, or RE2 expressions of lines that do. In baggage it is
`key=lane`, where a value ends at its properties, also at ones that an SDK has folded into it as
`%3B`, with the blanks before them; in SkyWalking's correlation it is `key:lane`, both in base64.
The key is the group's route header, and of one key twice in a line the last counts, as SDKs take
it. A lane's name is shorter than any agent's limit for a value (128 characters).
https://www.w3.org/TR/baggage/#baggage-http-header-format and
https://skywalking.apache.org/docs/main/latest/en/api/x-process-correlation-headers-v1/
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from functools import lru_cache

import re2
from msgspec import Struct

from laneway.core.mesh.propagation import CORRELATION, Propagation
from laneway.core.resources.read_matching import LONGEST_REGEX

_BLANK = r"[ \t]*"
_FOLDED = r"([ \t+]|%2[0Bb])*%3[Bb]"
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


def name_and_value(member: str) -> tuple[str, str]:
    """Return the name and the value of a member of baggage, without properties.

    Of one without an `=` the value is empty.

    >>> name_and_value(" a = 1 ;p=2"), name_and_value("a")
    (('a', '1'), ('a', ''))
    """
    name, _, value = member.partition(";")[0].partition("=")
    return name.strip(" \t"), value.strip(" \t")


def members_of(propagation: Propagation) -> Members | None:
    """Return the members by which a group's lanes travel; None where they travel otherwise."""
    header = propagation.list_header
    return Members(header, propagation.route_header) if header else None


class Members(Struct, frozen=True):
    """The members of a list that name lanes: the list's header, and the key as a group calls it.

    >>> Members("baggage", "x-lane").member("s2"), Members("sw8-correlation", "x-lane").member("s2")
    ('x-lane=s2', 'eC1sYW5l:czI=')
    """

    header: str
    key: str

    @property
    def sign(self) -> str:
        """What stands between a key and its value."""
        return ":" if self._in_base64 else "="

    @property
    def _in_base64(self) -> bool:
        return self.header == CORRELATION

    def spelled(self, text: str) -> str:
        """Return a key or a lane as it stands in a member."""
        return b64encode(text.encode()).decode() if self._in_base64 else text

    def member(self, lane: str) -> str:
        """Return the member that names a lane."""
        return f"{self.spelled(self.key)}{self.sign}{self.spelled(lane)}"

    def pairs(self, line: str) -> list[tuple[str, str]]:
        """Return the keys and values of a line, in plain text; properties stay with the values.

        >>> Members("baggage", "x-lane").pairs("a = 1;p=2, b")
        [('a', '1;p=2')]
        >>> Members("sw8-correlation", "x-lane").pairs("YQ==:MQ==,no base64:")
        [('a', '1'), ('no base64', '')]
        """
        found = self._written(line)
        if not self._in_base64:
            return found
        return [(_decoded(key) or key, _decoded(value) or value) for key, value in found]

    def named(self, line: str) -> str | None:
        """Return what the last member of the key says in a line; None without such a member.

        >>> baggage = Members("baggage", "x-lane")
        >>> baggage.named("a=1, x-lane=s2+%3Bttl%3D1"), baggage.named("a=x-lane")
        ('s2', None)
        >>> baggage.named("x-lane=s1;p,x-lane = s2 ;q=1")
        's2'
        >>> Members("sw8-correlation", "x-lane").named("YQ==:MQ==,eC1sYW5l:czI=")
        's2'
        """
        key = self.spelled(self.key)
        told = [value for name, value in self._written(line) if name == key]
        if not told:
            return None
        if self._in_base64:
            return _decoded(told[-1]) or ""
        return _PROPERTIES.sub("", told[-1].partition(";")[0]).strip(" \t")

    def _written(self, line: str) -> list[tuple[str, str]]:
        """Return keys and values as they are written, without the blanks around them."""
        split = (member.partition(self.sign) for member in line.split(","))
        return [(key.strip(" \t"), value.strip(" \t")) for key, sign, value in split if sign]

    @property
    def any(self) -> str:
        """The expression of lines with a member of the key, whatever it says.

        >>> re2.fullmatch(Members("baggage", "x-lane").any, "a=1,x-lane=") is not None
        True
        """
        return rf"(.*,)?{_BLANK}{_plain(self.spelled(self.key))}{_BLANK}{self.sign}.*"

    @property
    def twice(self) -> str:
        """The expression of lines with more than one member of the key."""
        return f"{self.any},{self.any.removeprefix('(.*,)?')}"

    def one_of(self, lanes: Sequence[str]) -> str:
        """Return the expression of lines that name one of some lanes, however many they are.

        RE2 has no way to say that something does not follow, so it is spelled letter by letter:
        each member behind the lane's leaves the key at some letter, or ends before it is whole.
        That is 13 characters for each letter of the key.

        >>> found = Members("baggage", "x-lane").one_of(["s1", "s2"])
        >>> lines = ("x-lane=s1,x-lane=s2", "x-lane=s1,", "x-lane=s1,x-lane=s3")
        >>> [re2.fullmatch(found, line) is not None for line in lines]
        [True, True, False]
        """
        return self._line(self._escaped(lanes), self._others)

    def that_istio_takes(self, lanes: Sequence[str]) -> tuple[str, ...]:
        """Return expressions of lines that name one of some lanes, each as long as Istio allows.

        Of a key so long that its letters alone are too many, any member counts and not the last.

        >>> lanes = [f"lane-{number:02}" for number in range(99)]
        >>> len(Members("baggage", "x-lane").that_istio_takes(lanes))
        2
        """
        escaped = self._escaped(lanes)
        others = self._others
        room = LONGEST_REGEX - len(self._line([""], others))
        if room < max(map(len, escaped)):
            others = "(,.*)?"
            room = LONGEST_REGEX - len(self._line([""], others))
        return tuple(self._line(part, others) for part in parted(escaped, room - len("()")))

    def _escaped(self, lanes: Sequence[str]) -> list[str]:
        return [re2.escape(self.spelled(lane)) for lane in lanes]

    def _line(self, values: Sequence[str], others: str) -> str:
        key = _plain(self.spelled(self.key))
        value = values[0] if len(values) == 1 else f"({'|'.join(values)})"
        end = _BLANK if self._in_base64 else rf"({_FOLDED}[^,]*|{_BLANK}(;[^,]*)?)"
        return rf"(.*,)?{_BLANK}{key}{_BLANK}{self.sign}{_BLANK}{value}{end}{others}"

    @property
    def _others(self) -> str:
        return _others(self.spelled(self.key), self.sign)


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


@lru_cache(maxsize=64)
def _others(key: str, sign: str) -> str:
    """Return the expression of members of other keys, each behind a comma."""
    leaving, beginning = rf"{_BLANK}[^ \t,{sign}]", _BLANK
    for place, letter in reversed(list(enumerate(key))):
        written = _plain(letter)
        but = f"[^ \\t,{letter}]" if place == 0 else f"[^,{letter}]"
        leaving = f"({but}|{written}{leaving})"
        beginning = f"({written}{beginning})?"
    return rf"(,{_BLANK}({leaving}[^,]*|{beginning}))*"


def _plain(name: str) -> str:
    return "".join(f"\\{letter}" if letter in _SPECIAL else letter for letter in name)


def _decoded(text: str) -> str | None:
    """Return what a text in base64 says; None where it is no whole one, or no text."""
    try:
        found = b64decode(text, validate=True).decode()
    except ValueError:
        return None
    return found if b64encode(found.encode()).decode() == text else None
