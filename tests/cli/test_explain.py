"""`laneway explain`: the journey of one request."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from tests.cli.conftest import EXAMPLES, Command, edit
from tests.wire.chains import Chain

STRICT = EXAMPLES / "strict-lanes"
GITOPS = EXAMPLES / "gitops"
PERMISSIVE = EXAMPLES / "permissive-lanes"
S2 = ("--path", "/mock", "-H", "x-asm-prefer-tag: s2")


def test_journey_names_the_deciding_rule_and_why_the_others_did_not(laneway: Command) -> None:
    ended = laneway("explain", *S2, STRICT)

    lines = [line.strip() for line in ended.out.splitlines()]
    assert ended.code == 0
    assert lines[0] == "GET /mock, x-asm-prefer-tag: s2"
    assert lines[2] == "gateway istio-system/ingressgateway, port 80"
    assert lines[4] in lines
    assert "header x-asm-prefer-tag: s2 is not s1" in lines
    assert any(line.startswith("by   entry rule r1 of lane s2") for line in lines)
    assert "sets x-asm-prefer-tag: s2" in lines
    assert lines[-1] == "100 %  mocka-v2 > mockb-v2 > mockc-v2"


def test_a_journey_begins_at_the_gateway_of_lanes_where_others_have_one_too(
    laneway: Command, lanes: Path
) -> None:
    (lanes / "another.yaml").write_text(
        """
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: another, namespace: aaa}
spec:
  selector: {istio: another}
  servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ["*"]}]
"""
    )

    ended = laneway("explain", *S2, lanes)

    assert "gateway istio-system/ingressgateway, port 80" in ended.out


def test_split_is_told_whole(laneway: Command) -> None:
    ended = laneway("explain", "--path", "/mock", GITOPS)

    assert ended.out.splitlines()[-2:] == [
        "   50 %  mocka-v1 > mockb-v1 > mockc-v1",
        "   50 %  mocka-v2 > mockb-v2 > mockc-v2",
    ]


def test_request_that_no_rule_matches_gets_404(laneway: Command) -> None:
    ended = laneway("explain", "--path", "/other", STRICT)

    assert ended.code == 0
    assert ended.out.splitlines()[-1] == "  404  no rule is met"
    assert ended.out.count("path /other is not /mock") == 3


def test_host_without_routes_is_said_to_have_none(laneway: Command) -> None:
    ended = laneway("explain", "--host", "nobody.test", EXAMPLES / "two-gateways")

    assert "404  no routes for host nobody.test; the gateway has routes for" in ended.out


SPELLED = """
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {{name: spelled, namespace: default}}
spec:
  hosts: [{host}]
  http: [{{directResponse: {{status: 418}}}}]
