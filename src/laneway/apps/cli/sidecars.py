"""The options by which `laneway render` prints Sidecars too, and what it says of who gets none.

Comes in: words of the command line. Goes out: what becomes of calls that nobody knew of, or that no
Sidecar is wanted. Apart from the command, since two options are one wish.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from laneway.core.emit.sidecars import Outbound
    from laneway.core.routing.plan.narrowing import Unnarrowed

_OUTBOUND = "laneway.outbound"


def _note_outbound(ctx: click.Context, _param: click.Parameter, said: str | None) -> None:
    ctx.meta[_OUTBOUND] = said


def _wish(ctx: click.Context, _param: click.Parameter, wanted: bool) -> Outbound | None:  # noqa: FBT001
    said: Outbound | None = ctx.meta.get(_OUTBOUND)
    if said is not None and not wanted:
        raise click.UsageError("--outbound is a word about the Sidecars of --sidecars.")
    return (said or "REGISTRY_ONLY") if wanted else None


def sidecar_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command `--sidecars` and `--outbound`, as one value: `outbound`, None without."""
    said = click.option(
        "--outbound",
        "said",
        type=click.Choice(["REGISTRY_ONLY", "ALLOW_ANY"]),
        expose_value=False,
        is_eager=True,
        callback=_note_outbound,
        help="What becomes of other calls of these pods: they fail (REGISTRY_ONLY, the default), "
        "or go to the address that was dialed, past every lane.",
    )
    wished = click.option(
        "--sidecars",
        "outbound",
        is_flag=True,
        callback=_wish,
        help="Print a Sidecar for the pods of each workload whose calls are known: its proxy then "
        "holds the services it calls and those of its group, and no others. Workloads that get "
        "none are named, with the reason.",
    )
    return wished(said(command))


def told(left: Sequence[Unnarrowed]) -> Iterator[str]:
    """Say who gets no Sidecar, all that have one reason together."""
    from laneway.core.rules.questions.words import listing

    by_reason: dict[str, list[str]] = {}
    for one in left:
        by_reason.setdefault(one.why, []).append(str(one.workload))
    for why, pods in by_reason.items():
        yield f"No Sidecar for {listing(pods)}: {why}."
