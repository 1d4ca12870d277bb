"""From counters to a verdict: what each deviation looks like, and what only looks like one."""

import pytest

from laneway.core.judging.row import Row
from laneway.core.judging.sent import Sent
from laneway.core.routing.ask.request import Request
from tests.rules.world import gateway, group, lane, mesh, pods, policy, routes, rule, service
from tests.verify.counted import Counted, answered, codes

AT_THE_DOOR = "hosts: ['*']\n  gateways: [istio-system/door]"
SPLIT = routes(
    "own",
    "[{match: [{uri: {exact: /mock}}], route: ["
    "{destination: {host: a, subset: s1}, weight: 50}, "
    "{destination: {host: a, subset: s2}, weight: 50}]}]",
    AT_THE_DOOR,
)
TO_A = "outbound|80|{}|a.default.svc.cluster.local"
NO_SIDECAR = ', sidecar.istio.io/inject: "false"'


def split(first: int, second: int, *extra: str, without: str = "") -> Row:
    """Judge a split of which the two lanes got so many requests."""
    counted = Counted.of(mesh(SPLIT, *extra, without=without))
    counted.enter("own", first, to="a-v1", cluster=TO_A.format("s1"))
    counted.enter("own", second, to="a-v2", cluster=TO_A.format("s2"))
    [probe] = [one for one in [counted.asked(Request("x", "/mock"))] if len(one.lanes) == 2]
    return counted.judged(probe, answered(first + second))


def test_requests_that_keep_their_lane_are_as_promised() -> None:
    counted = Counted.of(mesh())
    counted.enter("s1", 100, to="a-v1")
    counted.call("a-v1", "b", 100, to="b-v1")

    row = counted.judged(counted.probe("s1"), answered(100))

    assert (row.sent, row.kept, row.elsewhere, row.failed) == (100, 100, 0, 0)
    assert (row.verdict, row.findings) == ("ok", ())


def test_an_error_of_the_application_is_no_broken_promise() -> None:
    counted = Counted.of(mesh())
    counted.enter("s1", 10, to="a-v1")

    row = counted.judged(counted.probe("s1"), answered(10, 500))

    assert (row.verdict, row.statuses) == ("ok", {500: 10})


def test_a_request_that_is_to_miss_every_lane_is_promised_not_found() -> None:
    counted = Counted.of(mesh())
    counted.refuse("", "no_route", 10)

    row = counted.judged(counted.probe(purpose="no header"), answered(10, 404))

    assert (row.kept, row.verdict) == (10, "ok 404")


def test_a_request_that_is_to_miss_every_lane_and_enters_one_is_elsewhere() -> None:
    counted = Counted.of(mesh())
    counted.enter("s2", 10, to="a-v2")

    row = counted.judged(counted.probe(purpose="no header"), answered(10))

    assert (row.kept, row.elsewhere, row.failed) == (0, 10, 0)
    assert codes(row)[0] == "LW1723"
    assert "entry rule r1 of lane s2 decided 10 requests" in row.findings[0].message


def test_another_status_than_promised_is_told() -> None:
    counted = Counted.of(mesh())
    counted.refuse("", "no_cluster", 10)

    row = counted.judged(counted.probe(purpose="no header"), answered(10, 503))

    assert (row.failed, codes(row)) == (10, ["LW1723"])
    assert row.findings[0].message.endswith("is for status 404, but the answer was 503")


def test_another_lanes_rule_that_decides_is_told_with_the_pods_it_met() -> None:
    counted = Counted.of(mesh())
    counted.enter("s1", 60, to="a-v1")
    counted.enter("s2", 40, to="a-v2")

    row = counted.judged(counted.probe("s1"), answered(100))

    assert (row.kept, row.elsewhere, codes(row)) == (60, 40, ["LW1723"])


