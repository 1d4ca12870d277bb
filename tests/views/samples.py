"""Compilations that views are made of: the examples, and the examples with something in them."""

from __future__ import annotations

from pathlib import Path

from laneway.adapters.files import read_paths
from laneway.core.compile import Compilation, compile_snapshot

EXAMPLES = Path(__file__).parents[2] / "examples"


def compiled_example(name: str) -> Compilation:
    """Compile an example as it is."""
    return compile_snapshot(read_paths([str(EXAMPLES / name)]))


def compiled_files(folder: Path) -> Compilation:
    """Compile a folder."""
    return compile_snapshot(read_paths([str(folder)]))
