"""The two commits that end a release, for `laneway release finish`.

Comes in: paths, a lane, and the mesh to wait for, if there is one. Goes out: an exit code. Which
step is next is seen in the files; between two of them the mesh must have taken the first, and
requests in flight get their time.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import click

from laneway.apps.cli.reading import linked
from laneway.apps.cli.releasing import Delivery, carry_out
from laneway.apps.terminal.exit_codes import FINE, NOT_KNOWN
from laneway.core.edits.finishing import finished

if TYPE_CHECKING:
    from laneway.apps.local.record.state import MeshFolder
    from laneway.core.edits.draft import Draft
    from laneway.core.mesh.mesh import Mesh

DRAIN = 5.0
"""Seconds that requests in flight get, as an operator gives them."""

_PATIENCE = 120.0
_LOOK = 0.1


def finish_lane(
    lane: str,
    paths: Sequence[str],
    delivery: Delivery,
    kept: Collection[str],
    folder: MeshFolder | None,
) -> int:
    """Carry out the next step, and with a mesh the one after it as well."""

    def next_step(mesh: Mesh, _: object) -> Draft:
        return finished(mesh, lane, kept)

    code = carry_out(paths, delivery, next_step)
    if code != FINE or delivery.dry_run or delivery.branch:
        return code
    left = finished(linked(paths), lane, kept).intents
    if not left:
        return FINE
    if folder is None:
        click.echo("Once that is live, run it again: the lanes go then.", err=True)
        return FINE
    if not _is_live(folder, paths):
        click.echo(
            f"mesh {folder.name} did not take that within {_PATIENCE:.0f} s: the lanes stay until "
            "you run it again.",
            err=True,
        )
        return NOT_KNOWN
    time.sleep(DRAIN)
    return carry_out(paths, delivery, next_step)


def _is_live(folder: MeshFolder, paths: Sequence[str]) -> bool:
    """Wait until a mesh splits requests as the files say."""
    from laneway.adapters.files import read_paths
    from laneway.apps.local.record.outside import look
    from laneway.core.edits.lane_splits import lane_splits
    from laneway.core.mesh.link import link
    from laneway.core.release.lane_traffic import weights_of

    wanted, end = weights_of(lane_splits(linked(paths))), time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        record = look(folder).record
        if record is not None and record.state == "ready":
            served = link(read_paths([str(folder.input)]))
            if weights_of(lane_splits(served)) == wanted:
                return True
        time.sleep(_LOOK)
    return False
