"""Real programs with real SDKs, built once into the user's cache: those of `examples/sdks/`.

Comes in: the example's sources. Goes out: a folder with a copy of them in which `build.sh` has run,
`laneway/sdks/HASH/` of the user's cache, where HASH is that of what a build reads. A lock
lets one build run at a time. Go is the machine's where it is new enough, else PyPI's.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path

from tests.engines import go_command

EXAMPLE = Path(__file__).parents[2] / "examples" / "sdks"
_BUILT = "built.ok"


def built() -> Path:
    """Return the folder of the programs; builds what is not built yet, which takes minutes."""
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "laneway" / "sdks"
    folder = caches / _digest()
    folder.mkdir(parents=True, exist_ok=True)
    with (caches / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        # what no build needs may change without one
        shutil.copytree(EXAMPLE, folder, dirs_exist_ok=True, ignore=_left_out)
        if not (folder / _BUILT).exists():
            sys.stderr.write(f"fleet: building the programs in {folder} (minutes)\n")
            go = shlex.join(go_command(EXAMPLE / "programs" / "go"))
            subprocess.run(("sh", "build.sh"), cwd=folder, env={**os.environ, "GO": go}, check=True)
            (folder / _BUILT).touch()
    return folder


def commands(folder: Path) -> Mapping[str, tuple[str, ...]]:
    """Return the words that run each image, by the image's last name."""
    told = tomllib.loads((folder / "laneway.toml").read_text())["run"]
    return {image.partition("/")[2]: tuple(shlex.split(words)) for image, words in told.items()}


def _digest() -> str:
    found = hashlib.sha256(sys.version.encode())
    for path in sorted(EXAMPLE.rglob("*")):
        inside = path.relative_to(EXAMPLE)
        if path.suffix != ".py" and path.is_file() and inside.parts[0] in ("programs", "build.sh"):
            text = path.read_bytes()
            found.update(f"{inside} {len(text)}\n".encode() + text)
    return found.hexdigest()[:16]


def _left_out(_: str, names: list[str]) -> list[str]:
    return [name for name in names if name in {".built", "__pycache__"}]
