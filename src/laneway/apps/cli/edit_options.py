"""What becomes of edits in the console, as options: a commit, a push, a branch to propose.

Comes in: words of the command line, those of `laneway release`. Goes out: the delivery of edits,
or the same words for the console that a mesh starts. The options wait beside the command.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from msgspec import Struct

if TYPE_CHECKING:
    from laneway.apps.console.editing.delivery import EditDelivery

_CHOICE = "laneway.console.edits"


class EditChoice(Struct):
    """What was said of edits."""

    commit: bool = False
    push: bool = False
    pr_branch: str = ""
    work_tree: str = ""

    @property
    def is_said(self) -> bool:
        """Whether anything was."""
        return self != EditChoice()

    @property
    def commits(self) -> bool:
        """Whether edits are to be commits."""
        return self.commit or self.push or bool(self.pr_branch)


def _note(ctx: click.Context, param: click.Parameter, value: Any) -> None:
    if value:
        setattr(ctx.meta.setdefault(_CHOICE, EditChoice()), param.name or "", value)


def edit_options() -> list[click.Parameter]:
    """Return the options."""
    more: dict[str, Any] = {"expose_value": False, "callback": _note}
    return [
        click.Option(
            ["--commit"],
            is_flag=True,
            help="In the console each edit is a commit of the files it changes, and of no others.",
            **more,
        ),
        click.Option(["--push"], is_flag=True, help="The same, and it is pushed.", **more),
        click.Option(
            ["--pr-branch"],
            metavar="PREFIX",
            default="",
            help="The same, pushed as a new branch PREFIX/... for somebody to merge.",
            **more,
        ),
        click.Option(
            ["--work-tree"],
            metavar="FOLDER",
            type=click.Path(exists=True, file_okay=False),
            help="Your work tree of the repository that is followed: edits are commits there.",
            **more,
        ),
    ]


def edits_chosen() -> EditChoice:
    """Return what was said to the command that runs. Raises UsageError where it is half of it."""
    found: EditChoice = click.get_current_context().meta.get(_CHOICE) or EditChoice()
    if found.work_tree and not found.commits:
        raise click.UsageError("--work-tree takes commits: say --commit, --push or --pr-branch.")
    return found


def edit_delivery() -> EditDelivery:
    """Return how edits are delivered. Raises UsageError."""
    from laneway.apps.console.editing.delivery import EditDelivery
    from laneway.apps.console.editing.work_tree import Committing

    said = edits_chosen()
    committing = Committing(said.push, said.pr_branch) if said.commits else None
    return EditDelivery(committing, said.work_tree)


def words_for_console(*, is_wanted: bool) -> tuple[str, ...]:
    """Return the same words, for a console that is started elsewhere. Raises UsageError."""
    said = edits_chosen()
    if said.is_said and not is_wanted:
        raise click.UsageError("What becomes of edits is said of a console: add --console.")
    flags = [name for name, is_on in (("--commit", said.commit), ("--push", said.push)) if is_on]
    branch = ("--pr-branch", said.pr_branch) if said.pr_branch else ()
    tree = ("--work-tree", str(Path(said.work_tree).absolute())) if said.work_tree else ()
    return (*flags, *branch, *tree)
