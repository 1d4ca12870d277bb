"""What each way to spoil routes comes to: the verdict, the smallest request, and who lets it."""

from __future__ import annotations

import pytest

from laneway.core.mesh.link import link
from laneway.core.proof.judged import judged
from laneway.core.proof.replay import replay
from laneway.core.proof.verdict import NotReplayedError, Proof
from tests.laws import objects
from tests.laws.compiling import snapshot_of_mesh
from tests.laws.objects import Object
from tests.proof.shop import (
    CART,
    HEADER,
    ORDER,
    against,
    permissive,
    proof_of,
    proven,
    rendered,
    routes,
    strict,
    subsets,
)


def verdicts(proof: Proof) -> dict[str, str]:
    return {claim.about: claim.verdict for claim in proof.claims}


PROVEN = {"isolated": "proven", "delivered": "proven"}


@pytest.mark.parametrize(
    "mesh",
    [
        *(strict(), permissive(), permissive("baggage")),
        *(permissive("sw8-correlation"), permissive("x-request-id")),
    ],
)
def test_what_laneway_makes_of_lanes_is_proven_before_and_after_it_is_written(
    mesh: list[Object],
) -> None:
    plan, written = proven(mesh), proof_of(mesh)

    assert (plan.scope.judged, verdicts(plan)) == ("plan", PROVEN)
    assert (written.scope.judged, verdicts(written)) == ("objects", PROVEN)


def a_fleet(app: str) -> Object:
    """Return an object of a kind that nobody reads, with a template of pods of an app."""
    pod = {"metadata": {"labels": {"app": app}}, "spec": {"containers": [{"name": "c"}]}}
    return {
        "apiVersion": "sea.example.com/v1",
        "kind": "Fleet",
        "metadata": {"name": "ships", "namespace": "default"},
        "spec": {"template": pod},
    }


def test_pods_of_a_kind_that_is_not_read_leave_a_proof_open() -> None:
    found = proof_of(strict(), more=[a_fleet("cart")])

    assert verdicts(found) == {"isolated": "undecided", "delivered": "undecided"}
    assert [doubt.why for doubt in found.doubts] == [
        (
            f"Fleet default/ships may be pods of {CART}: Laneway does not read the kind Fleet of "
            "sea.example.com/v1"
        )
    ]
    assert verdicts(proof_of(strict(), more=[a_fleet("whale")])) == PROVEN


def test_a_missing_last_route_lets_callers_in_no_lane_meet_every_lane() -> None:
    found = against(proof_of(strict(), lambda out: routes(out, ORDER).pop()), "isolated")

    assert found.spot.who is not None
    assert found.spot.who.names in ((), ("clients/guest",))
    assert found.request.headers == ()
    assert found.rule is not None
    assert found.rule.name == "default"


def test_a_second_virtual_service_for_a_host_is_tried_in_both_orders() -> None:
    second = objects.virtual_service(
        "second", "default", [ORDER], http=[{"route": [{"destination": {"host": ORDER}}]}]
    )
    found = against(proof_of(strict(), more=[second]), "isolated")

    assert found.rule is not None
    assert found.rule.origin.ref.name == "second"
    assert "second" in found.order


def test_a_second_virtual_service_that_is_known_to_be_younger_changes_nothing() -> None:
    def date(out: list[Object]) -> None:
        for one in out:
            one["metadata"]["creationTimestamp"] = "2026-01-01T00:00:00Z"

    second = objects.virtual_service(
        "second", "default", [ORDER], http=[{"route": [{"destination": {"host": ORDER}}]}]
    )
    second["metadata"]["creationTimestamp"] = "2026-01-02T00:00:00Z"

    assert verdicts(proof_of(strict(), date, more=[second])) == PROVEN


def test_a_rule_in_the_clients_namespace_shadows_the_subsets() -> None:
    shadow = objects.destination_rule("mine", "clients", ORDER)
    proof = proof_of(strict(), more=[shadow])
    found = against(proof, "delivered")

    assert verdicts(proof)["isolated"] == "proven"
    assert found.spot.who is not None
    assert found.spot.who.caller.namespace == "clients"
    assert "clients" in found.why


def test_a_widened_path_takes_another_lanes_requests() -> None:
    def widen(out: list[Object]) -> None:
        match = routes(out, "*")[0]["match"][0]
        match["headers"] = {"x-user": {"prefix": "u"}}
        match["uri"] = {"prefix": "/"}

    found = against(proof_of(strict(), widen), "isolated")

    assert found.request.path == "/api"
    assert found.request.headers == (("x-user", "u2"),)
    assert [want.lane for want in found.wants] == ["s2"]


def test_a_widened_path_that_takes_nobodys_requests_is_proven() -> None:
    def widen(out: list[Object]) -> None:
        routes(out, "*")[0]["match"][0]["uri"] = {"prefix": "/"}

    assert verdicts(proof_of(strict(), widen)) == PROVEN


def test_swapped_labels_lead_into_the_other_lane() -> None:
    def swap(out: list[Object]) -> None:
        one, two = subsets(out, ORDER)
        one["labels"], two["labels"] = two["labels"], one["labels"]

    found = against(proof_of(strict(), swap), "isolated")

    assert found.spot.host == ORDER
    assert "is in lane" in found.why


def test_a_catch_all_in_front_takes_everything() -> None:
    def move(out: list[Object]) -> None:
        listed = routes(out, ORDER)
        listed.insert(0, listed.pop())

    found = against(proof_of(strict(), move), "isolated")

    assert found.spot.who is not None
    assert ("version", "v2") in found.spot.who.caller.labels


def test_a_mirror_into_another_lane_is_a_leak() -> None:
    def mirror(out: list[Object]) -> None:
        routes(out, ORDER)[0]["mirror"] = {"host": ORDER, "subset": "s2"}

    assert "mirrored" in against(proof_of(strict(), mirror), "isolated").why


def test_a_mirror_within_the_lane_or_of_nothing_is_none() -> None:
    def mirror(out: list[Object]) -> None:
        routes(out, ORDER)[0]["mirror"] = {"host": ORDER, "subset": "s1"}
        routes(out, ORDER)[1]["mirror"] = {"host": ORDER, "subset": "s1"}
        routes(out, ORDER)[1]["mirrorPercentage"] = {"value": 0}

    assert verdicts(proof_of(strict(), mirror)) == PROVEN


def test_a_private_virtual_service_leaks_for_its_namespace_alone() -> None:
    private = objects.virtual_service(
        "private",
        "clients",
        [ORDER],
        exportTo=["."],
        http=[{"route": [{"destination": {"host": ORDER}}]}],
    )
    proof = proof_of(strict(), more=[private])

    isolated = next(claim for claim in proof.claims if claim.about == "isolated")
    spaces = {one.spot.who.caller.namespace for one in isolated.against if one.spot.who}
    assert spaces == {"clients"}


def test_overlapping_expressions_take_a_request_of_another_lane() -> None:
    def blur(out: list[Object]) -> None:
        match = routes(out, "*")[0]["match"][0]
        match["headers"] = {"x-user": {"regex": "u[1-9]+|v.*"}}

    found = against(proof_of(strict(), blur), "isolated")

    assert found.request.headers == (("x-user", "u2"),)


def test_expressions_that_only_seem_to_overlap_are_proven() -> None:
    def rewrite(out: list[Object]) -> None:
        first, second = (route["match"][0] for route in routes(out, "*")[:2])
        first["headers"] = {"x-user": {"regex": "(u1)"}}
        first["uri"] = {"regex": "/api.*"}
        second["headers"] = {"x-user": {"regex": "u[^13-9]"}}

    assert verdicts(proof_of(strict(), rewrite)) == PROVEN


