"""`laneway release`: weights of lanes moved, lanes added and removed, in the files that say so."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import click

from laneway.apps.cli import release_agent, release_lanes, release_stages
from laneway.apps.cli.release_writing import here, lane_argument, paths_argument, writing

if TYPE_CHECKING:
    from laneway.apps.cli.releasing import Delivery

_WEIGHT = re.compile(r"([^/=]+)=(.*)")


@click.group()
def release() -> None:
    """Move lanes' weights, add and remove lanes, in your own files.

    Nothing but the values that are meant is changed; the lines that change are shown. PATH is what
    holds the lanes and the routes to them; the folder you are in by default.
    """


for _command in (*release_lanes.COMMANDS, *release_stages.COMMANDS, *release_agent.COMMANDS):
    release.add_command(_command)


@release.command("set", short_help="Give lanes weights.")
@click.argument(
    "words", nargs=-1, required=True, metavar="LANE=WEIGHT... [PATH...]", type=click.Path()
)
@writing
def set_weights(words: tuple[str, ...], delivery: Delivery) -> int:
    """Give lanes weights, wherever requests are split among all of them.

    Lanes that are not named keep their weights. What does not add up to 100 is refused.

    \b
    laneway release set v1=60 v2=30 v3=10
    laneway release set v1=60 v2=30 v3=10 deploy/ --commit --push
    """
    from laneway.apps.cli.releasing import carry_out
    from laneway.core.edits.draft import draft_of
    from laneway.core.edits.weights import set_to

    named = [_weight(word) for word in words if _WEIGHT.fullmatch(word)]
    wanted = dict(named)
    if not wanted:
        raise click.UsageError("Name a lane and its weight, such as v3=10.")
    if len(wanted) < len(named):
        raise click.UsageError("Name each lane once.")
    paths = tuple(word for word in words if not _WEIGHT.fullmatch(word))
    return carry_out(here(paths), delivery, lambda mesh, _: draft_of(set_to(mesh, wanted), "Set"))


@release.command(short_help="Give a lane all requests.")
@lane_argument
@paths_argument
@writing
def promote(lane: str, paths: tuple[str, ...], delivery: Delivery) -> int:
    """Give LANE all requests of every split it has a part in; all others get weight 0.

    \b
    laneway release promote v3 --dry-run
    """
    from laneway.apps.cli.releasing import carry_out
    from laneway.core.edits.draft import draft_of
    from laneway.core.edits.weights import promoted

    def draft(mesh: Any, _: Any) -> Any:
        return draft_of(promoted(mesh, lane), f"Promote {lane}")

    return carry_out(here(paths), delivery, draft)


@release.command(short_help="Go back to the weights before a lane had any.")
@lane_argument
@paths_argument
@click.option("--to", "earlier", metavar="COMMIT", default="", help="Take the weights of COMMIT.")
@writing
def rollback(lane: str, paths: tuple[str, ...], earlier: str, delivery: Delivery) -> int:
    """Go back to the weights of the last commit in which LANE had none.

    They are read from the history of the files, and shown with the commit before anything is
    written. --to takes the weights of another commit.

    \b
    laneway release rollback v3
    laneway release rollback v3 --to HEAD~2
    """
    from laneway.apps.cli.releasing import carry_out
    from laneway.apps.release.restoring import draft_back

    return carry_out(
        here(paths), delivery, lambda mesh, snapshot: draft_back(mesh, snapshot, lane, earlier)
    )


def _weight(word: str) -> tuple[str, int]:
    """Read a weight as typed. Raises click.BadParameter."""
    lane, _, number = word.partition("=")
    if not number.isascii() or not number.isdigit() or int(number) > 100:
        raise click.BadParameter(
            f"{word!r}: a weight is a whole number from 0 to 100", param_hint="LANE=WEIGHT"
        )
    return lane, int(number)