def test_calls_that_reach_another_lanes_pods_by_a_route_of_the_users_left_the_lane() -> None:
    own = routes("own", "[{route: [{destination: {host: b, subset: s2}}]}]", "hosts: [b]")
    counted = Counted.of(mesh(own))
    counted.enter("s1", 100, to="a-v1")
    counted.call("a-v1", "b", 100, to="b-v2")

    row = counted.judged(counted.probe("s1"), answered(100))

    assert (row.kept, row.elsewhere, codes(row)) == (0, 100, ["LW1727"])
    assert (
        "route http[0] of VirtualService default/own sends them to b-v2" in row.findings[0].message
    )


def test_lanes_of_a_split_may_not_mix_behind_the_gateway() -> None:
    own = routes("mix", "[{route: [{destination: {host: b, subset: s2}}]}]", "hosts: [b]")
    counted = Counted.of(mesh(SPLIT, own))
    counted.enter("own", 50, to="a-v1", cluster=TO_A.format("s1"))
    counted.enter("own", 50, to="a-v2", cluster=TO_A.format("s2"))
    counted.call("a-v1", "b", 50, to="b-v2")
    counted.call("a-v2", "b", 50, to="b-v2")

    row = counted.judged(counted.asked(Request("x", "/mock")), answered(100))

    assert (row.elsewhere, codes(row)) == (50, ["LW1727"])


def test_a_subset_with_the_labels_of_another_lane_is_named() -> None:
    wrong = policy("own", "{host: a, subsets: [{name: s1, labels: {version: v2}}]}")
    counted = Counted.of(mesh(wrong))
    counted.enter("s1", 10, to="a-v2")

    row = counted.judged(counted.probe("s1"), answered(10))

    assert (row.elsewhere, codes(row)) == (10, ["LW1724"])
    assert row.findings[0].message.endswith("DestinationRule default/own selects version: v2")


def test_calls_of_a_pod_without_a_sidecar_are_told_with_the_fix() -> None:
    counted = Counted.of(mesh(a1=pods("a", "v1", NO_SIDECAR)))
    counted.enter("s1", 10, to="a-v1")
    counted.call("a-v1", "b", 4, to="b-v1")
    counted.call("a-v1", "b", 6, to="b-v2")

    row = counted.judged(counted.probe("s1"), answered(10))

    assert (row.kept, row.elsewhere, codes(row)) == (4, 6, ["LW1725"])
    assert "10 calls to default/b were spread over b-v1 and b-v2" in row.findings[0].message
    assert row.findings[0].fix.startswith("Take sidecar.istio.io/inject off the pod")


def test_a_pod_without_a_sidecar_that_calls_nobody_is_a_warning() -> None:
    counted = Counted.of(mesh(b1=pods("b", "v1", NO_SIDECAR)))
    counted.enter("s1", 10, to="a-v1")
    counted.call("a-v1", "b", 10, to="b-v1")

    row = counted.judged(counted.probe("s1"), answered(10))

    assert (row.verdict, codes(row)) == ("ok", ["LW1726"])


def test_requests_that_no_route_sent_went_round_the_proxies() -> None:
    counted = Counted.of(mesh())
    counted.enter("s1", 10, to="a-v1")
    counted.receive("b-v1", 3)

    row = counted.judged(counted.probe("s1"), answered(10))

    assert codes(row) == ["LW1728"]
    assert row.findings[0].message == "3 requests reached b-v1 without passing the callers' proxies"


def test_requests_that_went_round_are_found_behind_a_route_that_covers_for_them() -> None:
    counted = Counted.of(mesh(service("c"), pods("c", "v8"), pods("c", "v9")))
    counted.enter("s1", 10, to="a-v1")
    counted.call("a-v1", "c", 10, to="c-v8")
    counted.receive("c-v9", 4)

    row = counted.judged(counted.probe("s1"), answered(10))

    assert row.findings[0].message.startswith("4 requests reached the pods of default/c")


def test_traffic_of_another_lane_that_nobody_sent_there_is_not_held_against_a_lane() -> None:
    counted = Counted.of(mesh())
    counted.enter("s1", 10, to="a-v1")
    counted.call("a-v2", "b", 25, to="b-v2")

    row = counted.judged(counted.probe("s1"), answered(10))

    assert (row.kept, row.findings) == (10, ())


