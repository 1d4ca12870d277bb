"""Plain objects on standard output, as YAML or JSON, and the options that ask for them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any, Literal

import click

Output = Literal["yaml", "json"]
Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def output_option(first: str, *others: str, says: str = "How to print it.") -> Decorator:
    """Give a command `--output`, whose value is the first of some formats unless it is named."""
    choices = click.Choice([first, *others])
    return click.option("-o", "--output", type=choices, default=first, show_default=True, help=says)


def print_object(body: Mapping[str, Any] | list[Any], output: Output) -> None:
    """Print one object, or a list of them."""
    if output == "json":
        import json

        sys.stdout.write(json.dumps(body, indent=2, ensure_ascii=False) + "\n")
    else:
        from laneway.core.emit.yaml_text import yaml_text

        sys.stdout.write(yaml_text(body))
    sys.stdout.flush()
