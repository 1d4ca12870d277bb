"""`laneway explain`: the journey of one request, and what decides each hop."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Literal

import click
from msgspec.structs import replace

from laneway.apps.cli.clusters import in_namespace
from laneway.apps.cli.reading import compiled, paths_argument
from laneway.apps.cli.typed import typed_in_front
from laneway.apps.terminal.printing import print_object
from laneway.apps.terminal.screen import width_of
from laneway.apps.terminal.telling import exit_code

if TYPE_CHECKING:
    from laneway.core.compile import Compilation
    from laneway.core.routing.ask.inquiry import Inquiry
    from laneway.core.routing.ask.request import Request

Output = Literal["text", "yaml", "json"]


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
    help="A service or workload that does not pass on the lane; may be given several times. "
    "By default those of which it is predicted.",
)
@click.option("--nobody-forgets", is_flag=True, help="Take every program to pass the lane on.")
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
    nobody_forgets: bool,  # noqa: FBT001 - a flag
    everything: bool,  # noqa: FBT001 - a flag
    output: Output,
) -> int:
    """Follow one request and show what decides each hop.

    It begins at a gateway, or with --from at a workload that sends it to --host. Which service a
    workload calls next is read from the URLs in its environment. In a permissive group, workloads
    are taken to pass the lane on, but those whose manifest shows that they will not; --forgets
    names others instead, --nobody-forgets none. In front of PATH the request may stand as it was
    copied: a curl command, a URL or `METHOD /path`.

    \b
    laneway explain --path /mock -H 'x-asm-prefer-tag: s1' lanes/
    laneway explain --path /mock -H 'x-asm-prefer-tag: s2' --forgets mockb lanes/
    laneway explain "curl -H 'x-asm-prefer-tag: s1' http://localhost/mock" lanes/
    """
    pairs = tuple(header_of(text) for text in headers)
    typed, paths = typed_in_front(paths)
    if typed and (host or headers or path != "/" or method != "GET"):
        raise click.UsageError("A copied request goes without --host, --path, --method and -H.")
    if forgets and nobody_forgets:
        raise click.UsageError("--forgets and --nobody-forgets are two assumptions.")
    compilation = compiled(paths)
    from laneway.core.routing.ask.inquiry import Inquiry, port_dialed
    from laneway.core.routing.ask.request import Request

    request = Request(host, path, method, headers=pairs, port=port)
    if typed and typed.request:
        dialed = typed.port if workload else port_dialed(compilation.plan, typed.port)
        request = replace(typed.request, port=port or dialed)
    assumed = forgets if forgets or nobody_forgets else None
    inquiry = Inquiry(request, in_namespace(workload), gateway, assumed)
    view = _view(compilation, inquiry)
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


def _view(compilation: Compilation, inquiry: Inquiry) -> dict[str, Any]:
    from laneway.core.routing.ask.inquiry import Unasked
    from laneway.core.views.explained import explained

    found = explained(compilation.mesh, compilation.plan, inquiry)
    if not isinstance(found, Unasked):
        return found
    if found.part == "host":
        raise click.UsageError("--from needs --host, the service that the workload calls.")
    if found.part == "gateway":
        why = found.why.replace("begin at a workload", "begin at a workload with --from")
        raise click.UsageError(f"{why[0].upper()}{why[1:]}.")
    hint = {"workload": "--from", "forgets": "--forgets"}[found.part]
    raise click.BadParameter(f"{found.why}.", param_hint=hint)


def _print(request: Request, view: dict[str, Any], *, everything: bool) -> None:
    from laneway.apps.terminal.journey_text import Style, journey_lines

    headers = "".join(f", {name}: {value}" for name, value in request.headers)
    asked = f"http://{request.host}{request.path}" if request.host else request.path
    click.echo(f"{request.method} {asked}{headers}\n")
    for line in journey_lines(view, Style(width_of(sys.stdout), everything)):
        sys.stdout.write(f"{line}\n")
