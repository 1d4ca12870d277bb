"""`laneway verify` on real Envoy: a sound mesh, and what it says of each thing that spoils one."""

import http.client
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
import yaml

from laneway.apps.local.record.served import placement_of
from laneway.apps.local.record.state import MeshFolder
from laneway.apps.local.verify.run import Progress, Wish, WrongWishError, verify
from laneway.core.judging.report import Report
from laneway.core.judging.row import Row
from laneway.core.routing.ask.request import Request
from tests.wire.laneway_up import Up, laneway, of_variables
from tests.wire.strict_mesh import Change, strict_folder, strict_mesh, unique_name, with_label

pytestmark = pytest.mark.envoy

NAME = unique_name()
WITHOUT_SIDECAR = with_label("sidecar.istio.io/inject", "false")
WRONG_SUBSET = """
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: own, namespace: default}
spec: {host: mockb, subsets: [{name: s2, labels: {version: v3}}]}
"""
OWN_ROUTE = """
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: own, namespace: default}
spec:
  hosts: [mockc]
  http:
  - match: [{sourceLabels: {ASM_TRAFFIC_TAG: v3}}]
    route: [{destination: {host: mockc, subset: s1}}]
  - match: [{sourceLabels: {ASM_TRAFFIC_TAG: v1}, uri: {exact: /nowhere}}]
    route: [{destination: {host: mockc, subset: s1}}]
  - match: [{sourceLabels: {ASM_TRAFFIC_TAG: v2}}]
    route: [{destination: {host: mockc, subset: s2}}]
"""
WAITING = """
apiVersion: istio.alibabacloud.com/v1
kind: ASMSwimLane
metadata: {name: v3, labels: {swimlane-group: mock}}
spec: {labelSelector: {version: v3}}
"""
OUTSIDER = """
apiVersion: v1
kind: Service
metadata: {name: outside, namespace: default}
spec: {selector: {app: outside}, ports: [{name: http, port: 8000, targetPort: 8000}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: outside, namespace: default}
spec:
  selector: {matchLabels: {app: outside}}
  template:
    metadata: {labels: {app: outside}}
    spec:
      containers:
      - name: default
        image: laneway/mock
        env: [{name: app, value: outside}, {name: upstream_url, value: 'http://mockc:8000/'}]
        ports: [{name: http, containerPort: 8000}]
"""


def calls(upstream: str) -> Change:
    """Let a Deployment's program call another service."""

    def change(item: dict[str, object]) -> None:
        text = yaml.safe_dump(item)
        item.clear()
        item.update(
            yaml.load(
                text.replace("http://mockb:8000/", f"http://{upstream}:8000/"), yaml.CSafeLoader
            )
        )

    return change


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MeshFolder]:
    with strict_mesh(strict_folder(tmp_path_factory.mktemp("sound") / "lanes", {})) as mesh:
        yield mesh


@pytest.fixture(scope="module")
def mislabeled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MeshFolder]:
    changes = {
        "mocka-v1": with_label("ASM_TRAFFIC_TAG", "v2"),
        "mockc-v3": WITHOUT_SIDECAR,
    }
    with strict_mesh(strict_folder(tmp_path_factory.mktemp("odd") / "lanes", changes)) as mesh:
        yield mesh


@pytest.fixture(scope="module")
def misrouted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MeshFolder]:
    path = strict_folder(tmp_path_factory.mktemp("lost") / "lanes", {}, WRONG_SUBSET, OWN_ROUTE)
    with strict_mesh(path) as mesh:
        yield mesh


@pytest.fixture(scope="module")
def unshielded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MeshFolder]:
    changes = {"mocka-v1": WITHOUT_SIDECAR, "mocka-v3": calls("outside")}
    path = strict_folder(tmp_path_factory.mktemp("bare") / "lanes", changes, OUTSIDER)
    with strict_mesh(path, "--proxies", "per-workload") as mesh:
        yield mesh


