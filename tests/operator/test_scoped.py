"""Layout scoped: rules for single callers, and the way there and back, in order at every write."""

from __future__ import annotations

import pytest

from tests.operator.model_api import ModelApi
from tests.operator.order import Watch
from tests.operator.running import at_work, ours
from tests.operator.test_killed import killed_and_begun_again, said
from tests.operator.town import LIFE, Act, begin, create, reweight
from tests.operator.virtual_time import in_virtual_time


def lived(acts: tuple[Act, ...]) -> ModelApi:
    api = ModelApi()
    begin(api)
    for act in acts:
        api = api.copy()
        in_virtual_time(at_work(api, act, layout="scoped"))
    return api


@pytest.mark.parametrize("number", range(len(LIFE)), ids=[act.__name__ for act in LIFE])
def test_killed_at_any_call_it_comes_to_the_same_in_order(number: int) -> None:
    act = LIFE[number]
    before = lived(LIFE[:number])
    undisturbed = before.copy()
    in_virtual_time(at_work(undisturbed, act, layout="scoped"))
    watch = Watch(ours(before), ours(undisturbed))

    for call in range(1, len(undisturbed.calls) + 1):
        api = before.copy()
        api.kill_at = (call, True)
        api.wrote = lambda api=api: watch.hold(ours(api))  # type: ignore[misc]
        in_virtual_time(killed_and_begun_again(api, act, layout="scoped"))

        assert said(api) == said(undisturbed), (call, undisturbed.calls[call - 1])


@pytest.mark.parametrize(("old", "new"), [("istio", "scoped"), ("scoped", "istio")])
def test_a_live_change_of_layout_goes_by_steps(old: str, new: str) -> None:
    before = ModelApi()
    begin(before)
    in_virtual_time(at_work(before, create, layout=old))
    fresh, api = ModelApi(), before.copy()
    begin(fresh)
    in_virtual_time(at_work(fresh, create, layout=new))
    watch = Watch(ours(before), ours(fresh))
    api.wrote = lambda: watch.hold(ours(api))

    in_virtual_time(at_work(api, layout=new))

    assert ours(api) == ours(fresh)
    assert {"istio": 2, "scoped": 4}[new] <= sum(ref.kind == "DestinationRule" for ref in ours(api))


def test_a_weight_is_one_write_in_this_layout_too_and_nothing_else_is_read() -> None:
    api = lived((create,)).copy()

    in_virtual_time(at_work(api, reweight, layout="scoped"))

    assert [one for one in api.calls if "status" not in one and "Event" not in one] == [
        "get VirtualService gateway",
        "apply VirtualService gateway",
    ]
