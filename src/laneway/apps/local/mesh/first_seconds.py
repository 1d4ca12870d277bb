"""What goes wrong just after a mesh is ready, told at the prompt while somebody still looks at it.

Comes in: a loop that follows its files. Goes out: when it is enough. A detached mesh speaks to a
log from then on. The built-in mock does not end by itself, so that a mesh of nothing else has
nothing to wait for but the first look at its files.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress

from laneway.apps.local.mesh.announcer import last_words
from laneway.apps.local.mesh.runner import Runner
from laneway.core.fleet.commands import MOCK

LOOK = 5.0
"""Seconds to wait at most for the first look at the files; it takes some milliseconds."""

TRIAL = 1.0
"""Seconds in which a program that will not stay up mostly ends."""


async def first_seconds(runner: Runner, following: asyncio.Task[None]) -> None:
    """Wait until the files were looked at and programs had a second to end in; tell what did."""
    looking = asyncio.create_task(runner.has_looked.wait())
    await asyncio.wait({looking, following}, timeout=LOOK, return_when=asyncio.FIRST_COMPLETED)
    looking.cancel()
    if _has_real_programs(runner):
        with suppress(TimeoutError):
            await asyncio.wait_for(runner.target.announcer.trouble.wait(), TRIAL)
    for words in _ended(runner):
        runner.target.announcer.screen.warn(words)


def _has_real_programs(runner: Runner) -> bool:
    instances = runner.target.supervisor.instances.values()
    return any(program.command != MOCK for one in instances for program in one.wanted.programs)


def _ended(runner: Runner) -> Iterator[str]:
    """Yield the last words of programs that were ready and have ended."""
    for one in runner.target.supervisor.records():
        if one.reason and one.state != "stopped":
            yield "\n".join(last_words(one))