def of_lane(mesh: MeshFolder, lane: str, requests: int = 40) -> Row:
    """Verify a lane; return what came of the requests that enter it."""
    report = verify(mesh, Wish(requests, lane))
    return next(row for row in report.rows if row.purpose == "rule")


def codes(found: Row | Report) -> set[str]:
    return {one.code.id for one in found.findings}


def message(found: Row, code: str) -> str:
    return next(one.message for one in found.findings if one.code.id == code)


def test_a_sound_mesh_keeps_every_promise(sound: MeshFolder) -> None:
    report = verify(sound, Wish(100))

    assert report.is_kept
    assert report.findings == ()
    assert [(row.lanes, row.kept) for row in report.rows if row.purpose == "rule"] == [
        (("s1",), 100),
        (("s2",), 100),
        (("s3",), 100),
    ]
    missed = [row for row in report.rows if row.purpose != "rule"]
    assert {(row.promise, row.kept, row.verdict) for row in missed} == {(404, 100, "ok 404")}
    assert [row.purpose for row in missed] == ["no header", "unknown value", *["other path"] * 3]


def test_one_lane_can_be_verified_alone(sound: MeshFolder) -> None:
    report = verify(sound, Wish(10, "s2"))

    assert {lane for row in report.rows if row.purpose == "rule" for lane in row.lanes} == {"s2"}
    assert report.sent == 40


def test_progress_is_told(sound: MeshFolder) -> None:
    told: list[Progress] = []

    verify(sound, Wish(10, "s1"), told.append)

    assert max(one.done for one in told) == told[0].total == 40


def test_an_unknown_lane_is_refused_with_those_there_are(sound: MeshFolder) -> None:
    with pytest.raises(WrongWishError, match="there is no lane s9; there are: s1, s2, s3"):
        verify(sound, Wish(lane="s9"))


def test_a_request_no_route_takes_is_told_with_the_reason(sound: MeshFolder) -> None:
    own = Request("shop.test", "/mok", headers=(("x-asm-prefer-tag", "s1"),))

    [row] = verify(sound, Wish(5, "s1", own)).rows

    assert (row.failed, row.statuses, row.verdict) == (5, {404: 5}, "LW1722")
    assert "path /mok is not /mock (entry rule r1 of lane s1)" in message(row, "LW1722")


def test_a_request_that_comes_into_another_lane_is_told(sound: MeshFolder) -> None:
    own = Request("shop.test", "/mock", headers=(("x-asm-prefer-tag", "s2"),))

    [row] = verify(sound, Wish(5, "s1", own)).rows

    assert (row.elsewhere, row.verdict) == (5, "LW1723")


@of_variables
def test_requests_past_the_proxies_are_told_with_the_pod(sound: MeshFolder) -> None:
    record = sound.read()
    assert record is not None
    pod = next(one for one in placement_of(record).replicas if one.name == "mockb-v1-0")

    report = verify(sound, Wish(10, "s1"), _once(lambda: _ask(pod.address, pod.ports[0].inbound)))

    assert codes(report) == {"LW1728"}
    assert "1 request reached mockb-v1-0" in report.findings[0].message


def test_requests_of_somebody_else_are_no_broken_promise(sound: MeshFolder) -> None:
    record = sound.read()
    assert record is not None
    port = record.gateways[0].local

    report = verify(sound, Wish(10, "s1"), _once(lambda: _ask("127.0.0.1", port)))

    assert report.is_kept
    assert codes(report) == {"LW1732"}


def test_a_mesh_that_changes_meanwhile_is_not_judged_fine(sound: MeshFolder) -> None:
    before = sound.input.read_bytes()
    try:
        report = verify(
            sound, Wish(5, "s1"), _once(lambda: sound.input.write_bytes(before + b"# edited\n"))
        )
    finally:
        sound.input.write_bytes(before)

    assert codes(report) == {"LW1733"}
    assert not report.is_kept


