"""What a user says to `laneway up` beside the mesh itself.

Comes in: flags, and `laneway.toml` of the working directory or of `--config`. Goes out: Options.
The file is never looked for beside the manifests: a folder that is synced from elsewhere must not
be able to name commands that run here.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from msgspec import Struct

from laneway.core.fleet.commands import BadCommandError, Commands

FILE = "laneway.toml"
TABLES = {"run"}


class ConfigurationError(ValueError):
    """A configuration file or a flag that cannot be understood."""


class Options(Struct, frozen=True):
    """How a mesh is run.

    `port` is the first gateway's; unless it is `fixed` the next free one will do. `per_workload`
    asks for separate Envoys, a `quiet` mesh does not print what is up, and `all_files` leaves
    nothing out of a folder.
    """

    paths: tuple[str, ...]
    port: int
    commands: Commands
    per_workload: bool = False
    quiet: bool = False
    all_files: bool = False
    fixed: bool = False


def commands_of(config: str | None, flags: tuple[str, ...]) -> Commands:
    """Return the commands of flags and configuration file. Raises ConfigurationError."""
    path = Path(config or FILE)
    table: dict[str, Any] = {}
    if config or path.is_file():
        table = _run_table(path)
    try:
        return Commands.of_texts(flags, table)
    except BadCommandError as error:
        raise ConfigurationError(str(error)) from error


def _run_table(path: Path) -> dict[str, Any]:
    import tomllib  # noqa: PLC0415 - most meshes have no configuration file

    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(f"{path}: {error}") from error
    unknown = sorted(found.keys() - TABLES)
    if unknown:
        raise ConfigurationError(f"{path}: unknown table {unknown[0]!r}; there is only [run]")
    table = found.get("run", {})
    if not isinstance(table, dict):
        raise ConfigurationError(f"{path}: [run] is not a table of images and commands")
    return table