def test_a_pod_in_two_lanes_is_isolated_in_neither() -> None:
    mesh = strict()
    lane = next(one for one in mesh if one["metadata"]["name"] == "s2")
    lane["spec"]["labelSelector"] = {"canary": "yes"}
    mesh.append(
        objects.deployment(
            "cart-both", "default", {"app": "cart", "version": "v1", "canary": "yes"}
        )
    )

    assert "at once" in against(proven(mesh), "isolated").why


def test_a_subset_nobody_declares_is_not_delivered() -> None:
    found = against(proof_of(strict(), lambda out: subsets(out, CART).pop()), "delivered")

    assert "declares subset s2" in found.why


def test_a_subset_without_pods_is_not_delivered_while_its_lane_has_pods() -> None:
    def narrow(out: list[Object]) -> None:
        subsets(out, ORDER)[0]["labels"]["zone"] = "nowhere"

    assert "has no pods" in against(proof_of(strict(), narrow), "delivered").why


def test_a_lane_without_pods_of_a_service_gets_its_503_by_intent() -> None:
    mesh = [one for one in strict() if one["metadata"]["name"] != "order-v2"]

    assert verdicts(proof_of(mesh)) == PROVEN


def test_an_entry_that_forgets_the_header_lets_the_client_choose() -> None:
    def forget(out: list[Object]) -> None:
        for route in routes(out, "*"):
            route["route"][0].pop("headers")

    found = against(proof_of(permissive(), forget), "isolated")

    assert found.spot.gateway is not None
    assert "does not carry exactly that lane" in found.why


def test_baggage_of_a_client_that_names_a_lane_has_to_be_overwritten() -> None:
    def keep(out: list[Object]) -> None:
        for route in routes(out, "*"):
            edits = route["route"][0]["headers"]["request"]["set"]
            edits["baggage"] = f"{HEADER}={edits[HEADER]},%REQ(baggage)%"

    found = against(proof_of(permissive("baggage"), keep), "isolated")

    assert dict(found.request.headers)["baggage"].startswith(f"{HEADER}=")


def test_a_context_route_that_is_missing_sends_a_lane_to_its_callers_lane() -> None:
    found = against(proof_of(permissive(), lambda out: routes(out, CART).pop(0)), "isolated")

    assert found.request.headers == ((HEADER, "s2"),)
    assert found.spot.who is not None


def test_a_route_that_writes_another_lane_is_a_leak() -> None:
    def rename(out: list[Object]) -> None:
        routes(out, ORDER)[0].setdefault("headers", {})["request"] = {"set": {HEADER: "s2"}}

    assert (
        "leaves as a request of lane s2" in against(proof_of(permissive(), rename), "isolated").why
    )


def test_a_route_that_fills_the_lane_from_another_header_is_a_leak() -> None:
    def fill(out: list[Object]) -> None:
        for route in routes(out, ORDER):
            route.setdefault("headers", {})["request"] = {"set": {HEADER: "%REQ(x-user)%"}}

    found = against(proof_of(permissive(), fill), "isolated")

    assert found.request.headers == (("x-user", "s2"),)


@pytest.mark.parametrize(
    "edits",
    [
        {"remove": [HEADER]},
        {"set": {HEADER: "stable"}},
        {"set": {HEADER: f"%REQ(x-gray?{HEADER})%"}},
    ],
)
def test_a_route_that_takes_the_lane_out_of_a_request_is_a_leak(edits: Object) -> None:
    def lose(out: list[Object]) -> None:
        routes(out, CART)[0].setdefault("headers", {})["request"] = edits

    found = against(proof_of(permissive(), lose), "isolated")

    assert "leaves without its lane" in found.why
    assert dict(found.request.headers)[HEADER] == "s2"


def test_what_a_variable_stands_for_is_not_guessed() -> None:
    def unknown(out: list[Object]) -> None:
        edits = {"set": {HEADER: "%REQUESTED_SERVER_NAME%"}}
        routes(out, ORDER)[1].setdefault("headers", {})["request"] = edits

    proof = proof_of(permissive(), unknown)

    assert proof.verdict == "undecided"
    assert any("%REQUESTED_SERVER_NAME%" in doubt.why for doubt in proof.doubts)


