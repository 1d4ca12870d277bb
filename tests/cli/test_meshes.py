"""Which mesh a command means, and what is told of one that refused its newest edit."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from laneway.adapters.files import read_paths
from laneway.apps.local.record.refusal import RefusedRevision
from tests.cli.conftest import EXAMPLES, Command
from tests.cli.meshes import running_mesh

STRICT = EXAMPLES / "strict-lanes"
REFUSED = RefusedRevision(
    1.0, 2, ("/lanes/a.yaml:3:5: error LW1204: no", "again"), "laneway check /lanes"
)


def test_the_only_running_mesh_is_meant(laneway: Command) -> None:
    running_mesh("shop", read_paths([str(STRICT)]))

    assert laneway("status", "--mesh").code == 0
    assert laneway("show", "changes", STRICT).code == 0


def test_of_several_meshes_one_has_to_be_named(laneway: Command) -> None:
    running_mesh("bank")
    running_mesh("shop")

    ended = laneway("stop", "cart")

    assert ended.code == 2
    assert "There are several meshes: bank, shop; say which one by --name." in ended.err


def test_of_several_meshes_the_default_one_is_meant(laneway: Command) -> None:
    running_mesh("default", read_paths([str(STRICT)]))
    running_mesh("shop")

    assert laneway("status", "--mesh").code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["ps", "nope"],
        ["ps", "--name", "nope"],
        ["ps", "nope", "-o", "json"],
        ["down", "nope"],
        ["down", "--name", "nope"],
        ["stop", "cart", "--name", "nope"],
        ["restart", "cart", "--name", "nope"],
        ["verify", "--name", "nope"],
        ["logs", "--name", "nope"],
        ["status", "--mesh", "--name", "nope"],
        ["show", "changes", "--name", "nope", str(STRICT)],
    ],
)
def test_a_mesh_that_does_not_run_is_refused_with_those_that_do(
    laneway: Command, arguments: list[str]
) -> None:
    running_mesh("shop")

    ended = laneway(*arguments)

    assert (ended.code, ended.out) == (3, "")
    assert "mesh nope " in ended.err
    assert "running: shop." in ended.err


@pytest.mark.parametrize("words", [(), ("--name", "nope")])
@pytest.mark.parametrize("command", ["now", "status"])
def test_without_a_mesh_sync_names_the_command_that_starts_one_that_follows(
    laneway: Command, command: str, words: tuple[str, ...]
) -> None:
    ended = laneway("sync", command, *words)

    assert (ended.code, ended.out) == (3, "")
    assert "is not running" in ended.err or "no mesh is running" in ended.err
    assert ended.err.endswith("; `laneway sync --app FILE` starts one.\n")


def test_two_names_for_one_mesh_are_wrong_usage(laneway: Command) -> None:
    assert laneway("ps", "shop", "--name", "bank").code == 2


def test_ps_shows_the_path_a_mesh_follows(laneway: Command) -> None:
    running_mesh("shop", paths=["/srv/lanes", "-"])

    head, row, *_ = laneway("ps").out.splitlines()

    assert head.split() == ["MESH", "STATE", "FOR", "URL", "FOLLOWS"]
    assert row.endswith("/srv/lanes standard input")
    assert "refused" not in laneway("ps").out


def test_ps_tells_since_when_an_edit_is_refused_and_which_command_shows_why(
    laneway: Command,
) -> None:
    running_mesh("shop", refused=REFUSED.as_value())

    text = laneway("ps").out
    [value] = json.loads(laneway("ps", "shop", "-o", "json").out)

    assert "Mesh shop refused the newest edit of its files" in text
    assert "for 2 errors and serves what it served before." in text
    assert "`laneway check /lanes` shows what is wrong." in text
    assert value["refused"] == REFUSED.as_value()


def test_status_of_a_mesh_tells_what_it_refused_and_is_not_fine(laneway: Command) -> None:
    running_mesh("shop", read_paths([str(STRICT)]), refused=REFUSED.as_value())

    ended = laneway("status", "--mesh")

    assert ended.code == 1
    assert ended.out.splitlines()[1].endswith("Ready")
    assert ended.out.endswith("\n  /lanes/a.yaml:3:5: error LW1204: no\n  again\n")


def test_status_takes_a_path_or_a_mesh(laneway: Command) -> None:
    assert laneway("status").code == 2
    assert laneway("status", "--mesh", STRICT).code == 2


@pytest.mark.parametrize("words", ["laneway ps sh", "laneway down sh", "laneway verify --name sh"])
def test_names_of_meshes_are_completed(words: str) -> None:
    running_mesh("shop")
    running_mesh("bank")
    asked = {
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split()) - 1),
        "_LANEWAY_COMPLETE": "bash_complete",
    }

    ended = subprocess.run(
        [sys.executable, "-m", "laneway"],
        env=os.environ | asked,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.stdout.split() == ["plain,shop"]


INTERRUPTED = """
import importlib.abc, os, signal, sys

class Interrupt(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Interrupt())
sys.argv = ["laneway", *{arguments!r}]
from laneway.apps.cli import main
main()
"""


@pytest.mark.parametrize(
    ("module", "arguments"),
    [
        ("click", ["render", str(STRICT)]),
        ("laneway.core.compile", ["check", str(STRICT)]),
        ("laneway.apps.local.mesh.up", ["up", str(STRICT)]),
        ("laneway.core.emit.envoy.configure", ["up", "-d", str(STRICT)]),
    ],
)
def test_an_interrupted_command_ends_without_a_traceback(
    module: str, arguments: list[str], tmp_path: Path
) -> None:
    code = INTERRUPTED.format(module=module, arguments=arguments)

    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=tmp_path
    )

    assert ended.returncode == 130
    assert "Traceback" not in ended.stderr
