"""A real API server lets in whom the adapter says it does, and lets one at a time lead."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from laneway.adapters.kube import (
    Access,
    Client,
    Forbidden,
    Leading,
    NoAccess,
    leading,
)
from laneway.adapters.kube.credentials import TokenFile
from laneway.adapters.kube.kubeconfig import KubeCluster, KubeUser
from tests.cluster.api_client import (
    CONFIG_MAPS,
    SPACE,
    client_of,
    run,
    until,
)
from tests.cluster.control_plane import ControlPlane
from tests.cluster.lanes import asked

pytestmark = pytest.mark.cluster


def _account(plane: ControlPlane, folder: Path) -> tuple[Access, str]:
    """Return the way in of a service account without rights, and a token of it."""
    found = asked(plane, "create", "token", "default", "-n=default", "--duration=10m").strip()
    file = folder / "token"
    cluster = KubeCluster(server=plane.api.url, certificate_authority=str(plane.api.certificate))
    return Access(cluster, KubeUser(), TokenFile(file), origin="the account"), found


def test_a_service_account_asks_with_what_its_file_says_now(
    plane: ControlPlane, tmp_path: Path
) -> None:
    way, token = _account(plane, tmp_path)

    async def main() -> None:
        async with Client(way) as client:
            (tmp_path / "token").write_text("expired")
            with pytest.raises(NoAccess, match="does not take the credentials of the account"):
                await client.kinds()
            (tmp_path / "token").write_text(token)
            await client.kinds()
            with pytest.raises(Forbidden, match="system:serviceaccount:default:default"):
                _ = [one async for one in client.listed(CONFIG_MAPS)]

    asyncio.run(main())


def test_one_of_two_leads_and_hands_over(
    plane: ControlPlane, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leading, "PERIOD", 0.1)
    at_work: list[str] = []

    def working(name: str) -> Callable[[], Coroutine[Any, Any, None]]:
        async def work() -> None:
            at_work.append(name)
            assert len(at_work) == 1
            try:
                await asyncio.Event().wait()
            finally:
                at_work.remove(name)

        return work

    async def test(client: Client) -> None:
        async with client_of(plane) as other:
            replicas = {
                name: Leading(whose, SPACE, "operator", name)
                for name, whose in (("one", client), ("two", other))
            }
            tasks = {
                name: asyncio.create_task(one.run(working(name))) for name, one in replicas.items()
            }
            await until(lambda: bool(at_work))
            (first,) = at_work
            await until(lambda: all(one.holder == first for one in replicas.values()))
            tasks[first].cancel()
            await until(lambda: bool(at_work) and at_work != [first])
            for task in tasks.values():
                task.cancel()
            await asyncio.wait(tasks.values())
            assert all(task.cancelled() for task in tasks.values())
        assert at_work == []

    run(plane, test)
