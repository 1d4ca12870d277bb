"""One value of a request, such as its path or a line of a header: which texts meet conditions.

Comes in: what the value can be at all, conditions it meets and conditions it does not. Goes out: a
short text that does so, or nothing where there is none. Exact values and prefixes are compared;
only where expressions meet each other are sets of texts worked out. `UndecidedError` says what
could not be.
https://www.rfc-editor.org/rfc/rfc9110#name-field-values
"""

from __future__ import annotations

from typing import Literal

import re2
from msgspec import Struct, field

from laneway.core.search.characters import UnreadableError
from laneway.core.search.expressions import expression
from laneway.core.search.language import Expression, Language, TooLargeError

PatternKind = Literal[
    "any but",
    "exact",
    "prefix",
    "suffix",
    "regex",
    "present",
    "exact, any case",
    "prefix, any case",
]


class UndecidedError(Exception):
    """A question about values that is not answered here; the message names the construct."""


class Pattern(Struct, frozen=True):
    """A condition on one value."""

    kind: PatternKind
    value: str = ""


PRESENT = Pattern("present")


class Universe(Struct, frozen=True):
    """What a value can be at all: an expression, usual texts, and all texts if they are few."""

    written: str
    usual: tuple[str, ...] = ()
    few: tuple[str, ...] = ()


_VISIBLE = r"[!-~\x{80}-\x{10ffff}]"
PATHS = Universe(r"/[!-\"$->@-~]*", ("/",))
METHODS = Universe(r"[!#$%&'*+.^_`|~0-9A-Za-z\-]+", ("GET", "POST", "PUT", "DELETE", "PATCH"))
SCHEMES = Universe("https?", few=("http", "https"))
HOSTS = Universe(r"[a-z0-9_]([a-z0-9_.\-]*[a-z0-9_])?", ("shop.example.com",))
HOSTS_AND_PORTS = Universe(f"{HOSTS.written}(:[1-9][0-9]*)?", HOSTS.usual)
LINES = Universe(rf"({_VISIBLE}([\t -~\x{{80}}-\x{{10ffff}}]*{_VISIBLE})?)?", ("a",))
PARAMETERS = Universe(r"[!-\"$%'-~]*")

Patterns = frozenset[Pattern]
Key = tuple[Universe, Patterns, Patterns]


class Values(Struct):
    """Answers questions about values; what it worked out once it keeps."""

    language: Language = field(default_factory=Language)
    _answers: dict[Key, str | UndecidedError | None] = {}
    _read: dict[Pattern, Expression] = {}

    def pick(self, universe: Universe, met: Patterns, unmet: Patterns) -> str | None:
        """Return a text of the universe that meets and misses what it has to; None without one.

        Raises UndecidedError.
        """
        key = (universe, met, unmet)
        if key not in self._answers:
            try:
                self._answers[key] = self._picked(universe, met, unmet)
            except UndecidedError as unknown:
                self._answers[key] = unknown
        found = self._answers[key]
        if isinstance(found, UndecidedError):
            raise found
        return found

    def _picked(self, universe: Universe, met: Patterns, unmet: Patterns) -> str | None:
        if PRESENT in unmet or met & unmet:
            return None
        exact = [pattern.value for pattern in met if pattern.kind == "exact"]
        for text in exact[:1] or universe.few or universe.usual:
            if self._is(text, universe, met, unmet):
                return text
        if exact or universe.few:
            return None
        kinds = {pattern.kind for pattern in met | unmet}
        if kinds <= {"exact", "prefix", "present"}:
            return self._by_prefix(universe, met, unmet)
        return self._by_language(universe, met, unmet)

    def _is(self, text: str, universe: Universe, met: Patterns, unmet: Patterns) -> bool:
        inside = text in universe.few if universe.few else _fullmatch(universe.written, text)
        return (
            inside
            and all(holds(pattern, text) for pattern in met)
            and not any(holds(pattern, text) for pattern in unmet)
        )

    def _by_prefix(self, universe: Universe, met: Patterns, unmet: Patterns) -> str | None:
        """Lengthen the longest prefix until nothing excludes it; only prefixes do for good."""
        wanted = max((pattern.value for pattern in met), key=len, default="")
        if not all(wanted.startswith(pattern.value) for pattern in met):
            return None
        if any(pattern.kind == "prefix" and wanted.startswith(pattern.value) for pattern in unmet):
            return None
        starts = [wanted or "/"] if universe is PATHS else [wanted]
        for text in (*starts, *(start + more for start in starts for more in _ENDINGS)):
            if self._is(text, universe, met, unmet):
                return text
        return self._by_language(universe, met, unmet)

    def _by_language(self, universe: Universe, met: Patterns, unmet: Patterns) -> str | None:
        language = self.language
        parts = [self._expression(pattern) for pattern in met]
        parts += [language.without(self._expression(pattern)) for pattern in unmet]
        inside = self._expression(Pattern("regex", universe.written))
        try:
            found = language.shortest(language.both([inside, *parts]))
        except (TooLargeError, RecursionError):
            words = ", ".join(
                sorted(pattern.value for pattern in met | unmet if pattern.kind == "regex")
            )
            raise UndecidedError(f"how {words} overlap is too much to work out") from None
        if found is not None and not self._is(found, universe, met, unmet):
            raise AssertionError(f"{found!r} does not do what it was made for: {met}, not {unmet}")
        return found

    def _expression(self, pattern: Pattern) -> Expression:
        if pattern not in self._read:
            self._read[pattern] = self._reading(pattern)
        return self._read[pattern]

    def _reading(self, pattern: Pattern) -> Expression:
        language = self.language
        match pattern.kind:
            case "present":
                return language.anything
            case "any but":
                return language.without(language.text(pattern.value))
            case "exact":
                return language.text(pattern.value)
            case "prefix":
                return language.then(language.text(pattern.value), language.anything)
            case "suffix":
                return language.then(language.anything, language.text(pattern.value))
            case "regex":
                return self._expression_of(pattern.value)
            case "exact, any case":
                return self._expression_of(f"(?i){re2.escape(pattern.value)}")
            case "prefix, any case":
                start = self._expression_of(f"(?i){re2.escape(pattern.value)}")
                return language.then(start, language.anything)

    def _expression_of(self, written: str) -> Expression:
        try:
            return expression(self.language, written)
        except UnreadableError as error:
            why = f"the expression {written} uses {error}, which is not reasoned about"
            raise UndecidedError(why) from None


_ENDINGS = tuple("abcdefghijklmnopqrstuvwxyz0123456789")


def holds(pattern: Pattern, text: str) -> bool:
    """Whether a text meets a condition."""
    match pattern.kind:
        case "present":
            return True
        case "any but":
            return text != pattern.value
        case "exact":
            return text == pattern.value
        case "prefix":
            return text.startswith(pattern.value)
        case "suffix":
            return text.endswith(pattern.value)
        case "exact, any case":
            return text.lower() == pattern.value.lower()
        case "prefix, any case":
            return text.lower().startswith(pattern.value.lower())
        case "regex":
            return _fullmatch(pattern.value, text)


def _fullmatch(written: str, text: str) -> bool:
    try:
        return re2.fullmatch(written, text) is not None
    except re2.error:
        raise UndecidedError(f"RE2 refuses the expression {written}") from None
