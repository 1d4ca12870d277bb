"""A remote repository with the sample, and the work tree of somebody who pushes to it.

Comes in: a folder. Goes out: commits on the branch `main` of a bare repository, by `git` itself.
The pods of the sample say that they have a proxy, as injection would have written it. The namespace
`default` is left out: no API server deletes it, so an Application that has it never ends.
"""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.argocd.scripts import CONTRIB
from tests.cluster.pods import PROXY, PROXY_IMAGE

SAMPLE = CONTRIB.parents[1] / "examples" / "gitops"
WAVES = CONTRIB / "waves"
PORT = "              containerPort: 8000\n"
INJECTED = f"{PORT}        - name: {PROXY}\n          image: {PROXY_IMAGE}\n"


class Remote:
    """The repository and the work tree; `url` is where others find it."""

    def __init__(self, folder: Path, *, in_waves: bool = False) -> None:
        self.bare, self.tree = folder / "shop.git", folder / "shop"
        self.url = f"file://{self.bare}"
        self._git(folder, "init", "-q", "--bare", "-b", "main", str(self.bare))
        self._git(folder, "init", "-q", "-b", "main", str(self.tree))
        self._git(self.tree, "remote", "add", "origin", str(self.bare))
        for name, value in (("user.name", "me"), ("user.email", "me@shop.test")):
            self._git(self.tree, "config", name, value)
        sources = [*SAMPLE.glob("*.yaml"), *(WAVES.glob("*.yaml") if in_waves else ())]
        self.write({one.name: one.read_text().replace(PORT, INJECTED) for one in sources})
        self.write({"gateway.yaml": self.read("gateway.yaml").partition("---\n")[2]})

    def read(self, name: str) -> str:
        """Return the text of a file of the work tree."""
        return (self.tree / name).read_text()

    def write(self, files: Mapping[str, str | None]) -> None:
        """Write files of the work tree; those without a text are removed."""
        for name, text in files.items():
            if text is None:
                (self.tree / name).unlink()
            else:
                (self.tree / name).write_text(text)

    def push(self, message: str) -> str:
        """Commit all there is, push, and return the commit."""
        commit = self.commit(message)
        self._git(self.tree, "push", "-q", "-u", "origin", "main")
        return commit

    def commit(self, message: str) -> str:
        """Commit all there is, if anything, and return the commit."""
        self._git(self.tree, "add", "-A")
        if self._git(self.tree, "status", "--porcelain"):
            self._git(self.tree, "commit", "-qm", message)
        return self._git(self.tree, "rev-parse", "HEAD").strip()

    def send(self, commit: str) -> None:
        """Have the branch be at a commit, wherever it was."""
        self._git(self.tree, "push", "-q", "-f", "origin", f"{commit}:refs/heads/main")

    def _git(self, folder: Path, *words: str) -> str:
        command = ("git", "-C", str(folder), *words)
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout
