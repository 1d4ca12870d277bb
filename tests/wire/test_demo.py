"""The demonstration shows what it promises, and takes it away again."""

from collections import Counter

import pytest

from laneway.adapters.processes import find_marked
from laneway.apps.local.demo.asking import AnswerTally
from tests.wire.laneway_up import laneway, state_home


@pytest.mark.envoy
def test_the_demonstration_judges_and_leaves_nothing() -> None:
    played = laneway("demo", "--port", "18080", "--requests", "200")

    assert played.returncode == 0, played.stdout + played.stderr
    assert "Every request stayed in one version through all three services." in played.stdout
    assert "VirtualService istio-system/mock changed: live after" in played.stdout
    assert [line.split()[1] for line in played.stdout.splitlines() if "strayed " in line] == [
        "0",
        "0",
    ]
    assert max(len(line) for line in played.stdout.splitlines()) <= 80
    assert find_marked([str(state_home())]) == {}
    assert list(state_home().iterdir()) == []


def test_an_unfair_split_is_not_taken_for_chance() -> None:
    assert AnswerTally(Counter(v1=450, v2=550)).is_fair("v1", 0.5)
    assert not AnswerTally(Counter(v1=400, v2=600)).is_fair("v1", 0.5)
    assert not AnswerTally(Counter(v2=999), ("503",)).is_fair("v2", 1.0)
