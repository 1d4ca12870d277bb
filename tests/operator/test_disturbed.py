"""What others do to a cluster meanwhile: edits, objects of one name, refusals, broken lanes."""

from __future__ import annotations

import asyncio
import copy
from collections import Counter
from typing import Any

import pytest

from laneway.adapters.kube import Conflict, Forbidden, Invalid, KubeError, Unavailable
from laneway.apps.operator import reporting
from laneway.core.keeping import change
from laneway.core.resources.meta import Ref
from tests.operator.model_api import KINDS, OPERATOR, Body, ModelApi
from tests.operator.order import Watch
from tests.operator.proxies import Proxies
from tests.operator.running import CALM, at_work, operation, ours
from tests.operator.town import (
    add_lane,
    begin,
    create,
    delete_group,
    group,
    lane,
    pod,
    reweight,
    service,
)
from tests.operator.virtual_time import in_virtual_time

ENTRY = Ref("VirtualService", "istio-system", "gateway")
ENTRY_NAME = ("VirtualService", "istio-system", "gateway")
GROUP = ("ASMSwimLaneGroup", "", "town")
WRITES = ("apply VirtualService", "apply DestinationRule", "delete")


def condition(api: ModelApi, kind: str, name: tuple[str, str, str] = GROUP) -> dict[str, str]:
    conditions: list[dict[str, str]] = api.objects[name]["status"]["conditions"]
    return next(one for one in conditions if one["type"] == kind)


def written(api: ModelApi) -> list[str]:
    return [call for call in api.calls if call.startswith(WRITES) and "status" not in call]


def weights(api: ModelApi) -> list[int]:
    spec = ours(api)[ENTRY].body["spec"]
    return [share["weight"] for route in spec["http"] for share in route["route"]]


def events(api: ModelApi) -> list[str]:
    return [body["reason"] for (kind, *_), body in api.objects.items() if kind == "Event"]


def edited(api: ModelApi, manager: str = "kubectl-edit", *, is_applied: bool = False) -> None:
    """Have somebody change the entry's routes."""
    spec: dict[str, Any] = {**api.objects[ENTRY_NAME]["spec"], "http": []}
    head = {"name": "gateway", "namespace": "istio-system"}
    body = {"kind": "VirtualService", "apiVersion": "networking.istio.io/v1"}
    api.put(body | {"metadata": head, "spec": spec}, manager, is_applied=is_applied)


def test_begun_again_with_all_in_place_nothing_is_written(settled: ModelApi) -> None:
    api = settled.copy()

    in_virtual_time(at_work(api))

    assert api.calls == []


def test_a_weight_is_one_write_two_patches_and_one_event(settled: ModelApi) -> None:
    api = settled.copy()

    in_virtual_time(at_work(api, lambda api: api.put(lane("s2", "v2", 50))))

    assert written(api) == ["apply VirtualService gateway"]
    assert len([call for call in api.calls if "status" in call]) == 2
    assert api.calls.count("create Event") == 1
    assert len(api.calls) == 5  # the last one has read the entry


def test_no_status_says_that_it_has_seen_an_edit_before_it_was_judged(settled: ModelApi) -> None:
    api = settled.copy()
    seen: list[int] = []

    def hold() -> None:
        for (kind, *_), body in api.objects.items():
            status = body.get("status", {})
            is_observed = status.get("observedGeneration") == body["metadata"]["generation"]
            if kind == "ASMSwimLane" and is_observed:
                assert status["weight"] == body["spec"]["ingressWeight"]["weight"]
                seen.append(status["weight"])

    api.wrote = hold
    acts = [lambda api, weight=weight: api.put(lane("s2", "v2", weight)) for weight in (1, 2, 3)]
    in_virtual_time(at_work(api, *acts))

    assert {1, 2, 3} <= set(seen)