def test_pods_with_the_label_of_another_lane_leave_theirs_without_an_answer(
    mislabeled: MeshFolder,
) -> None:
    row = of_lane(mislabeled, "s1")

    assert (row.kept, row.failed, row.statuses) == (0, 40, {503: 40})
    assert "no pod carries ASM_TRAFFIC_TAG: v1 (its pods carry" in message(row, "LW1720")


def test_pods_with_the_label_of_another_lane_answer_there(mislabeled: MeshFolder) -> None:
    row = of_lane(mislabeled, "s2")

    assert row.kept == 40
    assert "v1 (mocka-v1-0) and v2 (mocka-v2-0)" in message(row, "LW1721")


def test_a_pod_without_a_sidecar_that_calls_nobody_is_a_warning(mislabeled: MeshFolder) -> None:
    row = of_lane(mislabeled, "s3")

    assert (row.kept, row.verdict, codes(row)) == (40, "ok", {"LW1726"})
    assert "mockc-v3-0 has no sidecar (pod opts out)" in message(row, "LW1726")


def test_a_subset_with_wrong_labels_leaks_into_another_lane(misrouted: MeshFolder) -> None:
    row = of_lane(misrouted, "s2")

    assert (row.kept, row.elsewhere, codes(row)) == (0, 40, {"LW1724"})
    assert "sends requests of lane s2 to mockb-v3-0" in message(row, "LW1724")
    assert "DestinationRule default/own selects version: v3" in message(row, "LW1724")


def test_a_route_of_the_users_that_leaves_the_lane_is_named(misrouted: MeshFolder) -> None:
    row = of_lane(misrouted, "s3")

    assert (row.kept, row.elsewhere, codes(row)) == (0, 40, {"LW1727"})
    assert "route http[0] of VirtualService default/own sends them to mockc-v1-0" in message(
        row, "LW1727"
    )


def test_calls_without_a_route_in_the_mesh_fail(misrouted: MeshFolder) -> None:
    row = of_lane(misrouted, "s1")

    assert (row.kept, row.failed, row.statuses) == (0, 40, {200: 40})
    assert "to default/mockc failed in the proxies: no route" in message(row, "LW1729")


def test_calls_of_a_pod_without_a_sidecar_spread_over_the_lanes(unshielded: MeshFolder) -> None:
    row = of_lane(unshielded, "s1", 60)

    assert row.elsewhere > 0
    assert (row.kept + row.elsewhere, row.verdict) == (60, "LW1725")
    assert "60 calls to default/mockb were spread over mockb-v1-0, mockb-v2-0 and mockb-v3-0" in (
        message(row, "LW1725")
    )


def test_each_replicas_own_proxy_is_read(unshielded: MeshFolder) -> None:
    row = of_lane(unshielded, "s2")

    assert (row.kept, row.verdict, codes(row)) == (40, "ok", set())


def test_a_caller_outside_the_lanes_that_leads_on_is_doubtful(unshielded: MeshFolder) -> None:
    row = of_lane(unshielded, "s3")

    assert (row.kept, row.verdict, codes(row)) == (40, "ok", {"LW1736"})
    assert "outside-0, in no lane of group test" in message(row, "LW1736")


def test_a_split_keeps_its_weights_and_a_lane_that_waits_is_told(
    up: Callable[..., Up], sample: Path
) -> None:
    (sample / "v3.yaml").write_text(WAITING)
    up("--name", NAME, sample).ready()

    done = laneway("verify", "--name", NAME, "--requests", "200", "-o", "json")

    assert done.returncode == 0
    report = json.loads(done.stdout)
    assert [one["code"] for one in report["findings"]] == ["LW1737"]
    assert "into lane v3" in report["findings"][0]["message"]
    split = report["requests"][0]
    assert split["lanes"] == ["v1", "v2"]
    assert sum(share["seen"] for share in split["shares"]) == 200
    assert [share["percent"] for share in split["shares"]] == [50, 50]


