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
    from laneway.core.changes.order import ChangeStep
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


class Stepping(Struct, frozen=True):
    """The objects after a step, what it does, and how many steps there are."""

    objects: tuple[Manifest, ...]
    step: ChangeStep
    steps: int


class Laying(Struct, frozen=True):
    """A layout, and for `scoped` the form of its rules and further namespaces of callers.

    With `before` the objects are those after some steps from another layout to this one.
    """

    layout: Layout = "istio"
    form: Form = "auto"
    clients: tuple[str, ...] = ()
    before: Layout | None = None
    step: int = 0
    is_sparse: bool = False
    """Whether services that no lane changes are left out."""

    def thinned(self, compilation: Compilation) -> Compilation:
        """Return what objects are made of: everything, or what lanes change."""
        return compilation.sparse() if self.is_sparse else compilation

    def findings(
        self, compilation: Compilation, scoped: ScopedPlan | None = None
    ) -> tuple[Finding, ...]:
        """Return what is to be told of an input in this layout."""
        return compilation.findings_with(scoped, is_sparse=self.is_sparse)

    def scoped(self, compilation: Compilation) -> ScopedPlan | None:
        """Return what layout scoped writes of an input, None where it is not asked for."""
        if "scoped" not in (self.layout, self.before):
            return None
        from laneway.core.routing.plan.scoped_ground import Scoping

        return compilation.scoped(Scoping(self.form, self.clients))

    def laid(self, compilation: Compilation) -> Laid:
        """Return the objects of an input, and what is to be told of it in this layout."""
        scoped = self.scoped(compilation)
        objects = self.thinned(compilation).manifests(self.layout, scoped)
        return Laid(objects, self.findings(compilation, scoped), scoped)

    def stepping(self, compilation: Compilation) -> Stepping | None:
        """Return the objects after the step asked for, None where no step is."""
        if self.before is None:
            return None
        from laneway.core.changes.diff import diff
        from laneway.core.changes.order import steps
        from laneway.core.changes.states import state_after

        scoped = self.scoped(compilation)
        old = compilation.manifests(self.before, scoped)
        way = steps(diff(old, compilation.manifests(self.layout, scoped)))
        if self.step > len(way):
            between = f"from layout {self.before} to layout {self.layout}"
            raise click.UsageError(
                f"--step {self.step}: {between} there are {len(way)} steps."
                if way
                else f"--step {self.step}: nothing changes {between}, both write the same objects."
            )
        return Stepping(state_after(old, way[: self.step]), way[self.step - 1], len(way))

    def objects(self, compilation: Compilation) -> tuple[Manifest, ...]:
        """Return the objects of an input."""
        return self.laid(compilation).objects


_STEPS = (
    click.option(
        "--from",
        "before",
        type=click.Choice(["istio", "asm", "scoped"]),
        help="The layout that is live: print a state between it and --layout, see --step.",
    ),
    click.option(
        "--step",
        type=click.IntRange(min=1),
        help="With --from: the state after this step, of four as a rule. What to delete then is "
        "told on standard error.",
    ),
)


def layout_options(says: str, *, by_steps: bool = False) -> Decorator:
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
        click.option(
            "--sparse",
            is_flag=True,
            help="Layout istio: nothing for services of permissive groups that no lane changes. A "
            "request that lost its lane is not healed there, and pods of another lane that come up "
            "there get everybody's requests until objects are there.",
        ),
        *(_STEPS if by_steps else ()),
    )

    def decorated(command: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(command)
        def bundled(  # noqa: PLR0913 - one parameter per option, as click has it
            *args: Any,
            layout: Layout,
            scoped_form: Form | None,
            client: tuple[str, ...],
            sparse: bool,
            before: Layout | None = None,
            step: int | None = None,
            **rest: Any,
        ) -> Any:
            laying = Laying(layout, scoped_form or "auto", client, before, step or 0, sparse)
            _refuse_what_does_not_fit(laying, has_form=bool(scoped_form or client))
            return command(*args, laying=laying, **rest)

        found: Callable[..., Any] = bundled
        for option in reversed(options):
            found = option(found)
        return found

    return decorated


def _refuse_what_does_not_fit(laying: Laying, *, has_form: bool) -> None:
    if has_form and "scoped" not in (laying.layout, laying.before):
        raise click.UsageError("--scoped-form and --client are for layout scoped.")
    if laying.clients:
        _refuse_what_is_no_client(laying.clients)
    if (laying.before is None) != (laying.step == 0):
        raise click.UsageError("--from and --step belong together.")
    if laying.before == laying.layout:
        raise click.UsageError(f"--from and --layout are both {laying.layout}.")
    if laying.is_sparse and (laying.layout != "istio" or laying.before is not None):
        raise click.UsageError("--sparse is for layout istio, and stands without --from.")


def _refuse_what_is_no_client(clients: tuple[str, ...]) -> None:
    from laneway.core.resources.matching import is_dns_label
    from laneway.core.routing.plan.scoped_callers import NEVER_INJECTED

    for name in clients:
        if not is_dns_label(name):
            raise click.UsageError(f"--client {name!r}: a namespace has no such name.")
        if name in NEVER_INJECTED:
            raise click.UsageError(
                f"--client {name}: Istio injects no sidecars there, so no pod of it calls through "
                "one."
            )
