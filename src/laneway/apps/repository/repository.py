"""A repository as those who follow it ask it: what is newest, and what was fetched before.

Comes in: an address, a revision and files that passed their checks, and a store. Goes out: commits
with their objects; what the store cannot take or reach is a value, since both are the usual course
of things for whoever follows.
"""

from __future__ import annotations

from msgspec import Struct

from laneway.adapters.gitstore import (
    CommitReader,
    FetchedCommit,
    GitCredentials,
    NotFetched,
    NotTaken,
    Store,
)
from laneway.core.findings.codes.fetching import NO_REVISION
from laneway.core.git.remote import Remote
from laneway.core.git.revision import GitRevision
from laneway.core.syncing.looking import Commit, Fetched, Looked, Unreached, Untaken


class FollowedRepository(Struct):
    """A revision of a repository. `reader` knows which of its files are followed."""

    store: Store
    remote: Remote
    revision: GitRevision
    reader: CommitReader
    credentials: GitCredentials = GitCredentials()

    def look(self) -> Looked:
        """Return what is newest: one question where that is here already."""
        try:
            found = self.store.fetch(self.remote, self.revision, self.credentials)
        except NotTaken as why:
            if not why.commit:
                return Unreached(why.findings)
            return Untaken(Commit(why.commit), why.findings)
        except NotFetched as why:
            codes = [one.code for one in why.findings]
            return Unreached(why.findings, is_gone=NO_REVISION in codes)
        return self._read(found)

    def earlier(self, commit: str) -> Fetched | None:
        """Return a commit that was fetched once, if it is still there and can be read."""
        found = self.store.commit(commit)
        read = None if found is None else self._read(found)
        return read if isinstance(read, Fetched) else None

    def keep_only(self, commits: frozenset[str]) -> None:
        """Let go of all commits but these."""
        self.store.keep_only(commits)

    def _read(self, found: FetchedCommit) -> Fetched | Untaken:
        commit = Commit(found.id, found.subject, found.author, found.at)
        try:
            return Fetched(commit, self.reader.read(found))
        except NotTaken as why:
            return Untaken(commit, why.findings)
