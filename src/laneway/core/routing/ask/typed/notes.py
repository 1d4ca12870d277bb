"""What is found while a typed request is read, each at its character of the text.

Comes in: the text, codes and offsets. Goes out: findings whose place is the text itself, so that a
page or a terminal shows a mark under the very part that is not understood.
"""

from __future__ import annotations

from msgspec import Struct, field

from laneway.core.findings.finding import Code, Finding, finding
from laneway.core.findings.place import Place, Source

SPOT = "request"
"""The name that stands where a file's would."""


class TypedText(Struct):
    """The text that is read, and what was found in it so far."""

    text: str
    found: list[Finding] = field(default_factory=list)

    def report(self, code: Code, at: int, **words: object) -> None:
        """Note a finding at a character of the text."""
        place = Place(Source(SPOT, text=self.text), offset=at)
        self.found.append(finding(code, place, "", **words))

    @property
    def is_clean(self) -> bool:
        """Whether nothing was found."""
        return not self.found
