"""`kubectl laneway`: the commands on a model of an API server, and what they say of a bad one."""

from __future__ import annotations

import json
from copy import deepcopy
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import yaml

from laneway.apps.cli.kubectl_completion import run as complete
from tests.cli.conftest import EXAMPLES, POD, Command, edit
from tests.cli.model_server import ModelServer, write_kubeconfig

STRICT = EXAMPLES / "strict-lanes"
VERSIONS = count(100)
REPLICA = """
apiVersion: v1
kind: Pod
metadata:
  name: mockb-v1-{hash}-{number}
  labels: {{app: mockb, ASM_TRAFFIC_TAG: v1, pod-template-hash: {hash}}}
  ownerReferences:
    - {{apiVersion: apps/v1, kind: ReplicaSet, name: mockb-v1-{hash}, uid: a, controller: true}}
spec: {{containers: [{{name: app, image: {image}}}, {{name: istio-proxy, image: proxyv2}}]}}
status: {{podIP: 10.0.0.1, conditions: [{{type: Ready, status: "True"}}]}}
"""
DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: mockb-v1, namespace: default}
spec:
  selector: {matchLabels: {app: mockb}}
  template:
    metadata: {labels: {app: mockb, ASM_TRAFFIC_TAG: v4}}
    spec: {containers: [{name: app, image: mock}]}
"""
OWN = """
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: own}
spec: {hosts: [partner.test], http: [{route: [{destination: {host: mockb}}]}]}
"""


def told(
    model: ModelServer, kind: str, name: str, live: str = "True", **more: Any
) -> dict[str, Any]:
    """Return an object as an operator leaves it, in a version of its own."""
    one = deepcopy(model.find(kind, name))
    one["metadata"]["resourceVersion"] = str(next(VERSIONS))
    state = {"Ready": "True", "Reconciling": "False", "Stalled": "False", "Live": live}
    words = {"Live": "12 of 12 proxies", "Stalled": "Frozen", **more}
    one["status"] = {
        "observedGeneration": 1,
        "pods": {"ready": 3, "total": 3},
        "conditions": [
            {"type": key, "status": more.get("stalled", value) if key == "Stalled" else value}
            | {"message": words.get(key, "")}
            for key, value in state.items()
        ],
    }
    return one


def keep(model: ModelServer, live: str = "True", **more: Any) -> None:
    """Have an operator look at all groups and lanes."""
    model.objects = [
        told(model, one["kind"], one["metadata"]["name"], live, **more)
        if one["kind"].startswith("ASM")
        else one
        for one in model.objects
    ]


def test_lanes_are_listed_with_their_groups(kubectl: Command, model: ModelServer) -> None:
    keep(model)

    ended = kubectl("get")

    rows = [line.split() for line in ended.out.splitlines()]
    assert ended.code == 0
    assert rows[0] == ["GROUP", "MODE", "LANES", "SERVICES", "READY", "LIVE", "AGE"]
    assert rows[1][:6] == ["test", "strict", "3", "3", "True", "True"]
    assert rows[4][:6] == ["s1", "test", "-", "3/3", "True", "True"]


def test_what_no_operator_has_read_is_no_state(kubectl: Command, model: ModelServer) -> None:
    keep(model)
    model.find("ASMSwimLane", "s2")["metadata"]["generation"] = 2

    lanes = {line.split()[0]: line.split()[4] for line in kubectl("get", "lanes").out.splitlines()}

    assert lanes == {"LANE": "READY", "s1": "True", "s2": "-", "s3": "True"}


def test_single_lanes_are_printed_in_every_form(kubectl: Command, model: ModelServer) -> None:
    keep(model)

    assert kubectl("get", "lanes", "s2", "-o", "name").out == (
        "asmswimlane.istio.alibabacloud.com/s2\n"
    )
    assert json.loads(kubectl("get", "lanes", "s2", "-o", "json").out)["metadata"]["name"] == "s2"
    found = yaml.safe_load(kubectl("get", "-o", "yaml").out)
    assert [one["metadata"]["name"] for one in found["items"]] == ["test", "s1", "s2", "s3"]
    assert "ASM_TRAFFIC_TAG=v2" in kubectl("get", "lanes", "-o", "wide").out
    missing = kubectl("get", "lanes", "s2", "s9")
    assert (missing.code, missing.err) == (1, "There is no lane s9.\n")


def test_a_lane_of_no_group_is_not_live(kubectl: Command, model: ModelServer) -> None:
    keep(model)
    model.find("ASMSwimLane", "s3")["metadata"]["labels"]["swimlane-group"] = "gone"

    ended = kubectl("status")

    assert ended.code == 1
    assert "lane s3 names it, and there is no such group" in ended.out


def test_a_namespace_leaves_groups_that_have_a_service_in_it(
    kubectl: Command, model: ModelServer
) -> None:
    assert model.objects
    assert "test" in kubectl("get", "groups", "-n", "default").out
    assert kubectl("get", "-n", "elsewhere").out == "The cluster has none.\n"
    assert kubectl("get", "-n", "default", "-A").code == 2


@pytest.mark.parametrize(
    ("live", "code", "word"),
    [("True", 0, "live"), ("False", 1, "not live"), ("Unknown", 4, "not known")],
)
def test_whether_groups_are_live_is_an_exit_code(
    kubectl: Command, model: ModelServer, live: str, code: int, word: str
) -> None:
    keep(model, live)

    ended = kubectl("status", "-o", "json")

    (group,) = json.loads(ended.out)["groups"]
    assert (ended.code, group["state"]) == (code, word)


def test_without_an_operator_it_is_not_known_whether_lanes_are_live(
    kubectl: Command, model: ModelServer
) -> None:
    model.find("ASMSwimLaneGroup", "test")["status"] = {"status": "Ready"}

    ended = kubectl("status")

    assert ended.code == 4
    assert "no operator of Laneway has looked at it; another controller says Ready" in ended.out


def test_an_edit_that_nobody_read_is_not_live(kubectl: Command, model: ModelServer) -> None:
    keep(model)
    model.find("ASMSwimLane", "s2")["metadata"]["generation"] = 2

    ended = kubectl("status")

    assert ended.code == 1
    assert "the newest edit of ASMSwimLane s2 was not read yet" in ended.out


def loosen(model: ModelServer, **container: Any) -> None:
    """Make the group permissive, with mockb in the baseline alone, in a container like that."""
    carriers = {"traceHeader": "baggage", "routeHeader": "x-asm-prefer-tag", "fallbackTarget": "s1"}
    spec = model.find("ASMSwimLaneGroup", "test")["spec"]
    spec |= {"isPermissive": True, "permissiveModeConfiguration": carriers}
    gone = {"mockb-v2-x", "mockb-v3-x"}
    model.objects = [one for one in model.objects if one["metadata"]["name"] not in gone]
    pod = model.find("Pod", "mockb-v1-x")
    pod["spec"]["containers"][0] |= container
    pod["metadata"]["annotations"] = {"laneway.dev/calls": "mockc"}


WITHOUT_BAGGAGE = {
    "command": ["opentelemetry-instrument", "python", "app.py"],
    "env": [{"name": "OTEL_PROPAGATORS", "value": "b3"}],
}


def test_programs_that_have_to_pass_the_lane_on_are_told_with_their_groups(
    kubectl: Command, model: ModelServer
) -> None:
    loosen(model, **WITHOUT_BAGGAGE)
    keep(model)

    ended, given = kubectl("status"), json.loads(kubectl("status", "-o", "json").out)

    assert ended.out.splitlines()[:4] == [
        "GROUP  STATE  WHY",
        "test   live   12 of 12 proxies",
        "",
        "HAS TO PASS THE LANE ON  GROUP  BY       WILL IT   WHY",
    ]
    assert "default/mockb-v1-x       test   baggage  will not  OTEL_PROPAGATORS=b3" in ended.out
    (program,) = given["programs"]
    assert (program["workload"], program["prediction"]) == ("default/mockb-v1-x", "will not")
    assert program["at"] == "pod/default/mockb-v1-x"
    assert given["groups"][0]["state"] == "live"


def test_what_is_told_of_programs_is_read_for_permissive_groups_alone(
    kubectl: Command, model: ModelServer
) -> None:
    keep(model)

    assert kubectl("status").code == 0

    assert not any("pods" in path for _, path in model.asked)


def test_without_pods_it_is_not_known_which_programs_pass_the_lane_on(
    kubectl: Command, model: ModelServer
) -> None:
    loosen(model)
    keep(model)
    model.forbidden.add("pods")

    ended = kubectl("status")

    assert ended.code == 0
    assert ended.err == "Which programs pass their lane on is not known without pods.\n"
    assert "HAS TO PASS" not in ended.out


def test_a_watch_ends_when_all_is_live(kubectl: Command, model: ModelServer) -> None:
    keep(model, "False")
    model.coming.append(told(model, "ASMSwimLaneGroup", "test"))

    ended = kubectl("status", "--watch", "--timeout", "20")

    assert ended.code == 0
    assert ended.out.splitlines()[-1] == "group test: live: 12 of 12 proxies"


def test_a_watch_ends_at_a_group_that_is_stalled(kubectl: Command, model: ModelServer) -> None:
    keep(model, "False", stalled="True")

    ended = kubectl("status", "--watch")

    assert (ended.code, ended.out) == (1, "group test: stalled: Frozen\n")


def test_a_watch_ends_where_the_operator_cannot_know(kubectl: Command, model: ModelServer) -> None:
    keep(model, "Unknown", Live="istiod cannot be asked")

    ended = kubectl("status", "--watch")

    assert (ended.code, ended.out) == (4, "group test: not known: istiod cannot be asked\n")


ODD: list[Any] = [None, 5, "text", [], [5], {}, {"conditions": [5]}, {"standIns": [{"count": "a"}]}]
"""Statuses, or parts of them, that no operator writes."""


@pytest.mark.parametrize("odd", ODD, ids=map(str, ODD))
def test_a_status_that_no_operator_writes_ends_nothing(
    kubectl: Command, model: ModelServer, odd: Any
) -> None:
    for name in ("test", "s1"):
        one = model.find("ASMSwimLaneGroup" if name == "test" else "ASMSwimLane", name)
        one["status"] = {"conditions": odd, "pods": odd, "standIns": odd} if odd != {} else odd
    model.find("ASMSwimLane", "s2")["status"] = odd

    assert kubectl("get", "-o", "wide").code == 0
    assert kubectl("status").code in (1, 4)


def test_a_watch_ends_when_its_time_is_over(kubectl: Command, model: ModelServer) -> None:
    keep(model, "False")

    ended = kubectl("status", "-w", "--timeout", "0.5")

    assert ended.code == 1
    assert ended.err == "Not all groups are live after 0.5 s.\n"


def test_commands_read_what_the_cluster_has(kubectl: Command, model: ModelServer) -> None:
    assert kubectl("check").out == "no findings in 1 group, 3 lanes, 3 services\n"
    assert "isolated   proven" in kubectl("prove").out
    asked = kubectl("explain", "--path", "/mock", "-H", "x-asm-prefer-tag: s2")
    assert "-> mocka-v2-x" in asked.out
    assert "asmswimlane/s2\n" in asked.out
    objects = list(yaml.safe_load_all(kubectl("render").out))
    assert len(objects) == 7
    assert "all 10 proxies" in kubectl("cost").out
    assert {method for method, _ in model.asked} == {"GET"}
    assert not any("secrets" in path for _, path in model.asked)


def test_what_takes_long_is_told_on_the_way(
    kubectl: Command, model: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert model.objects
    monkeypatch.setattr("laneway.apps.cli.clusters._SILENT", 0)

    ended = kubectl("check")

    assert ended.out == "no findings in 1 group, 3 lanes, 3 services\n"
    assert ended.err == "Reading the cluster …\n"


def test_objects_of_the_operator_are_what_a_proof_judges(
    kubectl: Command, model: ModelServer
) -> None:
    model.put(kubectl("render").out)
    checked, proven = kubectl("check"), kubectl("prove")
    model.find("DestinationRule", "trafficlabel-dr-test-default-mockb")["spec"]["subsets"][1] = {
        "name": "s2",
        "labels": {"ASM_TRAFFIC_TAG": "v3"},
    }

    broken = kubectl("prove")

    assert checked.out == "no findings in 1 group, 3 lanes, 3 services\n"
    assert proven.code == 0
    assert "7 Istio objects" in proven.out
    assert broken.code == 1
    assert "counter-example to isolated" in broken.out


def replicas(model: ModelServer, *pods: tuple[str, str]) -> None:
    """Have a ReplicaSet's pods, of a hash and an image each, in the place of one pod."""
    model.objects.remove(model.find("Pod", "mockb-v1-x"))
    for number, (digest, image) in enumerate(pods):
        model.put(REPLICA.format(hash=digest, number=number, image=image))