@pytest.mark.parametrize(
    ("stride", "asked"),
    [
        (1, ["subsets", "subsets", "mesh routes", "mesh routes", "entry routes"]),
        (10, ["subsets", "mesh routes", "entry routes"]),
    ],
)
def test_a_change_goes_by_parts_through_one_stage_after_the_other(
    settled: ModelApi, monkeypatch: pytest.MonkeyPatch, stride: int, asked: list[str]
) -> None:
    monkeypatch.setattr(change, "TOGETHER", 1)
    monkeypatch.setattr(change, "STRIDE", stride)
    api, proxies = ModelApi(), Proxies()
    begin(api)
    watch = Watch({}, ours(settled))
    api.wrote = lambda: watch.hold(ours(api))

    in_virtual_time(at_work(api, create, proxies=proxies))

    assert proxies.asked == asked
    assert ours(api) == ours(settled)
    assert [call.rpartition("-")[2] for call in written(api)] == [
        *("a", "b", "a", "b"),
        "apply VirtualService gateway",
    ]


@pytest.mark.parametrize("together", [1, 50])
def test_objects_that_tell_of_all_are_written_and_removed_behind_all(
    settled: ModelApi, monkeypatch: pytest.MonkeyPatch, together: int
) -> None:
    monkeypatch.setattr(change, "TOGETHER", together)
    first, other = sorted(ref for ref in ours(settled) if ref.kind == "DestinationRule")
    api, proxies = ModelApi(), Proxies()
    begin(api)
    proxies.last = frozenset({first})

    in_virtual_time(at_work(api, create, delete_group, proxies=proxies))

    rules = [call for call in written(api) if "DestinationRule" in call]
    assert rules == [
        f"apply DestinationRule {other.name}",
        f"apply DestinationRule {first.name}",
        f"delete DestinationRule {other.name}",
        f"delete DestinationRule {first.name}",
    ]


def test_what_was_edited_by_hand_is_put_right(settled: ModelApi) -> None:
    api = settled.copy()

    working = in_virtual_time(at_work(api, edited))

    assert ours(api)[ENTRY] == ours(settled)[ENTRY]
    assert "apply VirtualService by force" in api.calls
    assert working.target.patience.troubles == {}


@pytest.mark.parametrize("field", ["spec", "host"])
def test_a_rule_that_lost_what_it_speaks_of_is_put_right(settled: ModelApi, field: str) -> None:
    api = settled.copy()

    def cut(api: ModelApi) -> None:
        for name, body in list(api.objects.items()):
            if name[0] == "DestinationRule":
                spec = {key: one for key, one in body["spec"].items() if key != field}
                cut = {key: one for key, one in (body | {"spec": spec}).items() if key != field}
                api._store(name, cut, "kubectl-edit")  # noqa: SLF001 - as an edit leaves it

    in_virtual_time(at_work(api, cut))

    assert ours(api) == ours(settled)
    assert condition(api, "Stalled")["status"] == "False"


def test_a_mistake_of_our_own_is_told_and_tried_again(settled: ModelApi) -> None:
    api, proxies = settled.copy(), Proxies()
    observing, told = proxies.observing, set[str]()

    def broken(*asked: Any, **more: Any) -> Any:
        if "Failed" not in told:
            raise LookupError("b")
        return observing(*asked, **more)

    def hold() -> None:
        stalled = condition(api, "Stalled")
        told.add(stalled["reason"])
        assert stalled["reason"] != "Failed" or "LookupError('b')" in stalled["message"]

    proxies.observing, api.wrote = broken, hold  # type: ignore[method-assign]
    in_virtual_time(at_work(api, reweight, proxies=proxies))

    assert "Failed" in told
    assert weights(api) == [10, 90]
    assert condition(api, "Ready")["status"] == "True"


def test_what_was_deleted_by_hand_is_there_again(settled: ModelApi) -> None:
    api = settled.copy()

    in_virtual_time(at_work(api, lambda api: api.remove(*_placed(ENTRY_NAME))))

    assert ours(api) == ours(settled)


def test_what_is_deleted_soon_after_it_was_written_is_there_again() -> None:
    api = ModelApi()
    api.answers_late = 0.01
    begin(api)

    def create_and_lose(api: ModelApi) -> None:
        create(api)
        asyncio.get_running_loop().call_later(10, lambda: api.remove(*_placed(ENTRY_NAME)))

    in_virtual_time(at_work(api, create_and_lose))

    assert ENTRY in ours(api)


