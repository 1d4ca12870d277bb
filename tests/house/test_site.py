"""The pages become a site: versioned, searchable, and every link in it leads somewhere.

The build is strict: a link to a page or heading that is not there is an error of MkDocs.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def released(folder: Path, file: str) -> str:
    """Return a file of the branch that holds the site."""
    shown = subprocess.run(
        ["git", "show", f"gh-pages:{file}"], cwd=folder, check=True, capture_output=True, text=True
    )
    return shown.stdout


def test_a_release_adds_a_version_whose_pages_all_lead_somewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_MKDOCS_2_WARNING", "1")
    author = {
        f"GIT_{who}_{what}": f"a@{who}"
        for who in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    }
    own = Path(sys.executable).parent
    variables = os.environ | author | {"PATH": f"{own}{os.pathsep}{os.environ['PATH']}"}
    for words in (["init", "-q"], ["commit", "-q", "--allow-empty", "-m", "begin"]):
        subprocess.run(["git", *words], cwd=tmp_path, env=variables, check=True)

    done = subprocess.run(
        ["mike", "deploy", "-F", ROOT / "mkdocs.yml", "--update-aliases", "0.1", "latest"],
        cwd=tmp_path,
        env=variables,
        check=False,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stderr
    (version,) = json.loads(released(tmp_path, "versions.json"))
    assert (version["version"], version["aliases"]) == ("0.1", ["latest"])
    found = json.loads(released(tmp_path, "0.1/search/search_index.json"))["docs"]
    pages = {one["location"].partition("#")[0] for one in found}
    assert {"", "commands/", "examples/strict-lanes/", "inside/architecture/"} <= pages
    front = released(tmp_path, "0.1/index.html")
    assert 'href="on-your-cluster/"' in front
    assert 'href="examples/strict-lanes/"' in released(tmp_path, "0.1/sitemap.xml") + front
