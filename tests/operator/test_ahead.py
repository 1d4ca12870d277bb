"""Who joins for a step while the one before is on its way stays where that is right, or leaves."""

from __future__ import annotations

import asyncio

from laneway.core.live.liveness import Liveness, Missing
from tests.operator.model_api import ModelApi
from tests.operator.proxies import Proxies
from tests.operator.running import at_work
from tests.operator.test_disturbed import condition
from tests.operator.town import add_lane, lane, remove_lane, reweight
from tests.operator.virtual_time import in_virtual_time

STEPS = ["subsets", "mesh routes"]
"""Of a lane that is added with no weight."""
ABSENT = Missing("b-v1.default", "not connected")
LACKING = Liveness("waiting", "ProxiesBehind", 3, 2, 10.0, (ABSENT,))


def add_lane_with_weight(api: ModelApi) -> None:
    api.put(lane("s3", "v3", 10))


def joining(*answers: Liveness, stands: bool) -> Proxies:
    found = Proxies(*answers)
    found.stands = stands
    return found


def test_steps_are_confirmed_by_who_joined_ahead_of_them(settled: ModelApi) -> None:
    api, proxies = settled.copy(), joining(stands=True)

    in_virtual_time(at_work(api, add_lane, proxies=proxies))

    assert (proxies.asked, proxies.joined_ahead, proxies.left) == (STEPS[:1], STEPS[1:], 1)
    assert condition(api, "Live")["status"] == "True"


def test_who_is_not_right_any_more_leaves_and_others_join(settled: ModelApi) -> None:
    proxies = joining(stands=False)

    in_virtual_time(at_work(settled.copy(), add_lane, proxies=proxies))

    assert (proxies.asked, proxies.joined_ahead, proxies.left) == (STEPS, STEPS[1:], 1)


def test_behind_a_proxy_that_is_gone_others_join_without_it(settled: ModelApi) -> None:
    proxies = joining(LACKING, stands=True)

    in_virtual_time(at_work(settled.copy(), add_lane, proxies=proxies))

    assert proxies.asked[:2] == STEPS
    assert [who("b-v1.default") for who in proxies.who[:2]] == [True, False]


def test_nobody_joins_ahead_behind_a_step_that_somebody_lacked(settled: ModelApi) -> None:
    proxies = joining(LACKING, stands=True)

    in_virtual_time(at_work(settled.copy(), add_lane_with_weight, proxies=proxies))

    assert proxies.asked[:3] == [*STEPS, "entry routes"]
    assert proxies.joined_ahead == STEPS[1:]


def test_nobody_joins_for_what_waits_until_requests_have_ended(settled: ModelApi) -> None:
    proxies = joining(stands=True)

    in_virtual_time(at_work(settled.copy(), remove_lane, proxies=proxies))

    assert proxies.asked == ["entry routes", "mesh routes", "subsets"]
    assert proxies.joined_ahead == []


def test_who_joined_for_a_step_that_is_not_written_leaves(settled: ModelApi) -> None:
    api, proxies = settled.copy(), joining(stands=True)

    def both(api: ModelApi) -> None:
        add_lane(api)
        asyncio.get_running_loop().call_later(1.0, reweight, api)

    proxies.seconds = 4.0
    in_virtual_time(at_work(api, both, proxies=proxies))

    assert proxies.asked == STEPS
    assert proxies.left == len(proxies.joined_ahead) > 0