def _entry(asked: Object, *destinations: Object, edits: Object | None = None) -> list[Object]:
    """Return lanes asked for by their own header, and an entry by hand instead of the lanes'."""
    mesh = permissive()
    for lane in mesh:
        if lane["kind"] == "ASMSwimLane":
            headers = {HEADER: {**asked, next(iter(asked)): lane["metadata"]["name"]}}
            lane["spec"]["ingressRules"][0]["match"]["headers"] = headers
    found = [one for one in rendered(mesh) if "istio-system/ingressgateway" not in str(one)]
    head = {"request": edits} if edits else {}
    http = [
        {
            "match": [{"uri": {"prefix": "/api"}, "headers": {HEADER: asked}}],
            "route": list(destinations),
            **({"headers": head} if head else {}),
        }
    ]
    entry = objects.virtual_service(
        "by-hand", "istio-system", ["*"], gateways=["ingressgateway"], http=http
    )
    return [*mesh, *found, entry]


def _to_s2(edits: Object, weight: int | None = None) -> Object:
    found: Object = {"destination": {"host": CART, "subset": "s2"}}
    if weight is not None:
        found["weight"] = weight
    return found | ({"headers": {"request": edits}} if edits else {})


WRITES: Object = {"set": {HEADER: "s2"}}
TAKES: Object = {"remove": [HEADER]}


@pytest.mark.parametrize(
    ("everything", "sent"),
    [
        (_entry({"exact": "s2"}, _to_s2({})), [HEADER, HEADER]),
        (_entry({"prefix": "s2"}, _to_s2({})), [HEADER]),
        (_entry({"exact": "s2"}, _to_s2(WRITES, 50), _to_s2(WRITES, 50), edits=TAKES), None),
        (_entry({"exact": "s2"}, _to_s2(WRITES, 100), _to_s2(WRITES, 0), edits=TAKES), None),
        (_entry({"exact": "s2"}, _to_s2(TAKES)), None),
    ],
    ids=["doubled", "longer", "taken away behind a split", "behind one of no weight", "taken away"],
)
def test_what_an_entry_lets_through_or_takes_away_is_a_leak(
    everything: list[Object], sent: list[str] | None
) -> None:
    found = next(
        one
        for claim in proven(everything).claims
        for one in claim.against
        if "does not carry exactly that lane" in one.why and one.wants[0].lane == "s2"
    )

    assert sent is None or [name for name, _ in found.request.headers] == sent


@pytest.mark.parametrize(
    "destination", [_to_s2(WRITES), _to_s2(WRITES | TAKES)], ids=["alone", "after removing"]
)
def test_edits_of_a_sole_destination_are_one_step_with_those_of_its_route(
    destination: Object,
) -> None:
    proof = proven(_entry({"exact": "s2"}, destination, edits=TAKES))

    assert not any(one.wants[0].lane == "s2" for claim in proof.claims for one in claim.against)


def test_a_route_by_caller_before_the_context_steals_requests() -> None:
    def move(out: list[Object]) -> None:
        listed = routes(out, CART)
        by_caller = [
            one for one in listed if any("sourceLabels" in m for m in one.get("match", ()))
        ]
        for one in by_caller:
            listed.remove(one)
        listed[:0] = by_caller

    found = against(proof_of(permissive(), move), "isolated")

    assert len(found.request.headers) == 1


def test_an_answer_of_a_route_is_what_its_author_wants() -> None:
    def answer(out: list[Object]) -> None:
        route = routes(out, ORDER)[0]
        del route["route"]
        route["directResponse"] = {"status": 503}

    assert verdicts(proof_of(strict(), answer)) == PROVEN


def test_an_expression_beyond_reasoning_leaves_only_its_own_rule_open() -> None:
    def obscure(out: list[Object]) -> None:
        routes(out, "*")[0]["match"][0]["headers"]["x-user"] = {"regex": r"\bu1\b"}

    proof = proof_of(strict(), obscure)

    assert proof.verdict == "undecided"
    assert any("\\b" in doubt.why for doubt in proof.doubts)


