"""Edits while a mesh runs: live when it says so, in an order in which no request is lost."""

import re
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from laneway.adapters.processes import ProcessId, find_marked, wait_gone
from tests.wire.client import Client
from tests.wire.laneway_up import Up, state_home, workloads
from tests.wire.saving import save

pytestmark = pytest.mark.envoy
Start = Callable[..., Up]


def _edit(file: Path, pattern: str, replacement: str, count: int = 0) -> None:
    """Save a file as an editor does, with a pattern replaced."""
    text, found = re.subn(pattern, replacement, file.read_text(), count=count)
    assert found
    save(file, text)


def _weights(sample: Path, first: int, second: int) -> None:
    weights = iter((first, second))
    text = (sample / "route.yaml").read_text()
    save(sample / "route.yaml", re.sub(r"weight: \d+", lambda _: f"weight: {next(weights)}", text))


def _add_lane_v3(sample: Path) -> None:
    """Add the third version as one would: its lane and its Deployments, then its share."""
    text = (sample / "mock-v2.yaml").read_text().replace("v2", "v3")
    lane = (sample / "lanes.yaml").read_text().split("---")[2].replace("v2", "v3")
    save(sample / "v3.yaml", f"{text}\n---{lane}")


def _share_for_v3(sample: Path) -> None:
    share = """
        - destination:
            host: mocka.default.svc.cluster.local
            subset: v3
          weight: 100
"""
    _weights(sample, 0, 0)
    route = sample / "route.yaml"
    save(route, route.read_text().rstrip() + share)


def test_an_edited_weight_is_live_when_it_is_told(mesh: Up, followed: Path) -> None:
    _weights(followed, 0, 100)
    told = mesh.until("live after")

    assert "VirtualService istio-system/mock changed: live after" in told
    assert {version for _ in range(40) for version in mesh.ask().versions} == {"v2"}


def test_a_lane_and_its_programs_come_and_go(mesh: Up, followed: Path) -> None:
    _add_lane_v3(followed)
    added = mesh.until("live after")
    before = (followed / "route.yaml").read_text()
    _share_for_v3(followed)
    mesh.until("live after")
    assert {version for _ in range(20) for version in mesh.ask().versions} == {"v3"}
    save(followed / "route.yaml", before)
    mesh.until("live after")
    (followed / "v3.yaml").unlink()
    removed = mesh.until("live after")

    assert "ASMSwimLane v3 added, Deployment default/mocka-v3 added" in added
    assert "ASMSwimLane v3 removed, Deployment default/mocka-v3 removed" in removed
    assert {version for _ in range(20) for version in mesh.ask().versions} == {"v1", "v2"}


def test_programs_that_nothing_asks_for_end(mesh: Up, followed: Path) -> None:
    before = workloads()
    _add_lane_v3(followed)
    mesh.until("live after")
    new = [one for name, one in workloads().items() if name not in before]

    (followed / "v3.yaml").unlink()
    mesh.until("live after")

    assert len(new) == 3
    processes = [ProcessId(one["pid"], one["started"]) for one in new]
    assert wait_gone(processes, seconds=20) == set()


def test_a_broken_edit_is_told_with_its_line_and_what_was_live_serves_on(
    mesh: Up, followed: Path
) -> None:
    good = (followed / "route.yaml").read_text()

    save(followed / "route.yaml", good + "   broken: [\n")
    mesh.until("not live: the last good configuration keeps serving")
    answers = [mesh.ask() for _ in range(20)]
    save(followed / "route.yaml", good)
    mesh.until("the files say again what is live")

    assert any("route.yaml:" in line for line in mesh.said if "-->" in line)
    assert {answer.status for answer in answers} == {200}
    assert all(len(answer.versions) == 1 for answer in answers)


def test_an_edit_that_brings_an_error_does_not_go_live(mesh: Up, followed: Path) -> None:
    _edit(followed / "lanes.yaml", "name: v2", "name: V_2")
    mesh.until("not live: the last good configuration keeps serving")

    assert any(line.startswith("error[LW12") for line in mesh.said)
    assert {version for _ in range(40) for version in mesh.ask().versions} == {"v1", "v2"}


def test_a_service_that_would_reach_nobody_does_not_go_live(mesh: Up, followed: Path) -> None:
    services, pods = followed / "services.yaml", followed / "mock-v1.yaml"

    def refused(file: Path, pattern: str, replacement: str, cause: str) -> None:
        good, told = file.read_text(), len(mesh.said)
        _edit(file, pattern, replacement, count=1)
        mesh.until("not live: the last good configuration keeps serving")
        assert any(line.startswith(cause) for line in mesh.said[told:])
        assert {mesh.ask().status for _ in range(5)} == {200}
        save(file, good)
        mesh.until("the files say again what is live")

    selector = "error[LW1608] service default/mocka selects app: mock-a, but no pod"
    refused(services, r"(selector:\n +app: )mocka", r"\1mock-a", selector)
    number = "error[LW1610] port 8000 of default/mocka has targetPort 8001, but"
    refused(services, "targetPort: 8000", "targetPort: 8001", number)
    _edit(services, "targetPort: 8000", "targetPort: http")
    mesh.until("live after")
    name = "error[LW1609] port 8000 of default/mocka has targetPort web, but no container port"
    refused(services, "targetPort: http", "targetPort: web", name)
    renamed = "error[LW1609] port 8000 of default/mocka has targetPort http, but no container port"
    refused(pods, r"name: http\n( +containerPort)", r"name: htp\n\1", renamed)


