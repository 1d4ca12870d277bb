"""A clone of a program's own: the token is asked for each time, and nothing of others runs."""

import subprocess
from pathlib import Path

import pytest

from laneway.adapters.git import CloneSource, GitError, Repository, cloned
from tests.wire.staged import git


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    folder = tmp_path / "remote"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "config", "user.name", "me")
    git(folder, "config", "user.email", "me@shop.test")
    (folder / "lanes.yaml").write_text("{}\n")
    (folder / "elsewhere.yaml").symlink_to("/etc/hostname")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "-m", "lanes")
    return folder


def asked(folder: str) -> str:
    """Return what Git would answer a host that asks who it is."""
    return subprocess.run(
        ("git", "-C", folder, "credential", "fill"),
        input="protocol=https\nhost=git.shop.example\n\n",
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def test_a_token_is_read_whenever_a_host_asks_and_stands_nowhere_else(
    remote: Path, tmp_path: Path
) -> None:
    token = tmp_path / "it's a token"
    token.write_text("first\n")
    source = CloneSource(f"file://{remote}", "main", str(token), "it's me")
    found = cloned(source, str(tmp_path / "clone"))

    assert "username=it's me\npassword=first\n" in asked(found.top)
    token.write_text("second")
    assert "password=second\n" in asked(found.top)
    assert "second" not in (Path(found.top) / ".git" / "config").read_text()


def test_a_program_of_git_that_does_not_end_is_given_up_and_named(
    remote: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook = remote / ".git" / "hooks" / "pre-commit"
    hook.write_text("#!/bin/sh\nexec sleep 20\n")
    hook.chmod(0o755)
    (remote / "lanes.yaml").write_text("a: 1\n")
    monkeypatch.setattr("laneway.adapters.git.repository.PATIENCE", 0.3)
    found = Repository(str(remote))

    with pytest.raises(GitError, match=r"`git` did not end within 0\.3 s: git -C .* commit"):
        found.commit([str(remote / "lanes.yaml")], "lanes")


def test_links_are_plain_files_and_what_was_there_goes(remote: Path, tmp_path: Path) -> None:
    folder = tmp_path / "clone"
    folder.mkdir()
    (folder / "left.yaml").write_text("{}")
    found = Path(cloned(CloneSource(f"file://{remote}"), str(folder)).top)

    assert not (found / "elsewhere.yaml").is_symlink()
    assert (found / "elsewhere.yaml").read_text() == "/etc/hostname"
    assert not (found / "left.yaml").exists()


def test_a_remote_or_a_branch_that_is_not_there_is_told(remote: Path, tmp_path: Path) -> None:
    for url, branch in ((f"file://{remote}", "other"), (f"file://{remote}-gone", "")):
        with pytest.raises(GitError, match="git clone"):
            cloned(CloneSource(url, branch), str(tmp_path / "clone"))
