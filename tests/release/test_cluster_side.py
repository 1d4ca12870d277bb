"""Weights that are applied in a cluster: by whom they may be, and what a killed runner leaves."""

from collections.abc import Callable

import pytest

from laneway.apps.release.cluster_side import ClusterSide
from laneway.core.release.books import NotReachedError, NotWrittenError
from laneway.core.release.requests import ReleaseRequest, answer
from laneway.core.release.step import AtHand, CountedSoFar, Rest, ToCommit, look
from laneway.core.resources.releases.plan import ErrorGate, Plan, ReleaseStage
from tests.release.in_memory import ClusterInMemory, Killed, routed, weighted

STAGES = (
    ReleaseStage({"v1": 40, "v2": 10, "v3": 50}, 1, 60),
    ReleaseStage({"v1": 0, "v2": 0, "v3": 100}, 1, 60),
)
PLAN = Plan("v3", "v3", "v1", 50, (ErrorGate(0.01),), STAGES, "digest", "plan")
BOTH = pytest.mark.parametrize("cluster", [routed, weighted])


class Agent:
    """One who carries the release out, without any traffic."""

    def __init__(self, cluster: ClusterInMemory, runner: str = "one") -> None:
        self.side = ClusterSide(PLAN, cluster, cluster)
        self.runner = runner
        self.counting = CountedSoFar()

    def at_hand(self) -> AtHand:
        books = self.side.books()
        return AtHand(
            now=100.0,
            runner=self.runner,
            head=books.head,
            standing=books.standing,
            moved=books.moved,
            live=True,
            hops=(),
            sample={},
        )

    def look(self) -> Rest | None:
        """Look, and do what is to be done."""
        seen = self.at_hand()
        outlook = look(PLAN, self.counting, seen)
        self.counting = outlook.counting
        if isinstance(outlook.to_do, ToCommit):
            self.side.deliver(outlook.to_do, seen.head)
            return None
        return outlook.to_do

    def ask(self, action: str) -> None:
        """Do what people ask for."""
        seen = self.at_hand()
        wanted = answer(PLAN, seen, ReleaseRequest("", action), rests=False)  # type: ignore[arg-type]
        assert isinstance(wanted, ToCommit)
        assert self.side.deliver(wanted, seen.head) == "done"


@BOTH
def test_weights_move_stage_by_stage_and_back(cluster: Callable[[], ClusterInMemory]) -> None:
    there = cluster()
    agent = Agent(there)
    agent.look()
    assert there.weights == [40, 10, 50]
    agent.ask("abort")
    assert there.weights == [50, 50, 0]
    assert there.read()[1].standing.phase == "aborted"  # type: ignore[union-attr]


@BOTH
def test_proxies_never_meet_a_split_of_which_all_weights_are_0(
    cluster: Callable[[], ClusterInMemory],
) -> None:
    there = cluster()
    agent = Agent(there)
    agent.look()
    agent.ask("promote")
    assert there.weights == [0, 0, 100]
    assert min(there.sums) >= 100


@BOTH
@pytest.mark.parametrize("has_effect", [False, True])
def test_whoever_is_killed_at_any_write_leaves_a_move_that_the_next_one_finishes(
    cluster: Callable[[], ClusterInMemory],
    has_effect: bool,  # noqa: FBT001 - a case
) -> None:
    whole = cluster()
    _story(Agent(whole))
    assert whole.weights == [50, 50, 0]
    for number in range(1, whole.calls + 1):
        there = cluster()
        there.kill_at = number, has_effect
        with pytest.raises(Killed):
            _story(Agent(there))
        there.kill_at = None
        second = Agent(there, "two")
        seen = second.at_hand()
        expected = {None: [50, 50, 0], "running": [40, 10, 50], "aborted": [50, 50, 0]}
        assert there.weights == expected[seen.standing.phase if seen.standing else None], number
        assert not seen.moved or (seen.standing and seen.standing.phase == "aborted")
        if seen.standing is None or seen.standing.phase != "aborted":
            _story(second)
        assert there.weights == [50, 50, 0]


