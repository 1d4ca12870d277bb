"""`laneway logs`: what the programs of a mesh wrote, and which requests went through it.

Comes in: a workload, or none, and a mesh. Goes out: lines, each after the name of its log where
there are several, in a color of its own on a terminal. Nothing is done here but reading flags.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from itertools import chain
from typing import TYPE_CHECKING

import click

from laneway.apps.cli.meshes import folder_completed, mesh_option, mesh_with_logs

if TYPE_CHECKING:
    from pathlib import Path

    from laneway.apps.local.record.state import MeshFolder

LOOK = 0.1
"""Seconds between two looks at a log that is followed."""


def _complete_log(context: click.Context, _: click.Parameter, begun: str) -> list[str]:
    from laneway.apps.local.record.logs import all_logs

    folder = folder_completed(context)
    logs = all_logs(folder) if folder else []
    return [path.stem for path in logs if path.stem.startswith(begun)]


@click.command()
@click.argument("workload", required=False, shell_complete=_complete_log)
@click.option("-f", "--follow", "follows", is_flag=True, help="Keep printing new lines.")
@click.option("--tail", type=click.IntRange(0), help="Only the last lines of each log.")
@click.option("--requests", "of_requests", is_flag=True, help="The requests, as proxies saw them.")
@click.option(
    "-o",
    "--output",
    type=click.Choice(["text", "json"]),
    default="text",
    help="With --requests: a table, or an object a line.",
)
@mesh_option
def logs(  # noqa: PLR0913, PLR0917 - one parameter per option, as click has it
    workload: str | None,
    follows: bool,  # noqa: FBT001 - a flag
    tail: int | None,
    of_requests: bool,  # noqa: FBT001 - a flag
    output: str,
    name: str | None,
) -> None:
    """Print what the programs of a mesh wrote, all of them or those of one WORKLOAD.

    WORKLOAD is NAME or NAMESPACE/NAME, a replica as `laneway ps` names it, `envoy`, or `laneway`
    itself. Programs write no times, so what is there already comes log by log; with -f all that is
    added comes as it is written.

    With --requests it prints a line for each request instead, of all or those that WORKLOAD sent or
    answered: when, who called, in which lane, by which route, which pod answered what, and how long
    it took.
    """
    folder = mesh_with_logs(name)
    if of_requests:
        _requests(folder, workload or "", tail, follows=follows, as_table=output == "text")
        return
    if output != "text":
        raise click.UsageError("-o goes with --requests.")
    _written(folder, workload, tail, follows=follows)


def _written(folder: MeshFolder, workload: str | None, tail: int | None, *, follows: bool) -> None:
    """Print what programs wrote."""
    from laneway.apps.local.record.logs import Logs

    found = Logs(lambda: _paths(folder, workload))
    if not found.readers:
        raise click.UsageError(_unknown(folder, workload))
    show = _shown(found.names())
    for source, line in found.there(tail, whole=not follows):
        show(source, line)
    if follows:
        for source, line in found.added(lambda: _goes_on(folder)):
            show(source, line)


def _requests(
    folder: MeshFolder, workload: str, tail: int | None, *, follows: bool, as_table: bool
) -> None:
    """Print the requests that went through a mesh."""
    import json

    from laneway.apps.local.record.requests import (
        HEAD,
        Requests,
        RequestTable,
        row_of,
        wait_until_written,
    )
    from laneway.apps.terminal.screen import table_width_of

    wait_until_written(folder)
    requests = Requests(folder, workload)
    there, logs = requests.there(tail)
    width = table_width_of(sys.stdout)
    table = RequestTable([row_of(one) for one in there], width, growing=follows)

    def show(row: tuple[str, ...]) -> None:
        for line in table.lines(row):
            click.echo(line)

    if as_table:
        show(HEAD)
    more = requests.added(logs, lambda: _goes_on(folder)) if follows else ()
    for one in chain(there, more):
        if as_table:
            show(row_of(one))
        else:
            click.echo(json.dumps(one, ensure_ascii=False))


def _paths(folder: MeshFolder, workload: str | None) -> list[Path]:
    from laneway.apps.local.record.logs import logs_named, workload_logs

    return workload_logs(folder) if workload is None else logs_named(folder, workload)


def _unknown(folder: MeshFolder, workload: str | None) -> str:
    from laneway.apps.local.record.logs import all_logs

    known = ", ".join(path.stem for path in all_logs(folder)) or "none"
    of = "workloads" if workload is None else repr(workload)
    return f"mesh {folder.name} has no log of {of}; there are: {known}"


def _goes_on(folder: MeshFolder) -> bool:
    from laneway.apps.local.record.outside import look

    time.sleep(LOOK)
    return look(folder).condition != "gone"


def _shown(names: tuple[str, ...]) -> Callable[[str, str], None]:
    """Return what prints a line: after its log's name where there are several logs."""
    from laneway.apps.terminal.screen import has_color

    if len(names) == 1:
        return lambda _, line: click.echo(line)
    width = max(len(name) for name in names)
    paint = _colors() if has_color(sys.stdout) else None
    colors: dict[str, str] = {}

    def show(source: str, line: str) -> None:
        label = f"{source.ljust(width)} |"
        if paint is not None:
            color = colors.get(source) or colors.setdefault(source, next(paint))
            label = click.style(label, fg=color)
        click.echo(f"{label} {line}", color=paint is not None)

    return show


def _colors() -> Iterator[str]:
    """Yield colors for ever, neighbors unlike; red is left to errors."""
    while True:
        yield from ("cyan", "yellow", "green", "magenta", "blue", "bright_cyan", "bright_yellow")
