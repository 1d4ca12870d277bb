"""What a user says to `laneway up` beside the mesh itself.

Comes in: flags, and `laneway.toml` of the working directory or of `--config`. Goes out: Options.
The file is never looked for beside the manifests: a folder that is synced from elsewhere must not
be able to name commands that run here.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from msgspec import Struct

from laneway.core.fleet.commands import BadCommandError, Commands
from laneway.core.fleet.placing import HIGHEST_PORT

FILE = "laneway.toml"
RUN, UP, METRICS, WEBHOOKS = "run", "up", "metrics", "webhooks"
REPOSITORIES = "repositories"
_OUTSIDE = (METRICS, WEBHOOKS, REPOSITORIES)
Intercept = Literal["auto", "on", "off"]
INTERCEPT: tuple[Intercept, ...] = ("auto", "on", "off")


class ConfigurationError(ValueError):
    """A configuration file or a flag that cannot be understood."""


class Options(Struct, frozen=True):
    """How a mesh is run.

    `port` is the first gateway's; unless it is `fixed` the next free one will do. `per_workload`
    asks for separate Envoys, a `quiet` mesh does not print what is up, and `all_files` leaves
    nothing out of a folder. `intercept` says whether programs get a network of their own; then
    `host_ports` of their localhost lead to this machine. `console` shows it in a browser,
    by a command with these `console_words`.
    """

    paths: tuple[str, ...]
    port: int
    commands: Commands
    per_workload: bool = False
    quiet: bool = False
    all_files: bool = False
    fixed: bool = False
    intercept: Intercept = "off"
    host_ports: tuple[int, ...] = ()
    console: bool = False
    console_words: tuple[str, ...] = ()


class OutsidePlace(Struct, frozen=True):
    """An address outside, and the file with the token for it, if it needs one."""

    url: str
    token_file: str = ""

    def token(self) -> str:
        """Return the token as the file has it now: files are replaced while programs run.

        Raises OSError, whose text has nothing of the token.
        """
        if not self.token_file:
            return ""
        token = Path(self.token_file).read_bytes().decode("ascii", "replace").strip()
        if not token.isascii() or not token.isprintable():
            raise OSError(f"{self.token_file} has more than one line of letters and digits")
        return token


class Configuration(Struct, frozen=True):
    """What a configuration file says: commands by image, how a mesh comes up, endpoints by name."""

    commands: dict[str, Any] = {}
    intercept: Intercept = "off"
    host_ports: tuple[int, ...] = ()
    metrics: dict[str, OutsidePlace] = {}
    webhooks: dict[str, OutsidePlace] = {}
    repositories: dict[str, OutsidePlace] = {}

    @classmethod
    def of(cls, config: str | None) -> Configuration:
        """Read a file, or the one of this folder if there is one. Raises ConfigurationError."""
        path = Path(config or FILE)
        if not config and not path.is_file():
            return cls()
        tables = _tables(path)
        told = tables.get(UP, {})
        unknown = sorted(told.keys() - {"intercept", "host-ports"})
        if unknown:
            raise ConfigurationError(f"{path}: unknown key {unknown[0]!r} in [up]")
        intercept, ports = told.get("intercept", "off"), told.get("host-ports", [])
        if intercept not in INTERCEPT:
            raise ConfigurationError(f"{path}: intercept is {' or '.join(map(repr, INTERCEPT))}")
        if not isinstance(ports, list) or not all(map(_is_port, ports)):
            raise ConfigurationError(f"{path}: host-ports is a list of port numbers")
        outside = [_endpoints(path, table, tables.get(table, {})) for table in _OUTSIDE]
        return cls(tables.get(RUN, {}), intercept, tuple(ports), *outside)

    def commands_with(self, flags: tuple[str, ...]) -> Commands:
        """Return the commands of flags and of the file. Raises ConfigurationError."""
        try:
            return Commands.of_texts(flags, self.commands)
        except BadCommandError as error:
            raise ConfigurationError(str(error)) from error


def _endpoints(path: Path, table: str, told: dict[str, Any]) -> dict[str, OutsidePlace]:
    return {name: _endpoint(path, f"{table}.{name}", one) for name, one in told.items()}


def _endpoint(path: Path, name: str, told: Any) -> OutsidePlace:
    told = told if isinstance(told, dict) else {}
    unknown = sorted(told.keys() - {"url", "token-file"})
    if unknown:
        raise ConfigurationError(f"{path}: unknown key {unknown[0]!r} in [{name}]")
    url, token = told.get("url"), told.get("token-file", "")
    ways = ("https://", "http://", *(("file://",) if name.startswith(REPOSITORIES) else ()))
    if not isinstance(url, str) or not url.startswith(ways):
        raise ConfigurationError(f"{path}: url of [{name}] begins with {' or '.join(ways)}")
    if not isinstance(token, str):
        raise ConfigurationError(f"{path}: token-file of [{name}] is the path of a file")
    return OutsidePlace(url, token)


def _is_port(value: object) -> bool:
    return type(value) is int and 1 <= value <= HIGHEST_PORT


def _tables(path: Path) -> dict[str, dict[str, Any]]:
    import tomllib  # noqa: PLC0415 - most meshes have no configuration file

    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(f"{path}: {error}") from error
    unknown = sorted(found.keys() - {RUN, UP, *_OUTSIDE})
    if unknown:
        known = "there are only [run], [up], [metrics], [webhooks] and [repositories]"
        text = f"{path}: unknown table {unknown[0]!r}; {known}"
        raise ConfigurationError(text)
    if not isinstance(found.get(RUN, {}), dict):
        raise ConfigurationError(f"{path}: [run] is not a table of images and commands")
    for name in (UP, *_OUTSIDE):
        if not isinstance(found.get(name, {}), dict):
            raise ConfigurationError(f"{path}: [{name}] is not a table")
    return found
