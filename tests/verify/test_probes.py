"""Which requests put a mesh to the test, and what may meet them."""

from laneway.core.compile import Compilation
from laneway.core.routing.ask.reach import Reach
from laneway.core.routing.ask.request import Request
from laneway.core.search.probes import Probe, Probes, asked, probes
from tests.rules.world import Given, gateway, group, lane, mesh, pods, policy, routes, rule, service

LANE = (("x-lane", "s1"),)
AT_THE_DOOR = "hosts: ['*']\n  gateways: [istio-system/door]"


def found(given: Given) -> Probes:
    compiled = given.compiled()
    return probes(compiled.mesh, compiled.plan)


def sent(given: Given, purpose: str) -> list[Probe]:
    return [probe for probe in found(given).sent if probe.purpose == purpose]


def asks(given: Given, purpose: str) -> list[tuple[tuple[str, ...], str, dict[str, str]]]:
    return [
        (probe.lanes, probe.request.path, dict(probe.request.headers))
        for probe in sent(given, purpose)
    ]


def met(compiled: Compilation, probe: Probe) -> list[str]:
    refs = Reach(compiled.mesh, compiled.plan).of(probe.promise)
    return sorted(ref.name for ref in refs)


def reach(given: Given) -> list[list[str]]:
    compiled = given.compiled()
    return [
        met(compiled, probe)
        for probe in probes(compiled.mesh, compiled.plan).sent
        if probe.purpose == "rule"
    ]


def test_each_lane_rule_has_a_request_that_comes_into_its_lane() -> None:
    assert asks(mesh(), "rule") == [
        (("s1",), "/", {"x-lane": "s1"}),
        (("s2",), "/", {"x-lane": "s2"}),
    ]


def test_rules_behind_a_redirect_to_https_get_no_request() -> None:
    to_https = "hosts: ['*'], tls: {httpsRedirect: true}"
    given = mesh(door=gateway().replace("hosts: ['*']", to_https))

    assert [(probe.lanes, probe.promise.status) for probe in found(given).sent] == [((), 301)]
    assert [
        (one.lanes, one.gateway is not None, [rule.name for rule in one.taken])
        for one in found(given).unprobed
    ] == [(("s1",), True, ["httpsRedirect"]), (("s2",), True, ["httpsRedirect"])]


def test_requests_without_the_header_and_with_a_strange_one_are_sent_once_for_all_lanes() -> None:
    assert asks(mesh(), "no header") == [(("s1", "s2"), "/", {})]
    assert asks(mesh(), "unknown value") == [(("s1", "s2"), "/", {"x-lane": "nosuch"})]
    assert {probe.promise.status for probe in sent(mesh(), "no header")} == {404}


def test_another_path_is_sent_where_a_rule_asks_for_one() -> None:
    match = "{uri: {exact: /mock}, headers: {x-lane: {exact: s1}}}"
    given = mesh(s1=lane("s1", "{version: v1}", rule("s1", match=match)))

    assert asks(given, "other path") == [(("s1",), "/nosuch", {"x-lane": "s1"})]


def test_a_request_that_misses_one_rule_may_be_promised_another() -> None:
    given = mesh(s2=lane("s2", "{version: v2}", rule("s2", match="{uri: {prefix: /}}")))

    [missed] = sent(given, "unknown value")

    assert missed.promise.rule is not None
    assert missed.promise.rule.lane == "s2"


def test_a_split_has_one_request_for_all_its_lanes() -> None:
    split = routes(
        "own",
        "[{match: [{uri: {exact: /mock}}], route: ["
        "{destination: {host: a, subset: s1}, weight: 50}, "
        "{destination: {host: a, subset: s2}, weight: 50}]}]",
        AT_THE_DOOR,
    )

    [probe] = [probe for probe in sent(mesh(split), "rule") if probe.request.path == "/mock"]

    assert probe.lanes == ("s1", "s2")
    assert [target.probability for target in probe.promise.targets] == [0.5, 0.5]


def test_a_subset_named_like_a_tag_stands_for_its_lane() -> None:
    tagged = routes("own", "[{route: [{destination: {host: a, subset: v2}}]}]", AT_THE_DOOR)

    assert asks(mesh(tagged), "rule")[-1] == (("s2",), "/", {})


def test_a_rule_behind_one_that_takes_all_its_requests_is_named_with_that_one() -> None:
    given = mesh(s2=lane("s2", "{version: v2}", rule("s1")))

    [unprobed] = found(given).unprobed

    assert unprobed.lanes == ("s2",)
    assert [taken.lane for taken in unprobed.taken] == ["s1"]