def test_what_was_written_and_then_deleted_by_hand_is_there_again_at_once(
    settled: ModelApi,
) -> None:
    api = settled.copy()
    until: list[float] = []

    def delete(api: ModelApi) -> None:
        until.append(asyncio.get_running_loop().time() + 1.0)
        api.remove(*_placed(ENTRY_NAME))

    def written() -> None:
        if until and ENTRY_NAME in api.objects:
            assert asyncio.get_running_loop().time() < until[0]

    api.wrote = written
    in_virtual_time(at_work(api, reweight, add_lane, delete))

    assert weights(api) == [10, 90]


def _placed(name: tuple[str, str, str]) -> tuple[str, str, str]:
    kind, space, own = name
    return kind, own, space


@pytest.mark.parametrize("kind", ["VirtualService", "DestinationRule"])
def test_fields_that_others_add_are_theirs_and_no_reason_to_write_for_ever(
    settled: ModelApi, kind: str
) -> None:
    api = settled.copy()
    name = next(one for one in sorted(api.objects, reverse=True) if one[0] == kind)

    def add(api: ModelApi) -> None:
        head = {"name": name[2], "namespace": name[1], "labels": {"team": "blue"}}
        body = {"kind": kind, "apiVersion": "networking.istio.io/v1"}
        api.put(body | {"metadata": head, "spec": {"exportTo": ["*"]}}, "blue")

    in_virtual_time(at_work(api, add, reweight))
    begun_again = api.copy()
    in_virtual_time(at_work(begun_again))

    assert api.objects[name]["metadata"]["labels"]["team"] == "blue"
    assert api.objects[name]["spec"]["exportTo"] == ["*"]
    assert weights(api) == [10, 90]
    assert len(written(api)) <= 3
    assert len(written(begun_again)) == 1
    assert condition(begun_again, "Stalled")["status"] == "False"


def test_fields_that_somebody_applies_are_not_taken_and_the_group_says_who_has_them(
    settled: ModelApi,
) -> None:
    api = settled.copy()

    def applied(api: ModelApi) -> None:
        edited(api, "argocd", is_applied=True)

    in_virtual_time(at_work(api, applied))

    assert weights(api) == []
    stalled = condition(api, "Stalled")
    assert (stalled["status"], stalled["reason"]) == ("True", "FieldConflict")
    assert "argocd" in stalled["message"]
    assert ".spec.http" in stalled["message"]
    assert len(api.calls) < 20
    assert events(api).count("FieldConflict") == 1


def test_whoever_undoes_it_again_and_again_is_left_alone(settled: ModelApi) -> None:
    api = settled.copy()

    def undo() -> None:
        spec = api.objects.get(ENTRY_NAME, {}).get("spec", {})
        if spec.get("http"):
            edited(api, "other-controller")

    api.wrote = undo
    in_virtual_time(at_work(api, reweight))

    stalled = condition(api, "Stalled")
    assert (stalled["status"], stalled["reason"]) == ("True", "ReadOnly")
    assert "other-controller" in stalled["message"]
    assert len(written(api)) < 10


def test_what_is_deleted_again_and_again_is_left_alone_for_a_while(settled: ModelApi) -> None:
    api = settled.copy()

    def delete() -> None:
        if ENTRY_NAME in api.objects and weights(api) == [10, 90]:
            api.remove(*_placed(ENTRY_NAME))

    def soon() -> None:
        asyncio.get_running_loop().call_later(0.02, delete)

    api.wrote = soon
    in_virtual_time(at_work(api, reweight))

    stalled = condition(api, "Stalled")
    assert (stalled["status"], stalled["reason"]) == ("True", "ReadOnly")
    assert stalled["message"].startswith("somebody keeps changing VirtualService")
    assert 10 <= len(written(api)) < 15


def test_an_object_of_somebody_else_is_never_touched(settled: ModelApi) -> None:
    api = ModelApi()
    begin(api)
    own: Body = {
        "kind": "VirtualService",
        "apiVersion": "networking.istio.io/v1",
        "metadata": {"name": "gateway", "namespace": "istio-system"},
        "spec": {"hosts": ["no host at all"], "gateways": ["gateway"]},
    }
    api.put(own)

    in_virtual_time(at_work(api, create))

    assert api.objects[ENTRY_NAME]["spec"] == own["spec"]
    assert condition(api, "Stalled")["reason"] == "NameTaken"
    assert [one["code"] for one in api.objects[GROUP]["status"]["findings"]] == ["LW1911"]
    assert len(ours(api)) == len(ours(settled))


