"""The file of a plan: what it says, and what is said of one that is wrong."""

from textwrap import dedent

import pytest

from laneway.core.findings.locate import locate
from laneway.core.release.standing import EXAMPLE, read_standing
from laneway.core.resources.releases.plan import ErrorGate, FigureGate, LatencyGate
from laneway.core.resources.releases.read_plan import read_plan

HEAD = "apiVersion: laneway.dev/v1alpha1\nkind: LaneRelease\nmetadata:\n  name: v3\n"
GOOD = HEAD + dedent("""\
    spec:
      lane: v3
      stable: v1
      requests: 100
      gates:
        - errors: {tolerance: 0.5%}
        - latency: {above: 250ms, tolerance: 2%}
      stages:
        - weights: {v1: 60, v2: 30, v3: 10}
          duration: 5m
          limit: 2h
        - weights: {v1: 0, v2: 0, v3: 100}
    """)


def test_a_plan_says_who_comes_and_what_is_looked_at() -> None:
    plan, findings = read_plan("plan.yaml", GOOD.encode())

    assert findings == ()
    assert plan
    assert (plan.name, plan.lane, plan.stable, plan.requests) == ("v3", "v3", "v1", 100)
    assert plan.gates == (ErrorGate(0.005), LatencyGate(250, 0.02))
    assert [(one.duration, one.limit) for one in plan.stages] == [(300, 7200), (600, 3600)]
    assert [plan.is_judged(1), plan.is_judged(2)] == [True, False]


ASKED = """\
  metrics: main
  gates:
    - cpu: {above: 500m}
    - memory: {above: 256Mi}
    - promql: {name: queue, query: sum(queue_length), above: 3, below: 1}
"""


def test_figures_are_asked_of_a_server_that_the_plan_names() -> None:
    text = GOOD.replace("  gates:\n", ASKED)
    plan, findings = read_plan("plan.yaml", text.encode())

    assert findings == ()
    assert plan
    assert plan.metrics == "main"
    assert plan.figures == (
        FigureGate("cpu", resource="cpu", above=0.5),
        FigureGate("memory", resource="memory", above=256 * 2**20),
        FigureGate("queue", "sum(queue_length)", above=3, below=1),
    )
    assert plan.compared == (ErrorGate(0.005), LatencyGate(250, 0.02))
    for old, new in (
        ("  metrics: main\n", ""),
        ("above: 3, below: 1", ""),
        ("500m", "much"),
        ("name: queue", "name: cpu"),
    ):
        assert read_plan("plan.yaml", text.replace(old, new).encode())[0] is None


def test_another_spelling_of_the_same_plan_is_the_same_release() -> None:
    again = GOOD.replace("{v1: 60, v2: 30, v3: 10}", "{'v3': 10, v1: 60, v2: 30}  # as agreed")
    other = GOOD.replace("0.5%", "0.6%")
    plans = [read_plan("plan.yaml", text.encode())[0] for text in (GOOD, again, other)]

    digests = [one.digest for one in plans if one]
    assert digests[0] == digests[1] != digests[2]


@pytest.mark.parametrize(
    ("old", "new", "code", "line"),
    [
        ("kind: LaneRelease", "kind: Lane", "LW2030", 1),
        ("v3: 10}", "v3: 20}", "LW2031", 13),
        ("{v1: 60, v2: 30, v3: 10}", "{v1: 0, v2: 90, v3: 10}", "LW2032", 13),
        ("{v1: 0, v2: 0, v3: 100}", "{v1: 100}", "LW2032", 16),
        ("0.5%", "0.5", "LW1110", 10),
        ("name: v3", "name: v3 now", "LW1110", 4),
        ("250ms", "quickly", "LW1110", 11),
        ("  lane: v3\n", "", "LW1102", 5),
        ("requests: 100", "requests: 0", "LW1111", 8),
        ("{v1: 60, v2: 30, v3: 10}", "{v1: 60, v2: 30, v3: ten}", "LW1101", 13),
        ("lane: v3", "lane: [v3", "LW1006", 7),
        ("stable: v1", "stable: v3", "LW1110", 7),
        ("errors:", "eror:", "LW1109", 10),
        ("- errors: {tolerance: 0.5%}", "- {}", "LW1110", 10),
    ],
)
def test_a_plan_that_is_wrong_is_none_and_the_place_is_told(
    old: str, new: str, code: str, line: int
) -> None:
    plan, findings = read_plan("plan.yaml", GOOD.replace(old, new, 1).encode())

    assert plan is None
    found = {(one.code.id, locate(one.place).line if one.place else 0) for one in findings}
    assert code in {one for one, _ in found}, findings
    assert (code, line) in found


def test_what_a_trailer_says_is_read_back_and_other_texts_are_none() -> None:
    assert read_standing(EXAMPLE.trailer()) == EXAMPLE
    assert read_standing("v3") is None
    assert read_standing(EXAMPLE.trailer().replace("phase=running", "phase=x")) is None
    assert read_standing(EXAMPLE.trailer().replace("stage=2", "stage=-2")) is None
