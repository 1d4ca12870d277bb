"""The console of a mesh, where its user wants one: a process of its own beside the mesh.

Comes in: the mesh's folder. Goes out: the link that the console prints once. It bears the mesh's
mark, so it ends with the mesh however that ends; that it ends earlier does nothing to the mesh.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Sequence

from laneway.adapters.processes import MARK
from laneway.apps.local.record.state import MeshFolder

LOG = "console.log"
PATIENCE = 20.0
"""Seconds in which a console prints its link."""


async def opened_console(folder: MeshFolder, words: Sequence[str] = ()) -> str:
    """Start a console with further words and return its link. Raises OSError where it has none."""
    log = folder.logs / LOG
    command = (sys.executable, "-m", "laneway", "console", "--name", folder.name, *words)
    with log.open("ab") as written:
        child = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=written,
            env={**os.environ, MARK: f"{folder.mark}/console"},
            start_new_session=True,  # a Ctrl-C is the mesh's, which ends it
        )
    assert child.stdout is not None  # noqa: S101 - it was asked for
    try:
        line = await asyncio.wait_for(child.stdout.readline(), PATIENCE)
    except TimeoutError:
        child.kill()
        line = b""
    if not line:
        raise OSError(f"the console does not come up; {log} says why")
    return line.decode().strip()
