"""`laneway release run` and what is said to it: a release in stages, carried out and looked at.

Comes in: the file of a plan, a work tree, a mesh. Goes out: an exit code. Where a release stands is
in the commits of the branch, so each of these commands may be given on another machine.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

import click

from laneway.apps.cli.meshes import mesh_option
from laneway.apps.cli.reading import all_files_option
from laneway.apps.terminal.printing import output_option

if TYPE_CHECKING:
    from laneway.core.release.standing import Phase
    from laneway.core.resources.releases.plan import Plan

_plan = click.argument("plan", metavar="PLAN", type=click.Path(exists=True, dir_okay=False))
_paths = click.argument("paths", nargs=-1, metavar="[PATH...]", type=click.Path())
_push = click.option("--push", is_flag=True, help="Push each commit, and follow the remote.")
_pr_branch = click.option(
    "--pr-branch",
    metavar="PREFIX",
    default="",
    help="Push each commit as a new branch PREFIX/..., and wait until somebody merges it.",
)


def _of_release(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command what says which release is meant."""
    for option in (all_files_option, _pr_branch, _push, _paths, _plan):
        command = option(command)
    return command


@click.command(short_help="Carry out a release in stages.")
@_of_release
@mesh_option
@click.option("--dry-run", is_flag=True, help="Show the stages and what each changes; do nothing.")
@click.option(
    "--config",
    type=click.Path(exists=True, dir_okay=False),
    help="A configuration file; ./laneway.toml if there is one.",
)
@click.option("--again", is_flag=True, help="Begin anew what was ended or is done.")
def run(
    plan: str, paths: tuple[str, ...], name: str | None, config: str | None, **flags: Any
) -> int:
    """Carry out PLAN: move the weights stage by stage, and back where the new lane is worse.

    Each stage is a commit. The new lane is compared with the stable one at every hop, by requests
    of both at the same time; where nothing is decided within a stage's limit, exit code 4 says so
    and the weights stay. Whoever runs it again goes on where it stands.

    \b
    laneway release run release.yaml
    laneway release run release.yaml deploy/ --push
    laneway release run release.yaml --pr-branch releases
    """
    from laneway.apps.cli.release_running import RunFlags, dry_run, run_plan
    from laneway.apps.release.git_side import Pushing

    found = read_or_refuse(plan)
    if flags["dry_run"]:
        return dry_run(found, paths or (".",))
    pushing = Pushing(flags["push"], flags["pr_branch"])
    return run_plan(found, paths or (".",), RunFlags(name, config, pushing, flags["again"]))


@click.command(short_help="Show where a release stands.")
@_plan
@click.argument("path", default=".", type=click.Path())
@click.option("-w", "--watch", is_flag=True, help="Show it again and again, until it rests.")
@output_option("text", "yaml", "json")
def status(plan: str, path: str, watch: bool, output: Literal["text", "yaml", "json"]) -> int:  # noqa: FBT001
    """Show where the release of PLAN stands: its stages, and what is known at each hop.

    PATH is in the work tree of its runner, which alone knows the figures of the stage under way.

    \b
    laneway release status release.yaml --watch
    """
    from laneway.apps.cli.release_looking import show

    return show(read_or_refuse(plan), path, output, watch=watch)


@click.command(short_help="Stay at the stage as it is.")
@_of_release
def pause(plan: str, paths: tuple[str, ...], push: bool, pr_branch: str) -> int:  # noqa: FBT001
    """Stay at the stage of the release of PLAN, whatever is counted, until it is resumed."""
    return _said(plan, paths, "paused", (push, pr_branch))


@click.command(short_help="Go on with a release that was paused.")
@_of_release
def resume(plan: str, paths: tuple[str, ...], push: bool, pr_branch: str) -> int:  # noqa: FBT001
    """Go on with the release of PLAN: its stage begins anew, counting and clock both."""
    return _said(plan, paths, "running", (push, pr_branch))


@click.command(short_help="End a release and put the weights back.")
@_of_release
def abort(plan: str, paths: tuple[str, ...], push: bool, pr_branch: str) -> int:  # noqa: FBT001
    """End the release of PLAN now: the weights are those of before, in one commit."""
    return _said(plan, paths, "aborted", (push, pr_branch))


def _said(plan: str, paths: tuple[str, ...], phase: Phase, pushed: tuple[bool, str]) -> int:
    from laneway.apps.cli.release_running import say_in_git
    from laneway.apps.release.git_side import Pushing

    return say_in_git(read_or_refuse(plan), paths or (".",), phase, Pushing(*pushed))


def read_or_refuse(path: str) -> Plan:
    """Read a plan. Raises NoInputError with what is wrong with it."""
    from laneway.adapters.files.written import bytes_of
    from laneway.apps.cli.reading import NoInputError
    from laneway.apps.terminal.telling import tell
    from laneway.core.resources.releases.read_plan import read_plan

    found, findings = read_plan(path, bytes_of(path))
    if found is None:
        raise NoInputError(findings)
    import sys

    tell(findings, sys.stderr)
    return found


COMMANDS = (run, status, pause, resume, abort)