def test_an_expression_that_re2_refuses_leaves_it_undecided_and_is_named() -> None:
    def refuse(out: list[Object]) -> None:
        routes(out, "*")[0]["match"][0]["headers"]["x-user"] = {"regex": "(?=u1)"}

    proof = proof_of(strict(), refuse)

    assert proof.verdict == "undecided"
    assert any("(?=" in doubt.why for doubt in proof.doubts)
    assert all(doubt.place is not None for doubt in proof.doubts)


def test_an_expression_beyond_reasoning_hides_no_counter_example() -> None:
    def obscure(out: list[Object]) -> None:
        routes(out, "*")[0]["match"][0]["headers"]["x-user"] = {"regex": r"\bu1\b"}
        routes(out, ORDER).pop()

    assert proof_of(strict(), obscure).verdict == "counter-example"


PATCHES = [{"applyTo": "HTTP_ROUTE", "patch": {"operation": "REMOVE"}}]
FILTERS: list[tuple[str, str, Object]] = [
    ("EnvoyFilter", "networking.istio.io/v1alpha3", {"configPatches": PATCHES}),
    ("EnvoyFilter", "networking.istio.io/v1alpha3", {"configPatches": "all of them"}),
    ("WasmPlugin", "extensions.istio.io/v1alpha1", {}),
    (
        "WasmPlugin",
        "extensions.istio.io/v1alpha1",
        {"selector": {"matchLabels": {"app": "cart"}}},
    ),
]


@pytest.mark.parametrize(("kind", "version", "spec"), FILTERS)
def test_a_filter_over_the_workloads_leaves_it_undecided(
    kind: str, version: str, spec: Object
) -> None:
    meta = objects.head("mine", "default")
    thing = {"apiVersion": version, "kind": kind, "metadata": meta, "spec": spec}
    proof = proof_of(strict(), more=[thing])

    assert proof.verdict == "undecided"
    assert [doubt.place is not None for doubt in proof.doubts] == [True]
    assert f"{kind} default/mine" in proof.doubts[0].why


def test_a_filter_over_others_is_of_no_concern() -> None:
    spec = {
        "workloadSelector": {"labels": {"app": "somebody-else"}},
        "configPatches": PATCHES,
    }
    thing = {
        "apiVersion": "networking.istio.io/v1alpha3",
        "kind": "EnvoyFilter",
        "metadata": objects.head("mine", "default"),
        "spec": spec,
    }

    assert verdicts(proof_of(strict(), more=[thing])) == PROVEN


@pytest.mark.parametrize("spec", [{}, {"configPatches": []}, {"configPatches": None}])
def test_a_filter_without_patches_changes_nothing(spec: Object) -> None:
    thing = {
        "apiVersion": "networking.istio.io/v1alpha3",
        "kind": "EnvoyFilter",
        "metadata": objects.head("idle", "istio-system"),
        "spec": spec,
    }

    assert verdicts(proof_of(strict(), more=[thing])) == PROVEN


def test_a_sidecar_that_hides_a_lane_service_leaves_it_undecided() -> None:
    sidecar = {
        "apiVersion": "networking.istio.io/v1",
        "kind": "Sidecar",
        "metadata": objects.head("narrow", "clients"),
        "spec": {"egress": [{"hosts": ["./*"]}]},
    }

    proof = proof_of(strict(), more=[sidecar])

    assert proof.verdict == "undecided"


def test_more_ties_of_age_than_can_be_tried_are_undecided() -> None:
    more = [
        objects.virtual_service(
            f"again-{number}",
            "default",
            [ORDER],
            http=[
                {
                    "match": [{"sourceLabels": {"a": "b"}}],
                    "route": [{"destination": {"host": ORDER}}],
                }
            ],
        )
        for number in range(5)
    ]

    proof = proof_of(strict(), more=more)

    assert proof.verdict == "undecided"
    assert "order of age" in proof.doubts[0].why


