"""`laneway verify` without a mesh: how it is called, and that it says when there is none."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Command


def test_a_mesh_that_does_not_run_cannot_be_verified(laneway: Command) -> None:
    ended = laneway("verify", "--name", "gone")

    assert (ended.code, ended.out) == (3, "")
    assert ended.err == "Error: mesh gone is not running; `laneway up` starts one.\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--requests", "0"), "--requests"),
        (("--name", "No Name"), "--name"),
        (("-H", "no colon"), "-H"),
        (("--path", "mock"), "does not begin with /"),
        (("--output", "sarif"), "--output"),
    ],
)
def test_wrong_use_is_told(laneway: Command, arguments: tuple[str, ...], words: str) -> None:
    ended = laneway("verify", *arguments)

    assert (ended.code, ended.out) == (2, "")
    assert words in ended.err