"""


@pytest.mark.parametrize(
    ("host", "asked", "last"),
    [
        ("lamp.test", "lamp.test:80", "418"),
        ("lamp.test", "lamp.test:81", "passed on as it is"),
        ("mocka.default", "mocka.default:8000", "mocka-v2 >"),
        ("'*.svc.cluster.local'", "mocka.default:8000", "mocka-v2 >"),
    ],
)
def test_a_call_goes_by_whoever_speaks_for_the_name_it_is_spelled_with(
    laneway: Command, tmp_path: Path, host: str, asked: str, last: str
) -> None:
    (tmp_path / "spelled.yaml").write_text(SPELLED.format(host=host))

    ended = laneway("explain", "--from", "mockb-v2", "--host", asked, STRICT, tmp_path)

    assert ended.code == 0
    assert last in ended.out.splitlines()[-1]


def test_a_port_in_the_host_is_none_of_the_gateways_hosts(laneway: Command) -> None:
    plain = laneway("explain", *S2, "--host", "lamp.test", STRICT)
    ported = laneway("explain", *S2, "--host", "lamp.test:80", STRICT)

    assert ported.out.splitlines()[1:] == plain.out.splitlines()[1:]


def test_lines_are_as_wide_as_a_screen(laneway: Command) -> None:
    ended = laneway("explain", *S2, "--all", STRICT)

    wide = [line for line in ended.out.splitlines() if len(line) > 80 and "/" not in line]
    assert wide == []


def test_every_rule_is_shown_if_asked_for(laneway: Command) -> None:
    few = laneway("explain", *S2, STRICT).out
    every = laneway("explain", *S2, "--all", STRICT).out

    assert "not  lanes s1, s3: for callers with other labels (--all)" in few
    assert "only for callers with ASM_TRAFFIC_TAG: v3" in every


def test_journey_may_begin_at_a_workload(laneway: Command) -> None:
    ended = laneway("explain", "--from", "default/mocka-v3", "--host", "mockb", STRICT)

    assert "mocka-v3 calls default/mockb\n" in ended.out
    assert ended.out.splitlines()[-1] == "  100 %  mockb-v3 > mockc-v3"


def test_host_outside_the_mesh_is_passed_on(laneway: Command) -> None:
    ended = laneway("explain", "--from", "mocka-v1", "--host", "example.com", STRICT)

    assert "not a service of the mesh: passed on as it is" in ended.out


def test_port_that_a_service_does_not_have_is_passed_on(laneway: Command) -> None:
    ended = laneway("explain", "--from", "mocka-v1", "--host", "mockb", "--port", "81", STRICT)

    assert "mocka-v1 calls default/mockb:81" in ended.out
    assert "port 8000 is all it has: passed on as it is" in ended.out


def test_a_redirect_to_https_is_the_answer(laneway: Command, lanes: Path) -> None:
    edit(lanes, "- '*'\n", "- '*'\n      tls: {httpsRedirect: true}\n", "gateway.yaml")

    ended = laneway("explain", *S2, lanes)

    assert "by   httpsRedirect of Gateway istio-system/ingressgateway" in ended.out
    assert ended.out.splitlines()[-1] == "  301  to https, the proxy answers by itself"


def test_policies_that_may_refuse_a_request_stand_beside_who_answers(
    laneway: Command, lanes: Path
) -> None:
    head = (
        "apiVersion: security.istio.io/v1\nkind: {}\nmetadata: {{name: {}, namespace: default}}\n"
    )
    some = "{action: DENY, rules: [{to: [{operation: {paths: [/x]}}]}]}"
    documents = [
        head.format("AuthorizationPolicy", "nobody")
        + "spec: {selector: {matchLabels: {app: mockb}}}",
        head.format("AuthorizationPolicy", "some") + f"spec: {some}",
        head.format("AuthorizationPolicy", "door").replace("default", "istio-system")
        + f"spec: {{selector: {{matchLabels: {{istio: ingressgateway}}}}, {some[1:]}",
        head.format("PeerAuthentication", "strict") + "spec: {mtls: {mode: STRICT}}",
        "{apiVersion: v1, kind: Pod, metadata: {name: load}, spec: {hostNetwork: true}}",
    ]
    (lanes / "policies.yaml").write_text("\n---\n".join(documents))

    ended = laneway("explain", *S2, lanes)
    plain = laneway("explain", "--from", "load", "--host", "mocka", "-o", "json", lanes)

    at_gateway = ended.out.splitlines()[3]
    assert at_gateway.strip().startswith("AuthorizationPolicy istio-system/door may refuse it with")
    assert "AuthorizationPolicy default/nobody refuses every request with" in ended.out
    assert "AuthorizationPolicy default/some may refuse it with 403" in ended.out
    assert "In short, without the refusals:" in ended.out
    assert "PeerAuthentication" not in ended.out
    refused = json.loads(plain.out)["answers"][0]["refusedBy"]
    assert [one["policy"] for one in refused] == [
        "AuthorizationPolicy default/some",
        "PeerAuthentication default/strict",
    ]


def test_tcp_call_is_decided_by_the_caller_alone(laneway: Command, lanes: Path) -> None:
    services = (lanes / "services.yaml").read_text()
    (lanes / "services.yaml").write_text(services.replace("name: http", "name: tcp"))

    ended = laneway("explain", "--from", "mocka-v3", "--host", "mockb", lanes)

    assert "by   route for callers of lane s3" in ended.out
    assert ended.out.splitlines()[-1] == "  100 %  mockb-v3 > mockc-v3"


def test_lane_without_pods_answers_503(laneway: Command, lanes: Path) -> None:
    (lanes / "mock-v2.yaml").unlink()

    ended = laneway("explain", *S2, lanes)

    assert "100 %  default/mocka:8000 s2: 503, no pod is ready for it" in ended.out


def test_a_service_that_the_gateway_does_not_see_is_said_to_be_hidden(
    laneway: Command, lanes: Path
) -> None:
    name = "\n  name: mocka\n"
    exported = "  annotations: {networking.istio.io/exportTo: other}\n"
    text = (lanes / "services.yaml").read_text()
    (lanes / "services.yaml").write_text(text.replace(name, f"{name}{exported}", 1))

    ended = laneway("explain", *S2, "-o", "json", lanes)

    answer = json.loads(ended.out)["answers"][0]
    assert (answer["status"], answer["why"]) == (
        503,
        "Service default/mocka hides it from the caller",
    )


def test_chains_are_said_to_be_those_without_the_faults_of_a_route(
    laneway: Command, tmp_path: Path
) -> None:
    for source in GITOPS.glob("*.yaml"):
        (tmp_path / source.name).write_text(source.read_text())
    fault = "fault: {abort: {httpStatus: 502}}"
    edit(tmp_path, "      route:", f"      {fault}\n      route:", "route.yaml")

    ended = laneway("explain", "--path", "/mock", tmp_path)

    assert "with fault abort 502 at 100 %" in ended.out
    assert "In short, without the faults:" in ended.out


def test_a_host_that_a_service_entry_knows_may_be_answered(laneway: Command, lanes: Path) -> None:
    (lanes / "out.yaml").write_text(
        """apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: out, namespace: default}