def test_a_longer_path_is_asked_for_where_another_rule_has_the_shortest() -> None:
    exact = lane("s1", "{version: v1}", rule("", match="{uri: {exact: /api}}"))
    prefix = lane("s2", "{version: v2}", rule("", match="{uri: {prefix: /api}}"))

    assert asks(mesh(s1=exact, s2=prefix), "rule") == [
        (("s1",), "/api", {}),
        (("s2",), "/apia", {}),
    ]


def test_where_a_gateway_writes_the_tag_a_user_is_found_whose_hash_gives_it() -> None:
    users = """
apiVersion: istio.alibabacloud.com/v1
kind: ASMHashTagging
metadata: {name: users, namespace: istio-system}
spec:
  workloadSelector: {istio: ingressgateway}
  rules:
    - {header: x-user, modulo: 100, tagHeader: x-lane, partitions: [
        {partitionSize: 20, tagValue: s2}, {partitionSize: 80, tagValue: s1}]}
"""
    found = sent(mesh(users), "rule")

    assert [probe.lanes for probe in found] == [("s1",), ("s2",)]
    assert all(dict(probe.request.headers).keys() == {"x-user"} for probe in found)


def test_a_rule_that_no_request_can_be_made_up_for_is_named() -> None:
    odd = "{headers: {x-lane: {regex: '\\pN+'}}}"
    given = mesh(s1=lane("s1", "{version: v1}", rule("", match=odd)))

    [unprobed] = found(given).unprobed

    assert (unprobed.lanes, unprobed.taken) == (("s1",), ())
    assert unprobed.gateway is not None


def test_a_rule_for_a_host_the_gateway_does_not_serve_is_named() -> None:
    shop = rule("s1", more="hosts: [shop.example.com], ")
    given = mesh(door=gateway("[desk.example.com]"), s1=lane("s1", "{version: v1}", shop))

    [unprobed] = [one for one in found(given).unprobed if one.gateway is None]

    assert (unprobed.domain, unprobed.lanes) == ("shop.example.com", ("s1",))


def test_a_wide_host_is_served_by_a_narrow_server() -> None:
    wide = lane("s1", "{version: v1}", rule("s1", more="hosts: ['*.example.com'], "))
    given = mesh(door=gateway("[desk.example.com]"), s1=wide)

    assert found(given).unprobed == ()
    assert {probe.request.host for probe in sent(given, "rule")} == {"desk.example.com"}


def test_a_request_of_the_users_own_is_promised_what_the_walk_says() -> None:
    compiled = mesh().compiled()
    [port] = compiled.plan.gateway_ports

    hit = asked(compiled.mesh, compiled.plan, port, Request("x.test", "/a", headers=LANE), "s1")
    missed = asked(compiled.mesh, compiled.plan, port, Request("x.test", "/a"), "s1")

    assert (hit.lanes, hit.domain, hit.wanted) == (("s1",), "*", "s1")
    assert (missed.lanes, missed.promise.status) == ((), 404)


def test_a_lane_may_meet_its_own_pods_only() -> None:
    assert reach(mesh()) == [["a-v1", "b-v1"], ["a-v2", "b-v2"]]


def test_a_service_outside_the_lanes_may_be_met_with_all_its_pods() -> None:
    given = mesh(service("c"), pods("c", "v8"), pods("c", "v9"))

    assert reach(given)[0] == ["a-v1", "b-v1", "c-v8", "c-v9"]


def test_a_caller_outside_the_lanes_may_meet_the_first_lane() -> None:
    outsider = pods("c", "v9")

    assert reach(mesh(service("c"), outsider))[1] == ["a-v1", "a-v2", "b-v1", "b-v2", "c-v9"]


def test_a_subset_with_the_labels_of_another_lane_does_not_widen_what_may_be_met() -> None:
    wrong = policy("own", "{host: a, subsets: [{name: s1, labels: {version: v2}}]}")

    assert reach(mesh(wrong))[0] == []


def test_copies_of_requests_may_be_met_where_they_are_sent() -> None:
    mirror = routes(
        "own",
        "[{match: [{uri: {exact: /copy}}], mirror: {host: c}, "
        "route: [{destination: {host: a, subset: s1}}]}]",
        AT_THE_DOOR,
    )
    given = mesh(mirror, service("c"), pods("c", "v1"), without="s2")

    assert "c-v1" in reach(given)[0]


def test_a_mesh_without_an_entry_has_nothing_to_send() -> None:
    nothing = mesh(group=group(door="name: door"), without="door s1 s2")

    assert found(nothing) == Probes((), ())
