"""What is asked of a work tree, and what is done in it.

Comes in: paths of files, a message, a branch's name. Goes out: commits as names and bytes, and what
`git` said. Paths are handed over literally and never as options. Raises GitError with the words of
`git`: a hook that refuses, a push that is rejected. Nothing is ever forced or reset.
https://git-scm.com/docs/git
"""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

from msgspec import Struct

PATIENCE = 600.0
"""Seconds that a program of Git gets: its hooks may run tests, and a remote may say nothing."""


class GitError(OSError):
    """`git` ended with an error, or is not there."""


class LoggedCommit(Struct, frozen=True):
    """A commit: its name, when it was made, and how people call it."""

    name: str
    at: datetime
    said: str

    @classmethod
    def read(cls, line: str) -> LoggedCommit:
        """Read a line of `git log` in the form `FORM`."""
        name, at, said = line.split("\0", 2)
        return cls(name, datetime.fromtimestamp(int(at), UTC), said)


AS_READ = ("--literal-pathspecs", "-c", "log.showSignature=false")
"""What every `git` is told: paths are no patterns, and no signature stands between lines of a log.
"""

FORM = "--format=%H%x00%ct%x00%h, %cs, %s"


class Repository(Struct, frozen=True):
    """A work tree, by its top folder."""

    top: str

    @classmethod
    def of(cls, path: str) -> Repository | None:
        """Return the repository whose work tree has a file or folder; None where there is none."""
        whole = os.path.realpath(path)
        folder = whole if os.path.isdir(whole) else os.path.dirname(whole)
        ended = git_ended(["git", "-C", folder, "rev-parse", "--show-toplevel"])
        return None if ended.returncode else cls(_text(ended.stdout).removesuffix("\n"))

    def has_commit(self, name: str = "HEAD") -> bool:
        """Whether there is a commit of that name."""
        if name.startswith("-"):
            return False  # it would be taken for an option
        return not self._ended("rev-parse", "--verify", "--quiet", _commit(name)).returncode

    def history(self, paths: Iterable[str]) -> Iterator[LoggedCommit]:
        """Yield the commits that changed some of the files, newest first."""
        lines = self._said("log", FORM, "HEAD", "--", *self._inside(paths)).splitlines()
        yield from map(LoggedCommit.read, lines)

    def is_cut_off(self) -> bool:
        """Whether history ends where somebody fetched no further, as CI does by default."""
        return self._said("rev-parse", "--is-shallow-repository").strip() == "true"

    def called(self, name: str) -> LoggedCommit:
        """Return a commit that somebody named."""
        return LoggedCommit.read(self._said("log", "-1", FORM, _commit(name), "--").strip())

    def since(self, commit: str, until: str = "HEAD", most: int = 5) -> list[LoggedCommit]:
        """Return the newest commits that one has and another lacks, newest first.

        None where either is not there, as after history was written anew.
        """
        if not (self.has_commit(commit) and self.has_commit(until)):
            return []
        words = ("log", f"--max-count={most}", FORM, f"{commit}..{until}", "--")
        return [LoggedCommit.read(line) for line in self._said(*words).splitlines()]

    def remotes(self) -> list[str]:
        """Return the URLs of all remotes."""
        found = self._ended("config", "--get-regexp", r"^remote\..*\.url$")
        return [line.partition(" ")[2] for line in _text(found.stdout).splitlines()]

    def is_alike(self, one: str, other: str, inside: Sequence[str]) -> bool:
        """Whether two commits have the same in files, named as the repository has them."""
        words = ("diff", "--quiet", "--no-ext-diff", one, other, "--", *inside)
        return not self._ended(*words).returncode

    def changed(self, commit: str) -> list[str]:
        """Return the files that a commit changes, as the repository has them."""
        words = ("diff-tree", "-r", "-z", "--no-commit-id", "--name-only", "--root")
        return [one for one in self._said(*words, commit).split("\0") if one]

    def held(self, commit: str, paths: Sequence[str]) -> Mapping[str, bytes]:
        """Return the bytes of those files that a commit has."""
        asked = [
            (path, inside)
            for path, inside in zip(paths, self._inside(paths), strict=True)
            if "\n" not in inside and not inside.startswith(os.pardir)  # a line each, of this tree
        ]
        wanted = "".join(f"{commit}:{inside}\n" for _, inside in asked)
        rest = self._ended(
            "cat-file", "--batch", given=wanted.encode(errors="surrogateescape")
        ).stdout
        found: dict[str, bytes] = {}
        for path, _ in asked:
            head, _, rest = rest.partition(b"\n")
            words = head.rsplit(b" ", 2)
            if words[-2:-1] == [b"blob"] and words[-1].isdigit():
                size = int(words[-1])
                found[path], rest = rest[:size], rest[size + 1 :]
        return found

    def states(self, paths: Sequence[str]) -> Mapping[str, str]:
        """Return those files that are not as in the last commit, and what they are."""
        words = ("status", "--porcelain=v1", "-z", "--untracked-files=all", "--no-renames")
        lines = self._said(*words, "--", *self._inside(paths)).split("\0")
        states = {line[3:]: line[:2] for line in lines if line}
        return {
            path: "is not in Git yet" if "?" in states[inside] else "has uncommitted changes"
            for path, inside in zip(paths, self._inside(paths), strict=True)
            if inside in states
        }

    def commit(self, paths: Sequence[str], message: str) -> str:
        """Commit files as they are, and nothing else. Returns what `git` said."""
        inside = self._inside(paths)
        new = [one for one in inside if os.path.lexists(os.path.join(self.top, one))]
        said = self._done("add", "--", *new) if new else ""
        return said + self._done("commit", "--message", message, "--", *inside)

    def push(self) -> str:
        """Push the branch as the person has configured it. Returns what `git` said."""
        return self._done("push")

    def push_new(self, branch: str) -> str:
        """Push a branch that is new. Returns what `git` said."""
        remotes = self._said("remote").split()
        if not remotes:
            raise GitError(f"{self.top} has no remote to push {branch} to")
        remote = "origin" if "origin" in remotes else remotes[0]
        return self._done("push", "--set-upstream", remote, branch)

    def branch(self) -> str:
        """Return the branch that is checked out, or the commit where it is none."""
        named = self._ended("symbolic-ref", "--quiet", "--short", "HEAD")
        return _text(named.stdout).strip() or self._said("rev-parse", "HEAD").strip()

    def is_legal_branch(self, name: str) -> bool:
        """Whether a branch may have this name."""
        return not self._ended("check-ref-format", "--branch", name).returncode

    def has_branch(self, name: str) -> bool:
        """Whether there is a branch of that name."""
        return not self._ended("show-ref", "--verify", "--quiet", f"refs/heads/{name}").returncode

    def switch_to_new(self, branch: str) -> None:
        """Make a branch of the last commit and check it out; changed files stay changed."""
        self._done("switch", "--create", branch)

    def switch_back(self, before: str) -> None:
        """Check out what was checked out before."""
        detach = () if self.has_branch(before) else ("--detach",)
        self._done("switch", *detach, before)

    def forget(self, branch: str) -> None:
        """Remove a branch that has no commit of its own."""
        self._done("branch", "--delete", branch)

    def inside(self, path: str) -> str:
        """Return a path as the repository has it; a link is followed to its file."""
        return os.path.relpath(_real(path), self.top)

    def _inside(self, paths: Iterable[str]) -> list[str]:
        return [self.inside(path) for path in paths]

    def _said(self, *words: str) -> str:
        ended = self._ended(*words)
        if ended.returncode:
            raise GitError(_complaint(words, ended))
        return _text(ended.stdout)

    def _done(self, *words: str) -> str:
        ended = self._ended(*words)
        if ended.returncode:
            raise GitError(_complaint(words, ended))
        return _text(ended.stdout + ended.stderr)

    def _ended(self, *words: str, given: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
        return git_ended(["git", "-C", self.top, *AS_READ, *words], given)


def git_ended(
    words: Sequence[str],
    given: bytes | None = None,
    env: Mapping[str, str] | None = None,
    pass_fds: tuple[int, ...] = (),
) -> subprocess.CompletedProcess[bytes]:
    """Run `git` to its end; it reads what is given, or what the person types. Raises GitError."""
    try:
        return subprocess.run(
            words,
            input=given,
            capture_output=True,
            check=False,
            env=env,
            pass_fds=pass_fds,
            timeout=PATIENCE,
        )
    except subprocess.TimeoutExpired as error:
        raise GitError(f"`git` did not end within {PATIENCE:g} s: {shlex.join(words)}") from error
    except FileNotFoundError as error:
        raise GitError("there is no program `git` on the PATH") from error


def _complaint(words: Sequence[str], ended: subprocess.CompletedProcess[bytes]) -> str:
    said = _text(ended.stderr + ended.stdout).strip()
    return f"`git {words[0]}` ended with {ended.returncode}:\n{said}"


def _commit(name: str) -> str:
    return f"{name}^{{commit}}"


def _real(path: str) -> str:
    """Return where a file is; one that is gone counts where its folder is."""
    if os.path.exists(path):
        return os.path.realpath(path)
    folder, name = os.path.split(path)
    return os.path.join(os.path.realpath(folder), name)


def _text(raw: bytes) -> str:
    return raw.decode(errors="surrogateescape")
