"""Objects that hold settings of programs, and the entries of containers that take them.

A ConfigMap, the OpenTelemetry operator's Instrumentation, and what stands below `env` and
`envFrom`. Nothing here decides where a request goes: it says what a program is told when it starts.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from laneway.core.findings.place import Place, Source, Step
from laneway.core.resources.meta import Ref

CONFIG_MAP = "ConfigMap"
INSTRUMENTATION = "Instrumentation"


class EnvironmentEntry(Struct, frozen=True):
    """One item of `env`, or of `envFrom`, whose name is then a prefix.

    `steps` leads to it inside the container. `value` is None where it comes from elsewhere: from
    `source`, such as `ConfigMap shop`, under `key`; no source is what only a cluster knows.
    """

    name: str
    steps: tuple[Step, ...]
    value: str | None = None
    source: str = ""
    key: str = ""
    is_whole: bool = False

    @property
    def config_map(self) -> str:
        """The name of the ConfigMap that it comes from, if any."""
        kind, _, name = self.source.partition(" ")
        return name if kind == CONFIG_MAP else ""


class ProgramSettings(Struct, frozen=True):
    """The variables that an object holds for programs, each with its path.

    Those of an Instrumentation are by language, under an empty name those for all; `images` says by
    language which agent is copied into pods.
    """

    ref: Ref
    source: Source
    prefix: tuple[Step, ...] = ()
    variables: Mapping[str, Mapping[str, tuple[str, tuple[Step, ...]]]] = {}
    images: Mapping[str, str] = {}

    def of(self, language: str = "") -> Mapping[str, tuple[str, tuple[Step, ...]]]:
        """Return the variables for a language, by name."""
        return self.variables.get(language, {})

    def place(self, steps: tuple[Step, ...]) -> Place:
        """Return the place of a value of the object."""
        return Place(self.source, self.prefix + steps)