def to_mockb(kubectl: Command, *more: str | Path) -> str:
    """Return whom a caller in lane s1 meets at the second service."""
    out = kubectl("explain", "--from", "mocka-v1-x", "--host", "mockb", *more).out
    (found,) = [line for line in out.splitlines() if " -> " in line]
    return found.rpartition(" -> ")[2]


def test_replicas_that_are_alike_are_told_of_once(kubectl: Command, model: ModelServer) -> None:
    replicas(model, ("5d", "mock"), ("5d", "mock"), ("5d", "mock"))

    assert to_mockb(kubectl) == "mockb-v1 (3 pods)"
    assert "-> mockc-v1-x" in kubectl("explain", "--from", "mockb-v1", "--host", "mockc").out
    assert "all 12 proxies" in kubectl("cost").out


def test_a_rollout_is_told_by_its_replica_sets_and_other_pods_by_their_own_names(
    kubectl: Command, model: ModelServer
) -> None:
    replicas(model, ("5d", "mock"), ("5d", "mock"), ("6f", "mock"))
    assert to_mockb(kubectl) == "mockb-v1-5d (2 pods), mockb-v1-6f"

    model.find("Pod", "mockb-v1-5d-1")["spec"]["containers"].pop()
    assert to_mockb(kubectl) == "mockb-v1-5d-0, mockb-v1-5d-1, mockb-v1-6f"


