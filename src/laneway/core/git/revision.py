"""Which commit of a repository is followed: a branch, a tag, a commit id or HEAD.

Comes in: text of a manifest. Goes out: a GitRevision, or the finding that says why it is none. What
Git allows as a name is its own rule; a beginning of a commit id and a range of versions are
refused, since which commit they mean changes with what else is there.
https://git-scm.com/docs/git-check-ref-format
"""

from __future__ import annotations

import re

from msgspec import Struct

from laneway.core.findings.codes import fetching
from laneway.core.findings.finding import Finding, finding
from laneway.core.findings.place import Place

HEAD = "HEAD"
LONGEST = 250
_COMMIT = re.compile(r"[0-9a-f]{40}")
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|/\.|\.lock(?:/|\Z)|\.(?:/|\Z)")


class GitRevision(Struct, frozen=True):
    """What is asked for. `commit` is set where it names one by its whole id."""

    text: str = HEAD
    commit: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The names that a server may have it under, the one that counts first.

        Of a branch and a tag of one name the branch is meant, as in Argo CD.

        >>> GitRevision("main").names
        ('refs/heads/main', 'refs/tags/main')
        """
        if self.commit:
            return ()
        if self.text == HEAD or self.text.startswith("refs/"):
            return (self.text,)
        return (f"refs/heads/{self.text}", f"refs/tags/{self.text}")

    @property
    def branch(self) -> str:
        """The branch that it may be, or nothing where it is none for sure."""
        if self.commit or self.text == HEAD:
            return ""
        text = self.text.removeprefix("refs/heads/")
        return "" if text.startswith("refs/") else text


def read_revision(text: str, place: Place | None = None) -> GitRevision | Finding:
    """Read a revision; empty text means HEAD.

    >>> read_revision("").text, read_revision("--upload-pack=x").message
    ('HEAD', "'--upload-pack=x' is no revision that is followed: it begins like an option")
    """
    if _COMMIT.fullmatch(text):
        return GitRevision(text, text)
    reason = _fault(text) if text else ""
    if reason:
        shown = ascii(text[:LONGEST])
        return finding(fetching.REVISION_REFUSED, place, revision=shown, reason=reason)
    return GitRevision(text or HEAD)


def _fault(text: str) -> str:
    if len(text) > LONGEST:
        return f"it has more than {LONGEST} characters"
    if text.startswith("-"):
        return "it begins like an option"
    if not (text.isascii() and text.isprintable()):
        return "it holds control characters or letters beyond ASCII"
    if any(one in text for one in "*<>=^~|") or re.fullmatch(r"v?\d+(\.\d+)?\.x", text):
        return "it is a range or an expression, and names no commit by itself"
    if _FORBIDDEN.search(text) or text.startswith((".", "/")) or text.endswith("/") or text == "@":
        return "Git allows no such name"
    if re.fullmatch(r"[0-9a-f]{7,39}", text):
        return "it is the beginning of a commit id, and others may begin like it"
    return ""
