"""The scripts for Argo CD, their test data, and Argo CD's own machine that runs them.

Comes in: `contrib/argocd`, laid out as Argo CD's `resource_customizations`: a folder for each group
of kinds, in it one for each kind. Goes out: what a script says of an object. Argo CD's own tests
open all libraries of Lua to a script, an installation runs one of `argocd-cm` without them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from msgspec import Struct

from tests.agree.piped import Piped

CONTRIB = Path(__file__).parents[2] / "contrib" / "argocd"
SCRIPTS = sorted(CONTRIB.glob("*/*/health.lua"))
OF_LANES = [one for one in SCRIPTS if one.parent.name.startswith("ASMSwimLane")]

Health = Mapping[str, str] | None
"""A status and a message; None is no health at all, which Argo CD counts as nothing."""


class Expected(Struct, frozen=True):
    """A row of a `health_test.yaml`: an object, and what is said of it."""

    script: Path
    path: Path
    health: Health

    def __str__(self) -> str:
        """Name it, as a test's id."""
        return f"{self.script.parent.name}/{self.path.stem}"

    @property
    def object(self) -> dict[str, Any]:
        """The object, as the API server would have it."""
        found: dict[str, Any] = yaml.safe_load(self.path.read_text())
        return found


def expectations() -> Iterator[Expected]:
    """Yield the rows of every `health_test.yaml`, in the form that Argo CD reads."""
    for script in SCRIPTS:
        for row in yaml.safe_load((script.parent / "health_test.yaml").read_text())["tests"]:
            path = script.parent / row["inputPath"]
            yield Expected(script, path, row.get("healthStatus"))


class ArgoCD(Piped):
    """Argo CD's own Lua machine; a context manager."""

    def __init__(self, program: Path, settings: Mapping[str, str] | None = None) -> None:
        """Take the built program, and variables of its environment."""
        super().__init__([str(program)], settings)
        self.program = program

    def health(self, script: Path, item: Mapping[str, Any], *, libraries: bool = False) -> Health:
        """Return what a script says of an object; an error of it is UntranslatableError."""
        return self.ask_health(script.read_text(), item, libraries=libraries)

    def ask_health(self, script: str, item: Mapping[str, Any], *, libraries: bool) -> Health:
        """Return what the text of a script says of an object."""
        asked = {"health": script, "object": item, "libraries": libraries}
        found: Health = self.ask(asked)["health"]
        return found