def test_a_deployment_in_a_file_takes_the_place_of_its_pods(
    kubectl: Command, model: ModelServer, tmp_path: Path
) -> None:
    replicas(model, ("5d", "mock"), ("5d", "mock"))
    file = tmp_path / "mockb.yaml"
    file.write_text(DEPLOYMENT)

    checked = kubectl("check", file)

    assert "error[LW1502] lane s1 has no pod of service default/mockb" in checked.out
    assert "mockb.yaml:8:16" in checked.out


def test_a_copied_request_needs_no_path_beside_a_cluster(
    kubectl: Command, model: ModelServer
) -> None:
    assert model.objects

    asked = kubectl("explain", "curl -H 'x-asm-prefer-tag: s2' http://$GATEWAY/mock")

    assert asked.code == 0
    assert "-> mocka-v2-x" in asked.out


def test_files_take_the_place_of_objects_of_the_cluster(
    kubectl: Command, model: ModelServer, lanes: Path
) -> None:
    assert model.objects
    edit(lanes, "exact: s2", "exact: two")

    asked = kubectl(
        "explain", "--path", "/mock", "-H", "x-asm-prefer-tag: two", lanes / "lanes.yaml"
    )

    assert "-> mocka-v2-x" in asked.out
    assert "lanes.yaml:" in asked.out


