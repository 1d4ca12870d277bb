"""`laneway propagation`: which SDK keeps a lane, which does not, and the remedy."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Literal

import click

from laneway.apps.terminal.printing import output_option, print_object
from laneway.apps.terminal.screen import width_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from laneway.core.sdks.fact import Fact


class _SdkName(click.ParamType[str]):
    """The name of an SDK in the table."""

    name = "sdk"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the name; what is none is a usage error that proposes the nearest."""
        from laneway.core.resources.yaml.nearness import likest
        from laneway.core.sdks.table.every import SDKS

        if value not in SDKS:
            near = likest(value, SDKS)
            advice = f"Did you mean {near}?" if near else f"There are: {', '.join(SDKS)}."
            self.fail(f"There is no SDK {value!r} in the table. {advice}", param, ctx)
        return value

    def shell_complete(
        self, _ctx: click.Context, _param: click.Parameter, incomplete: str
    ) -> list[Any]:
        """Propose names, each with what it stands for."""
        from click.shell_completion import CompletionItem

        from laneway.core.sdks.table.every import SDKS

        return [
            CompletionItem(one.name, help=f"{one.title}, {one.language}")
            for one in SDKS.values()
            if one.name.startswith(incomplete)
        ]


@click.command()
@click.option("--sdk", type=_SdkName(), metavar="NAME", help="One SDK: each fact, and the remedy.")
@output_option("text", "yaml", "json")
def propagation(sdk: str | None, output: Literal["text", "yaml", "json"]) -> None:
    """Show which SDK passes a lane on: baggage, trace ids and other headers, as measured.

    Each row speaks for the versions that were run, which --sdk shows with the remedy.

    \b
    laneway propagation
    laneway propagation --sdk opentelemetry-node
    """
    from laneway.core.sdks.table.every import FACTS, facts_of

    if output != "text":
        from laneway.core.views.propagation import facts

        print_object(facts(sdk or ""), output)
        return
    lines = _details(sdk, facts_of(sdk)) if sdk else _overview(FACTS)
    sys.stdout.writelines(f"{line}\n" for line in lines)


_HEAD = ("WHEN", "BAGGAGE", "TRACEPARENT", "OTHER HEADERS")
_WIDTHS = (10, 11, 19)
"""Characters of the columns but the first, which has the rest; a result is 10 at most."""


def _overview(facts: tuple[Fact, ...]) -> Iterator[str]:
    """Yield a line per SDK and a row for each of its facts."""
    from itertools import groupby

    from laneway.apps.terminal.tables import GAP, lines_of_row
    from laneway.core.sdks.table.every import SDKS

    rest = width_of(sys.stdout) - sum(_WIDTHS) - len(GAP) * len(_HEAD)
    widths = (rest, *_WIDTHS)
    yield from (f"{GAP}{line}" for line in lines_of_row(_HEAD, widths))
    for name, some in groupby(facts, key=lambda one: one.sdk):
        yield f"{name}: {SDKS[name].title}, {SDKS[name].language}"
        for one in some:
            yield from (f"{GAP}{line}" for line in lines_of_row(_row(one), widths))
    yield ""
    yield "laneway propagation --sdk NAME shows the versions that were run, and the remedy."


def _row(one: Fact) -> tuple[str, ...]:
    """Return a fact as a row; what no SDK does by itself is not told of each."""
    known = ("baggage", "traceparent")
    others = [
        f"{header}: {outcome}"
        for header, outcome in one.effects.items()
        if header not in known and (outcome != "not by itself" or len(one.effects) == 1)
    ]
    said = (one.effects.get(header, "-") for header in known)
    return one.when, *said, ", ".join(others) or "-"


def _details(name: str, facts: tuple[Fact, ...]) -> Iterator[str]:
    import textwrap

    from laneway.core.sdks.table.every import SDKS

    width, sdk = width_of(sys.stdout), SDKS[name]
    yield f"{sdk.title}, {sdk.language} ({name})"
    seen = sdk.seen_by or "nothing: no manifest shows it"
    yield from textwrap.wrap(f"Seen by {seen}.", width)
    for one in facts:
        effects = (f"{header}: {outcome}" for header, outcome in one.effects.items())
        texts = (
            ", ".join(effects),
            one.says,
            f"Fix: {one.remedy}",
            f"Measured {one.measured} with {one.versions}.",
            one.link,
        )
        yield ""
        yield from textwrap.wrap(one.when, width)
        for text in filter(None, texts):
            yield from textwrap.wrap(
                text,
                width,
                initial_indent="  ",
                subsequent_indent="    ",
                break_on_hyphens=False,
                break_long_words=False,
            )
