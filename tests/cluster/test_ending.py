"""A process that was told to end does, also where the telling was lost on the way."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.cluster import serving
from tests.cluster.children import Children


@pytest.fixture
def own_signals() -> Iterator[None]:
    before = {told: signal.getsignal(told) for told in serving.ENDS}
    yield
    for told, handler in before.items():
        signal.signal(told, handler)
    serving.TOLD.clear()


@pytest.mark.usefixtures("own_signals")
def test_an_end_that_a_destructor_swallowed_comes_all_the_same(tmp_path: Path) -> None:
    with suppress(SystemExit):  # as Python does with what is raised while an object is destroyed
        serving.end(signal.SIGTERM, None)

    with pytest.raises(SystemExit):
        serving.until_the_end(Children(tmp_path))
