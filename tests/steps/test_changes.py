"""What a ChangeSet says, and the steps it is applied in."""

from __future__ import annotations

from typing import Any

from laneway.core.changes.diff import ChangeSet, diff
from laneway.core.changes.fields import FieldChange, field_changes
from laneway.core.changes.order import ChangeStep, steps
from laneway.core.emit.manifest import Manifest
from laneway.core.resources.meta import Ref
from laneway.core.views.changes import as_object, table

GATEWAY = ["istio-system/ingressgateway"]


class Untouchable(dict[str, Any]):
    """A body that fails whoever looks into it."""

    def __getattribute__(self, name: str) -> Any:
        raise AssertionError(f"somebody looked at {name}")


def manifest(kind: str, name: str, spec: Any = None, group: str = "test") -> Manifest:
    metadata = {"name": name, "labels": {"swimlane-group": group}}
    return Manifest(Ref(kind, "default", name), {"metadata": metadata, "spec": spec or {}})


def rule(*subsets: str, name: str = "mocka", **labels: str) -> Manifest:
    named = [{"name": one, "labels": {"version": labels.get(one, one)}} for one in subsets]
    return manifest("DestinationRule", name, {"host": "mocka", "subsets": named})


def mesh_routes(*lanes: str) -> Manifest:
    http: list[Any] = [
        {"name": lane, "match": [{"sourceLabels": {"lane": lane}}], "route": to(lane)}
        for lane in lanes
    ]
    http.append({"name": "baseline", "route": to(lanes[0])})
    return manifest("VirtualService", "mocka", {"hosts": ["mocka"], "http": http})


def entry(**weights: int) -> Manifest:
    shares = [{**to(lane)[0], "weight": weight} for lane, weight in weights.items()]
    http = [{"name": "all", "route": shares}]
    spec = {"gateways": GATEWAY, "hosts": ["*"], "http": http}
    return manifest("VirtualService", "entry", spec)


def to(lane: str) -> list[dict[str, Any]]:
    return [{"destination": {"host": "mocka", "subset": lane}}]


def subset_names(step: ChangeStep) -> list[str]:
    return [subset["name"] for subset in step.writes[0].body["spec"]["subsets"]]


def route_names(step: ChangeStep) -> list[str]:
    return [route["name"] for route in step.writes[0].body["spec"]["http"]]


def test_equal_objects_are_no_change() -> None:
    assert not diff([rule("s1"), entry(s1=1)], [entry(s1=1), rule("s1")])


def test_the_very_same_object_is_not_looked_into() -> None:
    closed = Manifest(Ref("Service", "default", "mocka"), Untouchable())

    assert diff([closed], [closed]) == ChangeSet((), (closed,))


def test_a_body_that_two_manifests_share_is_not_looked_into() -> None:
    ref, closed = Ref("Service", "default", "mocka"), Untouchable()

    assert not diff([Manifest(ref, closed)], [Manifest(ref, closed)])


def test_one_weight_is_one_field_of_one_object() -> None:
    found = diff([rule("s1"), entry(s1=50, s2=50)], [rule("s1"), entry(s1=70, s2=50)])

    assert [(change.action, str(change.ref)) for change in found.changes] == [
        ("update", "VirtualService default/entry")
    ]
    assert found.changes[0].fields == (
        FieldChange("spec.http[all].route[0].weight", "changed", 50, 70),
    )
    assert [str(kept.ref) for kept in found.kept] == ["DestinationRule default/mocka"]


def test_changes_come_sorted_by_action_and_name() -> None:
    found = diff([manifest("A", "z"), manifest("B", "y", 1)], [manifest("B", "y", 2), entry(s=1)])

    assert [(one.action, one.ref.name) for one in found.changes] == [
        ("create", "entry"),
        ("update", "y"),
        ("delete", "z"),
    ]


def test_objects_of_a_held_group_are_not_deleted() -> None:
    found = diff([manifest("A", "a", group="held"), manifest("A", "b")], [], held={"held"})

    assert [(one.action, one.ref.name) for one in found.changes] == [("delete", "b")]
    assert [one.ref.name for one in found.kept] == ["a"]


def test_items_with_names_are_paired_by_name() -> None:
    before = [{"name": "a", "to": 1}, {"name": "b", "to": 2}]
    after = [{"name": "b", "to": 3}, {"name": "c", "to": 2}]

    assert list(field_changes(before, after, "http")) == [
        FieldChange("http[a]", "removed", before={"name": "a", "to": 1}),
        FieldChange("http[b].to", "changed", 2, 3),
        FieldChange("http[c]", "added", after={"name": "c", "to": 2}),
    ]


def test_another_order_of_routes_is_a_change() -> None:
    before = [{"name": "a"}, {"name": "b"}]

    assert list(field_changes(before, before[::-1], "http")) == [
        FieldChange("http", "reordered", ["a", "b"], ["b", "a"])
    ]


def test_items_without_names_are_paired_by_position() -> None:
    assert list(field_changes([1, 2], [1, 3, 4], "ports")) == [
        FieldChange("ports[1]", "changed", 2, 3),
        FieldChange("ports[2]", "added", after=4),
    ]


def test_items_of_one_name_are_paired_by_position() -> None:
    before, after = [{"name": "a"}, {"name": "a", "x": 1}], [{"name": "a"}, {"name": "a"}]

    assert list(field_changes(before, after)) == [FieldChange("[1].x", "removed", before=1)]


def test_a_number_and_its_text_differ() -> None:
    assert list(field_changes({"app.io/port": "1"}, {"app.io/port": 1})) == [
        FieldChange('["app.io/port"]', "changed", "1", 1)
    ]


