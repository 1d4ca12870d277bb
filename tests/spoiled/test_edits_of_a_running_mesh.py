"""A mesh on real Envoy takes or refuses whatever edit spoils one field, and lives on.

Each input is the whole mesh with one field spoiled, written over the one before. What is to be told
of it is worked out beforehand by the same judge that `up` asks; inputs of which nothing would be
told, or that start other programs, are passed by.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from laneway.adapters.files import Reader
from laneway.core.changes.snapshots import changes
from laneway.core.gate import Revision
from tests.golden.case import DOCUMENT
from tests.spoiled.inputs import Given, Spoiled, inputs
from tests.spoiled.unstarted import admitted, first
from tests.wire.conftest import EXAMPLES
from tests.wire.conftest import up as up  # noqa: PLC0414 - a fixture
from tests.wire.laneway_up import Up
from tests.wire.saving import save

pytestmark = pytest.mark.envoy
EDITS, SEED = 40, 11


def sample() -> Given:
    """Return the example with a weighted entry, two lanes and three services."""
    files = sorted((EXAMPLES / "gitops").glob("*.yaml"))
    return Given("gitops", tuple(text for one in files for text in DOCUMENT.split(one.read_text())))


def told_edits(given: Given, file: Path) -> Iterator[tuple[Spoiled, str]]:
    """Yield inputs with what a mesh that runs tells of each, one after the other."""
    reader = Reader([str(file)])
    live = first(reader.read())
    for one in inputs(100 * EDITS, SEED, among=(given,)):
        file.write_text("\n---\n".join(one.texts))
        after = admitted(reader.read(), live)
        if after is None:
            yield one, "not live: the last good configuration keeps serving"
        elif _is_told(live, after):
            live = after
            yield one, "live after"


def _is_told(before: Revision, after: Revision) -> bool:
    keys = [
        [(port.selector, port.port) for port in one.compilation.plan.gateway_ports]
        for one in (before, after)
    ]
    known = before.compilation.snapshot
    same = before.wanted == after.wanted and keys[0] == keys[1]
    return same and bool(changes(known, after.compilation.snapshot))


def until_told(mesh: Up) -> str:
    """Return the next line that says what came of an edit."""
    while True:
        line = mesh.until("live")
        for words in ("not live: the last good configuration keeps serving", "live after"):
            if words in line:
                return words


def test_whatever_field_an_edit_spoils_the_mesh_refuses_or_takes_it_and_lives(
    up: Callable[..., Up], tmp_path: Path
) -> None:
    given = sample()
    file, tried = tmp_path / "mesh.yaml", tmp_path / "tried.yaml"
    for path in (file, tried):
        path.write_text("\n---\n".join(given.texts))
    mesh = up(file).ready()

    told = []
    for one, expected in told_edits(given, tried):
        save(file, "\n---\n".join(one.texts))
        told.append((str(one), expected, until_told(mesh)))
        if len(told) == EDITS:
            break
    save(file, "\n---\n".join(given.texts))
    mesh.until("live")

    assert [each for each in told if each[1] != each[2]] == []
    assert {expected for _, expected, _ in told} == {
        "not live: the last good configuration keeps serving",
        "live after",
    }
    assert mesh.ask().status == 200
    assert not any("bug in Laneway" in line for line in mesh.said)
    assert mesh.stop() == 0