spec:
  hosts: [wiki.example.com]
  gateways: [istio-system/ingressgateway]
  http: [{route: [{destination: {host: api.example.com}}]}]
"""
    )
    unknown = laneway("explain", "--host", "wiki.example.com", "--path", "/", lanes)
    (lanes / "known.yaml").write_text(
        """apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: api, namespace: default}
spec: {hosts: ['*.example.com'], ports: [{number: 80, name: http, protocol: HTTP}]}
"""
    )
    known = laneway("explain", "--host", "wiki.example.com", "--path", "/", lanes)

    assert "no such service" in unknown.out
    assert "unless an endpoint of its ServiceEntry answers" in " ".join(known.out.split())


def test_subset_that_does_not_exist_is_told_from_one_without_pods(
    laneway: Command, tmp_path: Path
) -> None:
    for source in GITOPS.glob("*.yaml"):
        (tmp_path / source.name).write_text(source.read_text())
    edit(tmp_path, "subset: v2", "subset: v9", "route.yaml")

    ended = laneway("explain", "--path", "/mock", tmp_path)

    assert "50 %  default/mocka:8000 v9: 503, no such subset" in ended.out
    assert ended.code == 1
    assert "The input has errors that may change this" in ended.err


NARROW = """
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: narrow, namespace: default}
spec:
  host: mockb
  workloadSelector: {matchLabels: {app: mocka}}
  subsets: [{name: s9, labels: {ASM_TRAFFIC_TAG: v9}}]
