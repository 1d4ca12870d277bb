"""Who asks: by which user and token a server lets us in.

Comes in: where a token is, by name; else the credential helper of the person's own `git`. Goes out:
a user and a secret, for one request. A secret is never kept, told or logged: what is kept are the
names of a variable and of a file. Keys for ssh are the business of the person's own `ssh`.
https://git-scm.com/docs/git-credential
"""

from __future__ import annotations

import os
import subprocess

from msgspec import Struct

from laneway.adapters.gitstore.errors import NotReached
from laneway.core.findings.codes import fetching
from laneway.core.findings.finding import unplaced
from laneway.core.git.remote import Remote

_PATIENCE = 30.0
_LONGEST = 1 << 16


class GitCredentials(Struct, frozen=True):
    """Where the token is: in an environment variable, or in a file; in none: the helper is asked.

    `user` is the name that goes with it; most servers take any.
    """

    variable: str = ""
    file: str = ""
    user: str = "git"


class Secret:
    """A user and a token that no text of ours shows."""

    __slots__ = ("token", "user")

    def __init__(self, user: str, token: str) -> None:
        self.user = user
        self.token = token

    def __repr__(self) -> str:
        return "Secret(…)"


def given(where: GitCredentials) -> Secret | None:
    """Return the token that the runner named. Raises NotReached where it is not there."""
    if where.variable:
        token = os.environ.get(where.variable, "").strip()
        named = f"the environment variable {where.variable}"
    elif where.file:
        token = _in_file(where.file)
        named = f"the file {where.file}"
    else:
        return None
    if not token or not (token.isascii() and token.isprintable()):
        raise NotReached(unplaced(fetching.NO_TOKEN, where=named))
    return Secret(where.user, token)


def helped(remote: Remote, folder: str) -> Secret | None:
    """Ask the person's own `git` for what its helpers know; None where they know nothing.

    It is started in `folder`, where no repository's configuration applies, and asks nobody.
    """
    port = f":{remote.port}" if remote.port else ""
    asked = f"protocol={remote.way}\nhost={remote.host}{port}\npath={remote.path.lstrip('/')}\n\n"
    quiet = {
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "",
        "SSH_ASKPASS": "",
        "GCM_INTERACTIVE": "0",
    }
    outside = {"GIT_CEILING_DIRECTORIES": os.path.dirname(folder)}
    environment = {k: v for k, v in os.environ.items() if k not in ("GIT_DIR", "GIT_WORK_TREE")}
    try:
        ended = subprocess.run(
            ["git", "credential", "fill"],
            input=asked.encode(),
            capture_output=True,
            check=False,
            cwd=folder,
            env={**environment, **quiet, **outside},
            timeout=_PATIENCE,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    lines = ended.stdout[:_LONGEST].decode(errors="replace").splitlines()
    found = dict(line.split("=", 1) for line in lines if "=" in line)
    if ended.returncode or not found.get("password"):
        return None
    return Secret(found.get("username", ""), found["password"])


def _in_file(path: str) -> str:
    try:
        with open(path, "rb") as file:
            return file.read(_LONGEST).decode(errors="replace").strip()
    except OSError:
        return ""
