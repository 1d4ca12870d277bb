"""A branch that a program writes to while people do: each change is one commit, or none.

Comes in: a work tree's repository, bytes of files, a message. Goes out: a commit, made beside the
work tree and its index, pushed if that is wanted, and then taken over by one move of the branch,
which fails where somebody else moved it. So whoever is killed leaves a branch of whole commits;
work tree and index follow, and what of them does not yet is told. The person's configuration signs
and filters; hooks of commits do not run, that of pushes does. Nothing is forced.
https://git-scm.com/docs/git-commit-tree, https://git-scm.com/docs/git-update-ref
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Literal

from msgspec import Struct

from laneway.adapters.git.aside import aside
from laneway.adapters.git.repository import AS_READ, GitError, Repository, git_ended
from laneway.adapters.git.turn import Turn, git_folder

Pushed = Literal["taken", "behind", "forbidden"]
"""What a remote did with a commit: it has it, it has others before it, it does not let it in."""

_REJECTED = ("[rejected]",)
_FORBIDDEN = ("[remote rejected]", "pre-receive hook declined", "protected branch")


class BranchMovedError(GitError):
    """Somebody else moved the branch, or has the index in use; nothing is changed."""


class Branch(Struct, frozen=True):
    """The branch that is checked out in a work tree. `turn` is held by what is started, if any."""

    repository: Repository
    turn: Turn | None = None

    def head(self) -> str:
        """Return the newest commit."""
        return self._said("rev-parse", "HEAD").strip()

    def place(self) -> tuple[str, str]:
        """Return the newest commit, and the branch that is checked out, as refs/heads/NAME."""
        commit, branch = self._said("rev-parse", "HEAD", "--symbolic-full-name", "HEAD").split()
        return commit, branch

    def trailers(self, key: str, name: str) -> list[tuple[str, str]]:
        """Return commits whose trailer begins with a name, newest first, each with its value.

        Only a few of the newest are looked at. Any line of a message counts: hosts that squash add
        paragraphs after it, and Git takes only the last one for trailers. A commit is newer than
        those it is made on, whatever the clocks said: those of two runners need not agree.
        """
        start = f"{key}: {name} "
        those = ("--topo-order", "--max-count=8", "--fixed-strings", f"--grep={start}")
        said = self._said("log", "-z", *those, "--format=%H%n%B", "HEAD")
        found = (one.splitlines() for one in said.split("\0") if one)
        return [
            (commit, line.removeprefix(f"{key}: ").strip())
            for commit, *lines in found
            for line in lines
            if line.startswith(start)
        ]

    def make(self, parent: str, files: Mapping[str, bytes | None], message: str) -> str:
        """Make a commit with other bytes of some files, and return its name; nothing else moves.

        Files without bytes are gone in it.
        """
        with self.aside() as folder:
            beside = {"GIT_INDEX_FILE": os.path.join(folder, "index")}
            self._said("read-tree", parent, env=beside)
            for path, raw in files.items():
                self._put(self.repository.inside(path), raw, folder, beside)
            tree = self._said("write-tree", env=beside).strip()
        sign = self._ended("config", "--type=bool", "commit.gpgSign").stdout.strip() == b"true"
        words = ("commit-tree", tree, "-p", parent, *(("-S",) if sign else ()), "-F", "-")
        return self._said(*words, given=message.encode()).strip()

    def aside(self) -> AbstractContextManager[str]:
        """Give a folder for what is made on the way, mostly on the file system of the work tree."""
        return aside(git_folder(self.repository))

    def _put(self, inside: str, raw: bytes | None, folder: str, beside: Mapping[str, str]) -> None:
        """Put a file into an index as `git add` does, or take it out.

        What line breaks become rests on those that the index has: no plain hash does that.
        https://git-scm.com/docs/gitattributes#_text
        """
        if raw is None:
            self._said("update-index", "--force-remove", "--", inside, env=beside)
            return
        mode = self._said("ls-files", "--stage", "--", inside, env=beside)[:6] or "100644"
        top = os.path.join(folder, "tree")
        path = os.path.join(top, inside)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        Path(path).write_bytes(raw)
        os.chmod(path, int(mode[-3:], 8))
        tree = {**beside, "GIT_DIR": git_folder(self.repository), "GIT_WORK_TREE": top}
        self._said("-C", top, "update-index", "--add", "--", inside, env=tree)

    def propose(self, commit: str, branch: str, name: str) -> tuple[Pushed, str]:
        """Offer a commit to the remote as a branch of its own, kept in mind under a name.

        Returns as well what the remote said. Raises GitError where it is not reached.
        """
        pushed, said = self.offered(commit, f"refs/heads/{branch}")
        if pushed == "taken":
            self._said("update-ref", f"{_kept(name)}{branch}", commit)
        return pushed, said

    def fetch_proposals(self, prefix: str, name: str) -> None:
        """Keep in mind what branches of that prefix the remote has now, and no others."""
        remote, _ = self.upstream()
        refs = f"+refs/heads/{prefix}/{name}-*:{_kept(name)}{prefix}/{name}-*"
        self._said("fetch", "--quiet", "--no-tags", "--prune", remote, refs)

    def proposals(self, key: str, name: str) -> list[tuple[str, str, bool]]:
        """Return the branches kept in mind: each with its trailer, and whether it changes files."""
        form = f"--format=%(refname)%09%(objectname)%09%(contents:trailers:key={key},valueonly)%00"
        said = self._said("for-each-ref", form, _kept(name))
        lines = (line.strip().split("\t") for line in said.split("\0"))
        return [
            (line[0].removeprefix(_kept(name)), line[2].strip(), self._changes_files(line[1]))
            for line in lines
            if len(line) == 3 and line[2].startswith(f"{name} ")
        ]

    def unmerged(self, name: str) -> list[tuple[str, str, str]]:
        """Return branches kept in mind that this one does not have: each with commit and title."""
        form = "--format=%(refname)%09%(objectname)%09%(contents:subject)"
        said = self._said("for-each-ref", form, "--no-merged=HEAD", _kept(name))
        lines = (line.split("\t", 2) for line in said.splitlines())
        return [(ref.removeprefix(_kept(name)), commit, title) for ref, commit, title in lines]

    def _changes_files(self, commit: str) -> bool:
        ended = self._ended("diff-tree", "--quiet", f"{commit}~", commit)
        return bool(ended.returncode)

    def push(self, commit: str, there: str = "") -> Pushed:
        """Offer a commit to the branch's remote. Raises GitError where that is not reached.

        `there` is another branch of the remote, in full.
        """
        return self.offered(commit, there)[0]

    def offered(self, commit: str, there: str = "") -> tuple[Pushed, str]:
        """Offer a commit as `push` does; return as well what `git` and the remote said."""
        remote, own = self.upstream()
        ended = self._ended("push", "--porcelain", remote, f"{commit}:{there or own}")
        said = (ended.stdout + ended.stderr).decode(errors="replace")
        if not ended.returncode:
            return "taken", said
        if any(words in said for words in _FORBIDDEN):
            return "forbidden", said
        if any(words in said for words in _REJECTED):
            return "behind", said
        raise GitError(f"`git push` ended with {ended.returncode}:\n{said.strip()}")

    def fetch(self) -> None:
        """Take over what the branch's remote has more. Raises GitError where it cannot be reached.

        Raises BranchMovedError where both have commits that the other has not.
        """
        remote, there = self.upstream()
        self._said("fetch", "--quiet", remote, there)
        theirs = self._said("rev-parse", "FETCH_HEAD").strip()
        if self.has(theirs):
            return
        if not self.has("HEAD", theirs):
            raise BranchMovedError("this branch and its remote have gone different ways")
        self._said("merge", "--quiet", "--ff-only", theirs)

    def behind(self) -> str:
        """Fetch, and return the commit of the remote that this branch lacks; empty if it has all.

        Nothing is taken over.
        """
        remote, there = self.upstream()
        self._said("fetch", "--quiet", remote, there)
        theirs = self._said("rev-parse", "FETCH_HEAD").strip()
        return "" if self.has(theirs) else theirs

    def has(self, commit: str, tip: str = "HEAD") -> bool:
        """Whether a commit is in the history of another."""
        return not self._ended("merge-base", "--is-ancestor", commit, tip).returncode

    def replay(self) -> None:
        """Make what the remote lacks anew on top of what it has. Raises BranchMovedError.

        Where both changed the same lines, all stays as it was.
        """
        remote, there = self.upstream()
        self._said("fetch", "--quiet", remote, there)
        ended = self._ended("rebase", "--quiet", "FETCH_HEAD")
        if ended.returncode:
            self._ended("rebase", "--abort")
            raise BranchMovedError("the remote has changed the same lines; a person has to merge")

    def is_pushed(self) -> bool:
        """Whether the branch's remote has its newest commit, as far as was last heard."""
        return not self.ahead()

    def ahead(self) -> int:
        """Return how many commits the branch's remote lacks, as far as was last heard."""
        return int(self._said("rev-list", "--count", "@{upstream}..HEAD"))

    def advance(self, commit: str, parent: str) -> None:
        """Move the branch on by a commit. Raises BranchMovedError where it is not where it was."""
        ended = self._ended("update-ref", "-m", "laneway release", "HEAD", commit, parent)
        if ended.returncode:
            raise BranchMovedError(ended.stderr.decode(errors="replace").strip())

    def left_behind(self) -> Mapping[str, bytes]:
        """Return the files of the newest commit that the work tree still has as before it.

        Their index entries, where these are as before it, are brought up to date.
        """
        found = {}
        for mode, old, new, inside in self._changed():
            if self._index_has(inside, old):
                self._said("update-index", "--add", "--cacheinfo", f"{mode},{new},{inside}")
            path = os.path.join(self.repository.top, inside)
            if os.path.isfile(path) and self._is_as_before(inside):
                found[path] = self._ended("cat-file", "--filters", f"HEAD:{inside}").stdout
        return found

    def index_follows(self, paths: Sequence[str]) -> None:
        """Bring the index of files to the newest commit, whatever the work tree has of them."""
        for inside in map(self.repository.inside, paths):
            there = self._said("ls-tree", "-z", "HEAD", "--", inside).rstrip("\0")
            if not there:
                self._said("update-index", "--force-remove", "--", inside)
                continue
            mode, _, blob = there.partition("\t")[0].split(" ")
            self._said("update-index", "--add", "--cacheinfo", f"{mode},{blob},{inside}")

    def _is_as_before(self, inside: str) -> bool:
        """Whether the work tree has a file as it was before the newest commit."""
        words = ("-c", "diff.autoRefreshIndex=true", "diff", "--quiet", "--no-ext-diff")
        return not self._ended(*words, "HEAD^", "--", inside).returncode

    def _changed(self) -> list[tuple[str, str, str, str]]:
        """Return mode, old and new blob and path of each file that the newest commit changed."""
        raw = self._said("diff-tree", "-r", "-z", "--no-commit-id", "--diff-filter=M", "HEAD")
        words = raw.split("\0")
        pairs = zip(words[0::2], words[1::2], strict=False)
        heads = ((head.split(" "), path) for head, path in pairs if head)
        return [(head[1], head[2], head[3], path) for head, path in heads]

    def _index_has(self, inside: str, blob: str) -> bool:
        return self._said("ls-files", "--stage", "--", inside)[7 : 7 + len(blob)] == blob

    def upstream(self) -> tuple[str, str]:
        """Return the remote and the name of the branch there."""
        name = self.repository.branch()
        remote = self._ended("config", f"branch.{name}.remote").stdout.decode().strip()
        there = self._ended("config", f"branch.{name}.merge").stdout.decode().strip()
        if not remote or not there:
            raise GitError(f"branch {name} has no upstream; `git push -u` gives it one")
        return remote, there

    def _said(
        self, *words: str, given: bytes | None = None, env: Mapping[str, str] | None = None
    ) -> str:
        ended = self._ended(*words, given=given, env=env)
        if ended.returncode:
            said = (ended.stderr + ended.stdout).decode(errors="replace").strip()
            error = BranchMovedError if ".lock" in said else GitError
            raise error(f"`git {words[0]}` ended with {ended.returncode}:\n{said}")
        return ended.stdout.decode(errors="surrogateescape")

    def _ended(
        self, *words: str, given: bytes | None = None, env: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[bytes]:
        return git_ended(
            ["git", "-C", self.repository.top, *AS_READ, *words],
            given or b"",
            env={**os.environ, "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C", **(env or {})},
            pass_fds=() if self.turn is None else (self.turn.file,),
        )


def _kept(name: str) -> str:
    """Return under which refs the branches of a release are kept in mind."""
    return f"refs/laneway/{name}/"
