"""A Dockerfile as data: its stages, each with the steps that are carried out in order.

Comes in: the text. Goes out: stages. It knows what this repository's file uses and refuses the
rest, so that no step is passed over in silence.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator

from msgspec import Struct

KNOWN = {"ENV", "RUN", "WORKDIR", "COPY", "LABEL", "USER", "ENTRYPOINT", "CMD"}


class Step(Struct, frozen=True):
    """One instruction and what follows it."""

    instruction: str
    told: str

    @property
    def words(self) -> list[str]:
        """What follows, as words; a list of JSON is one as well."""
        return list(json.loads(self.told)) if self.told.startswith("[") else shlex.split(self.told)


class Stage(Struct, frozen=True):
    """A stage: its name, empty for the last one, and its steps."""

    name: str
    steps: tuple[Step, ...]

    def last(self, instruction: str) -> Step:
        """Return the last step of a kind."""
        return [one for one in self.steps if one.instruction == instruction][-1]


def stages(text: str) -> list[Stage]:
    """Return the stages of a Dockerfile."""
    found: list[tuple[str, list[Step]]] = []
    for step in _steps(text):
        if step.instruction == "FROM":
            named = re.search(r" AS (\S+)$", step.told)
            found.append((named[1] if named else "", []))
        elif step.instruction != "ARG":
            assert step.instruction in KNOWN, step
            found[-1][1].append(step)
    return [Stage(name, tuple(steps)) for name, steps in found]


def _steps(text: str) -> Iterator[Step]:
    for line in text.replace("\\\n", " ").splitlines():
        if line.strip() and not line.startswith("#"):
            instruction, _, told = line.partition(" ")
            yield Step(instruction, told.strip())
