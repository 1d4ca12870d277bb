"""A clone of a program's own, for one that has no person beside it.

Comes in: a URL, a branch, a file with a token. Goes out: a work tree with all of the branch's
history. The token is read whenever the remote asks, and never written down or shown; nothing of the
repository runs: no hooks, and links are plain files. https://git-scm.com/docs/gitcredentials
"""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Iterator

from msgspec import Struct

from laneway.adapters.git.repository import GitError, Repository, git_ended

_SETTINGS = (
    *("user.name=Laneway", "user.email=laneway@localhost", "commit.gpgSign=false"),
    *("core.symlinks=false", f"core.hooksPath={os.devnull}", "http.followRedirects=false"),
)


class CloneSource(Struct, frozen=True):
    """Where a clone is from. Without a branch it is the one that the remote calls HEAD.

    `token_file` has the password of `user`, if the remote asks for one.
    """

    url: str
    branch: str = ""
    token_file: str = ""
    user: str = "git"


def cloned(source: CloneSource, folder: str) -> Repository:
    """Clone into a folder; what is there goes. Raises GitError."""
    shutil.rmtree(folder, ignore_errors=True)
    branch = ("--branch", source.branch) if source.branch else ()
    settings = [word for one in _settings(source) for word in ("-c", one)]
    words = ("clone", "--quiet", "--no-tags", "--single-branch", *branch, *settings)
    program = ("git", *words, "--", source.url, folder)
    unasked = {**os.environ, "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    ended = git_ended(program, b"", env=unasked)
    if ended.returncode:
        said = ended.stderr.decode(errors="replace").strip()
        raise GitError(f"`git clone` ended with {ended.returncode}:\n{said}")
    return Repository(os.path.realpath(folder))


def _settings(source: CloneSource) -> Iterator[str]:
    yield from _SETTINGS
    yield "credential.helper="  # none but the next one
    if source.token_file:
        user, file = shlex.quote(f"username={source.user}"), shlex.quote(source.token_file)
        said = f"echo {user}; printf 'password=%s\\n' \"$(cat {file})\""
        yield f'credential.helper=!f() {{ test "$1" = get || exit 0; {said}; }}; f'