def test_lanes_come_from_files_where_the_cluster_knows_none(
    kubectl: Command, model: ModelServer
) -> None:
    model.served -= {"ASMSwimLane", "ASMSwimLaneGroup"}
    model.objects = [one for one in model.objects if not one["kind"].startswith("ASM")]

    assert kubectl("check", STRICT / "lanes.yaml").out == (
        "no findings in 1 group, 3 lanes, 3 services\n"
    )
    without = kubectl("check")
    assert without.code == 2
    assert "The cluster does not know lanes" in without.err
    assert "kubectl laneway crds | kubectl apply -f -" in kubectl("get").err


def test_a_diff_is_of_the_objects_that_are_there(kubectl: Command, model: ModelServer) -> None:
    model.put(kubectl("render").out)
    same = kubectl("diff")
    model.objects = [
        one
        for one in model.objects
        if one["metadata"]["name"] != "ingressgateway"
        or "spec" not in one
        or one["kind"] != "VirtualService"
    ]

    ended = kubectl("diff")

    assert same.out == "0 created, 0 updated, 0 deleted, 7 unchanged\n"
    assert ended.out.splitlines()[0] == "create  VirtualService istio-system/ingressgateway"
    assert "1. entry routes" in ended.out
    assert kubectl("diff", "-n", "default").out == "0 created, 0 updated, 0 deleted, 6 unchanged\n"


def test_a_diff_tells_what_files_would_change(
    kubectl: Command, model: ModelServer, lanes: Path
) -> None:
    model.put(kubectl("render").out)
    edit(lanes, "exact: s2", "exact: two")
    (lanes / "own.yaml").write_text(OWN)

    shown = json.loads(kubectl("diff", lanes / "lanes.yaml", lanes / "own.yaml", "-o", "json").out)

    assert [(one["action"], one["name"]) for one in shown["changes"]] == [
        ("update", "ingressgateway")
    ]
    assert [one["name"] for one in shown["own"]["changes"]] == ["own"]
    assert [step["phase"] for step in shown["steps"]] == ["entry routes"]


def test_kinds_that_are_forbidden_are_named_and_leave_a_proof_open(
    kubectl: Command, model: ModelServer
) -> None:
    model.forbidden = {"virtualservices", "destinationrules"}

    checked, proven, diff = kubectl("check"), kubectl("prove"), kubectl("diff")

    named = "destinationrules.networking.istio.io, virtualservices.networking.istio.io"
    assert checked.code == 0
    assert f"warning[LW1951] {named} of the cluster could not be read" in checked.out
    assert f"Not read of the cluster: {named} (you may not list them cluster-wide)." in checked.err
    assert proven.code == 4
    assert "isolated   undecided" in proven.out
    assert diff.code == 4