def test_requests_of_somebody_else_are_counted_apart() -> None:
    counted = Counted.of(mesh())
    counted.enter("s1", 10, to="a-v1")
    counted.enter("s2", 7, to="a-v2")

    row = counted.judged(counted.probe("s1"), answered(10))

    assert (row.kept, row.elsewhere, row.strangers, row.findings) == (10, 0, 7, ())


def test_a_lane_without_pods_of_the_entry_service_is_named_with_what_pods_carry() -> None:
    counted = Counted.of(mesh(a1=pods("a", "v7")))
    counted.lose("", TO_A.format("s1"), 10)

    row = counted.judged(counted.probe("s1"), answered(10, 503))

    assert (row.failed, codes(row)) == (10, ["LW1720"])
    assert "no pod carries version: v1 (its pods carry" in row.findings[0].message


def test_pods_of_a_lane_that_are_down_are_named_and_their_labels_are_not_blamed() -> None:
    counted = Counted.of(mesh(a1=pods("a", "v1").replace("spec:", "spec:\n  replicas: 0", 1)))
    counted.lose("", TO_A.format("s1"), 10)

    row = counted.judged(counted.probe("s1"), answered(10, 503))

    assert (row.failed, codes(row)) == (10, ["LW1729"])
    assert row.findings[0].message.endswith("no pod of a-v1 is up")


def test_a_lane_without_pods_of_a_later_service_is_named() -> None:
    counted = Counted.of(mesh(without="b1"))
    counted.enter("s1", 10, to="a-v1")
    counted.lose("a-v1", "outbound|80|s1|b.default.svc.cluster.local", 10)

    row = counted.judged(counted.probe("s1"), answered(10))

    assert (row.kept, row.failed, codes(row)) == (0, 10, ["LW1720"])


def test_pods_that_are_down_are_not_told_to_lack_the_labels_of_their_lane() -> None:
    counted = Counted.of(mesh(), down=["b-v1"])
    counted.enter("s1", 10, to="a-v1")
    counted.lose("a-v1", "outbound|80|s1|b.default.svc.cluster.local", 10)

    row = counted.judged(counted.probe("s1"), answered(10))

    assert (row.failed, codes(row)) == (10, ["LW1729"])
    assert row.findings[0].message.endswith("failed in the proxies: no pod of b-v1 is up")
    assert "laneway start brings back what was stopped" in row.findings[0].fix


@pytest.mark.parametrize("word", ["no_route", "no_cluster"])
def test_calls_that_the_callers_proxy_has_no_way_for_are_told(word: str) -> None:
    odd = "[{match: [{uri: {exact: /x}}], route: [{destination: {host: b, subset: s9}}]}]"
    counted = Counted.of(mesh(routes("own", odd, "hosts: [b]")))
    counted.enter("s1", 10, to="a-v1")
    counted.refuse("a-v1", word, 10)

    row = counted.judged(counted.probe("s1"), answered(10))

    assert (row.failed, codes(row)) == (10, ["LW1729"])
    assert "to default/b failed" in row.findings[0].message


def test_a_route_to_a_subset_nobody_declares_is_told_at_the_gateway() -> None:
    odd = "[{match: [{uri: {exact: /x}}], route: [{destination: {host: a, subset: s9}}]}]"
    counted = Counted.of(mesh(routes("own", odd, AT_THE_DOOR)))
    counted.refuse("", "no_cluster", 10)

    row = counted.judged(counted.asked(Request("x", "/x")), answered(10, 503))

    assert (row.failed, codes(row)) == (10, ["LW1729"])
    assert "from the gateway to subset s9 of default/a failed" in row.findings[0].message


def test_a_program_that_does_not_answer_its_proxy_is_named() -> None:
    counted = Counted.of(mesh())
    counted.enter("s1", 10, to="a-v1")
    counted.break_program("a-v1", 4)

    row = counted.judged(counted.probe("s1"), Sent(10, {200: 6, 503: 4}))

    assert (row.kept, row.failed, codes(row)) == (6, 4, ["LW1729"])
    assert row.findings[0].fix == "laneway logs a-v1 shows what it says."


