"""`laneway status`: what each group and lane comes to."""

from __future__ import annotations

import shlex
import sys
from typing import TYPE_CHECKING, Any, Literal

import click

from laneway.apps.cli.meshes import UnfitError, mesh_option, running_mesh
from laneway.apps.cli.reading import compiled
from laneway.apps.terminal.exit_codes import ERRORS_FOUND
from laneway.apps.terminal.screen import table_width_of
from laneway.apps.terminal.telling import exit_code

if TYPE_CHECKING:
    from collections.abc import Sequence

    from laneway.core.findings.finding import Finding
    from laneway.core.mesh.mesh import Group, GroupLane, Mesh
    from laneway.core.resources.lanes.swim_lanes import Lane

Row = tuple[str, ...]


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH...]", type=click.Path(allow_dash=True))
@click.option("--mesh", "in_mesh", is_flag=True, help="What the running mesh serves.")
@mesh_option
@click.option(
    "-o",
    "--output",
    type=click.Choice(["text", "yaml", "json"]),
    default="text",
    show_default=True,
    help="yaml and json print the objects' status as a cluster would hold it.",
)
def status(
    paths: tuple[str, ...],
    in_mesh: bool,  # noqa: FBT001 - a flag
    name: str | None,
    output: Literal["text", "yaml", "json"],
) -> int:
    """Show the state of each group and lane: what it has, and what answers for what it lacks.

    With --mesh it shows what a running mesh serves, and whether its files say the same.
    """
    from laneway.core.emit.status import errors_elsewhere

    refused: dict[str, Any] | None = None
    if in_mesh or name:
        paths, refused = _served(paths, name)
    elif not paths:
        raise click.UsageError("Name a PATH, or --mesh for what a running mesh serves.")
    compilation = compiled(paths)
    findings = compilation.findings
    objects = compilation.conditions
    if output == "text":
        told = {(one["kind"], one["metadata"]["name"]): one["status"] for one in objects}
        mesh = compilation.mesh
        lanes = [(group, lane) for group in mesh.groups for lane in group.lanes]
        useless = [*(lane for group in mesh.groups for lane in group.excluded), *mesh.stray_lanes]
        _print(
            ("GROUP", "MODE", "BASELINE", "LANES", "SERVICES", "STATUS"),
            [_group(one, told["ASMSwimLaneGroup", one.name]) for one in mesh.groups],
        )
        _print(
            ("LANE", "GROUP", "HAS", "ANSWERED BY OTHERS", "STATUS"),
            [
                *(
                    _lane(mesh, group, lane, told["ASMSwimLane", lane.name])
                    for group, lane in lanes
                ),
                *(_useless(lane, told["ASMSwimLane", lane.meta.name]) for lane in useless),
            ],
        )
        for group in mesh.groups:
            (ready,) = told["ASMSwimLaneGroup", group.name]["conditions"]
            if ready["message"]:
                click.echo(f"group {group.name} is not ready: {ready['message']}\n")
        if not mesh.groups:
            click.echo("No lane group is in the input.")
        _tell_findings(errors_elsewhere(mesh, findings), findings, paths)
        if refused is not None:
            _tell_refused(refused)
    else:
        from laneway.apps.terminal.printing import print_object

        shown: dict[str, Any] = {"apiVersion": "v1", "kind": "List", "items": objects}
        print_object(shown | ({"refused": refused} if refused else {}), output)
    return exit_code(findings) if refused is None else ERRORS_FOUND


def _tell_findings(
    elsewhere: Sequence[Finding], findings: Sequence[Finding], paths: Sequence[str]
) -> None:
    """Tell of the errors that no row of the tables shows, and who says more of all findings."""
    if elsewhere:
        count = f"{len(elsewhere)} error{' is' if len(elsewhere) == 1 else 's are'}"
        codes = ", ".join(sorted({one.code.id for one in elsewhere}))
        click.echo(f"{count} about other objects: {codes}.")
    if any(one.level != "info" for one in findings):
        click.echo(f"laneway check {shlex.join(paths)} says what is wrong.")


def _served(
    paths: tuple[str, ...], name: str | None
) -> tuple[tuple[str, ...], dict[str, Any] | None]:
    """Return where the input lies that a running mesh serves, and which edit it refused, if any."""
    if paths:
        raise click.UsageError("PATH and --mesh are two questions: what files say, what is live.")
    folder = running_mesh(name)
    record = folder.read()
    if record is None or not folder.input.exists():
        raise UnfitError(f"mesh {folder.name} is still starting.")
    return (str(folder.input),), record.refused


def _tell_refused(value: dict[str, Any]) -> None:
    """Tell which edit did not go live, and why: the files are not what the tables speak of."""
    import time

    from laneway.apps.local.refusal import RefusedRevision, refusal_text

    refusal = RefusedRevision.of_value(value)
    click.echo(f"The mesh {refusal_text(refusal, time.time())}:")
    for reason in refusal.reasons:
        click.echo(f"  {reason}")


def _print(head: Row, rows: Sequence[Row]) -> None:
    from laneway.apps.terminal.tables import table

    if rows:
        lines = table(head, rows, table_width_of(sys.stdout))
        sys.stdout.write("\n".join([*lines, "", ""]))


def _group(group: Group, status: dict[str, Any]) -> Row:
    mode = "permissive" if group.group.is_permissive else "strict"
    counts = (str(len(group.lanes)), str(len(group.hosts)))
    return (group.name, mode, group.baseline or "-", *counts, status["status"])


def _lane(mesh: Mesh, group: Group, lane: GroupLane, status: dict[str, Any]) -> Row:
    has = [
        host.partition(".")[0]
        for host in group.hosts
        if lane.has(host) and not mesh.services[host].deserted
    ]
    others = [
        f"{host.partition('.')[0]}: {answering}"
        for host in group.hosts
        if (answering := group.resolve(lane.name, host)) != lane.name
    ]
    return (lane.name, group.name, ", ".join(has) or "-", ", ".join(others) or "-", _worst(status))


def _useless(lane: Lane, status: dict[str, Any]) -> Row:
    """Return the row of a lane that routes nothing: without its group, or left out of it."""
    return (lane.meta.name, lane.group or "-", "-", "-", _worst(status))


def _worst(status: dict[str, Any]) -> str:
    told = status["validationMessage"]
    counts = [(sum(one["level"] == level for one in told), level) for level in ("error", "warning")]
    worst = ", ".join(f"{count} {level}{'s' * (count > 1)}" for count, level in counts if count)
    (ready,) = status["conditions"]
    return worst or ("Ready" if ready["status"] == "True" else "Empty")