def test_the_table_names_objects_fields_and_sums() -> None:
    found = diff(
        [manifest("A", "old"), entry(s1=50, s2=50), rule("s1")],
        [manifest("A", "new"), entry(s1=70, s2=30, s3=0), rule("s1")],
    )

    assert table(found) == (
        "create  A default/new\n"
        "update  VirtualService default/entry\n"
        "          spec.http[all].route[0].weight  50 → 70\n"
        "          spec.http[all].route[1].weight  50 → 30\n"
        "          spec.http[all].route[2]         "
        '+ {"destination": {"host": "mocka", "subset": "s3"}, "weight"…\n'
        "delete  A default/old\n"
        "1 created, 1 updated, 1 deleted, 1 unchanged"
    )


def test_the_object_holds_every_value_in_full() -> None:
    before = manifest("A", "a", {"gone": "x" * 100, "stays": 1, "empty": ""})
    after = manifest("A", "a", {"comes": None, "stays": 2, "empty": "full"})

    assert as_object(diff([before], [after])) == {
        "changes": [
            {
                "action": "update",
                "kind": "A",
                "namespace": "default",
                "name": "a",
                "fields": [
                    {"path": "spec.gone", "kind": "removed", "before": "x" * 100},
                    {"path": "spec.stays", "kind": "changed", "before": 1, "after": 2},
                    {"path": "spec.empty", "kind": "changed", "before": "", "after": "full"},
                    {"path": "spec.comes", "kind": "added", "after": None},
                ],
            }
        ],
        "unchanged": 0,
    }


def test_a_lane_that_comes_is_made_from_the_inside_out() -> None:
    live = [rule("s1"), mesh_routes("s1"), entry(s1=100)]
    desired = [rule("s1", "s2"), mesh_routes("s1", "s2"), entry(s1=50, s2=50)]

    found = steps(diff(live, desired))

    assert [(one.phase, one.writes, one.drain) for one in found] == [
        ("subsets", (desired[0],), False),
        ("mesh routes", (desired[1],), False),
        ("entry routes", (desired[2],), False),
    ]


def test_a_lane_that_goes_is_taken_down_from_the_outside_in() -> None:
    live = [rule("s1", "s2"), mesh_routes("s1", "s2"), entry(s1=50, s2=50)]
    desired = [rule("s1"), mesh_routes("s1"), entry(s1=100)]

    found = steps(diff(live, desired))

    assert [(one.phase, one.writes, one.drain) for one in found] == [
        ("entry routes", (desired[2],), False),
        ("mesh routes", (desired[1],), True),
        ("subsets", (desired[0],), True),
    ]


def test_what_goes_for_good_is_removed_last() -> None:
    live = [manifest("TrafficLabel", "label"), rule("s1"), mesh_routes("s1"), entry(s1=100)]

    assert [one.removes for one in steps(diff(live, []))] == [
        (live[3].ref,),
        (live[2].ref,),
        (live[1].ref, live[0].ref),
    ]


def test_one_lane_for_another_holds_both_in_between() -> None:
    live = [rule("s1", "s2"), mesh_routes("s1", "s2"), entry(s1=50, s2=50)]
    desired = [rule("s1", "s3"), mesh_routes("s1", "s3"), entry(s1=50, s3=50)]

    found = steps(diff(live, desired))

    assert subset_names(found[0]) == ["s1", "s3", "s2"]
    assert route_names(found[1]) == ["s1", "s2", "s3", "baseline"]
    assert found[2].writes == (desired[2],)
    assert route_names(found[3]) == ["s1", "s3", "baseline"]
    assert subset_names(found[4]) == ["s1", "s3"]


def test_a_lane_that_moves_to_other_pods_has_a_name_for_each_meaning() -> None:
    live = [rule("s1", "s2", s2="v2"), mesh_routes("s1", "s2"), entry(s1=50, s2=50)]
    desired = [rule("s1", "s2", s2="v3"), mesh_routes("s1", "s2"), entry(s1=50, s2=50)]

    found = steps(diff(live, desired))

    assert subset_names(found[0]) == ["s1", "s2", "s2-last", "s2-next"]
    assert found[-1].writes == (desired[0],)
    assert {"s2-next"} <= {
        share["destination"]["subset"]
        for step in found
        for written in step.writes
        if written.ref.name == "entry"
        for share in written.body["spec"]["http"][0]["route"]
    }


def test_a_bridging_name_is_legal_and_free() -> None:
    long = "s" * 63
    live = rule(long, "s", "s-next", **{long: "v1", "s": "v1"})
    desired = rule(long, "s", "s-next", **{long: "v2", "s": "v2"})

    names = subset_names(steps(diff([live], [desired]))[0])

    assert len(names) == len(set(names)) == 7
    assert all(len(name) <= 63 for name in names)
    assert {"s-next1", "s" * 58 + "-next"} < set(names)


def test_routes_of_other_protocols_are_held_side_by_side_too() -> None:
    def tcp(*lanes: str) -> Manifest:
        routes = [
            {"match": [{"sourceLabels": {"lane": lane}}], "route": to(lane)} for lane in lanes
        ]
        return manifest("VirtualService", "db", {"hosts": ["db"], "tcp": routes})

    found = steps(diff([tcp("s1", "s2")], [tcp("s1", "s3")]))

    matched = [
        one["match"][0]["sourceLabels"]["lane"] for one in found[0].writes[0].body["spec"]["tcp"]
    ]
    assert matched == ["s1", "s2", "s3"]
