"""`laneway release`: lanes that come and go, in the files that say so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from laneway.apps.cli.meshes import mesh_option, running_mesh
from laneway.apps.cli.release_writing import here, lane_argument, paths_argument, writing

if TYPE_CHECKING:
    from laneway.apps.cli.releasing import Delivery


@click.command("add-lane", short_help="Copy a lane under a new name, with weight 0.")
@lane_argument
@paths_argument
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
@writing
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
    return carry_out(here(paths), delivery, lambda mesh, _: lane_added(mesh, wanted))


@click.command("remove-lane", short_help="Take a lane away that gets no requests.")
@lane_argument
@paths_argument
@writing
def remove_lane(lane: str, paths: tuple[str, ...], delivery: Delivery) -> int:
    """Take LANE away: its object, its workloads, and its parts of splits.

    Only where its weight is 0 everywhere, and only what nothing else uses.

    \b
    laneway release remove-lane v3
    """
    from laneway.apps.cli.releasing import carry_out
    from laneway.core.edits.removing import removed

    return carry_out(here(paths), delivery, lambda mesh, _: removed(mesh, lane))


@click.command(short_help="Take away what a release has left behind.")
@lane_argument
@paths_argument
@click.option(
    "--keep",
    "kept",
    metavar="LANE",
    multiple=True,
    help="A lane that stays, though nothing leads to it; may be given several times.",
)
@click.option(
    "--live",
    is_flag=True,
    help="Go on to the second commit once the mesh that runs here has the first.",
)
@mesh_option
@writing
def finish(  # noqa: PLR0913 - one parameter per option, as click has it
    *,
    lane: str,
    paths: tuple[str, ...],
    kept: tuple[str, ...],
    live: bool,
    name: str | None,
    delivery: Delivery,
) -> int:
    """Take away the lanes that LANE has taken the place of, with their workloads.

    LANE must have all requests of every split it is in. It takes two commits: the first takes the
    others out of routes, the second takes them away. Run it again once the first is live; or with
    --live it waits for the mesh that runs here, and for the requests in flight.

    \b
    laneway release finish v3 --commit --push
    laneway release finish v3 --commit --live
    """
    from laneway.apps.cli.finishing import finish_lane

    if live and not delivery.commit:
        raise click.UsageError("--live makes two commits: it needs --commit or --push.")
    if name is not None and not live:
        raise click.UsageError("--name goes with --live.")
    if live and (delivery.branch or delivery.dry_run):
        raise click.UsageError("--live waits for what is pushed: not on a branch, not in vain.")
    return finish_lane(lane, here(paths), delivery, kept, running_mesh(name) if live else None)


@click.command("remove-expired", short_help="Take lanes away whose time is over.")
@paths_argument
@writing
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

    return carry_out(here(paths), delivery, lambda mesh, _: draft_without_expired(mesh))


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


COMMANDS = (add_lane, remove_lane, finish, remove_expired)
