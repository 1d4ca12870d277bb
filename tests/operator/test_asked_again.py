"""An answer that was about nobody is asked for again when others are there, and then no more."""

from __future__ import annotations

import asyncio

import pytest

from laneway.adapters.kube import Kind, Unavailable
from tests.operator.istiods import Istiods, asking, istiod
from tests.operator.model_api import Body, ModelApi
from tests.operator.running import at_work
from tests.operator.test_disturbed import GROUP, condition
from tests.operator.town import (
    SERVICES,
    Act,
    begin,
    create,
    group,
    lane,
    pod,
    reweight,
    service,
)
from tests.operator.virtual_time import in_virtual_time

TAGS = ("v1", "v2", "v3")
UNSEEN = "no proxy holds anything of it"


def live(api: ModelApi, name: str = "town") -> tuple[str, str]:
    """Return the reason and the words of a group's Live."""
    told = condition(api, "Live", ("ASMSwimLaneGroup", "", name))
    return told["reason"], told["message"]


@pytest.fixture
def empty() -> ModelApi:
    """Return a town in which no pod runs yet but istiod's."""
    api = ModelApi()
    begin(api)
    without_pods(api)
    api.put(istiod("one"))
    return api


def without_pods(api: ModelApi) -> None:
    for name in SERVICES:
        for tag in TAGS:
            api.remove("Pod", f"{name}-{tag}", "default")


def with_pods(api: ModelApi) -> None:
    for name in SERVICES:
        for tag in TAGS:
            api.put(pod(name, tag))


class Unreadable(ModelApi):
    """A server that gives no single object."""

    def __init__(self, other: ModelApi) -> None:
        super().__init__()
        self.objects, self.managed, self.version = other.objects, other.managed, other.version
        self.tried = 0

    async def get(self, kind: Kind, namespace: str, name: str) -> bytes:
        self.tried += 1
        assert self.tried < 50, "it asks without a pause"
        await asyncio.sleep(0.001)
        raise Unavailable(f"{kind.kind} {namespace}/{name}", 503)


def of_the_hall(body: Body) -> Body:
    body["metadata"]["namespace"] = "hall"
    return body


def create_hall(api: ModelApi) -> None:
    """Have a group of one service that no other namespace sees."""
    made = of_the_hall(service("c"))
    made["metadata"]["annotations"] = {"networking.istio.io/exportTo": "."}
    api.put(made)
    of = group(services=[{"name": "c", "namespace": "hall"}])
    of["metadata"]["name"] = "hall"
    api.put(of)
    first = lane("h1", "v1", 100)
    first["metadata"]["labels"] = {"swimlane-group": "hall"}
    first["spec"]["ingressWeight"]["destination"]["host"] = "c.hall.svc.cluster.local"
    api.put(first)


def test_proxies_that_join_later_are_asked_about_once(empty: ModelApi) -> None:
    plane, told, ready = Istiods(), list[tuple[str, str]](), set[str]()

    def look(api: ModelApi) -> None:
        told.append(live(api))
        api.wrote = lambda: ready.add(condition(api, "Ready")["status"])

    def replace_a_pod(api: ModelApi) -> None:
        api.remove("Pod", "a-v1", "default")
        api.put(pod("a", "v1", number="-2"))

    acts = (create, look, with_pods, look, replace_a_pod)
    in_virtual_time(at_work(empty, *acts, proxies=asking(plane)))

    assert told == [("NothingToSee", UNSEEN), ("Live", "6 of 6 proxies after 2000 ms")]
    assert live(empty) == told[-1]
    assert plane.asked == 1
    assert ready == {"True"}, "to ask is no change under way"


def test_of_more_lanes_than_observers_each_rule_is_seen_by_those_it_is_for(
    empty: ModelApi,
) -> None:
    tags = [f"v{number}" for number in range(1, 12)]

    def create_many(api: ModelApi) -> None:
        for number, tag in enumerate(tags):
            api.put(lane(f"s{number}", tag, 0 if number else 100))
            api.put(pod("b", tag))
        api.put(group())

    first, again = Istiods(), Istiods()
    in_virtual_time(at_work(empty, create_many, proxies=asking(first), layout="scoped"))
    empty = empty.copy()
    del empty.objects[GROUP]["status"]["confirmed"]
    in_virtual_time(at_work(empty, proxies=asking(again), layout="scoped"))

    assert (first.untold, again.untold) == (set(), set())
    assert again.asked > 1
    assert live(empty)[0] == "Live"


