"""Whether programs could have a network of their own here, for a mesh that has not asked for one.

Comes in: the folder of all meshes. Goes out: yes or no, which is tried in a process of its own, so
that the mesh neither waits for it nor loads what it needs, and remembered until the machine is
started anew.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from pathlib import Path

from laneway.apps.local.record.state import boot_id
from laneway.core.fleet.commands import MOCK
from laneway.core.gate import Revision

OFFER = "`--intercept on` works here: with it programs are in the mesh that heed no proxy variables"
_FILE = "interception.json"
_PROBE = "from laneway.adapters.netns import probe; print(probe(), end='')"


def would_serve(revision: Revision) -> bool:
    """Whether there is a program that might heed no proxy variables; the mock does."""
    return any(program.command != MOCK for one in revision.wanted for program in one.programs)


async def is_possible(home: Path) -> bool:
    """Say whether this user could have it on this machine."""
    known = _remembered(home / _FILE)
    if known is None:
        known = await _tried()
        if known is not None:
            _remember(home / _FILE, missing=known)
    return known == ""


async def _tried() -> str | None:
    """Return what is missing; None where it could not be tried."""
    pipe, nothing = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
    command = (sys.executable, "-c", _PROBE)
    try:
        child = await asyncio.create_subprocess_exec(
            *command, stdin=nothing, stdout=pipe, stderr=nothing
        )
    except OSError:
        return None
    try:
        said, _ = await child.communicate()
    except asyncio.CancelledError:
        with contextlib.suppress(ProcessLookupError):
            child.kill()
        await child.wait()
        raise
    return said.decode() if child.returncode == 0 else None


def _remembered(file: Path) -> str | None:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    is_current = isinstance(found, dict) and found.get("of") == _here()
    return str(found.get("missing")) if is_current else None


def _remember(file: Path, *, missing: str) -> None:
    with contextlib.suppress(OSError):
        file.write_text(json.dumps({"of": _here(), "missing": missing}), encoding="utf-8")


def _here() -> list[object]:
    return [boot_id(), os.geteuid()]