def test_what_render_wrote_is_taken_over_and_what_it_wrote_for_others_stays(
    settled: ModelApi,
) -> None:
    api = ModelApi()
    begin(api)
    rendered = [one.body for one in ours(settled).values()]
    other = {**rendered[0], "metadata": {**rendered[0]["metadata"], "name": "of-another-cluster"}}
    for body in (*rendered, other):
        api.put(dict(body), "kubectl-client-side-apply", is_applied=False)

    in_virtual_time(at_work(api, create, reweight, delete_group))

    assert [ref.name for ref in ours(api)] == ["of-another-cluster"]


def test_a_group_reaches_no_further_than_it_may(settled: ModelApi) -> None:
    api = ModelApi()
    begin(api)

    in_virtual_time(at_work(api, create, namespaces=frozenset({"default"})))

    assert set(ours(api)) == set(ours(settled)) - {ENTRY}
    stalled = condition(api, "Stalled")
    assert (stalled["status"], stalled["reason"]) == ("True", "NotReached")
    assert [one["code"] for one in api.objects[GROUP]["status"]["findings"]] == ["LW1910"]


def test_a_group_with_a_new_error_stays_as_it_was_and_others_go_on(settled: ModelApi) -> None:
    api = settled.copy()
    village = ("ASMSwimLaneGroup", "", "village")

    def break_one(api: ModelApi) -> None:
        api.put(lane("s1", "v1", 10))
        api.put(lane("s2", "v2", -5))
        found_village(api)

    in_virtual_time(at_work(api, break_one))

    there = ours(api)
    assert {ref: there[ref] for ref in ours(settled)} == ours(settled)
    assert [ref.name for ref in there if "village" in ref.name] == [
        "trafficlabel-dr-village-default-c",
        "trafficlabel-vs-village-default-c",
    ]
    stalled = condition(api, "Stalled")
    assert (stalled["status"], stalled["reason"]) == ("True", "Frozen")
    assert "LW" in stalled["message"]
    assert condition(api, "Stalled", village)["status"] == "False"

    api = api.copy()
    in_virtual_time(at_work(api, lambda api: api.put(lane("s2", "v2", 90))))

    assert weights(api) == [10, 90]
    assert condition(api, "Stalled")["status"] == "False"


def test_a_pod_in_the_place_of_another_has_the_same_errors_and_freezes_nothing() -> None:
    api = ModelApi()
    begin(api)
    api.remove("Pod", "a-v1", "default")
    api.put(pod("a", "v1", proxy=False))

    def replaced(api: ModelApi) -> None:
        api.remove("Pod", "a-v1", "default")
        api.put(pod("a", "v1", proxy=False, number="-2"))

    in_virtual_time(at_work(api, create, replaced, reweight))

    errors = api.objects[GROUP]["status"]["acceptedErrors"]
    assert [one["subject"] for one in errors] == ["Pods of Service default/a"]
    assert weights(api) == [10, 90]


def without_sidecars(api: ModelApi) -> None:
    for tag in ("v1", "v2", "v3"):
        api.put(pod("a", tag, proxy=False))


def test_a_group_that_takes_over_services_with_errors_is_written(settled: ModelApi) -> None:
    """The lanes of a group go into one of another name, and then the old group goes."""
    api = settled.copy()

    def renamed(api: ModelApi) -> None:
        without_sidecars(api)
        api.put(_named(group(), "city"))
        for moved in (lane("s1", "v1", 60), lane("s2", "v2", 40)):
            moved["metadata"]["labels"] = {"swimlane-group": "city"}
            api.put(moved)

    in_virtual_time(at_work(api, renamed, lambda api: api.remove("ASMSwimLaneGroup", "town")))

    city = ("ASMSwimLaneGroup", "", "city")
    assert condition(api, "Stalled", city)["status"] == "False"
    assert len(ours(api)) == len(ours(settled))


