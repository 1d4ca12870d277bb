"""Sidecar injection is switched in a namespace, by who may and as nobody else."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from laneway.apps.console.api.injection import CALLS
from laneway.core.edits.injection_labels import switched
from tests.console.fake_cluster import NAMESPACE
from tests.console.serving import console
from tests.console.test_many_visitors import ORIGIN, proxied, seen

SWITCH = "/api/v1/namespaces/shop/injection"
SENT = {"origin": ORIGIN}


@pytest.mark.parametrize(
    ("labels", "wanted", "changed"),
    [
        ({}, {"on": True}, {"istio-injection": "enabled"}),
        ({"istio-injection": "enabled"}, {"on": True}, {}),
        ({"istio-injection": "enabled"}, {"on": False}, {"istio-injection": "disabled"}),
        ({"istio.io/rev": "a"}, {"on": True}, {}),
        (
            {"istio.io/rev": "a", "istio-injection": "disabled"},
            {"on": True, "revision": "b"},
            {"istio.io/rev": "b", "istio-injection": None},
        ),
    ],
)
def test_labels_change_as_istio_reads_them(
    labels: dict[str, str], wanted: dict[str, Any], changed: dict[str, str | None]
) -> None:
    assert switched(labels, **wanted) == changed


def test_it_is_switched_with_the_rights_of_who_asks() -> None:
    async def walk() -> None:
        async with proxied() as console:
            cluster = console.cluster
            browser = console.browser(cluster.user("ada", everywhere=True))
            await seen(browser)
            may = (await browser.get(SWITCH)).json()
            told = await browser.put(SWITCH, json={"on": True}, headers=SENT)

            assert may == {"may": True, "why": ""}
            assert told.json()["labels"] == {"istio-injection": "enabled"}
            labels = cluster.objects[NAMESPACE.path(name="shop")]["metadata"]["labels"]
            assert labels == {"istio-injection": "enabled"}
            (patch,) = [one for one in cluster.asked if one.method == "PATCH"]
            assert patch.headers["authorization"] == "Bearer token-of-ada"
            assert patch.query["fieldManager"] == "laneway-console"
            assert f"PUT {SWITCH}" in console.audit.getvalue()

    asyncio.run(walk())


def test_who_may_not_is_told_and_nothing_is_written() -> None:
    async def walk() -> None:
        async with proxied(None, "cart") as console:
            browser = console.browser(console.cluster.user("sue", "cart"))
            await seen(browser)
            may = (await browser.get(SWITCH)).json()
            told = await browser.put(SWITCH, json={"on": True}, headers=SENT)

            assert not may["may"]
            assert told.status_code == 403
            assert [one for one in console.cluster.asked if one.method == "PATCH"] == []

    asyncio.run(walk())


def test_of_files_it_is_said_where_the_label_stands(tmp_path: Path) -> None:
    async def walk() -> None:
        served = console(tmp_path, CALLS)
        await served.come_in()
        told = await served.client.put(SWITCH, json={"on": True}, headers=served.headers)

        assert told.status_code == 409
        assert "the form `injection`" in told.json()["error"]["detail"]
        assert not (await served.client.get(SWITCH)).json()["may"]

    asyncio.run(walk())
