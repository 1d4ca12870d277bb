"""One value of a request, such as its path or a line of a header: which texts meet conditions.

Comes in: what the value can be at all, conditions it meets and conditions it does not. Goes out: a
short text that does so, or nothing where there is none. Exact values and prefixes are compared;
only where expressions meet each other are sets of texts worked out. `UndecidedError` says what
could not be.
https://www.rfc-editor.org/rfc/rfc9110#name-field-values
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import re2

from laneway.core.routing.proof.expressions import UnreadableError, expression
from laneway.core.routing.proof.language import Expression, Language, TooLargeError

TestKind = Literal[
    "exact", "prefix", "suffix", "regex", "present", "exact, any case", "prefix, any case"
]


class UndecidedError(Exception):
    """A question about values that is not answered here; the message names the construct."""


@dataclass(frozen=True, slots=True)
class Test:
    """A condition on one value."""

    kind: TestKind
    value: str = ""


PRESENT = Test("present")


@dataclass(frozen=True, slots=True)
class Universe:
    """What a value can be at all: an expression, one usual text, and the texts if they are few."""

    written: str
    usual: str = ""
    few: tuple[str, ...] = ()


_VISIBLE = r"[!-~\x{80}-\x{10ffff}]"
PATHS = Universe(r"/[!-\"$->@-~]*", "/")
METHODS = Universe(r"[!#$%&'*+.^_`|~0-9A-Za-z\-]+", "GET")
SCHEMES = Universe("https?", few=("http", "https"))
HOSTS = Universe(r"[a-z0-9]([a-z0-9.\-]*[a-z0-9])?", "shop.example.com")
LINES = Universe(rf"({_VISIBLE}([\t -~\x{{80}}-\x{{10ffff}}]*{_VISIBLE})?)?")
PARAMETERS = Universe(r"[!-\"$%'->@-~]*")

Key = tuple[Universe, frozenset[Test], frozenset[Test]]


@dataclass(slots=True)
class Values:
    """Answers questions about values; what it worked out once it keeps."""

    language: Language = field(default_factory=Language)
    _answers: dict[Key, str | UndecidedError | None] = field(default_factory=dict)
    _read: dict[Test, Expression] = field(default_factory=dict)

    def pick(self, universe: Universe, met: frozenset[Test], unmet: frozenset[Test]) -> str | None:
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

    def _picked(
        self, universe: Universe, met: frozenset[Test], unmet: frozenset[Test]
    ) -> str | None:
        if PRESENT in unmet or met & unmet:
            return None
        exact = [test.value for test in met if test.kind == "exact"]
        for text in exact[:1] or universe.few or _proposed(universe, met):
            if self._is(text, universe, met, unmet):
                return text
        if exact or universe.few:
            return None
        kinds = {test.kind for test in met | unmet}
        if kinds <= {"exact", "prefix", "present"}:
            return self._by_prefix(universe, met, unmet)
        return self._by_language(universe, met, unmet)

    def _is(
        self, text: str, universe: Universe, met: frozenset[Test], unmet: frozenset[Test]
    ) -> bool:
        inside = text in universe.few if universe.few else _fullmatch(universe.written, text)
        return (
            inside
            and all(holds(test, text) for test in met)
            and not any(holds(test, text) for test in unmet)
        )

    def _by_prefix(
        self, universe: Universe, met: frozenset[Test], unmet: frozenset[Test]
    ) -> str | None:
        """Lengthen the longest prefix until nothing excludes it; only prefixes do for good."""
        wanted = max((test.value for test in met), key=len, default="")
        if not all(wanted.startswith(test.value) for test in met):
            return None
        if any(test.kind == "prefix" and wanted.startswith(test.value) for test in unmet):
            return None
        starts = [wanted] if universe is not PATHS or wanted else ["/"]
        for text in (*starts, *(start + more for start in starts for more in _ENDINGS)):
            if self._is(text, universe, met, unmet):
                return text
        return self._by_language(universe, met, unmet)

    def _by_language(
        self, universe: Universe, met: frozenset[Test], unmet: frozenset[Test]
    ) -> str | None:
        language = self.language
        parts = [self._expression(test) for test in met]
        parts += [language.without(self._expression(test)) for test in unmet]
        inside = self._expression(Test("regex", universe.written))
        try:
            found = language.shortest(language.both([inside, *parts]))
        except TooLargeError:
            words = ", ".join(sorted(test.value for test in met | unmet if test.kind == "regex"))
            raise UndecidedError(f"how {words} overlap is too much to work out") from None
        if found is not None and not self._is(found, universe, met, unmet):
            raise AssertionError(f"{found!r} does not do what it was made for: {met}, not {unmet}")
        return found

    def _expression(self, test: Test) -> Expression:
        if test not in self._read:
            self._read[test] = self._reading(test)
        return self._read[test]

    def _reading(self, test: Test) -> Expression:
        language = self.language
        match test.kind:
            case "present":
                return language.anything
            case "exact":
                return language.text(test.value)
            case "prefix":
                return language.then(language.text(test.value), language.anything)
            case "suffix":
                return language.then(language.anything, language.text(test.value))
            case "regex":
                return self._expression_of(test.value)
            case "exact, any case":
                return self._expression_of(f"(?i){re2.escape(test.value)}")
            case "prefix, any case":
                start = self._expression_of(f"(?i){re2.escape(test.value)}")
                return language.then(start, language.anything)

    def _expression_of(self, written: str) -> Expression:
        try:
            return expression(self.language, written)
        except UnreadableError as error:
            raise UndecidedError(
                f"the expression {written} uses {error}, which is not reasoned about"
            ) from None


_ENDINGS = tuple("abcdefghijklmnopqrstuvwxyz0123456789")


def _proposed(universe: Universe, met: frozenset[Test]) -> tuple[str, ...]:
    """Return the usual text where nothing is asked of the value but not to be something."""
    return () if met - {PRESENT} or not universe.usual else (universe.usual,)


def holds(test: Test, text: str) -> bool:
    """Whether a text meets a condition."""
    match test.kind:
        case "present":
            return True
        case "exact":
            return text == test.value
        case "prefix":
            return text.startswith(test.value)
        case "suffix":
            return text.endswith(test.value)
        case "exact, any case":
            return text.lower() == test.value.lower()
        case "prefix, any case":
            return text.lower().startswith(test.value.lower())
        case "regex":
            return _fullmatch(test.value, text)


def _fullmatch(written: str, text: str) -> bool:
    try:
        return re2.fullmatch(written, text) is not None
    except re2.error:
        raise UndecidedError(f"RE2 refuses the expression {written}") from None
