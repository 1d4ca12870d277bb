"""From paths of the command line to a compilation.

Comes in: paths as typed. Goes out: what they compile to. The garbage collector rests meanwhile: a
compilation makes many objects and no cycles, and its process ends soon after.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from laneway.core.compile import Compilation
    from laneway.core.mesh.mesh import Mesh
    from laneway.core.mesh.snapshot import Snapshot

STANDARD_INPUT = "-"


def paths_argument(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command its PATH argument, which shells complete with files and folders."""
    return click.argument(
        "paths", nargs=-1, required=True, metavar="PATH...", type=click.Path(allow_dash=True)
    )(command)


def compiled(paths: Sequence[str]) -> Compilation:
    """Read and compile paths; `-` stands for standard input."""
    gc.disable()
    from laneway.core.compile import compile_snapshot

    return compile_snapshot(_read(paths))


def linked(paths: Sequence[str]) -> Mesh:
    """Read paths and resolve every name in them, and no more."""
    gc.disable()
    from laneway.core.mesh.link import link

    return link(_read(paths))


def _read(paths: Sequence[str]) -> Snapshot:
    from laneway.adapters.files import read_paths

    stdin = sys.stdin.buffer.read() if STANDARD_INPUT in paths else None
    return read_paths(paths, stdin)
