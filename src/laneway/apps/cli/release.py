"""`laneway release`: weights of lanes moved, lanes added and removed, in the files that say so."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from laneway.apps.cli.reading import STANDARD_INPUT, all_files_option
from laneway.apps.cli.release_stages import COMMANDS

if TYPE_CHECKING:
    from laneway.apps.cli.releasing import Delivery

_WEIGHT = re.compile(r"([^/=]+)=(.*)")


@click.group()
def release() -> None:
    """Move lanes' weights, add and remove lanes, in your own files.

    Nothing but the values that are meant is changed; the lines that change are shown. PATH is what
    holds the lanes and the routes to them; the folder you are in by default.
    """


for _command in COMMANDS:
    release.add_command(_command)


def _writing(command: Callable[..., int]) -> Callable[..., int]:
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


_lane = click.argument("lane", metavar="LANE")
_paths = click.argument("paths", nargs=-1, metavar="[PATH...]", type=click.Path())


@release.command("set", short_help="Give lanes weights.")
@click.argument(
    "words", nargs=-1, required=True, metavar="LANE=WEIGHT... [PATH...]", type=click.Path()
)
@_writing
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

    wanted = dict(_weight(word) for word in words if _WEIGHT.fullmatch(word))
    if not wanted:
        raise click.UsageError("Name a lane and its weight, such as v3=10.")
    paths = tuple(word for word in words if not _WEIGHT.fullmatch(word))
    return carry_out(_here(paths), delivery, lambda mesh, _: draft_of(set_to(mesh, wanted), "Set"))


@release.command(short_help="Give a lane all requests.")
@_lane
@_paths
@_writing
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

    return carry_out(_here(paths), delivery, draft)


@release.command(short_help="Go back to the weights before a lane had any.")
@_lane
@_paths
@click.option("--to", "earlier", metavar="COMMIT", default="", help="Take the weights of COMMIT.")
@_writing
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
        _here(paths), delivery, lambda mesh, snapshot: draft_back(mesh, snapshot, lane, earlier)
    )


@release.command("add-lane", short_help="Copy a lane under a new name, with weight 0.")
@_lane
@_paths
@click.option("--from", "source", metavar="LANE", required=True, help="The lane to copy.")
@click.option(
    "--service",
    "services",
    metavar="NAME",
    multiple=True,
    help="Copy the workloads of this service alone; may be given several times.",
)
@click.option(
    "--image",
    "images",
    metavar="NAME=IMAGE",
    multiple=True,
    help="Put IMAGE in the place of the image called NAME, whatever its tag.",
)
@click.option(
    "--expires-after",
    metavar="DURATION",
    default="",
    help="How long the lane is needed, such as 72h; see remove-expired.",
)
@_writing
def add_lane(  # noqa: PLR0913 - one parameter per option, as click has it
    *,
    lane: str,
    paths: tuple[str, ...],
    source: str,
    services: tuple[str, ...],
    images: tuple[str, ...],
    expires_after: str,
    delivery: Delivery,
) -> int:
    """Add LANE as a copy of another: its object, its workloads, a part of weight 0 in each split.

    Names, labels and weights are changed in the copies, which stand in new files beside those they
    are from. Lines that still name the old lane are shown: what an image is called, you know.

    \b
    laneway release add-lane v3 --from v2
    laneway release add-lane pr-7 --from base --service cart \\
        --image shop/cart=shop/cart:pr-7 --expires-after 72h
    """
    from laneway.apps.cli.releasing import carry_out
    from laneway.core.edits.adding import LaneCopy, lane_added

    wanted = LaneCopy(lane, source, services, dict(map(_image, images)), _length(expires_after))
    return carry_out(_here(paths), delivery, lambda mesh, _: lane_added(mesh, wanted))


@release.command("remove-lane", short_help="Take a lane away that gets no requests.")
@_lane
@_paths
@_writing
def remove_lane(lane: str, paths: tuple[str, ...], delivery: Delivery) -> int:
    """Take LANE away: its object, its workloads, and its parts of splits.

    Only where its weight is 0 everywhere, and only what nothing else uses.

    \b
    laneway release remove-lane v3
    """
    from laneway.apps.cli.releasing import carry_out
    from laneway.core.edits.removing import removed

    return carry_out(_here(paths), delivery, lambda mesh, _: removed(mesh, lane))


@release.command("remove-expired", short_help="Take lanes away whose time is over.")
@_paths
@_writing
def remove_expired(*, paths: tuple[str, ...], delivery: Delivery) -> int:
    """Take away all lanes whose time is over, as `remove-lane` takes away one.

    The annotation `laneway.dev/expires-after` on a lane says how long it is needed after the commit
    that brought it. One that still gets requests stays, and so does one that others need; both are
    told, as is a lane in the last quarter of its time.

    \b
    laneway release remove-expired --commit --push
    laneway release remove-expired --pr-branch lanes-that-are-over
    """
    from laneway.apps.cli.lifetimes import draft_without_expired
    from laneway.apps.cli.releasing import carry_out

    return carry_out(_here(paths), delivery, lambda mesh, _: draft_without_expired(mesh))


def _image(word: str) -> tuple[str, str]:
    """Read an image and what it replaces, as typed. Raises click.BadParameter."""
    name, _, image = word.partition("=")
    if not name or not image or image.strip() != image:
        raise click.BadParameter(f"{word!r} is not NAME=IMAGE", param_hint="--image")
    return name, image


def _length(text: str) -> str:
    """Check a duration as typed. Raises click.BadParameter."""
    from laneway.core.resources.istio.durations import milliseconds

    if text and not milliseconds(text):
        raise click.BadParameter(f"{text!r} is no duration like 72h", param_hint="--expires-after")
    return text


def _weight(word: str) -> tuple[str, int]:
    """Read a weight as typed. Raises click.BadParameter."""
    lane, _, number = word.partition("=")
    if not number.isascii() or not number.isdigit() or int(number) > 100:
        raise click.BadParameter(
            f"{word!r}: a weight is a whole number from 0 to 100", param_hint="LANE=WEIGHT"
        )
    return lane, int(number)


def _here(paths: tuple[str, ...]) -> tuple[str, ...]:
    if STANDARD_INPUT in paths:
        raise click.UsageError("Standard input cannot be changed; name the files.")
    return paths or (".",)
