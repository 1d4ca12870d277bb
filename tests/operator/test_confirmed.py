"""What is written is not called live before proxies have it; what they lack holds up removals."""

from __future__ import annotations

import asyncio
from itertools import groupby

import pytest

from laneway.core.keeping import change
from laneway.core.live.liveness import Liveness, Missing
from tests.operator.model_api import ModelApi
from tests.operator.proxies import Proxies
from tests.operator.running import at_work, ours
from tests.operator.test_disturbed import GROUP, condition, written
from tests.operator.town import add_lane, pod, remove_lane, reweight
from tests.operator.virtual_time import in_virtual_time


def lacking(why: str) -> Liveness:
    return Liveness("waiting", "ProxiesBehind", 3, 2, 10.0, (Missing("b-v1.default", why),))


def test_proxies_are_asked_about_each_step_before_the_next(settled: ModelApi) -> None:
    proxies = Proxies()

    in_virtual_time(at_work(settled.copy(), remove_lane, proxies=proxies))

    assert proxies.asked == ["entry routes", "mesh routes", "subsets"]


def test_what_is_live_says_how_many_have_it_and_how_soon(settled: ModelApi) -> None:
    live = condition(settled, "Live")

    assert (live["status"], live["message"]) == ("True", "3 of 3 proxies after 100 ms")


def test_a_proxy_that_is_not_connected_is_named_until_it_has_the_change(settled: ModelApi) -> None:
    api = settled.copy()
    seen: list[dict[str, str]] = []
    api.wrote = lambda: seen.append(condition(api, "Live"))
    proxies = Proxies(*[lacking("not connected")] * 3)

    in_virtual_time(at_work(api, add_lane, proxies=proxies))

    said = {one["message"] for one in seen if one["status"] == "False"}
    assert said == {"2 of 3 proxies; b-v1.default not connected"}
    assert condition(api, "Live")["status"] == "True"
    assert proxies.asked == ["subsets", "mesh routes", *["what lies there: 5"] * 2]


def test_a_proxy_that_is_not_connected_is_waited_for_once_and_then_asked_about_alone(
    settled: ModelApi,
) -> None:
    api = settled.copy()
    seen: list[str] = []
    api.wrote = lambda: seen.append(condition(api, "Live")["message"])
    both = Liveness("live", "Live", 2, 2, 0.1)
    proxies = Proxies(lacking("not connected"), both, lacking("not connected"))

    in_virtual_time(at_work(api, add_lane, proxies=proxies))

    lost = [who("b-v1.default") for who in proxies.who]
    others = [who("a-v1.default") for who in proxies.who]
    assert (lost, others) == ([True, False, True, True], [True, True, False, False])
    assert "2 of 2 proxies after 100 ms" not in seen


def test_a_change_that_takes_long_is_told_to_be_under_way_until_it_is_through(
    settled: ModelApi,
) -> None:
    api = settled.copy()
    seen: list[str] = []
    api.wrote = lambda: seen.append(condition(api, "Reconciling")["status"])

    in_virtual_time(at_work(api, lambda _: None, add_lane, proxies=Proxies(seconds=4.0)))

    assert [one for one, _ in groupby(seen)] == ["False", "True", "False"]


def test_a_change_that_is_left_for_another_input_stays_under_way(settled: ModelApi) -> None:
    api = settled.copy()
    seen: list[str] = []
    api.wrote = lambda: seen.append(condition(api, "Reconciling")["status"])

    def both(api: ModelApi) -> None:
        add_lane(api)
        asyncio.get_running_loop().call_later(1.0, reweight, api)

    in_virtual_time(at_work(api, both, proxies=Proxies(seconds=4.0)))

    assert [one for one, _ in groupby(seen)] == ["False", "True", "False"]


def told_live(api: ModelApi) -> list[str]:
    """Return the lanes that say of what they are now that it is live."""
    return [
        name[-1]
        for name, body in api.objects.items()
        if name[0] == "ASMSwimLane"
        and body.get("status", {}).get("observedGeneration") == body["metadata"]["generation"]
        and condition(api, "Live", name)["status"] == "True"
    ]


