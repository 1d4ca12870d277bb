"""`laneway verify`: a running mesh held against its plan by real requests."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Literal

import click

from laneway.apps.cli.meshes import mesh_option, running_mesh
from laneway.apps.cli.seconds import Seconds
from laneway.apps.terminal.exit_codes import ERRORS_FOUND, FINE, NOT_KNOWN, WORLD_FAILED
from laneway.apps.terminal.printing import print_object
from laneway.apps.terminal.screen import table_width_of
from laneway.apps.terminal.telling import tell

if TYPE_CHECKING:
    from collections.abc import Callable

    from laneway.apps.local.record.state import MeshFolder
    from laneway.apps.local.verify.run import Progress, Wish
    from laneway.core.judging.lane_report import LaneReport
    from laneway.core.judging.report import Report
    from laneway.core.routing.ask.request import Request

Output = Literal["text", "yaml", "json"]


@click.command(
    epilog="Exit codes: 0 all as promised, 1 a promise is not kept, 4 not known, because nothing "
    "was sent or something was not reached, 2 wrong usage, "
    "3 the machine or network failed, 70 a bug in Laneway."
)
@click.option(
    "--requests",
    type=click.IntRange(1, 1_000_000),
    help="How often each request is sent: 100 times, 10 with --context.",
)
@click.option(
    "--context",
    "follows",
    is_flag=True,
    help="Report programs that lose the lane in a permissive group; requests are sent one by one.",
)
@click.option(
    "--passive",
    metavar="SECONDS",
    type=Seconds(0, 86_400),
    help="With --context: send nothing and watch live traffic for so long.",
)
@click.option(
    "--streamed",
    default="",
    metavar="PATH",
    help="With --context: also try this path, whose answer comes in pieces.",
)
@click.option("--lane", default="", metavar="LANE", help="Only requests and results of this lane.")
@mesh_option
@click.option("--path", metavar="PATH", help="Send only your own request, with this path.")
@click.option("--host", default="", metavar="HOST", help="The host of your request.")
@click.option("--method", metavar="METHOD", help="The method of your request.")
@click.option("-H", "--header", "headers", multiple=True, metavar="'NAME: VALUE'", help="A header.")
@click.option("--port", type=click.IntRange(1, 65535), help="The gateway's port for your request.")
@click.option(
    "--allow-untested", is_flag=True, help="Accept services of a lane that no request reached."
)
@click.option("-o", "--output", type=click.Choice(["text", "json", "yaml"]), default="text")
def verify(  # noqa: PLR0913, PLR0917 - one parameter per option, as click has it
    requests: int | None,
    follows: bool,  # noqa: FBT001 - a flag
    passive: float | None,
    streamed: str,
    lane: str,
    name: str | None,
    path: str | None,
    host: str,
    method: str | None,
    headers: tuple[str, ...],
    port: int | None,
    allow_untested: bool,  # noqa: FBT001 - a flag
    output: Output,
) -> int:
    """Send real requests to a running mesh and check that all went as promised.

    Each rule at a gateway gets requests that match it and requests that do not. The proxies' own
    counters show which pods got them, so it works with any program; response bodies are ignored.
    Requests are GET unless a rule requires another method. With --path, -H, --host or --method
    only that request is sent; with --lane it must enter that lane.

    With --context it reports programs of a permissive group that do not pass the lane on, and what
    they sent instead. Requests come without a trace, with one, and with more baggage in turn.

    A service where a lane has pods, but that no request reached, is reported as untested.

    \b
    laneway verify --lane s1
    laneway verify --path /mock -H 'x-asm-prefer-tag: s1' --lane s1
    laneway verify --context
    """
    from laneway.apps.local.verify.follow_lanes import REQUESTS as ONE_BY_ONE
    from laneway.apps.local.verify.run import REQUESTS, Wish, WrongWishError
    from laneway.apps.local.verify.run import verify as run
    from laneway.apps.local.verify.running import CannotVerifyError

    own = _own(path, host, method, headers, port)
    if passive is not None and not follows:
        raise click.UsageError("--passive goes with --context.")
    if streamed and (not follows or passive is not None):
        raise click.UsageError("--streamed goes with --context, and not with --passive.")
    if streamed and not streamed.startswith("/"):
        raise click.BadParameter(f"{streamed!r} does not begin with /", param_hint="--streamed")
    if passive is not None and (own or lane or requests):
        raise click.UsageError("--passive sends nothing, so it takes no request, lane or number.")
    wish = Wish(requests or (ONE_BY_ONE if follows else REQUESTS), lane, own, streamed)
    report: Report | LaneReport
    folder = running_mesh(name)
    try:
        if follows:
            report = _follow(folder, wish, passive, output)
        else:
            report = run(folder, wish, _progress(output))
    except WrongWishError as error:
        raise click.UsageError(f"In mesh {folder.name} {error}.") from error
    except CannotVerifyError as error:
        click.echo(f"Error: {error}.", err=True)
        return WORLD_FAILED
    _print(report, output)
    return _exit_code(report, accepting=allow_untested)


def _exit_code(report: Report | LaneReport, *, accepting: bool) -> int:
    """Return 1 where a promise is broken, else 4 where it is not known whether one is."""
    if report.verdict == "not as promised":
        return ERRORS_FOUND
    if report.verdict == "untested" and not (accepting and report.has_met):
        return NOT_KNOWN
    return FINE


def _follow(folder: MeshFolder, wish: Wish, passive: float | None, output: Output) -> LaneReport:
    from laneway.apps.local.verify.follow_lanes import send_and_follow, watch

    if passive is not None:
        return watch(folder, passive)
    return send_and_follow(folder, wish, _progress(output))


def _own(
    path: str | None, host: str, method: str | None, headers: tuple[str, ...], port: int | None
) -> Request | None:
    """Return the user's own request, if any part of one is given."""
    if path is None and method is None and not (host or headers or port):
        return None
    from laneway.apps.cli.explain import header_of
    from laneway.core.routing.ask.request import Request

    pairs = tuple(header_of(text) for text in headers)
    if not (path or "/").startswith("/"):
        raise click.BadParameter(f"{path!r} does not begin with /", param_hint="--path")
    return Request(host, path or "/", method or "GET", headers=pairs, port=port)


def _progress(output: Output) -> Callable[[Progress], None]:
    """Return what shows progress in one line of a terminal; nothing anywhere else."""
    if output != "text" or not sys.stderr.isatty():
        return lambda _: None
    from laneway.apps.terminal.screen import Screen

    screen = Screen(sys.stdout, sys.stderr)

    def show(progress: Progress) -> None:
        if progress.done % 10 == 0 or progress.done == progress.total:
            screen.progress(f"{progress.done} of {progress.total}", progress.request)
        if progress.done == progress.total:
            screen.show([])

    return show


def _print(report: Report | LaneReport, output: Output) -> None:
    from laneway.apps.terminal import lane_text, verify_text
    from laneway.core.judging import lane_report
    from laneway.core.judging import report as plain
    from laneway.core.judging.report import Report

    width = table_width_of(sys.stdout)
    if isinstance(report, Report):
        value, lines = plain.as_value(report), verify_text.table_lines(report, width)
        last = verify_text.last_line(report)
    else:
        value, lines = lane_report.as_value(report), lane_text.table_lines(report, width)
        last = lane_text.last_line(report)
    if output != "text":
        print_object(value, output)
        return
    for line in lines:
        click.echo(line)
    if report.findings:
        if lines:
            click.echo()
        sys.stdout.flush()
        tell(report.findings, sys.stdout)
    click.echo(f"\n{last}")