"""


def test_subset_that_a_rule_for_the_caller_hides_is_told_and_shown(
    laneway: Command, lanes: Path
) -> None:
    (lanes / "narrow.yaml").write_text(NARROW)
    asked = ("--host", "mockb", "--port", "8000", "--path", "/mock", lanes)

    from_mocka = laneway("explain", "--from", "default/mocka-v2", *asked)
    from_mockc = laneway("explain", "--from", "default/mockc-v2", *asked)
    plan = yaml.load(laneway("show", "plan", lanes).out, yaml.CSafeLoader)

    assert "default/mockb:8000 s2: 503, the caller sees no such subset" in from_mocka.out
    assert "503" not in from_mockc.out
    assert plan["selected"] == [
        {
            "host": "mockb.default.svc.cluster.local",
            "namespace": "default",
            "callers": {"app": "mocka"},
            "names": {"s9": {"ASM_TRAFFIC_TAG": "v9"}},
        }
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--from", "mocka-v1"], "--from needs --host"),
        (["--from", "nobody", "--host", "mockb"], "there is no workload nobody; there are:"),
        (["--gateway", "other"], "There is no gateway other; there are:"),
        (["--port", "81"], "There is no gateway with port 81; there are: istio-system/"),
    ],
)
def test_wrong_start_is_answered_with_what_there_is(
    laneway: Command, arguments: list[str], said: str
) -> None:
    ended = laneway("explain", *arguments, STRICT)

    assert ended.code == 2
    assert said in " ".join(ended.err.split())


def test_mesh_without_a_gateway_is_entered_at_a_workload(laneway: Command) -> None:
    ended = laneway("explain", STRICT / "services.yaml")

    assert ended.code == 2
    assert "No gateway leads into this mesh" in ended.err


def test_json_holds_the_whole_journey(laneway: Command) -> None:
    journey = json.loads(laneway("explain", *S2, "-o", "json", STRICT).out)

    first = journey["answers"][0]
    assert journey["by"]["rule"] == "entry rule r1 of lane s2"
    assert journey["by"]["at"].endswith("lanes.yaml:53")
    assert first["pods"] == [{"name": "mocka-v2", "namespace": "default", "replicas": 1}]
    assert first["calls"][0]["host"] == "mockb.default.svc.cluster.local"


def test_each_hop_of_a_permissive_lane_says_how_it_is_known_and_who_stands_in(
    laneway: Command,
) -> None:
    ended = laneway("explain", *S2, PERMISSIVE)

    lines = [line.strip() for line in ended.out.splitlines()]
    known = [line for line in lines if line.startswith("by ")]
    assert [line.split("  ")[1].strip() for line in known] == [
        "entry rule r1 of lane s2",
        "route for lane s2, named in the header x-asm-prefer-tag",
        "route for lane s2, named in the header x-asm-prefer-tag",
    ]
    assert lines.count("lane s2 has no default/mockb: the baseline s1 answers") == 1
    assert lines[-1] == "100 %  mocka-v2 > mockb-v1 > mockc-v2"


@pytest.mark.parametrize("name", ["mockb", "default/mockb", "mockb-v1"])
def test_a_lane_is_lost_behind_a_baseline_service_that_forgets_it(
    laneway: Command, name: str
) -> None:
    ended = laneway("explain", *S2, "--forgets", name, PERMISSIVE)

    assert "lane s2 is lost: mockb-v1 does not pass on x-asm-prefer-tag" in ended.out
    assert ended.out.splitlines()[-1] == "  100 %  mocka-v2 > mockb-v1 > mockc-v1"


def test_a_labeled_pod_that_forgets_the_lane_loses_nothing(laneway: Command) -> None:
    ended = laneway("explain", *S2, "--forgets", "mocka-v2", PERMISSIVE)

    assert "callers of lane s2" in ended.out
    assert "is lost" not in ended.out
    assert ended.out.splitlines()[-1] == "  100 %  mocka-v2 > mockb-v1 > mockc-v2"


def test_who_forgets_must_be_known(laneway: Command) -> None:
    ended = laneway("explain", *S2, "--forgets", "mockd", PERMISSIVE)

    assert ended.code == 2
    assert "there is no workload and no service mockd" in ended.err


def test_json_names_the_lane_its_sign_and_the_one_that_stands_in(laneway: Command) -> None:
    ended = laneway("explain", *S2, "--forgets", "mockb", PERMISSIVE, "-o", "json")

    [first] = json.loads(ended.out)["answers"]
    [second] = first["calls"][0]["answers"]
    assert (first["calls"][0]["by"]["lane"], first["calls"][0]["by"]["means"]) == ("s2", "header")
    assert second["standsIn"]["answering"] == "s1"
    assert second["calls"][0]["lost"]["lane"] == "s2"


def test_lanes_of_a_split_that_meet_the_same_pods_are_followed_apart(
    laneway: Command, tmp_path: Path
) -> None:
    lanes = Chain(
        {"s1": "mocka mockb mockc", "s2": "mocka mockc", "s3": "mockb"},
        trace_header="baggage",
        weights={"s1": 60, "s2": 20, "s3": 20},
    )
    (tmp_path / "mesh.yaml").write_text(lanes.yaml)
    ended = laneway("explain", "--path", "/mock", tmp_path)

    assert ended.out.splitlines()[-3:] == [
        "   60 %  mocka-v1 > mockb-v1 > mockc-v1",
        "   20 %  mocka-v2 > mockb-v1 > mockc-v2",
        "   20 %  mocka-v1 > mockb-v3 > mockc-v1",
    ]


def test_a_tag_by_the_hash_of_a_header_is_told_before_the_rules(
    laneway: Command, lanes: Path
) -> None:
    (lanes / "users.yaml").write_text("""
