"""What a failed fetch means: whom to ask again, and what to tell.

Comes in: whatever was raised while a server was asked. Goes out: a kind of NotFetched. Apart,
because a server may answer anything, and a library that reads it may raise anything. Words of
servers are shown in one line of printable characters, and never with a secret in them.
"""

from __future__ import annotations

import re

import urllib3
from dulwich.client import HTTPProxyUnauthorized, HTTPUnauthorized
from dulwich.errors import GitProtocolError, HangupException, NotGitRepository

from laneway.adapters.gitstore.asking import NoSuchRevision
from laneway.adapters.gitstore.credentials import Secret
from laneway.adapters.gitstore.errors import NotFetched, NotReached, NotTaken, NotThere
from laneway.adapters.gitstore.limits import Limits
from laneway.adapters.gitstore.scan import NoPack
from laneway.adapters.gitstore.watch import TooMuch
from laneway.adapters.gitstore.ways import NoProgram, SentElsewhere
from laneway.core.findings.codes import fetching
from laneway.core.findings.finding import unplaced
from laneway.core.git.remote import Remote
from laneway.core.git.revision import HEAD, GitRevision

_LONGEST = 300
_NOBODY = re.compile(
    r"permission denied|authentication failed|host key verification", re.IGNORECASE
)
_NO_COMMIT = re.compile(r"not our ref|no such remote ref|unadvertised object", re.IGNORECASE)


def wants_a_secret(why: NotFetched, remote: Remote) -> bool:
    """Whether a server of the web answers only those whom it knows."""
    return remote.way in ("https", "http") and any(
        found.code is fetching.NOT_LET_IN for found in why.findings
    )


class Faults:
    """Says what went wrong with one question."""

    def __init__(
        self, remote: Remote, revision: GitRevision, limits: Limits, secret: Secret | None
    ) -> None:
        self._remote = remote
        self._revision = revision
        self._limits = limits
        self._secret = secret

    def of(self, error: Exception, said: str, wanted: str) -> NotFetched:
        """Return what an error means; `said` is what a program complained of."""
        url = self._remote.url
        words = said or str(error)
        match error:
            case TooMuch():
                limit = unplaced(fetching.OVER_A_LIMIT, what=error.what, limit=error.limit)
                return NotTaken(limit, commit=wanted)
            case NoSuchRevision():
                return self._not_there()
            case SentElsewhere():
                target = self.shown(error.target)
                return NotThere(unplaced(fetching.REDIRECTED, url=url, target=target))
            case HTTPUnauthorized() | HTTPProxyUnauthorized():
                had = "it does not take the token" if self._secret else "it wants a token"
                return self._nobody(had)
            case NoProgram():
                return NotReached(unplaced(fetching.NO_PROGRAM, url=url, program=str(error)))
            case NotGitRepository():
                return self._unreachable("it has no such repository", NotThere)
            case NoPack():
                return self.no_git(str(error), wanted)
            case _:
                return self._by_words(error, words, wanted)

    def _by_words(self, error: Exception, words: str, wanted: str) -> NotFetched:
        if _NOBODY.search(words):
            return self._nobody(self.shown(words))
        if _NO_COMMIT.search(words):
            return self._not_there()
        if isinstance(
            error, HangupException | GitProtocolError | OSError | urllib3.exceptions.HTTPError
        ):
            return self._unreachable(self.shown(words) or "it hung up")
        return self.no_git(self.shown(f"{type(error).__name__} {words}"), wanted)

    def late(self) -> NotFetched:
        """Return that there was no whole answer in time."""
        return self._unreachable(f"no whole answer in {self._limits.seconds:g} seconds")

    def no_git(self, reason: str, wanted: str) -> NotTaken:
        """Return that what was sent is nothing that Git sends."""
        found = unplaced(fetching.NOT_GIT, url=self._remote.url, reason=reason)
        return NotTaken(found, commit=wanted)

    def shown(self, words: str) -> str:
        """Return words of others in a form that can be shown."""
        if self._secret is not None and self._secret.token:
            words = words.replace(self._secret.token, "…")
        line = " ".join("".join(one if one.isprintable() else " " for one in words).split())
        return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"

    def _not_there(self) -> NotThere:
        one = self._revision
        kind = f"commit {one.text}" if one.commit else f"branch or tag {one.text}"
        kind = "commit at all" if one.text == HEAD else kind
        return NotThere(unplaced(fetching.NO_REVISION, url=self._remote.url, revision=kind))

    def _nobody(self, reason: str) -> NotReached:
        words = {"url": self._remote.url, "reason": reason, "host": self._remote.host}
        return NotReached(unplaced(fetching.NOT_LET_IN, **words))

    def _unreachable(self, reason: str, kind: type[NotFetched] = NotReached) -> NotFetched:
        return kind(unplaced(fetching.UNREACHABLE, url=self._remote.url, reason=reason))