def test_a_pod_without_a_sidecar_that_accepts_no_connection_is_told() -> None:
    counted = Counted.of(mesh(a1=pods("a", "v1", NO_SIDECAR)))
    counted.lose("", TO_A.format("s1"), 10)

    row = counted.judged(counted.probe("s1"), answered(10, 503))

    assert codes(row) == ["LW1729"]
    assert row.findings[0].message.endswith("its pods accept no connection")


def test_requests_without_an_answer_fail() -> None:
    counted = Counted.of(mesh())
    counted.enter("s1", 10, to="a-v1")

    row = counted.judged(counted.probe("s1"), Sent(12, {200: 10}, {"none within the time": 2}))

    assert (row.kept, row.failed, codes(row)) == (10, 2, ["LW1731"])


def test_a_split_within_chance_is_as_promised() -> None:
    row = split(55, 45)

    assert (row.kept, row.verdict) == (100, "ok")
    assert [(share.lane, share.seen, share.low, share.high) for share in row.shares] == [
        ("s1", 55, 31, 69),
        ("s2", 45, 31, 69),
    ]


def test_a_split_beyond_chance_is_not() -> None:
    row = split(90, 10)

    assert codes(row) == ["LW1730", "LW1730"]
    assert row.findings[0].message == (
        "90 of 100 requests reached lane s1; its weight of 50 % allows 31 to 69"
    )


def test_a_share_that_another_split_also_feeds_is_not_judged() -> None:
    own = routes(
        "inside",
        "[{route: [{destination: {host: a, subset: s1}, weight: 1}, "
        "{destination: {host: a, subset: s2}, weight: 1}]}]",
        "hosts: [a]",
    )
    counted = Counted.of(mesh(SPLIT, own))
    counted.enter("own", 20, to="a-v1", cluster=TO_A.format("s1"))
    counted.call("a-v1", "a", 5, to="a-v1")

    row = counted.judged(counted.asked(Request("x", "/mock")), answered(20))

    assert [share.seen for share in row.shares] == [None, None]


def test_the_share_of_a_lane_without_pods_counts_as_its_own() -> None:
    counted = Counted.of(mesh(SPLIT, without="a2"))
    counted.enter("own", 50, to="a-v1", cluster=TO_A.format("s1"))
    counted.lose("", TO_A.format("s2"), 50)

    row = counted.judged(counted.asked(Request("x", "/mock")), Sent(100, {200: 50, 503: 50}))

    assert (row.kept, row.failed, codes(row)) == (50, 50, ["LW1720"])
    assert [share.seen for share in row.shares] == [50, 50]


def test_a_users_own_fault_is_no_failure() -> None:
    faulty = routes(
        "own",
        "[{fault: {abort: {httpStatus: 502, percentage: {value: 50}}}, "
        "match: [{uri: {exact: /x}}], route: [{destination: {host: a, subset: s1}}]}]",
        AT_THE_DOOR,
    )
    counted = Counted.of(mesh(faulty))
    counted.enter("own", 50, to="a-v1")

    row = counted.judged(counted.asked(Request("x", "/x")), Sent(100, {200: 50, 502: 50}))

    assert (row.kept, row.failed) == (100, 0)


def test_two_versions_that_answer_in_one_lane_are_doubtful() -> None:
    tagged = {
        "s1": lane("s1", "{tag: one}", rule("s1")),
        "s2": lane("s2", "{tag: two}", rule("s2")),
    }
    given = mesh(
        a1=pods("a", "v1", ", tag: one"),
        a2=pods("a", "v2", ", tag: one"),
        without="b1 b2",
        **tagged,
    )
    counted = Counted.of(given)
    counted.enter("s1", 6, to="a-v1")
    counted.enter("s1", 4, to="a-v2")

    row = counted.judged(counted.probe("s1"), answered(10))

    assert (row.verdict, codes(row)) == ("ok", ["LW1721"])
    assert "the versions v1 (a-v1) and v2 (a-v2) of default/a" in row.findings[0].message