def test_a_deployment_whose_image_nobody_named_does_not_go_live(mesh: Up, followed: Path) -> None:
    _edit(followed / "mock-v2.yaml", "laneway/mock:1", "shop/unknown:1", count=1)
    mesh.until("not live")

    assert any(line.strip().startswith('"shop/unknown:1" = ') for line in mesh.said)
    assert mesh.ask().status == 200


def test_replicas_scale_up_and_down(mesh: Up, followed: Path) -> None:
    _edit(followed / "mock-v1.yaml", "replicas: 1", "replicas: 3", count=1)
    mesh.until("live after")
    addresses = {hop.address for _ in range(60) for hop in mesh.ask().hops if hop.app == "mocka"}
    _edit(followed / "mock-v1.yaml", "replicas: 3", "replicas: 1", count=1)
    mesh.until("live after")
    fewer = {hop.address for _ in range(60) for hop in mesh.ask().hops if hop.app == "mocka"}

    assert len(addresses) == 4
    assert len(fewer) == 2


def test_a_changed_template_is_served_by_a_new_process_at_a_new_address(
    up: Start, sample: Path
) -> None:
    mesh = up(sample).ready()
    _weights(sample, 100, 0)
    mesh.until("live after")
    before = mesh.ask().hops[0]

    _edit(sample / "mock-v1.yaml", "value: mocka", "value: shop")
    mesh.until("live after")
    after = mesh.ask().hops[0]

    assert (before.app, after.app) == ("mocka", "shop")
    assert before.address != after.address


def test_a_new_gateway_port_is_opened_beside_the_first(mesh: Up, followed: Path) -> None:
    second = "    - port: {number: 81, name: http-b, protocol: HTTP}\n      hosts: ['*']\n"

    gateway = followed / "gateway.yaml"
    save(gateway, gateway.read_text().rstrip() + "\n" + second)
    told = mesh.until("opened http://127.0.0.1:")

    assert "port 81" in told


def test_rewriting_what_did_not_change_disturbs_nothing(mesh: Up, followed: Path) -> None:
    before = workloads()

    for file in sorted(followed.iterdir()):
        save(file, f"# a comment moves every line\n{file.read_text()}")
    _weights(followed, 0, 100)
    told = mesh.until("live after")

    assert told.count("changed") == 1
    assert workloads() == before


def test_no_request_fails_or_strays_while_everything_changes(mesh: Up, followed: Path) -> None:
    with Client(mesh.port) as client:
        for number in range(20):
            _weights(followed, 10 + number, 90 - number)
            mesh.until("VirtualService istio-system/mock changed: live after")
        for _ in range(3):
            _add_lane_v3(followed)
            mesh.until("added: live after")
            (followed / "v3.yaml").unlink()
            mesh.until("removed: live after")
        for file in sorted(followed.iterdir()):
            save(file, file.read_text())
        _weights(followed, 0, 100)
        mesh.until("live after")
        answers = client.answers()

    assert len(answers) > 100
    assert [answer for answer in answers if answer.status != 200] == []
    assert [answer for answer in answers if len(answer.versions) != 1] == []


def test_what_a_removed_lane_ran_is_gone_when_the_mesh_is(up: Start, sample: Path) -> None:
    mesh = up(sample).ready()
    _add_lane_v3(sample)
    mesh.until("added: live after")
    (sample / "v3.yaml").unlink()
    mesh.until("removed: live after")

    mesh.signal(signal.SIGTERM)

    assert mesh.end() == 0
    assert find_marked([str(state_home())]) == {}


def test_a_new_program_that_cannot_run_holds_up_nothing_else(mesh: Up, followed: Path) -> None:
    text = (followed / "mock-v1.yaml").read_text().split("---")[0]

    save(followed / "cart.yaml", text.replace("mocka", "cart").replace("laneway/mock", "shop/cart"))
    _weights(followed, 0, 100)
    for words in ("cart-v1-0 ended (exit code 4)", "VirtualService istio-system/mock changed"):
        if not any(words in line for line in mesh.said):  # whichever is told first
            mesh.until(words)

    assert {version for _ in range(20) for version in mesh.ask().versions} == {"v2"}
    assert workloads()["cart-v1-0"]["state"] != "ready"


def test_a_folder_with_nothing_to_run_is_followed_until_it_holds_something(
    up: Start, sample: Path, tmp_path: Path
) -> None:
    (tmp_path / "bare").mkdir()
    space = "apiVersion: v1\nkind: Namespace\nmetadata: {name: elsewhere}\n"
    (tmp_path / "bare" / "namespace.yaml").write_text(space)
    mesh = up(tmp_path / "bare").ready()

    for file in sample.glob("*.yaml"):
        file.rename(tmp_path / "bare" / file.name)
    mesh.until("opened http")

    assert any("No Gateway opens a port" in line for line in mesh.said)
