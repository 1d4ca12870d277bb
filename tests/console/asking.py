"""A console on the files of an example, and its API as a page asks it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx

from laneway.adapters.files import read_paths
from laneway.apps.console.run import CALLS
from laneway.core.mesh.snapshot import Snapshot
from tests.console.serving import console

EXAMPLES = Path(__file__).parents[2] / "examples"


def example(name: str) -> Snapshot:
    """Return what an example's folder holds."""
    return read_paths([str(EXAMPLES / name)])


def ask(
    tmp_path: Path, snapshot: Snapshot, path: str, body: Mapping[str, Any] | None = None
) -> httpx.Response:
    """Ask a call of a console that stands on a snapshot: GET, or POST with a body."""

    async def asked() -> httpx.Response:
        served = console(tmp_path, CALLS, snapshot)
        await served.come_in()
        if body is None:
            return await served.client.get(f"/api/v1{path}")
        return await served.client.post(f"/api/v1{path}", json=body, headers=served.headers)

    return asyncio.run(asked())


def told(
    tmp_path: Path, snapshot: Snapshot, path: str, body: Mapping[str, Any] | None = None
) -> Any:
    """Return what a call answers, which is no refusal."""
    answer = ask(tmp_path, snapshot, path, body)
    assert answer.status_code == 200, answer.text
    return answer.json()