def test_whoever_begins_anew_asks_about_proxies_that_joined_meanwhile(empty: ModelApi) -> None:
    in_virtual_time(at_work(empty, create, proxies=asking(Istiods())))
    with_pods(empty)
    plane, empty = Istiods(), empty.copy()

    in_virtual_time(at_work(empty, proxies=asking(plane)))

    assert live(empty) == ("Live", "6 of 6 proxies after 2000 ms")
    in_virtual_time(at_work(empty.copy(), proxies=asking(plane)))
    assert plane.asked == 1


def test_of_proxies_that_hold_nothing_istiod_is_not_asked(empty: ModelApi) -> None:
    """The lane's service is exported to its own namespace alone, and nobody is there."""
    plane, looks = Istiods(), list[int]()

    def elsewhere(number: str) -> Act:
        return lambda api: api.put(pod("a", "v1", number=number))

    def look(_: ModelApi) -> None:
        looks.append(plane.looks)

    acts = (create_hall, look, elsewhere(""), look, elsewhere("-2"), elsewhere("-3"), look)
    in_virtual_time(at_work(empty, *acts, proxies=asking(plane)))

    assert live(empty, "hall") == ("NothingToSee", UNSEEN)
    assert plane.asked == 0
    assert looks[1:] == [looks[0] + 1] * 2, "who is like somebody known is looked at"


def test_a_group_whose_proxies_are_there_says_nothing_of_another(empty: ModelApi) -> None:
    told = list[tuple[str, str]]()

    def look(api: ModelApi) -> None:
        told.extend((live(api), live(api, "hall")))

    def pods_of_the_hall(api: ModelApi) -> None:
        api.put(of_the_hall(pod("c", "v1")))

    def both(api: ModelApi) -> None:
        create(api)
        create_hall(api)

    acts = (with_pods, both, look, pods_of_the_hall, look)
    in_virtual_time(at_work(empty, *acts, proxies=asking(Istiods())))

    assert told == [
        ("Live", "6 of 6 proxies after 2000 ms"),
        ("NothingToSee", UNSEEN),
        ("Live", "6 of 6 proxies after 2000 ms"),
        ("Live", "1 of 1 proxies after 2000 ms"),
    ]


def test_an_istiod_that_comes_is_asked_once(empty: ModelApi) -> None:
    plane = Istiods()
    empty.remove("Pod", "istiod-one", "istio-system")
    told = list[str]()

    def look(api: ModelApi) -> None:
        told.append(live(api)[0])

    def refusing(api: ModelApi) -> None:
        plane.refuses = True
        api.put(istiod("one"))

    def granted(api: ModelApi) -> None:
        plane.refuses = False
        api.put(pod("a", "v1", number="-2"))

    def other(api: ModelApi) -> None:
        api.put(istiod("two"))

    acts = (with_pods, create, look, refusing, look, granted, look, other, look)
    in_virtual_time(at_work(empty, *acts, proxies=asking(plane)))

    assert told == [*["NoAccessToIstiod"] * 3, "Live"]
    assert plane.asked == 2


def test_a_step_that_no_proxy_sees_leaves_what_is_said(empty: ModelApi) -> None:
    """No gateway is there, so nobody sees an entry."""
    plane, seen = Istiods(), set[tuple[str, str]]()
    in_virtual_time(at_work(empty, with_pods, create, proxies=asking(plane)))
    asked, before, empty = plane.asked, live(empty), empty.copy()
    empty.wrote = lambda: seen.add(live(empty))

    in_virtual_time(at_work(empty, reweight, proxies=asking(plane)))

    assert before[0] == "Live"
    assert seen == {before}
    assert plane.asked == asked


def test_what_cannot_be_read_is_not_asked_about_without_a_pause(empty: ModelApi) -> None:
    with_pods(empty)
    in_virtual_time(at_work(empty, create))
    empty.put(lane("s2", "v2", -5))
    del empty.objects[GROUP]["status"]["confirmed"]
    api = Unreadable(empty)

    in_virtual_time(at_work(api))

    assert condition(api, "Stalled")["reason"] == "Frozen"
    assert 2 < api.tried < 30
