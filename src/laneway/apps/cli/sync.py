"""`laneway sync`: a mesh or a cluster that follows a repository, and how it stands.

Comes in: an Application and flags. Goes out: an exit code and text. Nothing is done here but
reading flags; the work is that of `apps/local` and `apps/agent`.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Literal

import click

from laneway.apps.cli.edit_options import edit_options, edits_chosen, words_for_console
from laneway.apps.cli.mesh_flags import demand_linux, mesh_flags, options_of
from laneway.apps.cli.meshes import UnfitError, folder_of, mesh_option, running_mesh
from laneway.apps.cli.sync_flags import (
    followed_by,
    refuse_mesh_flags,
    source_flags,
    way_by,
    when_flags,
)
from laneway.apps.terminal.exit_codes import ERRORS_FOUND, FINE, NOT_KNOWN, WORLD_FAILED
from laneway.apps.terminal.printing import output_option, print_object
from laneway.apps.terminal.telling import tell_meanwhile

if TYPE_CHECKING:
    from laneway.apps.local.record.state import MeshFolder
    from laneway.apps.repository.followed import FollowedApplication

Output = Literal["text", "yaml", "json"]

STARTS = "laneway sync --app FILE"
"""What starts a mesh that can be asked here."""

LOOK_AT_STATUS = 0.5
"""Seconds between two looks at a status that is watched."""


@click.group(invoke_without_command=True)
@source_flags
@when_flags
@mesh_flags
@click.pass_context
def sync(context: click.Context, /, **flags: Any) -> int:
    """Start a mesh from a repository, and follow its commits.

    What is followed is said by an Application of Argo CD. Nothing is checked out, and nothing of
    the repository is run. The mesh is one like any other for `ps`, `status`, `verify` and `down`.

    With --kubeconfig or --context commits go to a cluster that no other syncer keeps: Deployments,
    Services, lanes and Istio's traffic kinds, in the namespaces that are named.

    \b
    laneway sync --app app.yaml
    laneway sync status
    laneway sync now
    """
    if context.invoked_subcommand is not None:
        if flags["app"]:
            raise click.UsageError(f"--app stands behind {context.invoked_subcommand}.")
        return FINE
    followed = followed_by(flags)
    if followed is None:
        return ERRORS_FOUND
    from laneway.adapters.gitstore import FolderTaken
    from laneway.adapters.webhook import Unguarded

    try:
        if (way := way_by(flags)) is None:
            return _run_mesh(flags, followed)
        refuse_mesh_flags(context)
        words_for_console(is_wanted=False)
        from laneway.apps.cli.syncing_cluster import follow

        return follow(followed, way)
    except FolderTaken as error:
        raise UnfitError(f"{error}.") from error
    except Unguarded as error:
        raise click.UsageError(f"{error}: name one by --webhook-secret-env or -file.") from error


def _run_mesh(flags: Any, followed: FollowedApplication) -> int:
    """Run a mesh on this machine."""
    demand_linux()
    if edits_chosen().commits and not edits_chosen().work_tree:
        raise click.UsageError("What is followed is edited in a work tree: say --work-tree FOLDER.")
    from laneway.apps.local.sync.run import sync as run

    folder, options = folder_of(flags["name"]), options_of(flags, (followed.source,))
    return run(folder, options, followed, detach=flags["detach"])


sync.params += edit_options()


@sync.command()
@mesh_option
@click.option("--prune", is_flag=True, help="Remove what the commit does not have any more.")
@source_flags
@click.pass_context
def now(context: click.Context, /, name: str | None, prune: bool, **flags: Any) -> int:  # noqa: FBT001 - a flag
    """Apply the newest commit now, and wait until it is live.

    Exits with 1 if it is refused, or live and degraded, with 3 if nobody could be asked, and with 4
    if it is not known yet whether all is well. To a cluster it needs the flags of the Application
    and of the cluster.
    """
    if (way := way_by(flags)) is None:
        return _mesh_now(running_mesh(name, STARTS), prune=prune)
    refuse_mesh_flags(context)
    from laneway.apps.cli.syncing_cluster import now as run

    followed = followed_by(flags)
    return ERRORS_FOUND if followed is None else run(followed, way, prune=prune)


def _mesh_now(folder: MeshFolder, *, prune: bool) -> int:
    import time

    from laneway.apps.local.record.sync_now import NotSyncedError, sync_now
    from laneway.apps.terminal.sync_text import now_lines

    try:
        status = sync_now(folder, time.sleep, tell_meanwhile, prune=prune)
    except NotSyncedError as error:
        raise UnfitError(f"{error}.") from error
    repository = status["repository"]
    click.echo("\n".join(now_lines(status, time.time())), err=bool(repository["trouble"]))
    if repository["trouble"]:
        return ERRORS_FOUND if repository.get("isGone") else WORLD_FAILED
    return _known(status)


def _known(status: dict[str, Any]) -> int:
    """Return what is known by a status: that it is ill, that nobody knows, or that all is well."""
    health = status["health"]["status"]
    if status["refused"] or status["repository"].get("isGone") or health == "Degraded":
        return ERRORS_FOUND
    is_known = status["sync"]["status"] != "Unknown"
    return FINE if is_known else NOT_KNOWN


@sync.command(short_help="Show whether all is as the repository says.")
@mesh_option
@output_option("text", "yaml", "json")
@click.option("--watch", is_flag=True, help="Go on, and print it again whenever it changes.")
@source_flags
@click.pass_context
def status(
    context: click.Context,
    /,
    name: str | None,
    output: Output,
    watch: bool,  # noqa: FBT001 - a flag
    **flags: Any,
) -> int:
    """Show whether a mesh or cluster is as its repository says, and how each object is.

    Of a cluster, it needs the flags of the Application and of the cluster. Exits with 1 if the
    newest commit is refused, what is followed is gone, or something is degraded; with 4 if the
    repository could not be asked.
    """
    if (way := way_by(flags)) is None:
        return _mesh_status(running_mesh(name, STARTS), output, watch=watch)
    refuse_mesh_flags(context)
    from laneway.apps.cli.syncing_cluster import status as run

    followed = followed_by(flags)
    return ERRORS_FOUND if followed is None else run(followed, way, output)


def _mesh_status(folder: MeshFolder, output: Output, *, watch: bool) -> int:
    import time

    found = _status(folder)
    _print(found, output)
    while watch:
        time.sleep(LOOK_AT_STATUS)
        newer = _status(folder)
        if _without_time(newer) != _without_time(found):
            _print(newer, output)
        found = newer
    return _known(found)


def _status(folder: MeshFolder) -> dict[str, Any]:
    from laneway.apps.local.record.sync_now import NotSyncedError, status_of

    try:
        return status_of(folder)
    except NotSyncedError as error:
        raise UnfitError(f"{error}.") from error


def _without_time(status: dict[str, Any]) -> dict[str, Any]:
    """Leave out when the repository was asked last: it would be news at every look."""
    return {**status, "repository": {"trouble": status["repository"]["trouble"]}}


def _print(status: dict[str, Any], output: Output) -> None:
    import time

    from laneway.apps.terminal.screen import table_width_of
    from laneway.apps.terminal.sync_text import sync_lines

    if output != "text":
        print_object(status, output)
        return
    click.echo("\n".join(sync_lines(status, time.time(), table_width_of(sys.stdout))))
