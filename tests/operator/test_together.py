"""Lanes that are applied together are one change; lanes that never end are written meanwhile."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from typing import Any

from laneway.adapters.kube import Kind
from laneway.apps.operator.writing import WRITTEN_AT_ONCE
from tests.operator.model_api import ModelApi
from tests.operator.proxies import Proxies
from tests.operator.running import at_work
from tests.operator.town import SERVICES, group, lane, pod, service
from tests.operator.virtual_time import in_virtual_time

BETWEEN = 0.018
"""Seconds between two objects that `kubectl apply` writes from afar."""


def test_lanes_that_are_applied_together_are_one_change(settled: ModelApi) -> None:
    api, proxies = settled.copy(), Proxies()

    def apply(api: ModelApi) -> None:
        later = asyncio.get_running_loop().call_later
        for at in range(3):
            later(at * BETWEEN, api.put, lane(f"s{at + 3}", f"v{at + 3}", 0))

    in_virtual_time(at_work(api, apply, proxies=proxies))

    assert proxies.asked == ["subsets", "mesh routes"]
    written = Counter(call for call in api.calls if call.startswith("apply DestinationRule"))
    assert set(written.values()) == {1}


def test_lanes_that_come_all_the_time_are_written_meanwhile(settled: ModelApi) -> None:
    api, written = settled.copy(), list[float]()

    def apply(api: ModelApi) -> None:
        loop = asyncio.get_running_loop()
        begun = loop.time()

        def wrote() -> None:
            if api.calls[-1].startswith("apply DestinationRule"):
                written.append(loop.time() - begun)

        api.wrote = wrote
        for at in range(30):
            loop.call_later(at * BETWEEN, api.put, lane(f"n{at}", f"v{at + 3}", 0))

    in_virtual_time(at_work(api, lambda _: None, apply))

    assert written[0] < 6 * BETWEEN


def test_objects_are_written_a_few_at_a_time(settled: ModelApi) -> None:
    api = settled.copy()
    api.answers_late = 0.1
    names = [*SERVICES, *(f"more-{at}" for at in range(2 * WRITTEN_AT_ONCE))]
    under_way, most, applied = 0, 0, api.apply

    async def apply(kind: Kind, body: Mapping[str, Any], *, subresource: str = "") -> bytes:
        nonlocal under_way, most
        if subresource:
            return await applied(kind, body, subresource=subresource)
        under_way += 1
        most = max(most, under_way)
        try:
            return await applied(kind, body)
        finally:
            under_way -= 1

    api.apply = apply  # type: ignore[method-assign]

    def grow(api: ModelApi) -> None:
        for name in names:
            api.put(service(name))
            for tag in ("v1", "v2"):
                api.put(pod(name, tag))
        api.put(group(services=[{"name": name, "namespace": "default"} for name in names]))

    in_virtual_time(at_work(api, grow))

    assert most == WRITTEN_AT_ONCE
