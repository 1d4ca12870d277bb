"""A folder inside Git's own for what is made on the way to a commit, which no kill leaves for good.

Comes in: the folder in which Git keeps what is a work tree's. Goes out: an empty folder, which one
program has at a time; whoever comes next takes away what one that was killed has left in it.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

_NAME = "laneway-aside"


@contextmanager
def aside(git_folder: str) -> Iterator[str]:
    """Give a folder for a while; waits while another program has one."""
    place = os.path.join(git_folder, _NAME)
    with open(f"{place}.lock", "ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        shutil.rmtree(place, ignore_errors=True)
        os.makedirs(place)
        try:
            # a name of its own: a `git` that outlives a killed runner does not write into it
            yield tempfile.mkdtemp(dir=place)
        finally:
            shutil.rmtree(place, ignore_errors=True)
