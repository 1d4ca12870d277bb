"""`./dev figures image`: the Dockerfile's steps, carried out on a root made of this machine.

Where no registry is at hand this is as near to `docker build` and `docker run` as one comes: the
base is this machine's own system and Python, mounted read-only; each stage has a root of its own;
what the last one starts runs as the user the file names, without any capability, on a root that it
cannot write. It needs root, to be able to become that user, and the network, for what is installed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.image.dockerfile import Stage, stages

ROOT = Path(__file__).parents[2]
SYSTEM = tuple(Path(f"/{name}") for name in ("usr", "bin", "lib", "lib64", "sbin", "etc", "dev"))
PYTHON = Path(sys.base_prefix)
TRIED = (("operator", "--help"), ("crds",))
"""What is run in the end; the operator itself needs a cluster, and says so first of all."""


class Root:
    """A stage's root. `folder` is where its own files are; everything else is this machine's."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {"PATH": f"{PYTHON / 'bin'}:/usr/bin:/bin", "HOME": "/nobody"}
        self.place = Path("/")
        bound = (path for path in SYSTEM if path.exists())
        for one in (*bound, PYTHON, Path("/proc"), Path("/tmp"), Path("/nobody")):  # noqa: S108
            (folder / one.relative_to("/")).mkdir(parents=True, exist_ok=True)

    def inside(self, path: str) -> Path:
        """Return where a path of the stage is on this machine."""
        return self.folder / (self.place / path).relative_to("/")

    def run(self, command: list[str], *before: str, read_only: bool = False) -> str:
        """Run a command in there. Raises CalledProcessError."""
        bound = [one for one in (*SYSTEM, PYTHON) if one.exists()]
        binds = "".join(f"mount --rbind {one} $root{one}; " for one in bound)
        locked = "mount --bind $root $root; mount -o remount,bind,ro $root; " if read_only else ""
        script = (
            f"set -eu; root={self.folder}; mount --make-rprivate /; {locked}{binds}"
            f"mount -t proc none $root/proc; cd $root{self.place}; "
            'exec "$@"'
        )
        entering = ("unshare", "--mount", "--pid", "--fork", "sh", "-c", script, "sh")
        chrooted = ("chroot", *before, str(self.folder), "/usr/bin/env", "-i")
        variables = [f"{name}={value}" for name, value in self.environment.items()]
        into = ("sh", "-c", f'cd {self.place}; exec "$@"', "sh")
        done = subprocess.run(
            (*entering, *chrooted, *variables, *into, *command),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        return done.stdout


def build(stage: Stage, root: Root, others: dict[str, Root]) -> None:
    """Carry out the steps of a stage."""
    for step in stage.steps:
        if step.instruction == "ENV":
            for word in step.words:
                name, _, value = word.partition("=")
                root.environment[name] = value.replace("$PATH", root.environment["PATH"])
        elif step.instruction == "WORKDIR":
            root.place = Path(step.told)
            root.inside(".").mkdir(parents=True, exist_ok=True)
        elif step.instruction == "COPY":
            copy(step.words, root, others)
        elif step.instruction == "RUN":
            root.environment |= {name: os.environ[name] for name in os.environ if _is_kept(name)}
            root.run(["sh", "-c", step.told])


def _is_kept(name: str) -> bool:
    """Whether a variable says where packages come from on this machine."""
    return (
        name.startswith(("PIP_", "UV_INDEX", "UV_DEFAULT", "SSL_CERT")) or "proxy" in name.lower()
    )


def copy(words: list[str], root: Root, others: dict[str, Root]) -> None:
    """Copy files of this repository, or of another stage."""
    source = ROOT
    if words[0].startswith("--from="):
        other = others[words.pop(0).removeprefix("--from=")]
        source = other.folder
    *names, target = words
    for name in names:
        found = source / name.removeprefix("/")
        to = root.inside(target)
        if found.is_dir():
            shutil.copytree(found, to, symlinks=True, dirs_exist_ok=True)
        else:
            to.mkdir(parents=True, exist_ok=True)
            shutil.copy(found, to)


def main() -> int:
    """Build all stages, and run what the last one starts."""
    if os.geteuid() != 0:
        sys.stderr.write("image: only root can become the image's user\n")
        return 3
    made: dict[str, Root] = {}
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        *_, stage = all_stages = stages((ROOT / "Dockerfile").read_text())
        for one in all_stages:
            begun = time.monotonic()
            made[one.name] = Root(Path(folder) / (one.name or "last"))
            build(one, made[one.name], made)
            sys.stdout.write(f"{one.name or 'last'}: {time.monotonic() - begun:.1f} s\n")
        return tried(stage, made[stage.name])


def tried(stage: Stage, root: Root) -> int:
    """Run the image as it would be run, and say what it is."""
    user, _, group = stage.last("USER").told.partition(":")
    owned = sum(path.lstat().st_size for path in root.inside("/opt").rglob("*"))
    sys.stdout.write(f"/opt: {owned / 1e6:.0f} MB\n")
    lowered = (f"--userspec={user}:{group}",)
    entry = stage.last("ENTRYPOINT").words
    for words in TRIED:
        said = root.run([*entry, *words], *lowered, read_only=True)
        sys.stdout.write(f"{' '.join((*entry, *words))}: {said.splitlines()[0]}\n")
    asked = ["sh", "-c", "id -u; touch /opt/x 2>/dev/null || echo 'root is read only'"]
    sys.stdout.write(root.run(asked, *lowered, read_only=True))
    return 0


if __name__ == "__main__":
    sys.exit(main())
