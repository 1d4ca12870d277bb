"""How a rule's claim is stated: an input that provokes it, and a neighbor that does not.

Comes in: findings of both inputs. Goes out: nothing, or a failed assertion.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from laneway.core.findings.finding import Finding
from laneway.core.findings.place import Place, Step
from tests.rules.world import Given


class Claim(Struct, frozen=True):
    """One claim on one rule.

    `spoiled` provokes the finding, with exactly these messages; `sound` is the nearest input that
    does not. `at` is the path of the first finding's place, `subject` its subject.
    """

    says: str
    code: str
    spoiled: Given
    messages: list[str]
    subject: str
    at: tuple[Step, ...] | None
    sound: Given

    def check(self) -> None:
        """Hold both inputs against the claim."""
        spoken = self._of(self.spoiled)

        assert [one.message for one in spoken] == self.messages
        assert spoken[0].subject == self.subject
        assert (spoken[0].place.path if spoken[0].place else None) == self.at
        assert [one.message for one in self._of(self.sound)] == []

    def _of(self, given: Given) -> list[Finding]:
        return [one for one in given.findings() if one.code.id == self.code]


def is_written(place: Place, document: Any) -> bool:
    """Whether the value a place names stands in a document, or at least the mapping around it."""
    value = document
    for step in place.path[:-1]:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return False
    return isinstance(value, dict | list)
