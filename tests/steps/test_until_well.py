"""Waiting until proxies know pods to be well, and what is told of those that are not."""

import asyncio
import io
from collections.abc import Mapping
from pathlib import Path

from laneway.adapters.envoy import EnvoyFleet
from laneway.apps.local.mesh.announcer import Announcer
from laneway.apps.local.mesh.proxies import Ailing, EnvoyProxies
from laneway.apps.local.record.state import MeshFolder
from laneway.apps.terminal.screen import Screen

S2 = "cluster.alone|8000|s2|cart.default.svc.cluster.local"
HALF = Ailing("cart.default.svc.cluster.local", "s2", 1, 2)


class Gauges(EnvoyFleet):
    """Proxies whose gauges say one thing after the other, and in the end always the last."""

    def __init__(self, answers: list[Mapping[str, int]]) -> None:
        self.answers = answers

    def gauges(self, pattern: str) -> dict[str, int]:
        del pattern
        return dict(self.answers.pop(0) if len(self.answers) > 1 else self.answers[0])


def _left(path: Path, seconds: float, *answers: Mapping[str, int]) -> tuple[Ailing, ...]:
    proxies = EnvoyProxies(MeshFolder(path), Gauges(list(answers)))
    return asyncio.run(proxies.until_well(seconds))


def _pods(well: int) -> dict[str, int]:
    return {f"{S2}.membership_total": 2, f"{S2}.membership_healthy": well}


def test_it_ends_when_all_pods_are_well(tmp_path: Path) -> None:
    assert _left(tmp_path, 1e9, {f"{S2}.membership_total": 2}, _pods(1), _pods(2)) == ()


def test_what_is_not_well_in_time_is_returned(tmp_path: Path) -> None:
    assert _left(tmp_path, 0, _pods(1)) == (HALF,)


def test_callers_of_another_namespace_ask_the_same_pods(tmp_path: Path) -> None:
    elsewhere = {name.replace(".membership", "@shop.membership"): n for name, n in _pods(1).items()}

    assert _left(tmp_path, 0, elsewhere) == (HALF,)


def test_where_nobody_is_asked_nothing_is_waited_for(tmp_path: Path) -> None:
    assert _left(tmp_path, 1e9, {}) == ()


def test_who_answers_for_pods_that_are_not_well_is_told() -> None:
    said = io.StringIO()

    Announcer(Screen(said, said), str).ailing([HALF, Ailing("api", "s3", 0, 1)])

    half, none = said.getvalue().splitlines()
    assert "1 of 2 pods of lane s2 of default/cart; its other pods answer meanwhile" in half
    assert "1 of 1 pods of lane s3 of api; others answer for the lane meanwhile" in none
