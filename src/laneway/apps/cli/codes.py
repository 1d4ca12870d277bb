"""`laneway explain-code`: what a finding's code means, and codes as an argument of commands."""

from __future__ import annotations

from typing import Any

import click


class _Code(click.ParamType[str]):
    """A code of the catalog, in any letter case."""

    name = "code"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the code as the catalog spells it; any other text is a usage error."""
        from laneway.core.findings.catalog import CATALOG

        code = value.upper()
        if code not in CATALOG:
            self.fail(f"There is no code {value!r}; codes look like LW1310.", param, ctx)
        return code

    def shell_complete(
        self, _ctx: click.Context, _param: click.Parameter, incomplete: str
    ) -> list[Any]:
        """Propose codes, each with what it says."""
        from click.shell_completion import CompletionItem

        from laneway.core.findings.catalog import CATALOG

        return [
            CompletionItem(code.id, help=code.message)
            for code in CATALOG.values()
            if code.id.startswith(incomplete.upper())
        ]


CODE = _Code()


@click.command("explain-code")
@click.argument("code", type=CODE, metavar="CODE")
def explain_code(code: str) -> None:
    """Explain a finding's CODE: what it means, why it matters and how to fix it."""
    import sys

    from laneway.apps.terminal.screen import has_color, width_of
    from laneway.core.findings.catalog import CATALOG
    from laneway.core.findings.render import code_text

    told = code_text(CATALOG[code], width=width_of(sys.stdout), color=has_color(sys.stdout))
    click.echo(told, nl=False)
