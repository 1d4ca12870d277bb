"""`laneway sync`: a mesh on this machine that follows a repository, and how it stands.

Comes in: an Application and flags. Goes out: an exit code and text. Nothing is done here but
reading flags; the work is that of `apps/local`.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Unpack

import click

from laneway.apps.cli.mesh_flags import MeshFlags, demand_linux, mesh_flags, options_of
from laneway.apps.cli.meshes import UnfitError, folder_of, mesh_option, running_mesh
from laneway.apps.terminal.exit_codes import ERRORS_FOUND, FINE, WORLD_FAILED
from laneway.apps.terminal.printing import output_option, print_object
from laneway.apps.terminal.telling import tell

if TYPE_CHECKING:
    from laneway.apps.local.record.state import MeshFolder
    from laneway.apps.local.sync.application import AskedBeside
    from laneway.core.git.remote import Way

POLL = 10.0
"""Seconds between two looks: one costs a question, and nobody waits long for the next one."""

LOOK_AT_STATUS = 0.5
"""Seconds between two looks at a status that is watched."""


class SyncFlags(MeshFlags):
    """The flags of `laneway sync`."""

    app: str | None
    poll: float
    token_env: str
    token_file: str | None
    token_user: str
    ways: tuple[Way, ...]
    webhook: str
    webhook_secret_env: str
    webhook_secret_file: str | None


def _address(context: click.Context, parameter: click.Parameter, value: str) -> str:
    del context, parameter
    port = value.rpartition(":")[2]
    if value and not (":" in value and port.isdecimal() and 0 < int(port) < 65536):
        raise click.BadParameter(f"{value!r} is no HOST:PORT")
    return value


@click.group(invoke_without_command=True)
@click.option(
    "--app",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False),
    help="An Argo CD Application: which repository, revision and path, and what may happen.",
)
@click.option(
    "--poll",
    metavar="SECONDS",
    type=click.FloatRange(0.1, 86_400),
    default=POLL,
    show_default=True,
    help="How long to wait between two looks at the repository, give or take a tenth.",
)
@click.option(
    "--token-env", metavar="NAME", default="", help="The environment variable that holds a token."
)
@click.option(
    "--token-file",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False),
    help="The file that holds a token. Without either, git's credential helper is asked.",
)
@click.option(
    "--token-user",
    metavar="NAME",
    default="git",
    show_default=True,
    help="The user's name that goes with a token.",
)
@click.option(
    "--allow",
    "ways",
    multiple=True,
    type=click.Choice(["http"]),
    help="Ask a repository over plain http too.",
)
@click.option(
    "--webhook",
    metavar="HOST:PORT",
    default="",
    callback=_address,
    help="Take webhooks of GitHub, GitLab, Gitea and Forgejo here, at /webhook. Other hosts than "
    "this one need a secret.",
)
@click.option(
    "--webhook-secret-env",
    metavar="NAME",
    default="",
    help="The environment variable that holds the secret of webhooks.",
)
@click.option(
    "--webhook-secret-file",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False),
    help="The file that holds it.",
)
@mesh_flags
@click.pass_context
def sync(context: click.Context, **flags: Unpack[SyncFlags]) -> int:
    """Start a mesh from a repository, and follow its commits.

    What is followed is said by an Application of Argo CD. Nothing is checked out, and nothing of
    the repository is run. The mesh is one like any other for `ps`, `status`, `explain`, `verify`
    and `down`.

    \b
    laneway sync --app app.yaml
    laneway sync status
    laneway sync now
    """
    if context.invoked_subcommand is not None:
        if flags["app"]:
            raise click.UsageError(f"--app does not go with {context.invoked_subcommand}.")
        return FINE
    if not flags["app"]:
        raise click.UsageError("Name the file of an Application by --app.")
    demand_linux()
    from laneway.adapters.gitstore import FolderTaken
    from laneway.adapters.webhook import Unguarded
    from laneway.apps.local.sync.application import SeveralError, read_application_file
    from laneway.apps.local.sync.run import sync as run

    folder = folder_of(flags["name"])
    try:
        found = read_application_file(flags["app"], _asked(flags))
    except SeveralError as error:
        raise click.UsageError(f"{error}.") from error
    tell(found.findings, sys.stderr)
    if found.followed is None:
        return ERRORS_FOUND
    options = options_of(flags, (found.followed.source,))
    try:
        return run(folder, options, found.followed, detach=flags["detach"])
    except FolderTaken as error:
        raise UnfitError(f"{error}.") from error
    except Unguarded as error:
        raise click.UsageError(f"{error}: name one by --webhook-secret-env or -file.") from error


def _asked(flags: SyncFlags) -> AskedBeside:
    """Return what flags say beside an Application. Raises a usage error."""
    from laneway.adapters.gitstore import GitCredentials
    from laneway.apps.local.sync.application import AskedBeside

    variable, file = flags["token_env"], flags["token_file"] or ""
    if variable and file:
        raise click.UsageError("A token is in --token-env or in --token-file, not in both.")
    credentials = GitCredentials(variable, file, flags["token_user"])
    return AskedBeside(flags["poll"], credentials, flags["ways"], flags["webhook"], _secret(flags))


def _secret(flags: SyncFlags) -> str:
    """Return the secret of webhooks; a name of one without anything in it is a mistake."""
    variable, file = flags["webhook_secret_env"], flags["webhook_secret_file"]
    if variable and file:
        raise click.UsageError("A secret is in a variable or in a file, not in both.")
    if not (variable or file):
        return ""
    found = Path(file).read_text("utf-8") if file else os.environ.get(variable, "")
    if not found.strip():
        raise click.UsageError(f"There is no secret in {file or variable}.")
    return found.strip()


@sync.command()
@mesh_option
@click.option("--prune", is_flag=True, help="Remove what the commit does not have any more.")
def now(name: str | None, prune: bool) -> int:  # noqa: FBT001 - a flag
    """Apply the newest commit now, and wait until it is live."""
    import time

    from laneway.apps.local.record.sync_now import NotSyncedError, sync_now
    from laneway.apps.terminal.sync_text import commit_text, listed

    try:
        status = sync_now(running_mesh(name), time.sleep, prune=prune)
    except NotSyncedError as error:
        raise UnfitError(f"{error}.") from error
    if status["repository"]["trouble"]:
        click.echo(f"Error: {status['repository']['trouble']}.", err=True)
        return WORLD_FAILED
    if status["refused"]:
        click.echo(f"{commit_text(status['refused']['revision'], time.time())} is refused:")
        for reason in status["refused"]["reasons"]:
            click.echo(f"  {reason}")
        return ERRORS_FOUND
    click.echo(f"{commit_text(status['live']['revision'], time.time())} is live")
    if status["live"]["changed"]:
        click.echo(f"  {listed(status['live']['changed'])}")
    return FINE


@sync.command()
@mesh_option
@output_option("text", "yaml", "json")
@click.option("--watch", is_flag=True, help="Go on, and print it again whenever it changes.")
def status(name: str | None, output: Literal["text", "yaml", "json"], watch: bool) -> int:  # noqa: FBT001 - a flag
    """Show whether a mesh is as its repository says, and how each object is.

    Exits with 1 if the newest commit is refused, or something is degraded.
    """
    import time

    folder = running_mesh(name)
    found = _status(folder)
    _print(found, output)
    while watch:
        time.sleep(LOOK_AT_STATUS)
        newer = _status(folder)
        if _without_time(newer) != _without_time(found):
            _print(newer, output)
        found = newer
    is_ill = found["refused"] or found["health"]["status"] == "Degraded"
    return ERRORS_FOUND if is_ill else FINE


def _status(folder: MeshFolder) -> dict[str, Any]:
    from laneway.apps.local.record.sync_now import NotSyncedError, status_of

    try:
        return status_of(folder)
    except NotSyncedError as error:
        raise UnfitError(f"{error}.") from error


def _without_time(status: dict[str, Any]) -> dict[str, Any]:
    """Leave out when the repository was asked last: it would be news at every look."""
    return {**status, "repository": {"trouble": status["repository"]["trouble"]}}


def _print(status: dict[str, Any], output: Literal["text", "yaml", "json"]) -> None:
    import time

    from laneway.apps.terminal.screen import table_width_of
    from laneway.apps.terminal.sync_text import sync_lines

    if output != "text":
        print_object(status, output)
        return
    click.echo("\n".join(sync_lines(status, time.time(), table_width_of(sys.stdout))))
