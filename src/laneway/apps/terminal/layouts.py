"""How objects are laid out: the options by which a command is told, and what they mean together.

Comes in: the words of a command line. Goes out: a `Laying`, which gives the objects of an input. It
is apart since several commands compare or print objects, and must mean the same by the same words.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, Literal

import click
from msgspec import Struct

if TYPE_CHECKING:
    from laneway.core.compile import Compilation
    from laneway.core.emit.manifest import Manifest
    from laneway.core.findings.finding import Finding
    from laneway.core.routing.plan.scoped import ScopedPlan

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]
Layout = Literal["istio", "asm", "scoped"]
Form = Literal["auto", "wildcard", "exact"]


class Laid(Struct, frozen=True):
    """An input in a layout: the objects, the findings, and what layout scoped decided."""

    objects: tuple[Manifest, ...]
    findings: tuple[Finding, ...]
    scoped: ScopedPlan | None = None


class Laying(Struct, frozen=True):
    """A layout, and for `scoped` the form of its rules and further namespaces of callers."""

    layout: Layout = "istio"
    form: Form = "auto"
    clients: tuple[str, ...] = ()

    def scoped(self, compilation: Compilation) -> ScopedPlan | None:
        """Return what layout scoped writes of an input, None for the other layouts."""
        if self.layout != "scoped":
            return None
        from laneway.core.routing.plan.scoped_ground import Scoping

        return compilation.scoped(Scoping(self.form, self.clients))

    def laid(self, compilation: Compilation) -> Laid:
        """Return the objects of an input, and what is to be told of it in this layout."""
        scoped = self.scoped(compilation)
        objects = compilation.manifests(self.layout, scoped)
        return Laid(objects, compilation.findings_with(scoped), scoped)

    def objects(self, compilation: Compilation) -> tuple[Manifest, ...]:
        """Return the objects of an input."""
        return self.laid(compilation).objects


def layout_options(says: str) -> Decorator:
    """Give a command `--layout` and what belongs to it, as one parameter `laying`."""
    options = (
        click.option(
            "--layout",
            type=click.Choice(["istio", "asm", "scoped"]),
            default="istio",
            show_default=True,
            help=says,
        ),
        click.option(
            "--scoped-form",
            type=click.Choice(["auto", "wildcard", "exact"]),
            help="Layout scoped: one wildcard rule for all services of a namespace, rules for each "
            "service, or (auto, the default) a wildcard wherever it does.",
        ),
        click.option(
            "--client",
            metavar="NAMESPACE",
            multiple=True,
            help="Layout scoped: a namespace whose pods call, beside those in the input. May be "
            "given several times.",
        ),
    )

    def decorated(command: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(command)
        def bundled(
            *args: Any,
            layout: Layout,
            scoped_form: Form | None,
            client: tuple[str, ...],
            **rest: Any,
        ) -> Any:
            return command(*args, laying=_laying(layout, scoped_form, client), **rest)

        found: Callable[..., Any] = bundled
        for option in reversed(options):
            found = option(found)
        return found

    return decorated


def _laying(layout: Layout, form: Form | None, clients: tuple[str, ...]) -> Laying:
    if layout != "scoped" and (form or clients):
        raise click.UsageError("--scoped-form and --client are for layout scoped.")
    return Laying(layout, form or "auto", clients)