def test_what_nothing_promises_is_listed_apart() -> None:
    mesh = permissive()
    ports: list[Object] = [{"port": 80, "name": "http", "protocol": "TCP"}]
    second = objects.service("cart-again", "default", ports, cluster_ip="10.0.0.9")
    second["spec"]["selector"] = {"app": "cart"}
    plain = objects.deployment("old", "default", {"app": "old", "sidecar.istio.io/inject": "false"})
    entry = objects.virtual_service(
        "side-door",
        "istio-system",
        ["side.example.com"],
        gateways=["ingressgateway"],
        http=[{"route": [{"destination": {"host": CART}}]}],
    )

    told = " ".join(note.what for note in proof_of(mesh, more=[second, plain, entry]).apart)

    for words in (
        "1 workload without a sidecar",
        "cart-again",
        f"whoever sends {HEADER}",
        "a pod's own address",
    ):
        assert words in told


def test_what_programs_and_filters_have_to_do_is_said_beside_the_verdict() -> None:
    by_trace = permissive(trace="x-request-id")
    plugin: Object = {
        "apiVersion": "extensions.istio.io/v1alpha1",
        "kind": "WasmPlugin",
        "metadata": {
            "name": "laneway-outbound",
            "namespace": "istio-system",
            "labels": {"app.kubernetes.io/managed-by": "laneway"},
        },
        "spec": {"url": "oci://registry/lanes:1"},
    }

    told = {
        name: [note.what for note in proof_of(mesh, more=more).assumed]
        for name, mesh, more in (
            ("strict", strict(), []),
            ("header", permissive(), []),
            ("trace", by_trace, []),
            ("filtered", by_trace, [plugin]),
        )
    }

    assert told["strict"] == []
    assert [one.split(" pass on ")[1] for one in told["header"]] == [
        f"{HEADER}; laneway check names them (LW1809)"
    ]
    assert "the lane filter beside every proxy keeps lanes under x-request-id" in told["trace"][1]
    assert told["filtered"] == told["trace"][:1]


def test_an_input_without_lanes_is_not_called_proven() -> None:
    assert proven([]).verdict == "undecided"


def test_objects_of_others_that_do_what_lanes_say_are_proven() -> None:
    """A VirtualService by hand: other order, other expressions, the same meaning."""
    mesh = permissive()
    found = rendered(mesh)
    listed = routes(found, CART)
    to = {"s1": listed[1]["route"], "s2": listed[0]["route"]}
    host = next(one for one in found if CART in one["spec"].get("hosts", ()))
    host["spec"]["http"] = [
        {
            "match": [
                {"headers": {HEADER: {"regex": "s2"}}},
                {
                    "withoutHeaders": {HEADER: {"exact": "s1"}},
                    "sourceLabels": {"version": "v2"},
                },
            ],
            "route": to["s2"],
        },
        {"route": to["s1"]},
    ]
    for one in found:
        one["metadata"].pop("labels", None)

    assert verdicts(proven([*mesh, *found])) == PROVEN


def test_a_parameter_that_no_query_can_hold_is_never_asked_for() -> None:
    def ask(out: list[Object]) -> None:
        match = routes(out, "*")[0]["match"][0]
        match["headers"] = {"x-user": {"prefix": "u"}}
        match["queryParams"] = {"a&b": {"exact": "1"}}

    proof = proof_of(strict(), ask)

    assert against(proof, "delivered").request.path == "/api"
    assert against(proof, "delivered").request.headers == (("x-user", "u1"),)


def test_a_header_of_two_lines_meets_conditions_line_by_line() -> None:
    found = against(proof_of(strict(), lambda out: routes(out, "*").pop(0)), "isolated")

    assert found.request.headers == (("x-user", "u1"), ("x-user", "u2"))
    assert [want.lane for want in found.wants] == ["s1"]


