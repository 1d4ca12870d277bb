"""`laneway explain`: the journey of one request, and what decides each hop."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Literal

import click
from msgspec import Struct

from laneway.apps.cli.clusters import in_namespace
from laneway.apps.cli.reading import compiled, paths_argument
from laneway.apps.terminal.printing import print_object
from laneway.apps.terminal.screen import width_of
from laneway.apps.terminal.telling import exit_code

if TYPE_CHECKING:
    from laneway.core.compile import Compilation
    from laneway.core.resources.kubernetes.workloads import Workload
    from laneway.core.routing.ask.request import Request
    from laneway.core.routing.plan.route_plan import GatewayPort

Output = Literal["text", "yaml", "json"]


class Start(Struct, frozen=True):
    """Where a request begins: a workload, or a gateway, or the first gateway there is.

    `forgets` names workloads and services that do not pass on the lane.
    """

    workload: str
    gateway: str
    forgets: tuple[str, ...] = ()


@click.command()
@paths_argument
@click.option("--host", default="", metavar="HOST", help="The requested host.")
@click.option("--path", default="/", show_default=True, metavar="PATH", help="The path.")
@click.option("--method", default="GET", show_default=True, metavar="METHOD", help="The method.")
@click.option("-H", "--header", "headers", multiple=True, metavar="'NAME: VALUE'", help="A header.")
@click.option("--port", type=click.IntRange(1, 65535), help="The gateway's or service's port.")
@click.option("--from", "workload", default="", metavar="WORKLOAD", help="Begin at a workload.")
@click.option(
    "--gateway", default="", metavar="NAME", help="Begin at this gateway; by default one of lanes."
)
@click.option(
    "--forgets",
    multiple=True,
    metavar="SERVICE",
    help="A service or workload that does not pass on the lane; may be given several times.",
)
@click.option("--all", "everything", is_flag=True, help="Show every rule that did not decide.")
@click.option("-o", "--output", type=click.Choice(["text", "yaml", "json"]), default="text")
def explain(  # noqa: PLR0913, PLR0917 - one parameter per option, as click has it
    paths: tuple[str, ...],
    host: str,
    path: str,
    method: str,
    headers: tuple[str, ...],
    port: int | None,
    workload: str,
    gateway: str,
    forgets: tuple[str, ...],
    everything: bool,  # noqa: FBT001 - a flag
    output: Output,
) -> int:
    """Follow one request and show what decides each hop.

    It begins at a gateway, or with --from at a workload that sends it to --host. Which service a
    workload calls next is read from the URLs in its environment. In a permissive group, workloads
    are taken to pass the lane on; --forgets shows what happens where one does not.

    \b
    laneway explain --path /mock -H 'x-asm-prefer-tag: s1' lanes/
    laneway explain --path /mock -H 'x-asm-prefer-tag: s2' --forgets mockb lanes/
    """
    pairs = tuple(header_of(text) for text in headers)
    compilation = compiled(paths)
    from laneway.core.routing.ask.request import Request

    request = Request(host, path, method, headers=pairs, port=port)
    view = _view(compilation, request, Start(in_namespace(workload), gateway, forgets))
    if output == "text":
        _print(request, view, everything=everything)
    else:
        print_object(view, output)
    code = exit_code(compilation.findings)
    if code:
        door = click.get_current_context().find_root().info_name
        click.echo(f"The input has errors that may change this; see `{door} check`.", err=True)
    return code


def header_of(text: str) -> tuple[str, str]:
    """Read a header as typed. Raises click.BadParameter."""
    name, colon, value = text.partition(":")
    if not colon or not name.strip():
        raise click.BadParameter(f"{text!r} is not 'NAME: VALUE'", param_hint="-H")
    return name.strip(), value.strip()


def _view(compilation: Compilation, request: Request, start: Start) -> dict[str, Any]:
    from laneway.core.routing.ask.journey import journey
    from laneway.core.views.journey import JourneyView

    mesh, plan = compilation.mesh, compilation.plan
    views = JourneyView(mesh, plan)
    _known(compilation, start.forgets)
    if not start.workload:
        port = _gateway(compilation, start.gateway, request.port)
        step = journey(mesh, plan, request, port, start.forgets)
        return views.at_gateway(step, port, request)
    if not request.host:
        raise click.UsageError("--from needs --host, the service that the workload calls.")
    workload = _workload(compilation, start.workload)
    return views.of(journey(mesh, plan, request, workload, start.forgets))


def _known(compilation: Compilation, names: tuple[str, ...]) -> None:
    """Check that each name is some workload's or service's."""
    from laneway.core.routing.ask.passing import is_among

    mesh = compilation.mesh
    for name in names:
        if not any(is_among(mesh, pod, (name,)) for pod in mesh.workloads):
            services = sorted(f"{one.namespace}/{one.name}" for one in mesh.services.values())
            trouble = f"there is no workload and no service {name}{_choices(services)}"
            raise click.BadParameter(trouble, param_hint="--forgets")


def _workload(compilation: Compilation, name: str) -> Workload:
    """Find a workload by its name, with or without its namespace."""
    known = compilation.mesh.workloads
    found = [one for one in known if name in (one.meta.name, f"{one.namespace}/{one.meta.name}")]
    if len(found) == 1:
        return found[0]
    names = sorted(f"{one.namespace}/{one.meta.name}" for one in found or known)
    trouble = "more than one workload is called" if found else "there is no workload"
    raise click.BadParameter(f"{trouble} {name}{_choices(names)}", param_hint="--from")


def _gateway(compilation: Compilation, name: str, number: int | None) -> GatewayPort:
    """Find a gateway's port; where nothing more is said, the first one of a gateway of lanes."""
    of_lanes = {group.gateway for group in compilation.mesh.groups}
    ports = sorted(
        compilation.plan.gateway_ports, key=lambda port: of_lanes.isdisjoint(port.gateways)
    )
    for port in ports:
        known = {part for full in port.gateways for part in (full, full.partition("/")[2])}
        if (not name or name in known) and number in (None, port.port):
            return port
    if not ports:
        raise click.UsageError("No gateway leads into this mesh; begin at a workload with --from.")
    names = [f"{full} port {port.port}" for port in ports for full in port.gateways]
    wanted = (f" {name}" if name else "") + (f" with port {number}" if number else "")
    raise click.UsageError(f"There is no gateway{wanted}{_choices(names)}")


def _choices(names: list[str]) -> str:
    if not names:
        return "; the input holds none."
    more = f" and {len(names) - 8} more" if len(names) > 8 else ""
    return f"; there are: {', '.join(names[:8])}{more}."


def _print(request: Request, view: dict[str, Any], *, everything: bool) -> None:
    from laneway.apps.terminal.journey_text import Style, journey_lines

    headers = "".join(f", {name}: {value}" for name, value in request.headers)
    asked = f"http://{request.host}{request.path}" if request.host else request.path
    click.echo(f"{request.method} {asked}{headers}\n")
    for line in journey_lines(view, Style(width_of(sys.stdout), everything)):
        sys.stdout.write(f"{line}\n")
