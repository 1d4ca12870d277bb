"""`kubectl laneway get`: groups and lanes as the cluster has them."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Literal

import click

from laneway.apps.cli.clusters import ask, complete_names, namespace, with_cluster
from laneway.apps.terminal.exit_codes import ERRORS_FOUND, FINE
from laneway.apps.terminal.printing import output_option, print_object
from laneway.apps.terminal.screen import table_width_of
from laneway.apps.terminal.tables import table

if TYPE_CHECKING:
    from laneway.core.views.lanes_on_cluster import LanesOnCluster

Output = Literal["table", "wide", "yaml", "json", "name"]


@with_cluster
@click.command()
@click.argument(
    "kind",
    required=False,
    type=click.Choice(["groups", "lanes", "group", "lane"]),
    metavar="[groups|lanes]",
)
@click.argument("names", nargs=-1, metavar="[NAME...]", shell_complete=complete_names())
@output_option("table", "wide", "yaml", "json", "name")
def get(kind: str | None, names: tuple[str, ...], output: Output) -> int:
    """List groups and lanes with their state; without a kind both.

    READY and LIVE are `-` where no operator has read the newest edit.

    \b
    kubectl laneway get
    kubectl laneway get lanes s1 s2 -o wide
    """
    from laneway.apps.cluster.lanes import lanes_of_cluster

    space = namespace()
    found = ask(lanes_of_cluster)
    found = found.of_namespace(space) if space else found
    found = found.only((kind or "").rstrip("s"))
    missing = [name for name in names if name not in found.names]
    found = found.called(names) if names else found
    if output in ("table", "wide"):
        _print_tables(found, is_wide=output == "wide")
    else:
        _print_objects(found, output, is_single=len(names) == 1)
    for name in missing:
        click.echo(f"There is no {(kind or 'group or lane').rstrip('s')} {name}.", err=True)
    return ERRORS_FOUND if missing else FINE


def _print_tables(found: LanesOnCluster, *, is_wide: bool) -> None:
    from laneway.core.views import lanes_on_cluster as view

    now, told = time.time(), []
    for head, wide, rows in (
        (view.GROUPS, view.GROUPS_WIDE, view.group_rows(found, now, is_wide=is_wide)),
        (view.LANES, view.LANES_WIDE, view.lane_rows(found, now, is_wide=is_wide)),
    ):
        if listed := list(rows):
            lines = table(wide if is_wide else head, listed, table_width_of(sys.stdout))
            told.append("\n".join(lines))
    click.echo("\n\n".join(told) if told else "The cluster has none.")


def _print_objects(found: LanesOnCluster, output: Output, *, is_single: bool) -> None:
    objects = found.objects
    if output == "name":
        for one in objects:
            click.echo(f"{one['kind'].lower()}.istio.alibabacloud.com/{one['metadata']['name']}")
        return
    shape: Literal["yaml", "json"] = "json" if output == "json" else "yaml"
    if is_single and len(objects) == 1:
        print_object(objects[0], shape)
    else:
        print_object({"apiVersion": "v1", "kind": "List", "items": objects}, shape)
