"""`laneway prove`: every request there can be, held against what the lanes promise."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Literal

import click

from laneway.apps.cli.reading import linked, paths_argument
from laneway.apps.terminal.exit_codes import ERRORS_FOUND, FINE, NOT_KNOWN
from laneway.apps.terminal.printing import print_object
from laneway.apps.terminal.screen import width_of

if TYPE_CHECKING:
    from laneway.core.proof.judged import Wish

Output = Literal["text", "yaml", "json"]


@click.command(
    epilog="Exit codes: 0 proven, 1 a counter-example, 4 undecided, 2 wrong usage, "
    "3 the machine or network failed, 70 a bug in Laneway."
)
@paths_argument
@click.option(
    "--judge",
    type=click.Choice(["auto", "objects", "plan"]),
    default="auto",
    show_default=True,
    help="objects: the Istio objects in PATH alone. plan: what Laneway makes of the lanes, beside "
    "the objects of others. auto: objects, if any of them routes a lane service in the mesh or "
    "was generated, and says so.",
)
@click.option("--all", "everything", is_flag=True, help="Show every counter-example.")
@click.option("-o", "--output", type=click.Choice(["text", "yaml", "json"]), default="text")
def prove(paths: tuple[str, ...], judge: Wish, everything: bool, output: Output) -> int:  # noqa: FBT001 - a flag
    """Prove that all requests keep to their lanes, or show one that does not.

    The lanes in PATH say what is promised, the Istio objects in PATH are held against it, whoever
    wrote them. Two things are proven of all requests at once, from every gateway and every
    workload. isolated: none reaches a pod outside the lane that answers for its lane. delivered:
    none gets an unintended error. A counter-example is the smallest request that breaks one of
    them, with the route that lets it. undecided means that something in PATH cannot be judged.

    \b
    laneway prove lanes/
    laneway render lanes/ > routes.yaml && laneway prove lanes/ routes.yaml
    """
    from laneway.apps.terminal.proof_text import proof_lines
    from laneway.core.proof.prove import prove as proven
    from laneway.core.routing.plan.rule_names import RuleNames
    from laneway.core.views.proof import proof_view

    mesh = linked(paths)
    proof, names = proven(mesh, judge), RuleNames(mesh)
    if output != "text":
        print_object(proof_view(proof, names), output)
    else:
        for line in proof_lines(proof, names, width_of(sys.stdout), everything=everything):
            click.echo(line)
    return {"proven": FINE, "counter-example": ERRORS_FOUND, "undecided": NOT_KNOWN}[proof.verdict]