def _story(agent: Agent) -> None:
    agent.look()
    agent.ask("abort")


@BOTH
def test_a_server_that_does_not_answer_in_the_middle_leaves_no_move_by_hand(
    cluster: Callable[[], ClusterInMemory],
) -> None:
    whole = cluster()
    Agent(whole).look()
    for number in range(1, whole.calls + 1):
        there = cluster()
        there.fail_at = number
        agent = Agent(there)
        with pytest.raises(NotReachedError, match="no answer"):
            agent.look()
        seen = agent.at_hand()
        assert not seen.moved
        assert there.weights == ([40, 10, 50] if seen.standing else [50, 50, 0])


def test_what_others_apply_is_refused_before_anything_is_written() -> None:
    there = weighted()
    there.applied_by["v3"] = "theirs"
    agent = Agent(there)

    assert [one.code.id for one in agent.side.checked()] == ["LW2037", "LW2037"]
    with pytest.raises(NotWrittenError, match="theirs"):
        agent.look()
    assert (there.weights, there.calls) == ([50, 50, 0], 0)


def test_what_somebody_edited_once_is_taken_over() -> None:
    there = routed()
    there.edited_by["mock"] = "kubectl-edit"
    agent = Agent(there)

    assert agent.side.checked() == ()
    agent.look()
    assert there.weights == [40, 10, 50]


@pytest.mark.parametrize(
    "marks",
    [
        {"annotations": {"argocd.argoproj.io/tracking-id": "shop:a/b:c/d"}},
        {"labels": {"kustomize.toolkit.fluxcd.io/name": "shop"}},
        {"managedFields": [{"manager": "argocd-controller"}]},
    ],
)
def test_what_a_syncer_keeps_is_refused_also_in_the_middle(marks: dict[str, object]) -> None:
    there = routed()
    agent = Agent(there)
    agent.look()
    [route] = [one for one in there.objects if one["kind"] == "VirtualService"]
    route["metadata"] |= marks

    assert {one.code.id for one in agent.side.checked()} == {"LW2036"}
    with pytest.raises(NotWrittenError, match="kept by"):
        agent.ask("abort")
    assert there.weights == [40, 10, 50]


def test_weights_that_somebody_moves_are_left_to_them() -> None:
    there = routed()
    agent = Agent(there)
    agent.look()
    there.edit([80, 10, 10])

    rest = agent.look()
    assert rest
    assert rest.ending == "moved"
    agent.ask("resume")
    assert there.weights == [40, 10, 50]


def test_a_record_that_is_another_by_now_is_looked_at_anew() -> None:
    there = routed()
    agent = Agent(there)
    seen = agent.at_hand()
    there.version += 1

    outlook = look(PLAN, CountedSoFar(), seen)
    assert isinstance(outlook.to_do, ToCommit)
    assert agent.side.deliver(outlook.to_do, seen.head) == "again"
    assert there.weights == [50, 50, 0]


def _put_before(there: ClusterInMemory, route: dict[str, object]) -> None:
    [service] = [one for one in there.objects if one["kind"] == "VirtualService"]
    service["spec"]["http"].insert(0, route)


def test_weights_of_before_come_back_though_a_route_was_put_before_theirs() -> None:
    there = routed()
    agent = Agent(there)
    agent.look()
    to = {"destination": {"host": "mocka.default.svc.cluster.local"}, "weight": 100}
    _put_before(there, {"match": [{"headers": {"who": {"exact": "tester"}}}], "route": [to]})
    agent.ask("abort")
    [service] = [one for one in there.objects if one["kind"] == "VirtualService"]
    assert [one["weight"] for one in service["spec"]["http"][1]["route"]] == [50, 50, 0]


def test_weights_of_before_that_have_no_place_are_not_said_to_be_back() -> None:
    there = routed()
    agent = Agent(there)
    agent.look()
    [service] = [one for one in there.objects if one["kind"] == "VirtualService"]
    service["spec"]["http"] = []
    with pytest.raises(NotWrittenError, match="do not come back"):
        agent.ask("abort")
