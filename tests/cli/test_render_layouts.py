"""`laneway render` with layouts that are asked for: steps between two, and what they are told."""

from __future__ import annotations

import pytest

from tests.cli.conftest import EXAMPLES, Command

STRICT, PERMISSIVE = EXAMPLES / "strict-lanes", EXAMPLES / "permissive-lanes"
THERE = ("render", "--layout", "scoped", "--from", "istio")
BACK = ("render", "--layout", "istio", "--from", "scoped")
ANALYZED = "istioctl analyze reports IST0101"
NEXT = "The next step begins when that is live as well."


def words(text: str) -> str:
    return " ".join(text.split())


def test_a_step_says_what_to_delete_and_that_another_follows(laneway: Command) -> None:
    ended = laneway(*THERE, "--step", "2", STRICT)

    assert ended.code == 0
    assert "Step 2 of 4" in ended.err
    assert "\nkubectl delete -n default destinationrule/" in ended.err
    assert NEXT in ended.err
    assert ANALYZED in ended.err


def test_behind_the_last_step_nothing_follows(laneway: Command) -> None:
    ended = laneway(*BACK, "--step", "4", STRICT)

    assert "Step 4 of 4" in ended.err
    assert "\nkubectl delete -n default destinationrule/" in ended.err
    assert NEXT not in ended.err


def test_the_analyzer_is_spoken_of_where_a_wildcard_is_printed(laneway: Command) -> None:
    steps = [laneway(*BACK, "--step", f"{step}", STRICT) for step in (1, 4)]

    assert ["host: '*.default" in one.out for one in steps] == [True, False]
    assert [ANALYZED in one.err for one in steps] == [True, False]


def test_where_both_layouts_are_the_same_there_is_no_step(laneway: Command) -> None:
    ended = laneway(*THERE, "--step", "1", PERMISSIVE)

    assert ended.code == 2
    assert "nothing changes from layout istio to layout scoped" in words(ended.err)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("Team_A", "a namespace has no such name"),
        ("", "a namespace has no such name"),
        ("kube-system", "Istio injects no sidecars there"),
    ],
)
def test_a_client_is_a_namespace_that_may_have_sidecars(
    name: str, says: str, laneway: Command
) -> None:
    ended = laneway("render", "--layout", "scoped", "--client", name, STRICT)

    assert (ended.code, ended.out) == (2, "")
    assert says in words(ended.err)


def test_a_layout_that_comes_to_the_same_is_told(laneway: Command) -> None:
    scoped = laneway("render", "--layout", "scoped", PERMISSIVE)
    sparse = laneway("render", "--sparse", STRICT)

    assert "LW1450" in scoped.err
    assert scoped.out == laneway("render", PERMISSIVE).out
    assert "LW1451" in sparse.err
    assert sparse.out == laneway("render", STRICT).out
