"""`laneway show changes`: what applying PATH would change, step by step.

Compared is with the running mesh, or with a folder: one of lanes, which is compiled, or one of
objects that are live, such as an earlier output of `laneway render` or a dump of a cluster.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from laneway.apps.cli.meshes import compiled_live, mesh_option, running, running_mesh
from laneway.apps.cli.reading import compiled, paths_argument
from laneway.apps.terminal.layouts import Laying, layout_options
from laneway.apps.terminal.printing import Output, output_option, print_object
from laneway.apps.terminal.telling import exit_code, tell

if TYPE_CHECKING:
    from laneway.apps.local.record.state import MeshFolder
    from laneway.core.compile import Compilation
    from laneway.core.emit.manifest import Manifest


@click.command(short_help="Print what applying PATH would change.")
@paths_argument
@click.option(
    "--against",
    type=click.Path(exists=True, allow_dash=True),
    metavar="PATH",
    help="Compare with this folder instead of the running mesh: lanes, or objects that are live.",
)
@mesh_option
@layout_options("The layout in which the objects are compared.")
@output_option("yaml", "json")
def changes(
    paths: tuple[str, ...], against: str | None, name: str | None, laying: Laying, output: Output
) -> int:
    """Print what applying PATH would change, and the steps in which that is safe.

    Objects of a held group stay as they are, and all of them where a file cannot be read. Changes
    of your own Istio objects stand apart.
    """
    from laneway.core.changes.order import steps
    from laneway.core.views.changes import as_object, ours, step_object

    live = compiled((against,), may_be_empty=True) if against else compiled_live(_mesh(name))
    compilation = compiled(paths)
    laid = laying.laid(compilation)
    found = ours(_objects(live, laying), compilation, laid.objects)
    shown = as_object(found) | {"steps": [step_object(one) for one in steps(found)]}
    print_object(shown | _own(live, compilation), output)
    tell(laid.findings, sys.stderr)
    return exit_code(laid.findings)


def _mesh(name: str | None) -> MeshFolder:
    """Return the mesh whose live input is compared with."""
    if name is None and not running():
        raise click.UsageError(
            "No mesh is running. Start one with `laneway up`, or name a folder to compare with by "
            "--against."
        )
    return running_mesh(name)


def _objects(live: Compilation, laying: Laying) -> tuple[Manifest, ...]:
    """Return the objects that are there: lanes are compiled, generated objects are as they are."""
    from laneway.core.changes.given import generated_objects

    if live.mesh.groups:
        return laying.objects(live)
    return generated_objects(live.mesh)


def _own(live: Compilation, wanted: Compilation) -> dict[str, Any]:
    """Return what changes of the user's own objects, where both sides would hold them."""
    from laneway.core.views.changes import as_object, own

    return {"own": as_object(own(live, wanted))} if live.mesh.groups else {}