@pytest.mark.parametrize("stride", [1, 10])
@pytest.mark.parametrize("late", [0.0, 0.05, 0.3, 0.6])
def test_nothing_is_told_to_be_live_before_all_of_its_change_is(
    settled: ModelApi, monkeypatch: pytest.MonkeyPatch, late: float, stride: int
) -> None:
    """Neither while its parts come one after the other, nor where it came during another change."""
    monkeypatch.setattr(change, "TOGETHER", 1)
    monkeypatch.setattr(change, "STRIDE", stride)
    in_virtual_time(at_work(calm := settled.copy(), reweight, add_lane))
    api = settled.copy()
    told: list[bool] = []

    def hold() -> None:
        if "s3" in told_live(api):
            told.append(ours(api) == ours(calm))

    def both(api: ModelApi) -> None:
        reweight(api)
        asyncio.get_running_loop().call_later(late, add_lane, api)

    api.wrote = hold
    in_virtual_time(at_work(api, both, proxies=Proxies(seconds=0.7)))

    assert told
    assert all(told)
    assert "s3" in told_live(api)


def test_whoever_begins_anew_tells_nothing_to_be_live_before_it_has_asked(
    settled: ModelApi,
) -> None:
    api = settled.copy()
    in_virtual_time(at_work(calm := settled.copy(), reweight))
    at = calm.calls.index("apply VirtualService gateway") + 1
    api.kill_at = (at, True)
    proxies = Proxies(lacking("has not acknowledged"), seconds=4.0)
    too_soon: list[bool] = []

    def hold() -> None:
        if "s1" in told_live(api):
            too_soon.append(bool(proxies.answers))

    async def killed() -> None:
        await at_work(api, reweight)
        assert api.killed.is_set()
        api.kill_at, api.killed, api.wrote = None, asyncio.Event(), hold
        await at_work(api, proxies=proxies)

    in_virtual_time(killed())

    assert too_soon
    assert not any(too_soon)


def test_nothing_is_taken_away_that_a_proxy_may_still_use(settled: ModelApi) -> None:
    api = settled.copy()
    proxies = Proxies(*[lacking("has not acknowledged")] * 500)

    in_virtual_time(at_work(api, remove_lane, proxies=proxies))

    assert written(api) == ["apply VirtualService gateway"]
    assert condition(api, "Stalled")["reason"] == "ProxiesBehind"

    api = api.copy()
    in_virtual_time(at_work(api))
    in_virtual_time(at_work(calm := settled.copy(), remove_lane))
    assert ours(api) == ours(calm)


def test_whoever_begins_anew_asks_about_what_was_written_and_never_seen_live(
    settled: ModelApi,
) -> None:
    api = settled.copy()
    api.kill_at = (7, False)  # the routes of the first service, behind both rules

    async def killed() -> list[str]:
        await at_work(api, add_lane)
        assert api.killed.is_set()
        api.kill_at, api.killed = None, asyncio.Event()
        proxies = Proxies()
        await at_work(api, proxies=proxies)
        return proxies.asked

    assert in_virtual_time(killed()) == ["what lies there: 5", "mesh routes"]


def test_a_crowd_of_pods_is_looked_at_once(settled: ModelApi) -> None:
    api = settled.copy()

    def crowd(api: ModelApi) -> None:
        for number in range(30):
            asyncio.get_running_loop().call_later(
                number / 1000, api.put, pod("a", "v1", number=f"-{number}")
            )

    working = in_virtual_time(at_work(api, crowd))

    assert working.rounds - in_virtual_time(at_work(settled.copy())).rounds <= 2
    status = api.objects["ASMSwimLane", "", "s1"]["status"]
    assert status["pods"] == {"ready": 32, "total": 32}


def test_a_lane_and_its_group_are_told_of_at_once_and_the_lane_is_first(settled: ModelApi) -> None:
    api = settled.copy()
    api.answers_late = 0.2
    told: dict[str, float] = {}

    def look() -> None:
        for name in (GROUP, ("ASMSwimLane", "", "s3")):
            status = api.objects[name].get("status", {})
            if status.get("observedGeneration") and status.get("lanes", 3) == 3:
                told.setdefault(name[0], asyncio.get_running_loop().time())

    api.wrote = look
    in_virtual_time(at_work(api, add_lane))

    assert told["ASMSwimLane"] == told["ASMSwimLaneGroup"]
    first, *_ = (call for call in api.calls if "status" in call)
    assert first == "apply ASMSwimLane s3 status"