def test_a_kind_that_the_server_fails_to_list_is_not_read(
    kubectl: Command, model: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("laneway.apps.cli.clusters._BOUND", 0)
    model.failing = {"sidecars"}

    ended = kubectl("prove")

    assert ended.code == 4
    assert "sidecars.networking.istio.io (the API server fails to list them (500))" in ended.err


def test_without_services_no_lane_is_judged_and_none_is_missing_one(
    kubectl: Command, model: ModelServer
) -> None:
    model.forbidden = {"services"}

    checked = kubectl("check", "-o", "json")

    codes = {one["code"] for one in json.loads(checked.out)["findings"]}
    assert checked.code == 1
    assert codes == {"LW1950", "LW1217", "LW1035"}
    assert kubectl("prove").code == 4
    assert kubectl("explain", "--path", "/mock").code == 4
    assert kubectl("render").out == ""


def test_pods_that_may_not_be_listed_are_not_taken_for_none(
    kubectl: Command, model: ModelServer, lanes: Path
) -> None:
    (lanes / "other.yaml").write_text(POD.format(app="other", version="v1"))

    model.objects = [one for one in model.objects if one["kind"] != "Pod"]
    without = kubectl("check", lanes / "other.yaml")
    model.forbidden = {"pods"}

    ended = kubectl("check", lanes / "other.yaml", "-o", "json")

    assert "LW1608" in without.out
    codes = [one["code"] for one in json.loads(ended.out)["findings"]]
    assert codes == ["LW1035", "LW1951"]


def test_a_mesh_without_kinds_of_istio_is_no_proven_one(
    kubectl: Command, model: ModelServer
) -> None:
    model.served -= {"Sidecar"}

    ended = kubectl("prove")

    assert ended.code == 4
    assert "sidecars.networking.istio.io of the cluster not read" in " ".join(ended.out.split())


def test_a_workload_is_looked_for_in_the_namespace_that_is_said(
    kubectl: Command, model: ModelServer
) -> None:
    pod = POD.format(app="mocka", version="v1")
    model.put(pod.replace("name: mocka-v1-x\n", "name: mocka-v1-x\n  namespace: other\n"))
    words = ("explain", "--from", "mocka-v1-x", "--host", "mockb.default")

    assert "more than one workload" in kubectl(*words).err
    assert kubectl(*words, "-n", "default").code == 0
    assert "there is no workload none/mocka-v1-x" in kubectl(*words, "-n", "none").err
    assert kubectl("prove", "-A").code in (0, 1)


def test_findings_are_told_of_one_namespace(kubectl: Command, model: ModelServer) -> None:
    model.put(OWN.replace("partner.test", "mockb"))

    here, elsewhere = kubectl("check", "-n", "default"), kubectl("check", "-n", "elsewhere")

    assert "VirtualService default/own" in here.out
    assert "VirtualService default/own" not in elsewhere.out


@pytest.mark.parametrize(
    ("refused", "words"),
    [
        (401, "They may have expired: log in anew"),
        (403, "bind you to the chart's viewer role"),
    ],
)
def test_a_server_that_refuses_is_told_with_what_to_do(
    kubectl: Command, model: ModelServer, refused: int, words: str
) -> None:
    model.refused = refused

    ended = kubectl("check")

    assert (ended.code, ended.out) == (3, "")
    assert words in ended.err


def test_a_cluster_that_cannot_be_reached_is_told(
    kubectl: Command, model: ModelServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert model.objects
    unknown = kubectl("get", "--context", "nobody")
    assert (unknown.code, "has no context 'nobody'; there are: model" in unknown.err) == (3, True)

    lost = kubectl("get", "--kubeconfig", tmp_path / "absent")
    assert (lost.code, "absent cannot be read" in lost.err) == (3, True)

    monkeypatch.setattr("laneway.apps.cli.clusters._BOUND", 0)
    closed = tmp_path / "closed"
    write_kubeconfig(closed, "http://127.0.0.1:1")
    silent = kubectl("status", "--kubeconfig", closed)
    assert silent.code == 3
    assert "does not answer" in silent.err
    assert "`kubectl version` asks the same server." in silent.err


def test_every_command_may_do_without_a_path_and_says_so(kubectl: Command) -> None:
    for name in ("check", "explain", "prove", "render", "cost", "diff"):
        said = kubectl(name, "--help").out

        assert "[PATH...]" in said, name
        assert "--context NAME" in said, name
    assert "kubectl laneway explain --path" in kubectl("explain", "--help").out


@pytest.mark.parametrize(
    ("words", "proposed", "directive"),
    [
        (["pro"], ["prove"], 4),
        (["get", ""], ["groups", "lanes", "group", "lane"], 4),
        (["status", "-o", "js"], ["json"], 4),
        (["check", "--context", "mo"], ["model"], 4),
        (["check", "la"], [], 0),
        (["get", "lanes", "s1", "s"], ["s1", "s2", "s3"], 4),
        (["status", ""], ["test"], 4),
    ],
)
def test_kubectl_is_told_what_may_stand_next(
    capsys: pytest.CaptureFixture[str],
    model: ModelServer,
    words: list[str],
    proposed: list[str],
    directive: int,
) -> None:
    assert model.objects

    complete(words)

    *found, last = capsys.readouterr().out.splitlines()
    assert [one.partition("\t")[0] for one in found] == proposed
    assert last == f":{directive}"
