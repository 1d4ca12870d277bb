"""`laneway render`: the Istio objects that PATH becomes."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING, Literal

import click

from laneway.apps.cli.reading import compiled, paths_argument
from laneway.apps.cli.sidecars import sidecar_options, told
from laneway.apps.terminal.layouts import Laying, Layout, Stepping, layout_options
from laneway.apps.terminal.printing import output_option
from laneway.apps.terminal.telling import exit_code, tell

if TYPE_CHECKING:
    from laneway.core.compile import Compilation
    from laneway.core.emit.manifest import Manifest
    from laneway.core.emit.sidecars import Outbound
    from laneway.core.findings.finding import Finding
    from laneway.core.routing.plan.narrowing import Unnarrowed
    from laneway.core.routing.plan.scoped import ScopedPlan


WRONGLY_ANALYZED = (
    "istioctl analyze reports IST0101 and IST0174 for wildcard rules, and is wrong: it does not "
    "look a subset up among wildcards. --scoped-form exact passes it, with a rule for each service "
    "and lane."
)


@click.command()
@paths_argument
@layout_options(
    "istio: objects beside their services, for any Istio. asm: objects as the vendor's controller "
    "prints them. scoped: strict lanes by rules for single callers, so that proxies do not grow "
    "with lanes.",
    by_steps=True,
)
@output_option("yaml", "json", says="json prints one Kubernetes List.")
@click.option(
    "--wasm-url",
    metavar="URL",
    help="Where the mesh finds the lane filter (see `laneway wasm`): WasmPlugins are printed for "
    "what needs it. Not for layout asm.",
)
@sidecar_options
def render(
    paths: tuple[str, ...],
    laying: Laying,
    output: Literal["yaml", "json"],
    wasm_url: str | None,
    outbound: Outbound | None,
) -> int:
    """Print the Istio objects that PATH becomes.

    Findings go to standard error. Groups whose output would be unsafe are held: they are left out,
    and the exit code is 1.

    Between two layouts of a live mesh there are states that every proxy has to reach, one after
    the other: with --from and --step each is printed whole.

    \b
    laneway render lanes/ | kubectl apply -f -
    laneway render --layout scoped --from istio --step 1 lanes/
    """
    if wasm_url == "":
        raise click.UsageError("--wasm-url is empty: name where the mesh finds the module.")
    if wasm_url and laying.layout == "asm":
        raise click.UsageError(
            "--wasm-url is not for layout asm: the vendor's mesh has its own means."
        )
    compilation = compiled(paths)
    scoped = laying.scoped(compilation)
    made_of = laying.thinned(compilation)
    stepping = laying.stepping(compilation)
    added = _plugins(made_of, wasm_url)
    left: tuple[Unnarrowed, ...] = ()
    if outbound:
        objects = stepping.objects if stepping else made_of.manifests(laying.layout, scoped)
        narrow, left = _sidecars(made_of, objects, outbound)
        added = (*added, *narrow)
    if stepping is not None:
        _write(_documents(chain(stepping.objects, added), output))
    else:
        _write(_pieces(made_of, laying.layout, scoped, added, output))
    findings = laying.findings(compilation, scoped)
    if wasm_url:
        findings = _without_filter_needed(findings)
    tell(findings, sys.stderr)
    for line in told(left):
        click.echo(line, err=True)
    if stepping is not None:
        _tell_step(laying, stepping)
    if scoped and _has_wildcards(scoped, stepping):
        click.echo(WRONGLY_ANALYZED, err=True)
    if not compilation.mesh.groups:
        click.echo("There is no lane group in the input, so there is nothing to render.", err=True)
    return exit_code(findings)


def _plugins(compilation: Compilation, wasm_url: str | None) -> tuple[Manifest, ...]:
    if wasm_url is None:
        return ()
    from laneway.core.emit.wasm_plugin import wasm_plugins

    return wasm_plugins(compilation.mesh, compilation.plan, wasm_url)


def _sidecars(
    compilation: Compilation, objects: Iterable[Manifest], outbound: Outbound
) -> tuple[tuple[Manifest, ...], tuple[Unnarrowed, ...]]:
    from laneway.core.emit.sidecars import sidecars

    return sidecars(compilation.mesh, objects, outbound)


def _pieces(
    compilation: Compilation,
    layout: Layout,
    scoped: ScopedPlan | None,
    more: tuple[Manifest, ...],
    output: Literal["yaml", "json"],
) -> Iterator[str]:
    added = (one.body for one in more)
    if output == "yaml":
        from laneway.core.emit.yaml_text import yaml_documents

        return yaml_documents(chain(compilation.printed(layout, scoped), added))
    from laneway.core.emit.json_text import json_list

    return json_list(chain((one.body for one in compilation.manifests(layout, scoped)), added))


def _documents(objects: Iterable[Manifest], output: Literal["yaml", "json"]) -> Iterator[str]:
    bodies = (one.body for one in objects)
    if output == "yaml":
        from laneway.core.emit.yaml_text import yaml_documents

        return yaml_documents(bodies)
    from laneway.core.emit.json_text import json_list

    return json_list(bodies)


def _tell_step(laying: Laying, stepping: Stepping) -> None:
    """Say what is to be done with a state, and what to delete when it is live."""
    from laneway.core.views.changes import deletions

    step = stepping.step
    waits = "once requests in flight have ended, " if step.drain else ""
    click.echo(
        f"Step {laying.step} of {stepping.steps} from layout {laying.before} to layout "
        f"{laying.layout}: {waits}apply this, and wait until it is live in every proxy"
        f"{'. Then delete:' if step.removes else '.'}",
        err=True,
    )
    for line in deletions(step.removes):
        click.echo(line, err=True)
    if step.removes and laying.step < stepping.steps:
        click.echo("The next step begins when that is live as well.", err=True)


def _has_wildcards(scoped: ScopedPlan, stepping: Stepping | None) -> bool:
    """Whether what is printed has a rule for all services of a namespace."""
    if stepping is None:
        return scoped.has_wildcards
    hosts = {one.body["spec"].get("host", "") for one in stepping.objects}
    return not hosts.isdisjoint(rule.host for rule in scoped.rules if rule.host.startswith("*"))


def _without_filter_needed(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    from laneway.core.findings.codes.permissive import FILTER_NEEDED

    return tuple(one for one in findings if one.code is not FILTER_NEEDED)


def _write(pieces: Iterator[str]) -> None:
    for piece in pieces:
        sys.stdout.write(piece)
    sys.stdout.flush()
