"""What says which repository is followed, and whereto, as flags of the commands of `laneway sync`.

Comes in: flags. Goes out: what is followed, and the way to a cluster if one is named. A usage error
is raised here, before anything is asked or started.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from laneway.apps.cli.seconds import Seconds
from laneway.apps.terminal.telling import tell

if TYPE_CHECKING:
    from laneway.apps.cli.syncing_cluster import ClusterWay
    from laneway.apps.repository.application import AskedBeside
    from laneway.apps.repository.followed import FollowedApplication

POLL = 10.0
"""Seconds between two looks: one costs a question, and nobody waits long for the next one."""
_FILE = click.Path(exists=True, dir_okay=False)


def _address(context: click.Context, parameter: click.Parameter, value: str) -> str:
    del context, parameter
    port = value.rpartition(":")[2]
    if value and not (":" in value and port.isdecimal() and 0 < int(port) < 65536):
        raise click.BadParameter(f"{value!r} is no HOST:PORT")
    return value


_APP = click.option(
    "--app",
    metavar="FILE",
    type=_FILE,
    help="An Argo CD Application: which repository, revision and path, and what may happen.",
)
_ASKING = (
    click.option(
        "--token-env",
        metavar="NAME",
        default="",
        help="The environment variable that holds a token.",
    ),
    click.option(
        "--token-file",
        metavar="FILE",
        type=_FILE,
        help="The file that holds a token. Without either, git's credential helper is asked.",
    ),
    click.option(
        "--token-user",
        metavar="NAME",
        default="git",
        show_default=True,
        help="The user's name that goes with a token.",
    ),
    click.option(
        "--allow",
        "ways",
        multiple=True,
        type=click.Choice(["http"]),
        help="Ask a repository over plain http too.",
    ),
)
_WHEN = (
    click.option(
        "--poll",
        metavar="SECONDS",
        type=Seconds(0.1, 86_400),
        default=POLL,
        show_default=True,
        help="How long to wait between two looks at the repository, give or take a tenth.",
    ),
    click.option(
        "--webhook",
        metavar="HOST:PORT",
        default="",
        callback=_address,
        help="Take webhooks of GitHub, GitLab, Gitea and Forgejo here, at /webhook. Beyond this "
        "machine they need a secret.",
    ),
    click.option(
        "--webhook-secret-env",
        metavar="NAME",
        default="",
        help="The environment variable that holds the secret of webhooks.",
    ),
    click.option(
        "--webhook-secret-file", metavar="FILE", type=_FILE, help="The file that holds it."
    ),
)
_CLUSTER = (
    click.option(
        "--kubeconfig",
        metavar="FILE",
        type=click.Path(dir_okay=False),
        help="Sync to a cluster, not to a mesh on this machine; the kubeconfig to use.",
    ),
    click.option(
        "--context",
        "cluster_context",
        metavar="NAME",
        help="Sync to the cluster of this context of the kubeconfig.",
    ),
    click.option(
        "--namespace",
        "namespaces",
        metavar="NAME",
        multiple=True,
        help="A namespace of the cluster that may be written; may be given again. By default the "
        "Application's destination.",
    ),
    click.option(
        "--drain",
        metavar="SECONDS",
        type=Seconds(0, 600),
        default=5.0,
        show_default=True,
        help="What requests in flight get in a cluster before what they use is removed.",
    ),
)

Command = Callable[..., Any]


def source_flags(command: Command) -> Command:
    """Give a command what is followed, and whereto."""
    for option in reversed((_APP, *_ASKING, *_CLUSTER)):
        command = option(command)
    return command


def when_flags(command: Command) -> Command:
    """Give a command when to look."""
    for option in reversed(_WHEN):
        command = option(command)
    return command


def followed_by(flags: Mapping[str, Any]) -> FollowedApplication | None:
    """Read what is followed, and tell what is wrong with it; None where it has errors."""
    from laneway.apps.repository.application import SeveralError, read_application_file

    if not flags["app"]:
        raise click.UsageError("Name the file of an Application by --app.")
    try:
        found = read_application_file(flags["app"], _asked(flags))
    except SeveralError as error:
        raise click.UsageError(f"{error}.") from error
    tell(found.findings, sys.stderr)
    return found.followed


def _asked(flags: Mapping[str, Any]) -> AskedBeside:
    """Return what flags say beside an Application; commands that look once say less."""
    from laneway.adapters.gitstore import GitCredentials
    from laneway.apps.repository.application import AskedBeside

    variable, file = flags["token_env"], flags["token_file"] or ""
    if variable and file:
        raise click.UsageError("A token is in --token-env or in --token-file, not in both.")
    credentials = GitCredentials(variable, file, flags["token_user"])
    poll, webhook = flags.get("poll", POLL), flags.get("webhook", "")
    return AskedBeside(poll, credentials, flags["ways"], webhook, _secret(flags))


def _secret(flags: Mapping[str, Any]) -> str:
    """Return the secret of webhooks; a name of one without anything in it is a mistake."""
    variable, file = flags.get("webhook_secret_env"), flags.get("webhook_secret_file")
    if variable and file:
        raise click.UsageError("A secret is in a variable or in a file, not in both.")
    if not (variable or file):
        return ""
    found = Path(file).read_text("utf-8") if file else os.environ.get(str(variable), "")
    if not found.strip():
        raise click.UsageError(f"There is no secret in {file or variable}.")
    return found.strip()


def way_by(flags: Mapping[str, Any]) -> ClusterWay | None:
    """Return the way to a cluster, if one is named."""
    if flags["kubeconfig"] or flags["cluster_context"]:
        from laneway.apps.cli.syncing_cluster import ClusterWay

        return ClusterWay(
            flags["kubeconfig"], flags["cluster_context"], flags["namespaces"], flags["drain"]
        )
    if flags["namespaces"]:
        raise click.UsageError("--namespace is of a cluster: it needs --kubeconfig or --context.")
    return None


_OF_MESHES = {
    "port": "--port",
    "name": "--name",
    "detach": "--detach",
    "commands": "--run",
    "config": "--config",
    "proxies": "--proxies",
    "intercept": "--intercept",
    "host_ports": "--host-port",
    "watch": "--watch",
    "console": "--console",
}


def refuse_mesh_flags(context: click.Context) -> None:
    """Refuse what says how a mesh is run or meant, where it is a cluster that is."""
    given = click.core.ParameterSource.COMMANDLINE
    for name, option in _OF_MESHES.items():
        if context.get_parameter_source(name) is given:
            raise click.UsageError(f"{option} is of a mesh on this machine, not of a cluster.")
