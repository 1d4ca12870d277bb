"""Patterns of `include` and `exclude`, as Argo CD matches them.

Comes in: a pattern. Goes out: an expression that matches whole paths, or nothing where the pattern
is none. There is no separator: `*` goes through folders as `**` does. RE2 takes time in proportion
to the path, whatever the pattern.
https://argo-cd.readthedocs.io/en/stable/user-guide/directory/ and https://github.com/gobwas/glob
"""

from __future__ import annotations

from functools import lru_cache

import re2

LONGEST = 1_000
DEEPEST = 8
"""How deep lists may stand in lists."""


@lru_cache(maxsize=256)
def globbed(pattern: str) -> re2._Regexp | None:
    """Compile a pattern; None where it is no pattern.

    >>> bool(globbed("*.yaml").fullmatch("deep/down/a.yaml"))
    True
    >>> bool(globbed("{a,b?}/*.y{a,}ml").fullmatch("bc/x.yml"))
    True
    >>> globbed("{a,b") is globbed("[a") is None
    True
    """
    if len(pattern) > LONGEST:
        return None
    try:
        return re2.compile(_Spelling(pattern).whole(), _quiet())
    except (_NoPattern, re2.error):
        return None


def _quiet() -> re2.Options:
    options = re2.Options()
    options.log_errors = False
    return options


class _NoPattern(Exception):  # noqa: N818 - it never leaves this module
    pass


class _Spelling:
    """Spells a pattern as an expression, character by character."""

    def __init__(self, pattern: str) -> None:
        self._rest = list(reversed(pattern))
        self._depth = 0

    def whole(self) -> str:
        spelled = self._until("")
        return f"(?s){spelled}"

    def _until(self, ends: str) -> str:
        """Spell up to one of `ends`, or to the end where there are none; the end is left."""
        found: list[str] = []
        while self._rest:
            one = self._rest[-1]
            if one in ends:
                return "".join(found)
            self._rest.pop()
            found.append(self._one(one))
        if ends:
            raise _NoPattern
        return "".join(found)

    def _one(self, one: str) -> str:
        if one == "*":
            return ".*"
        if one == "?":
            return "."
        if one == "{":
            return self._either()
        if one == "[":
            return self._among()
        if one == "\\":
            one = self._next()
        return str(re2.escape(one))

    def _either(self) -> str:
        self._depth += 1
        if self._depth > DEEPEST:
            raise _NoPattern
        ways = [self._until(",}")]
        while self._next() == ",":
            ways.append(self._until(",}"))
        self._depth -= 1
        return f"(?:{'|'.join(ways)})"

    def _among(self) -> str:
        """Spell `[abc]`, `[a-z]` or either with `!` for all others."""
        inside = ""
        while (one := self._next()) != "]":
            inside += self._next() if one == "\\" else one
        other = "^" if inside.startswith("!") else ""
        inside = inside.removeprefix("!")
        if not inside:
            raise _NoPattern
        if len(inside) == 3 and inside[1] == "-" and inside[0] <= inside[2]:
            return f"[{other}{re2.escape(inside[0])}-{re2.escape(inside[2])}]"
        if "-" in inside:
            raise _NoPattern
        return f"[{other}{re2.escape(inside)}]"

    def _next(self) -> str:
        if not self._rest:
            raise _NoPattern
        return self._rest.pop()
