"""The page on which a branch that was pushed is proposed, as the remote itself tells of it.

Comes in: what `git push` said. Goes out: a URL, or nothing. Code hosts answer a push of a new
branch with lines that begin by `remote:` and name the page of its pull or merge request, so that no
host and none of their ways to spell such a page is known here.
https://git-scm.com/docs/githooks#post-receive
"""

from __future__ import annotations

import re
from urllib.parse import unquote

_URL = re.compile(r"https?://[^\s'\"<>]{1,1000}")


def proposed_page(said: str, branch: str) -> str:
    r"""Return the first URL that a remote names with the branch in it; empty where it names none.

    >>> proposed_page("remote: Visit https://git.test/a/b/compare/main...x%2Fy \n", "x/y")
    'https://git.test/a/b/compare/main...x%2Fy'
    >>> proposed_page("To https://git.test/a/b\n * [new branch] x/y -> x/y", "x/y")
    ''
    """
    lines = (line for line in said.splitlines() if line.startswith("remote:"))
    found = (url.group() for line in lines for url in _URL.finditer(line))
    return next((url for url in found if url.isascii() and branch in unquote(url)), "")
