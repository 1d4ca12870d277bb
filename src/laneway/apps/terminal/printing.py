"""Plain objects on standard output, as YAML or JSON."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any, Literal

import click

Output = Literal["yaml", "json"]

output_option = click.option(
    "-o",
    "--output",
    type=click.Choice(["yaml", "json"]),
    default="yaml",
    show_default=True,
    help="How to print it.",
)


def print_object(body: Mapping[str, Any] | list[Any], output: Output) -> None:
    """Print one object, or a list of them."""
    if output == "json":
        import json

        sys.stdout.write(json.dumps(body, indent=2, ensure_ascii=False) + "\n")
    else:
        from laneway.core.emit.yaml_text import yaml_text

        sys.stdout.write(yaml_text(body))
    sys.stdout.flush()