def test_services_that_differ_by_their_ports_are_looked_at_one_by_one() -> None:
    def lead_to_another_port(out: list[Object]) -> None:
        for host in (CART, ORDER):
            for route in routes(out, host):
                route["route"][0]["destination"]["port"] = {"number": 81}

    mesh = strict()
    cart = next(one for one in mesh if one["kind"] == "Service")
    cart["spec"]["ports"].append({"port": 81, "name": "http-more", "protocol": "TCP"})
    for lane in (one for one in mesh if one["kind"] == "ASMSwimLane"):
        lane["spec"]["ingressRules"][0]["route"]["destination"]["portNum"] = 80
    proof = proof_of(mesh, lead_to_another_port)

    delivered = next(claim for claim in proof.claims if claim.about == "delivered")
    assert {one.spot.host for one in delivered.against} == {ORDER}


@pytest.mark.parametrize("name", [":path", "@request.auth.claims.sub"])
def test_a_condition_on_what_is_no_header_is_undecided(name: str) -> None:
    def ask(out: list[Object]) -> None:
        routes(out, "*")[0]["match"][0]["headers"] = {name: {"exact": "1"}}

    assert proof_of(strict(), ask).verdict == "undecided"


@pytest.mark.parametrize("name", ["host", ":authority", ":method"])
def test_a_condition_on_a_part_of_the_request_leaves_the_others_without_a_route(name: str) -> None:
    def ask(out: list[Object]) -> None:
        routes(out, "*")[0]["match"][0]["headers"][name] = {"exact": "odd"}

    found = against(proof_of(strict(), ask), "delivered")

    assert found.rule is None
    assert found.request.headers == (("x-user", "u1"),)


def sticky() -> list[Object]:
    """Return the shop whose users are shared out by a hash: 20 of 100 to s2."""
    mesh = strict()
    for number, lane in enumerate((one for one in mesh if one["kind"] == "ASMSwimLane"), start=1):
        lane["spec"]["ingressRules"][0]["match"]["headers"] = {"x-tag": {"exact": f"s{number}"}}
    rule: Object = {"name": "users", "header": "x-user", "modulo": 100, "tagHeader": "x-tag"}
    rule["partitions"] = [
        {"partitionSize": 20, "tagValue": "s2"},
        {"partitionSize": 80, "tagValue": "s1"},
        {"partitionSize": 0, "tagValue": "s3"},
    ]
    spec = {"workloadSelector": {"istio": "ingressgateway"}, "rules": [rule]}
    meta = objects.head("users", "istio-system")
    kind = {"apiVersion": "istio.alibabacloud.com/v1", "kind": "ASMHashTagging"}
    return [*mesh, {**kind, "metadata": meta, "spec": spec}]


def test_behind_a_hash_the_request_names_a_user_who_gets_the_tag() -> None:
    def swap(out: list[Object]) -> None:
        first, second = routes(out, "*")[:2]
        first["route"], second["route"] = second["route"], first["route"]

    assert verdicts(proof_of(sticky())) == PROVEN
    ((name, user),) = against(proof_of(sticky(), swap), "isolated").request.headers
    assert (name, user[0]) == ("x-user", "u")


def test_a_tag_that_no_hash_gives_meets_no_route() -> None:
    def blur(out: list[Object]) -> None:
        lost: Object = {"match": [{"headers": {"x-tag": {"exact": "s3"}}}]}
        routes(out, "*").insert(0, lost | {"route": [{"destination": {"host": CART}}]})

    proof = proof_of(sticky(), blur)

    assert verdicts(proof) == PROVEN
    assert not any("without a lane" in note.what for note in proof.apart)


def test_a_root_that_hands_over_to_lanes_is_judged_with_them() -> None:
    mesh = strict()
    group = next(one for one in mesh if one["kind"] == "ASMSwimLaneGroup")
    group["metadata"]["annotations"] = {"laneway.dev/delegate": "default/order"}
    handed = {"delegate": {"name": "trafficlabel-vs-shop-default-order", "namespace": "default"}}
    root = objects.virtual_service("root", "default", [ORDER], http=[handed])
    plain = objects.virtual_service(
        "root",
        "default",
        [ORDER],
        http=[{"match": [{"uri": {"prefix": "/api"}}], **handed}],
    )

    proof = proven([*mesh, root])

    assert (proof.scope.judged, verdicts(proof)) == ("plan", PROVEN)
    assert against(proven([*mesh, plain]), "delivered").request.path == "/"