apiVersion: istio.alibabacloud.com/v1
kind: ASMHashTagging
metadata: {name: users, namespace: istio-system}
spec:
  workloadSelector: {istio: ingressgateway}
  rules:
    - {name: all, header: x-user, modulo: 1, tagHeader: x-asm-prefer-tag,
       partitions: [{partitionSize: 1, tagValue: s2}]}
""")

    told = laneway("explain", "--path", "/mock", "-H", "x-user: joe", lanes).out

    assert "  tag  x-asm-prefer-tag: s2, by the hash of x-user" in told
    assert "mocka-v2 > mockb-v2 > mockc-v2" in told


COPIED = "curl -s -H 'x-asm-prefer-tag: s2' http://${ASM_GATEWAY_IP}/mock; echo ''"


def test_copied_request_goes_as_the_one_that_options_say(laneway: Command) -> None:
    copied, said = laneway("explain", COPIED, STRICT), laneway("explain", *S2, STRICT)

    assert copied.code == 0
    assert copied.out == said.out


def test_line_that_explain_prints_is_a_request_again(laneway: Command) -> None:
    first = laneway("explain", *S2, "--host", "shop.test", STRICT)
    line = first.out.splitlines()[0]

    assert line == "GET http://shop.test/mock, x-asm-prefer-tag: s2"
    assert laneway("explain", line, STRICT).out == first.out


def test_dialed_port_is_the_gateways_if_it_has_one(laneway: Command) -> None:
    text = laneway("explain", "curl http://localhost:18080/mock", STRICT)
    other = laneway("explain", "curl http://localhost/mock", "--port", "81", STRICT)

    assert "gateway istio-system/ingressgateway, port 80" in text.out
    assert other.code == 2
    assert "there is no gateway with port 81" in other.err.lower()


def test_copied_request_may_begin_at_a_workload(laneway: Command) -> None:
    ended = laneway("explain", "curl http://mockb:8000/", "--from", "mocka-v1", STRICT)

    assert ended.out.splitlines()[-1] == "  100 %  mockb-v1 > mockc-v1"


def test_part_that_is_not_understood_is_marked(laneway: Command) -> None:
    ended = laneway("explain", "curl -H 'nothing' http://localhost/mock", STRICT)

    assert ended.code == 2
    assert "error[LW2305] `nothing` is no header" in ended.err
    lines = ended.err.splitlines()
    mark = next(at for at, line in enumerate(lines) if "^" in line)
    assert lines[mark - 1][lines[mark].index("^") :].startswith("'nothing'")


@pytest.mark.parametrize("options", [("--path", "/a"), ("-H", "a: b"), ("--method", "POST")])
def test_copied_request_and_options_that_say_another_are_refused(
    laneway: Command, options: tuple[str, str]
) -> None:
    ended = laneway("explain", COPIED, *options, STRICT)

    assert ended.code == 2
    assert "A copied request goes without" in ended.err


def test_copied_request_needs_a_path_to_look_at(laneway: Command) -> None:
    ended = laneway("explain", COPIED)

    assert ended.code == 2
    assert "Missing argument 'PATH...'" in ended.err


def test_file_whose_name_looks_like_a_request_is_read(
    laneway: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "GET lanes.yaml").write_text((STRICT / "lanes.yaml").read_text())

    ended = laneway("explain", "GET lanes.yaml", STRICT / "gateway.yaml")

    assert "404  no rule is met" in ended.out or ended.code == 1
