"""Who runs a mesh: the user of the tests, or an ordinary one without any right of root's.

Comes in: a folder that everybody may enter. Goes out: the words before a command that make it that
user's, a Python with Laneway in it, and an environment with a home. An ordinary user may often not
read the checkout, nor the home in which its Python lies; so this user gets a virtual environment
of its own, out of the same lock and the cache that filled the first. Only root can become another.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from msgspec import Struct

from tests.wire.toolchains import the_machines

ROOT = Path(__file__).parents[2]
NOBODY = 65534
GROUPS = ("--frozen", "--no-dev", "--group", "programs", "--no-editable", "--quiet")
ANEW = ("--reinstall-package", "laneway")
"""Or else uv takes what it once built of this checkout, as it was then."""


class Account(Struct, frozen=True):
    """A user. `becoming` stands before whatever it runs."""

    home: Path
    python: Path
    becoming: tuple[str, ...] = ()

    @property
    def laneway(self) -> tuple[str, ...]:
        """The words that start Laneway."""
        start = "from laneway.apps.cli import main; main()"
        return (*self.becoming, str(self.python), "-c", start)

    @property
    def environment(self) -> Mapping[str, str]:
        """Where this user keeps things."""
        return {"HOME": str(self.home), "XDG_STATE_HOME": str(self.home / "state")}


def own_account(folder: Path) -> Account:
    """Return who runs the tests."""
    return Account(_home(folder), Path(sys.executable))


def ordinary_account(folder: Path) -> Account:
    """Return a user without rights. Skips the test where that cannot be had."""
    if os.getuid() != 0:
        pytest.skip("who is not root cannot become another user, and is an ordinary one already")
    becoming = (the_machines("setpriv"), f"--reuid={NOBODY}", f"--regid={NOBODY}")
    home = _home(folder)
    os.chown(home, NOBODY, NOBODY)
    return Account(home, _readable_python(folder), (*becoming, "--clear-groups", "--"))


def _home(folder: Path) -> Path:
    home = folder / "home"
    home.mkdir()
    return home


def _readable_python(folder: Path) -> Path:
    """Make a virtual environment that everybody may read."""
    uv = os.environ.get("UV") or shutil.which("uv")
    if uv is None:
        pytest.skip("there is no uv to make another virtual environment with")
    environment = folder / "venv"
    told = {"UV_PROJECT_ENVIRONMENT": str(environment), "UV_PYTHON": str(_base_python())}
    subprocess.run((uv, "sync", *GROUPS, *ANEW), cwd=ROOT, env=os.environ | told, check=True)
    return environment / "bin" / "python"


def _base_python() -> Path:
    """Return a Python of this version that everybody may run."""
    found = [one for one in _pythons() if _is_for_all(one)]
    if not found:
        pytest.skip("every Python of this version lies where others may not read")
    return found[0]


def _pythons() -> Iterator[Path]:
    name = f"python3.{sys.version_info.minor}"
    yield Path(sys.executable).resolve()
    for folder in os.get_exec_path():
        if (Path(folder) / name).exists():
            yield (Path(folder) / name).resolve()


def _is_for_all(path: Path) -> bool:
    """Whether others may run a program: they may enter every folder above it, too."""
    return all(one.stat().st_mode & 0o001 for one in (path, *path.parents))
