"""A repository's URL, as it is written in a manifest.

Comes in: text, and the ways by which repositories may be asked. Goes out: a Remote, or the finding
that says why nobody is asked. Refused before anything is started: helpers of Git (`ext::`), hosts
and users that programs would take for options, control characters, and secrets in the URL itself.
https://git-scm.com/docs/git-fetch#_git_urls
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Literal, NewType, cast
from urllib.parse import unquote, urlsplit

from msgspec import Struct

from laneway.core.findings.codes import fetching
from laneway.core.findings.finding import Finding, finding
from laneway.core.findings.place import Place

Way = Literal["https", "ssh", "http", "file"]
"""How a repository is asked. `http` and `file` are for whoever runs Laneway to allow."""
USUAL: frozenset[Way] = frozenset({"https", "ssh"})

Url = NewType("Url", str)
"""A URL that has passed the check, in the form that Git takes; it holds no secret."""

LONGEST = 2_000
_HOST = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?|\[[0-9A-Fa-f:.]+\]")
_USER = re.compile(r"[A-Za-z0-9_.][A-Za-z0-9_.+-]*")
_SCP = re.compile(r"(?:(?P<user>[^@:/]*)@)?(?P<host>\[[^\]]*\]|[^:/\[\]]*):(?P<path>(?!:).*)")
_LOOPBACK = re.compile(r"localhost|127(?:\.\d{1,3}){3}|\[::1\]")
_ALLOW = "Whoever runs Laneway may allow it: `--allow {}`."


class Remote(Struct, frozen=True):
    """A repository that may be asked. `port` is 0 for the usual one; `user` may be empty.

    A `path` without `/` at its beginning is below the home of ssh's user.
    """

    way: Way
    host: str
    path: str
    user: str = ""
    port: int = 0

    @property
    def url(self) -> Url:
        """The repository's URL in its one form."""
        if self.way == "file":
            return Url(f"file://{self.path}")
        user = f"{self.user}@" if self.user else ""
        if not self.path.startswith("/"):
            return Url(f"{user}{self.host}:{self.path}")
        port = f":{self.port}" if self.port else ""
        return Url(f"{self.way}://{user}{self.host}{port}{self.path}")

    @property
    def is_private(self) -> bool:
        """Whether nobody on the way can read along, so that a secret may be sent."""
        return self.way != "http" or bool(_LOOPBACK.fullmatch(self.host))

    def is_alike(self, other: Remote) -> bool:
        """Whether both may be one repository: their paths are, whatever way, user and host.

        >>> ssh, web = read_remote("git@git.internal:a/b.git"), read_remote("https://example.com/A/b")
        >>> ssh.is_alike(web)
        True
        """
        return _plain(self.path) == _plain(other.path)


def read_remote(
    text: str, place: Place | None = None, allowed: Collection[Way] = USUAL
) -> Remote | Finding:
    """Read a URL, or the form `user@host:path` that ssh has.

    >>> read_remote("git@example.com:team/lanes.git").url
    'git@example.com:team/lanes.git'
    >>> read_remote("ext::sh -c date").message
    "'ext::sh -c date' is not asked: it is no https or ssh URL"
    """
    try:
        return _read(text, allowed)
    except _NotAsked as why:
        shown = ascii(_without_secret(text[:200]))
        words = {"url": shown, "reason": why.reason, "fix": why.fix}
        return finding(fetching.URL_REFUSED, place, **words)


class _NotAsked(Exception):  # noqa: N818 - it never leaves this module
    def __init__(self, reason: str, fix: str = "Write https://HOST/PATH or git@HOST:PATH.") -> None:
        super().__init__(reason)
        self.reason = reason
        self.fix = fix


def _read(text: str, allowed: Collection[Way]) -> Remote:
    if not text or len(text) > LONGEST:
        raise _NotAsked("it is empty" if not text else f"it has more than {LONGEST:,} characters")
    if not (text.isascii() and text.isprintable()) or (" " in text and "::" not in text):
        raise _NotAsked("it holds blanks, control characters or letters beyond ASCII")
    if "://" in text:
        remote = _of_url(text)
    elif text.startswith("/"):
        remote = Remote("file", "", text)
    else:
        remote = _of_scp(text)
    _check(remote)
    if remote.way not in allowed:
        way = remote.way
        reason = "it is sent in the clear" if way == "http" else "it is a folder of this machine"
        if way in USUAL:
            reason = f"{way} is not among the ways that are allowed here"
        raise _NotAsked(reason, _ALLOW.format(way))
    return remote


def _of_url(text: str) -> Remote:
    way = text.partition("://")[0].lower()
    if way not in ("https", "ssh", "http", "file"):
        raise _NotAsked("it is no https or ssh URL")
    try:
        parts = urlsplit(text)
        port = parts.port or 0
    except ValueError as error:
        raise _NotAsked("it is no URL") from error
    if parts.password is not None or (parts.username and way in ("http", "https")):
        fix = "Take it out of the URL, change it, and give the new one by the environment."
        raise _NotAsked(
            "it holds a user's name or a secret, and a manifest is no place for it", fix
        )
    if parts.query or parts.fragment or "?" in text or "#" in text:
        raise _NotAsked("it has a query or a fragment")
    host = parts.netloc.rpartition("@")[2]
    host = re.sub(r":\d*\Z", "", host)
    return Remote(cast("Way", way), host, parts.path, parts.username or "", port)


def _of_scp(text: str) -> Remote:
    found = _SCP.fullmatch(text)
    if found is None or " " in text:
        raise _NotAsked("it is no https or ssh URL")
    return Remote("ssh", found["host"], found["path"], found["user"] or "")


def _check(remote: Remote) -> None:
    if remote.way == "file":
        if remote.host not in ("", "localhost"):
            raise _NotAsked("a file URL names no host")
    elif not _HOST.fullmatch(remote.host):
        raise _NotAsked("its host is no host's name")
    if remote.user and not _USER.fullmatch(remote.user):
        raise _NotAsked("its user is no user's name")
    path = unquote(remote.path)
    if not path.strip("/"):
        raise _NotAsked("it names no repository on its host")
    if path.lstrip("/").startswith("-") or not path.isprintable():
        raise _NotAsked("its path is like an option, or holds control characters")
    if ".." in path.split("/"):
        raise _NotAsked("its path goes up by `..`")


def _without_secret(text: str) -> str:
    """Leave out what stands before the `@` of a URL, which may be a secret."""
    return re.sub(r"(://)[^/]*@", r"\1***@", text)


def _plain(path: str) -> str:
    return unquote(path).strip("/").removesuffix(".git").lower()