def test_a_host_the_gateway_does_not_serve_has_no_route(
    up: Callable[..., Up], tmp_path: Path
) -> None:
    def to_shop(item: dict[str, object]) -> None:
        spec = item["spec"]
        assert isinstance(spec, dict)
        spec["servers"][0]["hosts"] = ["shop.test"]

    def for_desk(item: dict[str, object]) -> None:
        spec = item["spec"]
        assert isinstance(spec, dict)
        spec["ingressRules"][0]["hosts"] = ["desk.test"]

    folder = strict_folder(tmp_path / "lanes", {"ingressgateway": to_shop, "s1": for_desk})
    up("--name", NAME, folder).ready()

    done = laneway("verify", "--name", NAME, "--requests", "5")

    assert done.returncode == 1
    assert "error[LW1722] no route of its gateway matches requests for desk.test" in done.stdout
    assert "ok" in next(line for line in done.stdout.splitlines() if line.startswith("s2 "))


def test_the_command_prints_a_table_within_eighty_columns(
    sound: MeshFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(sound.path.parent.parent))

    fine = laneway("verify", "--name", sound.name, "--requests", "20")
    asked = ("--path", "/mock", "-H", "x-asm-prefer-tag: s3", "--lane", "s3")
    own = laneway("verify", "--name", sound.name, *asked)

    assert (fine.returncode, own.returncode, fine.stderr) == (0, 0, "")
    lines = fine.stdout.splitlines()
    assert (
        lines[0] == "LANE  REQUEST                         SENT  KEPT  ELSEWHERE  FAILED  VERDICT"
    )
    assert lines[1] == "s1    /mock x-asm-prefer-tag: s1        20    20          0       0  ok"
    assert max(map(len, lines)) <= 80
    assert lines[-1].startswith("All as promised: 160 requests in ")


@of_variables
def test_a_chain_whose_middle_never_calls_on_is_not_as_promised(
    up: Callable[..., Up], tmp_path: Path
) -> None:
    def quiet(item: dict[str, object]) -> None:
        text = yaml.safe_dump(item).replace("laneway/mock:1", "shop/quiet")
        item.clear()
        item.update(yaml.load(text, yaml.CSafeLoader))

    answers = f"shop/quiet={sys.executable} -m http.server --bind {{host}} {{port}}"
    folder = strict_folder(tmp_path / "lanes", {"mockb-v1": quiet})
    up("--name", NAME, "--run", answers, folder).ready()

    done = laneway("verify", "--name", NAME, "--requests", "5")
    accepted = laneway(
        "verify", "--name", NAME, "--requests", "5", "--allow-untested", "-o", "json"
    )

    assert (done.returncode, accepted.returncode) == (4, 0)
    assert done.stdout.splitlines()[-1].startswith(
        "Not all tested: lanes were not met at 1 of 9 services (s1 at mockc); 40 requests in "
    )
    assert "s1    never met: mockc" in done.stdout
    report = json.loads(accepted.stdout)
    assert (report["verdict"], report["asPromised"]) == ("untested", False)
    assert report["untested"] == [{"lane": "s1", "service": "default/mockc"}]
    assert [one["message"] for one in report["findings"]] == [
        "no request of lane s1 reached default/mockc, so the lane is untested there",
        (
            "mockb-v1 has a URL of default/mockc in its environment and never called it "
            "through its proxy (upstream_url: http://mockc:8000/)"
        ),
    ]


def _once(act: Callable[[], object]) -> Callable[[Progress], None]:
    """Do something when the first answer has come."""
    done: list[object] = []

    def told(_: Progress) -> None:
        if not done:
            done.append(None)
            act()

    return told


def _ask(address: str, port: int) -> int:
    with closing(http.client.HTTPConnection(address, port, timeout=10)) as client:
        client.request("GET", "/")
        response = client.getresponse()
        response.read()
        return response.status
