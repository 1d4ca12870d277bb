"""Which files are of other programs: they hold no Kubernetes object, and so they hold nothing back.

Comes in: the bytes of a file. Goes out: whether an object can be in them, and whether they name one
of some kinds. Asked before anything is parsed, and of what cannot be parsed: a chart's template or
a file of data that happens to be no YAML says nothing of lanes, while a lane that lost a bracket
must never count as removed. Only spelling is looked at here, in YAML's and in JSON's way.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache

from laneway.core.resources.yaml.splitting import split, with_plain_breaks

LANE_KINDS = frozenset({"ASMSwimLane", "ASMSwimLaneGroup"})


def may_hold_objects(raw: bytes, kinds: Collection[str]) -> bool:
    """Whether any document could be an object: with an apiVersion, or of one of these kinds."""
    return b"apiVersion" in _plain(raw) or names_a_kind(raw, kinds)


def names_a_kind(raw: bytes, kinds: Collection[str]) -> bool:
    """Whether a text says `kind:` of one of these kinds, or of a list of them, well-formed or not.

    >>> names_a_kind(b'{"kind": "Service", ', ["Service"]), names_a_kind(b"a Service", ["Service"])
    (True, False)
    """
    return _pattern(frozenset(kinds)).search(_plain(raw)) is not None


def has_content(raw: bytes) -> bool:
    """Whether more than blanks and comments is written."""
    return any(True for _ in split(with_plain_breaks(raw)))


def _plain(raw: bytes) -> bytes:
    """Return text that is UTF-16 as the ASCII in it; any other as it is."""
    return raw.replace(b"\0", b"") if b"\0" in raw else raw


@lru_cache(maxsize=4)
def _pattern(kinds: frozenset[str]) -> re.Pattern[bytes]:
    names = "|".join(sorted(map(re.escape, kinds)))
    tag = r"(?:[!&]\S+\s+)?"
    return re.compile(rf"(?<![\w-])kind\W{{1,20}}?{tag}[\"']?(?:{names})(?:List)?(?!\w)".encode())