def test_a_service_that_comes_after_its_group_is_written_with_its_errors(
    settled: ModelApi,
) -> None:
    api = ModelApi()
    begin(api)
    without_sidecars(api)
    api.remove("Service", "a", "default")

    in_virtual_time(at_work(api, create, lambda api: api.put(service("a"))))

    assert condition(api, "Stalled")["status"] == "False"
    assert ours(api) == ours(settled)


def test_errors_of_a_service_that_is_written_freeze_its_group(settled: ModelApi) -> None:
    api = settled.copy()

    in_virtual_time(at_work(api, without_sidecars, reweight))

    assert condition(api, "Stalled")["reason"] == "Frozen"
    assert ours(api) == ours(settled)


def a_rule(api: ModelApi) -> Ref:
    """Return one of our DestinationRules."""
    return min(ref for ref in ours(api) if ref.kind == "DestinationRule")


def test_what_a_frozen_group_had_is_put_back(settled: ModelApi) -> None:
    api, lost = settled.copy(), a_rule(settled)

    def lose(api: ModelApi) -> None:
        api.remove(lost.kind, lost.name, lost.namespace)

    in_virtual_time(at_work(api, without_sidecars, lose))
    begun_again = api.copy()
    lose(begun_again)
    in_virtual_time(at_work(begun_again))

    for each in (api, begun_again):
        assert condition(each, "Stalled")["reason"] == "Frozen"
        assert ours(each) == ours(settled)


def test_what_a_frozen_group_did_not_have_is_not_written_with_what_it_had(
    settled: ModelApi,
) -> None:
    api, lost = settled.copy(), a_rule(settled)

    def lose(api: ModelApi) -> None:
        api.remove(lost.kind, lost.name, lost.namespace)

    in_virtual_time(at_work(api, without_sidecars, reweight, lose))

    assert condition(api, "Stalled")["reason"] == "Frozen"
    assert ours(api) == {ref: one for ref, one in ours(settled).items() if ref != lost}


def _named(body: Body, name: str) -> Body:
    return {**body, "metadata": {"name": name}}


def found_village(api: ModelApi) -> None:
    """Have a second group, of a service of its own, that nobody enters by a gateway."""
    api.put(service("c"))
    api.put(pod("c", "v1"))
    named = group(services=[{"name": "c", "namespace": "default"}], ingress={})
    named["metadata"]["name"] = "village"
    api.put(named)
    one = lane("t1", "v1", 0)
    one["metadata"]["labels"] = {"swimlane-group": "village"}
    del one["spec"]["ingressWeight"]
    api.put(one)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (Forbidden("you may not"), "Forbidden"),
        (Unavailable("no answer", 503), "Unavailable"),
    ],
)
def test_a_refusal_is_told_and_tried_again_less_and_less_often(
    settled: ModelApi, error: KubeError, reason: str
) -> None:
    api = settled.copy()
    api.refuse = lambda _, body: error if body["kind"] == "VirtualService" else None

    in_virtual_time(at_work(api, add_lane))

    assert condition(api, "Stalled")["reason"] == reason
    tried = [call for call in api.calls if call.startswith("apply VirtualService")]
    assert 2 < len(tried) < 16

    api = api.copy()
    in_virtual_time(at_work(api))

    assert condition(api, "Ready")["status"] == "True"
    in_virtual_time(at_work(calm := settled.copy(), add_lane))
    assert ours(api) == ours(calm)


def test_an_installation_that_goes_first_leaves_all_until_the_group_goes(
    settled: ModelApi,
) -> None:
    api = settled.copy()

    api.remove("ClusterRole", "laneway")
    assert ours(api) == ours(settled)

    delete_group(api)
    assert ours(api) == {}


