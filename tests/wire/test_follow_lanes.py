"""`laneway verify --context` on real Envoy: who loses the lane is named, by proxies alone."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from laneway.apps.local.verify.follow_lanes import send_and_follow, watch
from laneway.apps.local.verify.run import Wish, WrongWishError, verify
from laneway.core.routing.ask.request import Request
from tests.wire.chains import HEADER, Chain, RunningChain, running_chain
from tests.wire.drawn_chains import drawn
from tests.wire.laneway_up import laneway
from tests.wire.search_forgetful import expected, named
from tests.wire.strict_mesh import strict_folder, strict_mesh

pytestmark = pytest.mark.envoy

CHAIN = Chain({"s1": "mocka mockb mockc", "s2": "mocka mockc", "s3": "mockb"})
FORGETFUL = replace(CHAIN, forgets=frozenset({"mockb-v1"}))
Command = Callable[..., tuple[int, str]]


@pytest.fixture
def forgetful(chain_mesh: RunningChain) -> RunningChain:
    return chain_mesh.become(FORGETFUL.yaml)


@pytest.fixture
def command(forgetful: RunningChain, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Run `laneway verify --context` on the forgetful mesh."""
    monkeypatch.setenv("XDG_STATE_HOME", str(forgetful.folder.path.parent.parent))

    def run(*arguments: str) -> tuple[int, str]:
        ended = laneway("verify", "--context", "--name", forgetful.folder.name, *arguments)
        return ended.returncode, ended.stdout + ended.stderr

    return run


@pytest.mark.parametrize("healthy", [False, True], ids=["forgetful", "healthy"])
@pytest.mark.parametrize("number", [3, 5, 17])
def test_in_a_drawn_chain_the_one_that_loses_lanes_is_named(
    chain_mesh: RunningChain, trace_mesh: RunningChain, number: int, *, healthy: bool
) -> None:
    case = drawn(number, healthy=healthy)
    mesh = trace_mesh if case.chain.by_trace else chain_mesh

    assert named(case, mesh) == expected(case)


def test_the_command_names_who_loses_the_lane_and_shows_a_request(command: Command) -> None:
    code, said = command()

    rows = [line.split(maxsplit=6) for line in said.splitlines()[1:5]]
    assert code == 1
    assert rows[2] == ["mockb-v1", "mockc", "20", "0", "20", "LW1738", f"/mock {HEADER}: s2"]
    assert {row[5] for row in rows if row[0] != "mockb-v1"} == {"ok"}
    assert "default/mockb-v1 loses the lane: 20 of 20 calls to default/mockc" in said
    assert said.splitlines()[-1].startswith("Lanes are lost in 1 place: 30 requests one by one")
    assert not [line for line in said.splitlines()[:5] if len(line) > 80]


def test_json_tells_the_same(command: Command) -> None:
    code, said = command("--requests", "1", "-o", "json")

    told = json.loads(said)
    [lost] = [one for one in told["passages"] if one["lost"]]
    assert (code, told["asPromised"], told["sent"]) == (1, False, 3)
    assert lost["services"] == ["Deployment default/mockb-v1"]
    assert (lost["cameIn"], lost["wentOn"], lost["lost"], lost["confidence"]) == (2, 0, 2, "high")


def test_a_request_that_does_not_pass_the_forgetful_service_shows_nothing(
    command: Command,
) -> None:
    code, said = command("--path", "/mock", "-H", f"{HEADER}: s3", "--requests", "3")

    assert code == 0
    assert "no request of a lane reached default/mockb-v1" in said
    assert "No lane was lost where one was seen" in said


def test_live_traffic_shows_it_without_a_request_of_our_own(forgetful: RunningChain) -> None:
    def pause(_: float) -> None:
        forgetful.chains(20, {HEADER: "s2"})

    report = watch(forgetful.folder, 1, pause)

    [lost] = [row for row in report.rows if row.passage.lost]
    assert (report.sent, report.is_kept) == (0, False)
    assert [ref.name for ref in lost.passage.callers] == ["mockb-v1"]
    assert (lost.passage.came_in, lost.passage.lost, lost.confidence) == (20, 20, "high")


def test_a_quiet_mesh_that_is_watched_shows_nothing(command: Command) -> None:
    code, said = command("--passive", "0")

    assert code == 4
    assert "No request of a lane was seen" in said


def test_a_labeled_pod_that_forgets_is_told_and_does_no_harm(chain_mesh: RunningChain) -> None:
    chain = replace(CHAIN, forgets=frozenset({"mocka-v2"}))
    report = send_and_follow(chain_mesh.become(chain.yaml).folder, Wish(2))

    assert report.is_kept
    assert [(one.code.id, one.level, one.subject) for one in report.findings] == [
        ("LW1739", "info", "Deployment default/mocka-v2")
    ]


def test_who_stands_in_for_a_stopped_workload_and_forgets_the_lane_is_named(
    chain_mesh: RunningChain,
) -> None:
    everything = "mocka mockb mockc"
    chain = Chain({"s1": everything, "s2": everything}, forgets=frozenset({"mockb-v1"}))
    mesh = chain_mesh.become(chain.yaml)
    harmless = send_and_follow(mesh.folder, Wish(2))
    mesh.command("stop", "mockb-v2")
    found = send_and_follow(mesh.folder, Wish(2))
    report = verify(mesh.folder, Wish(20))
    mesh.command("start", "mockb-v2")

    assert [one.code.id for one in harmless.findings] == ["LW1739"]
    assert [(one.code.id, one.subject) for one in found.findings] == [
        ("LW1738", "Deployment default/mockb-v1")
    ]
    assert not found.is_kept
    assert [one.code.id for one in report.findings] == ["LW1738", "LW1741"]


def test_each_proxy_of_its_own_shows_the_same(tmp_path: Path) -> None:
    with running_chain(tmp_path / "lanes", FORGETFUL.yaml, "--proxies", "per-workload") as mesh:
        report = send_and_follow(mesh.folder, Wish(2))

    assert [one.subject for one in report.findings] == ["Deployment default/mockb-v1"]


def test_strict_lanes_travel_in_no_request(tmp_path: Path) -> None:
    with (
        strict_mesh(strict_folder(tmp_path / "lanes", {})) as folder,
        pytest.raises(WrongWishError, match="there is no permissive group"),
    ):
        send_and_follow(folder, Wish(1))


def test_a_request_that_enters_no_lane_is_refused(forgetful: RunningChain) -> None:
    with pytest.raises(WrongWishError, match="no request leads into a permissive lane"):
        send_and_follow(forgetful.folder, Wish(1, own=Request("x", "/nowhere")))


@pytest.mark.parametrize(
    "arguments", [("--passive", "1"), ("--context", "--passive", "1", "--lane", "s1")]
)
def test_watching_takes_no_request(arguments: tuple[str, ...]) -> None:
    ended = laneway("verify", *arguments)

    assert ended.returncode == 2
    assert "--passive" in ended.stderr