def test_mirrors_in_a_list_leak_like_a_single_one_and_nothing_else_does() -> None:
    def mirror(share: Object) -> Proof:
        def edit(out: list[Object]) -> None:
            routes(out, ORDER)[0]["mirrors"] = [share]

        return proof_of(strict(), edit)

    other: Object = {"host": "order", "subset": "s2", "port": {"number": 80}}

    assert "mirrored" in against(mirror({"destination": other}), "isolated").why
    for harmless in (
        {"destination": other, "percentage": {"value": 0}},
        {"destination": {"host": "recorder.example.com"}},
        {"destination": "nobody"},
    ):
        assert verdicts(mirror(harmless)) == PROVEN


def test_a_copy_at_the_entry_is_a_leak_too() -> None:
    def mirror(out: list[Object]) -> None:
        routes(out, "*")[0]["mirror"] = {"host": CART, "subset": "s2"}

    found = against(proof_of(strict(), mirror), "isolated")

    assert found.spot.gateway is not None
    assert "mirrored" in found.why


def test_an_entry_that_is_not_there_loses_what_lanes_admit() -> None:
    def drop(out: list[Object]) -> None:
        out[:] = [one for one in out if "*" not in one["spec"].get("hosts", ())]

    found = against(proof_of(strict(), drop), "delivered")

    assert found.rule is None
    assert found.spot.gateway is not None


def test_a_split_without_weights_refuses_and_is_not_delivered() -> None:
    def refuse(out: list[Object]) -> None:
        for listed in (routes(out, "*"), routes(out, ORDER)):
            share = listed[0]["route"][0]
            listed[0]["route"] = [share | {"weight": 0}, share | {"weight": 0}]

    proof = proof_of(strict(), refuse)
    delivered = next(claim for claim in proof.claims if claim.about == "delivered")

    assert {one.spot.gateway is None for one in delivered.against} == {True, False}
    assert all("503" in one.why for one in delivered.against)


def test_a_filter_over_the_gateway_leaves_only_entries_open() -> None:
    thing = {
        "apiVersion": "networking.istio.io/v1alpha3",
        "kind": "EnvoyFilter",
        "metadata": objects.head("edge", "istio-system"),
        "spec": {
            "workloadSelector": {"labels": {"istio": "ingressgateway"}},
            "configPatches": PATCHES,
        },
    }

    def spoil(out: list[Object]) -> None:
        routes(out, "*").pop()

    assert proof_of(strict(), spoil, more=[thing]).verdict == "undecided"
    assert proof_of(strict(), lambda out: routes(out, ORDER).pop(), more=[thing]).verdict == (
        "counter-example"
    )


def test_a_lane_service_without_known_pods_is_judged_by_labels() -> None:
    mesh = [one for one in strict() if one["kind"] != "Deployment"]

    def swap(out: list[Object]) -> None:
        one, two = subsets(out, ORDER)
        one["labels"], two["labels"] = two["labels"], one["labels"]

    assert verdicts(proof_of(mesh)) == PROVEN
    assert "holds pods of lane" in against(proof_of(mesh, swap), "isolated").why
    assert (
        "any pod of"
        in against(proof_of(mesh, lambda out: routes(out, ORDER).pop()), "isolated").why
    )


def test_a_counter_example_that_the_walk_does_not_show_is_a_bug() -> None:
    mesh = strict()
    true = against(proof_of(mesh, lambda out: routes(out, ORDER).pop()), "isolated")
    judged_mesh = judged(link(snapshot_of_mesh(mesh)))

    with pytest.raises(NotReplayedError):
        replay(judged_mesh.mesh, judged_mesh.plan, true)