def test_an_installation_that_is_made_anew_owns_what_the_one_before_owned(
    settled: ModelApi,
) -> None:
    api = settled.copy()
    role = ("ClusterRole", "", "laneway")

    def collect() -> None:
        """Have the garbage collector take owners off that are not there."""
        there = {body["metadata"]["uid"] for body in api.objects.values()}
        for name, body in list(api.objects.items()):
            owners = body["metadata"].get("ownerReferences") or []
            kept = [one for one in owners if one["uid"] in there]
            if kept != owners:
                head = body["metadata"] | {"ownerReferences": kept}
                api._store(name, body | {"metadata": head})  # noqa: SLF001 - it applies nothing

    def anew(api: ModelApi) -> None:
        body = {key: api.objects[role][key] for key in ("kind", "apiVersion")}
        api.remove("ClusterRole", "laneway")
        api.put(body | {"metadata": {"name": "laneway"}})
        api.wrote = soon

    def soon() -> None:
        asyncio.get_running_loop().call_later(0.2, collect)

    in_virtual_time(at_work(api, lambda _: None, anew))

    uid = api.objects[role]["metadata"]["uid"]
    owners = [one["uid"] for one in api.objects[ENTRY_NAME]["metadata"]["ownerReferences"]]
    assert uid in owners
    assert len(written(api)) == len(ours(api))


def test_a_group_that_goes_while_nobody_works_leaves_all_until_the_installation_goes(
    settled: ModelApi,
) -> None:
    api = settled.copy()

    delete_group(api)
    assert ours(api) == ours(settled)

    api.remove("ClusterRole", "laneway")
    assert ours(api) == {}


def test_a_cluster_with_the_vendors_kinds_keeps_what_it_has_a_place_for() -> None:
    api = ModelApi()
    api.is_vendors = True
    begin(api)

    in_virtual_time(at_work(api, create))

    status = api.objects[GROUP]["status"]
    assert status["status"] == "Ready"
    assert condition(api, "Live")["status"] == "True"
    assert "acceptedErrors" not in status


def test_a_status_is_told_whole_once_the_kinds_have_a_place_for_all_of_it() -> None:
    vendors = ModelApi()
    vendors.is_vendors = True
    begin(vendors)
    in_virtual_time(at_work(vendors, create))
    api = vendors.copy()

    in_virtual_time(at_work(api, reweight))

    assert "confirmed" in api.objects[GROUP]["status"]
    assert condition(api, "Live")["status"] == "True"


@pytest.mark.parametrize("name", [GROUP, ("ASMSwimLane", "", "s1")])
def test_what_goes_while_its_status_is_written_stops_no_other(
    settled: ModelApi, name: tuple[str, str, str]
) -> None:
    api = settled.copy()
    api.answers_late = 0.05
    before = api.objects[name]["metadata"]["resourceVersion"]

    def lose() -> None:
        if name in api.objects and api.objects[name]["metadata"]["resourceVersion"] != before:
            api.remove(name[0], name[2])

    api.wrote = lose
    in_virtual_time(at_work(api, reweight, lambda api: api.put(lane("s2", "v2", 30))))

    assert name not in api.objects
    other = api.objects["ASMSwimLane", "", "s2"]
    assert other["status"]["observedGeneration"] == other["metadata"]["generation"]


def refusing(api: ModelApi, refusal: KubeError, *names: str, times: int = 1000) -> None:
    """Have the server refuse statuses of some names so many times."""
    left = [refusal] * times

    def refuse(_: str, body: Body) -> KubeError | None:
        is_status = "status" in body and "spec" not in body
        return left.pop() if is_status and body["metadata"]["name"] in names and left else None

    api.refuse = refuse


def is_told(api: ModelApi, name: tuple[str, str, str]) -> bool:
    body = api.objects[name]
    return bool(body["status"]["observedGeneration"] == body["metadata"]["generation"])


def test_a_status_that_the_server_does_not_take_keeps_no_other_from_being_told(
    settled: ModelApi,
) -> None:
    api = settled.copy()
    refusing(api, Invalid("too large"), "town", "s1")

    in_virtual_time(at_work(api, reweight))

    assert not is_told(api, ("ASMSwimLane", "", "s1"))
    assert is_told(api, ("ASMSwimLane", "", "s2"))
    assert events(api)[-1] == "Live"


def test_a_conflict_over_nobodys_fields_leaves_a_status_to_nobody(settled: ModelApi) -> None:
    api = settled.copy()
    refusing(api, Conflict("the object has been modified"), "s1", times=1)

    in_virtual_time(at_work(api, reweight))

    assert is_told(api, ("ASMSwimLane", "", "s1"))