def test_a_caller_in_no_lane_that_leads_on_into_another_lane_is_doubtful() -> None:
    counted = Counted.of(mesh(service("c"), pods("c", "v9")))
    counted.enter("s2", 10, to="a-v2")
    counted.call("a-v2", "c", 10, to="c-v9")
    counted.call("c-v9", "b", 10, to="b-v1")

    row = counted.judged(counted.probe("s2"), answered(10))

    assert (row.verdict, codes(row)) == ("ok", ["LW1736"])


def test_a_request_of_the_users_own_that_no_route_takes_is_told_with_the_reason() -> None:
    counted = Counted.of(mesh())
    counted.refuse("", "no_route", 10)

    row = counted.judged(counted.asked(Request("x", "/")), answered(10, 404))

    assert (row.failed, row.verdict) == (10, "LW1722")
    assert "header x-lane is absent (entry rule r1 of lane s1)" in row.findings[0].message


def test_a_host_that_the_gateway_has_nothing_for_is_told() -> None:
    shop = lane("s1", "{version: v1}", rule("s1", more="hosts: [shop.test], "))
    counted = Counted.of(mesh(s1=shop, without="s2"))
    counted.refuse("", "no_route", 1)

    row = counted.judged(counted.asked(Request("desk.test", "/")), answered(1, 404))

    assert "nothing there is for host desk.test" in row.findings[0].message


def test_a_request_of_the_users_own_that_comes_into_another_lane_is_elsewhere() -> None:
    counted = Counted.of(mesh())
    counted.enter("s2", 10, to="a-v2")
    probe = counted.asked(Request("x", "/", headers=(("x-lane", "s2"),)), "s1")

    row = counted.judged(probe, answered(10))

    assert (row.elsewhere, row.verdict) == (10, "LW1723")
    assert "is for lane s1, but entry rule r1 of lane s2 takes it" in row.findings[0].message


def test_a_retry_is_no_request_of_somebody_else() -> None:
    counted = Counted.of(mesh())
    counted.enter("s1", 10, to="a-v1")
    counted.counters["cluster." + TO_A.format("s1") + ".upstream_rq_total"] += 2
    counted.receive("a-v1", 2)

    row = counted.judged(counted.probe("s1"), answered(10))

    assert (row.kept, row.findings) == (10, ())


def test_copies_of_requests_are_expected_where_they_are_sent() -> None:
    copied = routes(
        "own",
        "[{match: [{uri: {exact: /copy}}], mirror: {host: c}, "
        "route: [{destination: {host: a, subset: s1}}]}]",
        AT_THE_DOOR,
    )
    counted = Counted.of(mesh(copied, service("c"), pods("c", "v9")))
    counted.enter("own", 10, to="a-v1")
    counted.counters["cluster.outbound|80||c.default.svc.cluster.local.upstream_rq_total"] += 10
    counted.receive("c-v9", 10)

    row = counted.judged(counted.asked(Request("x", "/copy")), answered(10))

    assert (row.kept, row.findings) == (10, ())


def test_counters_that_fell_because_a_proxy_began_anew_count_nothing() -> None:
    counted = Counted.of(mesh())
    counted.enter("s1", 10, to="a-v1")

    seen = counted.ledger.seen(counted.counters, {})

    assert (seen.calls, seen.received, seen.entered) == ((), {}, {})


def test_a_mesh_is_quiet_when_all_that_began_has_ended() -> None:
    counted = Counted.of(mesh())
    counted.enter("s1", 10, to="a-v1")

    assert counted.ledger.is_quiet({}, counted.counters)
    counted.counters["http.in|a-v1|80.downstream_rq_total"] += 1
    assert not counted.ledger.is_quiet({}, counted.counters)


def test_an_entry_for_nobody_is_no_lane() -> None:
    assert Counted.of(mesh(group=group(), door=gateway())).probe("s2").lanes == ("s2",)


def test_a_wide_rule_of_the_users_that_the_lanes_hide_leads_nobody_astray() -> None:
    wild = policy("own", "{host: '*.local', subsets: [{name: s1, labels: {version: v2}}]}", "far")
    counted = Counted.of(mesh(wild))
    counted.enter("s1", 10, to="a-v1")

    assert counted.judged(counted.probe("s1"), answered(10)).findings == ()
