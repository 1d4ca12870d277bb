"""`kubectl laneway diff`: what lanes come to, held against the Istio objects of the cluster."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import click
from msgspec.structs import replace

from laneway.apps.cli.clusters import cluster_and, namespace, with_cluster
from laneway.apps.cli.reading import optional_paths_argument, read
from laneway.apps.terminal.exit_codes import NOT_KNOWN
from laneway.apps.terminal.layouts import Laying, layout_options
from laneway.apps.terminal.printing import output_option, print_object
from laneway.apps.terminal.telling import exit_code, tell

if TYPE_CHECKING:
    from laneway.core.changes.diff import ChangeSet
    from laneway.core.changes.order import ChangeStep

_WRITTEN = ("VirtualService", "DestinationRule")


@with_cluster
@click.command()
@optional_paths_argument
@layout_options("The layout in which the objects are compared: the one that the operator writes.")
@output_option("text", "yaml", "json")
def diff(paths: tuple[str, ...], laying: Laying, output: Literal["text", "yaml", "json"]) -> int:
    """Show what PATH would change of the cluster's Istio objects, and in which steps.

    An object in PATH takes the place of the cluster's of the same kind and name; whatever else the
    cluster has stays. Without PATH the lanes of the cluster are held against the objects it has:
    what an operator still has to do. Changes of your own objects stand apart. Objects of a held
    group stay as they are. Nothing is written.

    \b
    kubectl laneway diff lanes/
    kubectl laneway diff
    """
    from laneway.core.changes.given import generated_objects
    from laneway.core.changes.order import steps
    from laneway.core.compile import compile_snapshot
    from laneway.core.views import changes as view

    cluster, wanted = cluster_and(read(paths) if paths else None)
    lost = [one for one in cluster.not_read if one.kind in _WRITTEN]
    if lost:
        tell([one for one in cluster.findings if one.code.id.startswith("LW195")], sys.stderr)
        click.echo("So nobody knows what would change.", err=True)
        return NOT_KNOWN
    live, compilation = compile_snapshot(cluster), compile_snapshot(wanted)
    laid = laying.laid(compilation)
    ours = view.ours(generated_objects(live.mesh), compilation, laid.objects)
    own = view.own(live, compilation)
    way, space = steps(ours), namespace()
    if space:
        ours, own, way = _of(ours, space), _of(own, space), _steps_of(way, space)
    if output != "text":
        shown = view.as_object(ours) | {"steps": [view.step_object(one) for one in way]}
        print_object(shown | {"own": view.as_object(own)}, output)
    else:
        _print(ours, own, way)
    tell(laid.findings, sys.stderr)
    return exit_code(laid.findings)


def _print(ours: ChangeSet, own: ChangeSet, way: Sequence[ChangeStep]) -> None:
    from laneway.core.views.changes import step_lines, table

    click.echo(table(ours))
    if way:
        click.echo("\nIn steps, each to be live in every proxy before the next:")
    for number, one in enumerate(way, start=1):
        for line in step_lines(number, one):
            click.echo(line)
    if own:
        click.echo(f"\nYour own objects:\n{table(own)}")


def _of(changes: ChangeSet, space: str) -> ChangeSet:
    """Return the changes in a namespace."""
    return replace(
        changes,
        changes=tuple(one for one in changes.changes if one.ref.namespace == space),
        kept=tuple(one for one in changes.kept if one.ref.namespace == space),
    )


def _steps_of(way: Sequence[ChangeStep], space: str) -> tuple[ChangeStep, ...]:
    """Return the part of each step that lies in a namespace; steps without one fall away."""
    found = [
        replace(
            one,
            writes=tuple(made for made in one.writes if made.ref.namespace == space),
            removes=tuple(ref for ref in one.removes if ref.namespace == space),
        )
        for one in way
    ]
    return tuple(one for one in found if one.writes or one.removes)
