"""`kubectl laneway`: the same commands, reading the cluster.

Comes in: the arguments behind `kubectl laneway`. Goes out: an exit code. A command that reads PATH
is the very one of `laneway`: here it may do without, since what the cluster has stands beside the
files. Only what asks for what the cluster alone knows has a command of its own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from copy import copy
from typing import ClassVar

import click
from msgspec.structs import replace

from laneway.apps.cli import entry
from laneway.apps.cli.clusters import (
    TELLING,
    all_namespaces_option,
    beside,
    connection_options,
    known_beside,
    namespace_option,
)
from laneway.apps.cli.entry import COMMANDS, LazyCommands, Listed, listed
from laneway.apps.cli.reading import BESIDE

NAME = "kubectl laneway"
_READING = ("check", "prove", "explain", "render", "cost")
"""Commands that read PATH, and here the cluster beside it."""
_NARROWED = {
    "check": TELLING,
    "explain": "Where a WORKLOAD without a namespace is looked for.",
}
"""Those of them for which a namespace can be said, and what it means."""
_ANSWERING = ("explain", "cost")
"""Those that answer of lanes, and say nothing of why one is held."""
_BESIDE = (
    "The cluster is read whole. An object in PATH takes the place of the cluster's of the same "
    "kind and name; whatever else the cluster has stays."
)

_OWN = (
    listed("kubectl_get", "get", "List groups and lanes as the cluster has them."),
    listed("kubectl_status", "status", "Say whether groups are live; wait until they are."),
    listed("kubectl_diff", "diff", "Show what PATH would change in the cluster, by which steps."),
    listed("kubectl_console", "console", "Show lanes in a browser, with your rights."),
)
_ALIKE = {
    "check": "Report errors and doubtful points, and how to fix them.",
    "explain": "Follow one request and show what decides each hop.",
    "prove": "Prove that all requests keep to their lanes, or show one.",
    "render": "Print the Istio objects that lanes become.",
    "cost": "Say what lanes cost proxies, layout beside layout.",
    "crds": "Print the kinds of lanes, to be added to a cluster.",
    "explain-code": "Explain a finding's CODE, and how to fix it.",
}
"""Commands that `laneway` has as well, and what is said of them here."""
_VERSION = listed("kubectl_version", "version", "Print the version.")


def _alike(name: str) -> Listed:
    return replace(COMMANDS[name], says=_ALIKE[name])


class ClusterCommands(LazyCommands):
    """The commands behind `kubectl laneway`."""

    known: ClassVar[Mapping[str, Listed]] = {
        one.name: one for one in (*_OWN, *map(_alike, _ALIKE), _VERSION)
    }

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load a command, and have it read the cluster if it reads anything."""
        found = super().get_command(ctx, cmd_name)
        if found is None or cmd_name not in _READING:
            return found
        ctx.meta[BESIDE] = known_beside if cmd_name in _ANSWERING else beside
        return _reading_the_cluster(found)


def _reading_the_cluster(command: click.Command) -> click.Command:
    """Return a command that may do without PATH, and is told which cluster is read."""
    found = copy(command)
    found.params = [_optional(one) for one in command.params]
    if says := _NARROWED.get(command.name or ""):
        found.params.append(namespace_option(says))
    found.params += [all_namespaces_option(), *connection_options()]
    said = re.sub(r"^(\s*)laneway ", r"\1kubectl laneway ", command.help or "", flags=re.MULTILINE)
    found.help = f"{said}\n\n{_BESIDE}"
    return found


def _optional(parameter: click.Parameter) -> click.Parameter:
    if not isinstance(parameter, click.Argument):
        return parameter
    found = copy(parameter)
    found.required, found.metavar = False, "[PATH...]"
    return found


@click.group(
    cls=ClusterCommands,
    name="laneway",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
    epilog="Exit codes: 0 fine, 1 errors or not live, 2 wrong usage, 3 the cluster cannot be "
    "asked, 4 not known (status, prove), 70 a bug in Laneway.",
)
def kubectl_laneway() -> None:
    """Look at traffic lanes in a cluster. Nothing is written but what you change in the console.

    All of it works with a viewer's rights. A kind that you may not list is named as not read, and
    never taken for absent.
    """


def run(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return the exit code of its ending."""
    return entry.run(arguments, kubectl_laneway, NAME)
