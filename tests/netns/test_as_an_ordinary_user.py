"""All that this folder tests, for a user who may do nothing but have namespaces."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.netns.ordinary import USER, as_ordinary_user

OTHERS = (
    "test_private_network.py",
    "test_proxies.py",
    "test_names.py",
    "../wire/test_intercepted.py",
)


@pytest.fixture
def room() -> Iterator[Path]:
    """A folder with a short name, since sockets get theirs in it, that others may look into."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.mark.skipif(os.getuid() != 0, reason="the other tests run as an ordinary user already")
def test_ordinary_user_can_do_all_of_it(
    possible: None,  # noqa: ARG001 - a condition
    room: Path,
) -> None:
    home, shown = room / "home", room / "shown"
    home.mkdir()
    shutil.chown(home, USER, USER)
    files = [str(Path(__file__).parent / name) for name in OTHERS]
    options = ("-q", "-p", "no:cacheprovider", f"--basetemp={home}/t")
    command = as_ordinary_user(shown, sys.executable, "-m", "pytest", *options, *files)
    ran = subprocess.run(
        command,
        env={"PATH": os.environ["PATH"], "HOME": str(home), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "skipped" not in ran.stdout
