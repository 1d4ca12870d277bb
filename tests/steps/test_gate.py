"""The gate for edits: what may take the place of what is live."""

import re
from pathlib import Path

import pytest
from msgspec.structs import replace

from laneway.core.compile import compile_snapshot
from laneway.core.fleet.commands import Commands
from laneway.core.gate import Accepted, Refused, Revision, Same, admitted, revision_of
from laneway.core.mesh.snapshot import Snapshot
from tests.snapshot import snapshot_of_texts

EXAMPLE = Path(__file__).parents[2] / "examples" / "gitops"
TEXT = "---\n".join(path.read_text() for path in sorted(EXAMPLE.glob("*.yaml")))


def _snapshot(old: str = "", new: str = "") -> Snapshot:
    assert old in TEXT
    return snapshot_of_texts([("mesh.yaml", TEXT.replace(old, new) if old else TEXT)])


def _revision(snapshot: Snapshot) -> Revision:
    return revision_of(compile_snapshot(snapshot), Commands.of_texts((), {}))


LIVE = _revision(_snapshot())


def test_what_was_read_again_and_is_the_same_is_no_edit() -> None:
    again = replace(LIVE.compilation.snapshot)

    assert admitted(LIVE, _revision(again)) == Same()


def test_an_edit_without_a_new_error_may_go_live() -> None:
    assert admitted(LIVE, _revision(_snapshot("weight: 50", "weight: 49"))) == Accepted()


def test_an_edit_with_a_new_error_is_refused_for_it() -> None:
    wanted = _revision(_snapshot("name: v2", "name: V_2"))

    answer = admitted(LIVE, wanted)

    assert isinstance(answer, Refused)
    assert answer.errors
    assert set(answer.errors) <= set(wanted.errors)


UNTOLD = "".join(
    re.sub(r"\n *traceHeader:.*", "", path.read_text()) + "\n---\n"
    for path in sorted((EXAMPLE.parent / "permissive-lanes").glob("*.yaml"))
)


@pytest.mark.parametrize(
    "text",
    [TEXT.replace("laneway/mock:1", "shop/unknown:1"), UNTOLD],
    ids=["an image without a command", "a held group"],
)
def test_what_nobody_can_run_is_refused_though_no_error_is_new(text: str) -> None:
    live, wanted = (
        _revision(snapshot_of_texts([("mesh.yaml", text + more)])) for more in ("", "# more\n")
    )

    assert wanted.errors
    assert wanted.compilation.is_whole
    assert admitted(live, wanted) == Refused(wanted.errors)


@pytest.mark.parametrize("text", [TEXT, "{apiVersion: v1, kind: Namespace, metadata: {name: a}}"])
def test_what_is_not_whole_is_refused_though_no_error_is_new(text: str) -> None:
    live, wanted = (
        _revision(replace(snapshot_of_texts([("mesh.yaml", text + more)]), unread=("route.yaml",)))
        for more in ("", "\n# more\n")
    )

    assert admitted(live, wanted) == Refused(wanted.errors)
