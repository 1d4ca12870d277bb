"""What the commands of `laneway release` that write files have in common: how it is delivered.

Comes in: a command. Goes out: the same with the options that all of them take. PATH is the folder
one is in where none is named.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from laneway.apps.cli.reading import STANDARD_INPUT, all_files_option

if TYPE_CHECKING:
    pass


def writing(command: Callable[..., int]) -> Callable[..., int]:
    """Give a command what all of them take: how what it writes is delivered."""
    options = (
        click.option("--dry-run", is_flag=True, help="Show what would be written, and write none."),
        click.option("--commit", is_flag=True, help="Commit the changed files, and no others."),
        click.option("--push", is_flag=True, help="Push the branch as well."),
        click.option(
            "--pr-branch",
            metavar="NAME",
            default="",
            help="Commit to a new branch, push that, and go back to where you were.",
        ),
        click.option("-m", "--message", metavar="TEXT", default="", help="The commit's message."),
        all_files_option,
    )

    @wraps(command)
    def carried(
        *, dry_run: bool, commit: bool, push: bool, pr_branch: str, message: str, **words: Any
    ) -> int:
        from laneway.apps.cli.releasing import Delivery

        wanted = commit or push or bool(pr_branch)
        if message and not wanted:
            raise click.UsageError("--message is of a commit: it needs --commit or --push.")
        delivery = Delivery(dry_run, wanted, push, pr_branch, message)
        return command(delivery=delivery, **words)

    for option in reversed(options):
        carried = option(carried)
    return carried


lane_argument = click.argument("lane", metavar="LANE")
paths_argument = click.argument("paths", nargs=-1, metavar="[PATH...]", type=click.Path())


def here(paths: tuple[str, ...]) -> tuple[str, ...]:
    """Return the paths, or where one is. Standard input is wrong usage."""
    if STANDARD_INPUT in paths:
        raise click.UsageError("Standard input cannot be changed; name the files.")
    return paths or (".",)