def test_a_lane_in_the_place_of_one_whose_status_others_wrote_has_its_own(
    settled: ModelApi,
) -> None:
    api = settled.copy()
    refusing(api, Conflict("no", (".status",), ("other",)), "s1", times=1)

    def replaced(api: ModelApi) -> None:
        api.remove("ASMSwimLane", "s1")
        api.put(lane("s1", "v1", 30))

    in_virtual_time(at_work(api, reweight, lambda api: api.put(lane("s1", "v1", 20)), replaced))

    assert condition(api, "Live", ("ASMSwimLane", "", "s1"))["status"] == "True"


@pytest.mark.parametrize("seconds", [0.3, 0.5, 0.7, 0.9])
def test_whoever_is_told_to_stop_while_it_tells_ends_with_what_is(
    settled: ModelApi, seconds: float
) -> None:
    """The status of one lane is on its way while others come and go."""
    api = settled.copy()
    api.answers_late = 0.2

    async def stopped() -> None:
        working = operation(api)
        async with asyncio.TaskGroup() as tasks:
            following = tasks.create_task(working.caches.run())
            work = tasks.create_task(working.run())
            await asyncio.sleep(CALM)
            reweight(api)
            await asyncio.sleep(seconds)
            api.remove("ASMSwimLane", "s2")
            api.put(lane("s3", "v3", 5))
            await asyncio.sleep(0.02)
            working.stop()
            await work
            following.cancel()

    in_virtual_time(stopped())

    assert is_told(api, ("ASMSwimLane", "", "s1"))


@pytest.mark.parametrize("name", [GROUP, ("ASMSwimLane", "", "s1")])
def test_a_status_that_another_operator_wrote_late_is_put_right(
    settled: ModelApi, name: tuple[str, str, str]
) -> None:
    api = settled.copy()
    told = copy.deepcopy(api.objects[name]["status"])
    late = {**told, "conditions": [], "observedGeneration": 0}
    writing: list[asyncio.Future[bytes]] = []

    def write_late(api: ModelApi) -> None:
        kind = KINDS["istio.alibabacloud.com", name[0]]
        body = {"kind": name[0], "metadata": {"name": name[2]}, "status": late}
        writing.append(asyncio.ensure_future(api.apply(kind, body, subresource="status")))

    in_virtual_time(at_work(api, lambda _: None, write_late))

    found = api.objects[name]["status"]
    for one in (*found["conditions"], *told["conditions"]):
        one.pop("lastTransitionTime")
    assert found == told


def test_who_cannot_tell_what_is_does_not_go_on(
    settled: ModelApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise LookupError

    monkeypatch.setattr(reporting, "new_statuses", broken)

    with pytest.raises(ExceptionGroup) as raised:
        in_virtual_time(at_work(settled.copy(), reweight))

    assert raised.group_contains(LookupError)


def test_nothing_of_ours_has_a_finalizer(settled: ModelApi) -> None:
    assert all("finalizers" not in body["metadata"] for body in settled.objects.values())


def test_two_at_once_come_to_the_same(settled: ModelApi) -> None:
    api = settled.copy()

    async def both() -> None:
        await asyncio.gather(at_work(api, reweight), at_work(api))

    in_virtual_time(both())

    assert weights(api) == [10, 90]
    assert condition(api, "Stalled")["status"] == "False"
    assert OPERATOR in api.managed[ENTRY_NAME]


def test_a_conflict_names_who_applies() -> None:
    assert Conflict("no", (".spec",), ("argocd",), is_applied=True).is_applied


@pytest.mark.parametrize(("seconds", "told"), [(1.5, 1), (2.5, 2)])
def test_lanes_are_told_with_the_end_of_a_change_unless_it_takes_long(
    seconds: float, told: int
) -> None:
    """Three steps are confirmed one after the other; their group is told of after a second."""
    api = ModelApi()
    begin(api)

    in_virtual_time(at_work(api, create, proxies=Proxies(seconds=seconds)))

    statuses = [call.split() for call in api.calls if "status" in call]
    by_kind = Counter(kind for _, kind, *_ in statuses)
    assert by_kind["ASMSwimLane"] == 2 * told
    assert by_kind["ASMSwimLaneGroup"] >= 2
    assert condition(api, "Reconciling")["status"] == "False"
