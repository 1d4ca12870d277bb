"""What ignore files say is what pathspec says, which is loaded only where it may matter."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pathspec import GitIgnoreSpec
from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

from laneway.adapters.files.ignored import IgnoreFile

WORDS = st.sampled_from(["a", "b", "ab", ".yaml", "a b"])
MARKS = st.sampled_from(["*", "**", "?", "/", "[ab]", "[!a]", "[", "]", "!", "#", "\\", " ", "-"])
LINES = st.lists(st.lists(WORDS | MARKS, max_size=5).map("".join), max_size=3)
PATHS = st.lists(st.lists(WORDS, min_size=1, max_size=2).map("".join), min_size=1, max_size=3)


@pytest.mark.filterwarnings("ignore:Possible nested set:FutureWarning")
@given(LINES, PATHS, st.booleans())
def test_a_verdict_is_that_of_all_lines(lines: list[str], path: list[str], folder: bool) -> None:  # noqa: FBT001 - drawn
    end = "/" if folder else ""
    patterns = []
    for line in lines:
        try:
            patterns.append(GitIgnoreSpecPattern(line))
        except ValueError:
            continue
    said = GitIgnoreSpec(patterns).check_file("/".join(path) + end).include

    assert IgnoreFile("/shop", tuple(lines)).verdict("/".join(["/shop", *path]), end) == said


@pytest.mark.parametrize(("line", "loaded"), [("*.log", "False"), ("lanes.*", "True")])
def test_pathspec_is_loaded_only_for_a_line_that_may_mean_a_file(
    tmp_path: Path, line: str, loaded: str
) -> None:
    (tmp_path / "lanes.yaml").write_text("")
    (tmp_path / ".gitignore").write_text(f"# lanes.yaml\n\n{line}\n")
    script = "import sys; from laneway.adapters.files import read_paths; read_paths([sys.argv[1]]);"
    script += "print('pathspec' in sys.modules)"

    ended = subprocess.run(
        [sys.executable, "-c", script, tmp_path], capture_output=True, text=True, check=True
    )
    assert ended.stdout == f"{loaded}\n"
