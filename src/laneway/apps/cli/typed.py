"""A request that stands on the command line as it was copied, in front of PATH.

Comes in: the arguments of a command that asks for a request. Goes out: the request and the paths
behind it. An argument is a request if it looks like one and no file has that name.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from laneway.apps.cli.reading import BESIDE
from laneway.apps.terminal.exit_codes import USAGE
from laneway.apps.terminal.telling import tell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from laneway.core.findings.finding import Finding
    from laneway.core.routing.ask.typed.read_request import TypedRequest


class NotUnderstoodError(click.ClickException):
    """What was typed is no request; `findings` say where it is not."""

    exit_code = USAGE

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__(findings[0].message)
        self.findings = findings

    def show(self, file: object = None) -> None:  # noqa: ARG002 - click's own parameter
        """Tell it as findings are told, with a mark under the part that is meant."""
        tell(self.findings, sys.stderr)


def typed_in_front(paths: tuple[str, ...]) -> tuple[TypedRequest | None, tuple[str, ...]]:
    """Return a typed request in front of paths, and the paths. Raises NotUnderstoodError."""
    from laneway.core.routing.ask.typed.read_request import looks_typed, read_request

    if not paths or not looks_typed(paths[0]) or _is_file(paths[0]):
        return None, paths
    typed = read_request(paths[0])
    if typed.request is None:
        raise NotUnderstoodError(typed.findings)
    if len(paths) == 1 and BESIDE not in click.get_current_context().meta:
        raise click.UsageError("Missing argument 'PATH...' behind the request.")
    return typed, paths[1:]


def _is_file(text: str) -> bool:
    try:
        return Path(text).exists()
    except (OSError, ValueError):
        return False  # too long for a name, or not one
